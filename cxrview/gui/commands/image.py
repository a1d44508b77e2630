"""The commands of the Image menu: tools, window, turns, filters. They do nothing where there is no image."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.session.lungs import Lungs

COARSE, FINE = 0.05, 0.005  # of a screen height, as a drag of the mouse would be


def use_tool(bench: Workbench, tool: str) -> None:
    """Let the left mouse button, and keys, do `tool` in all viewports."""
    bench.viewports.use_tool(tool)


def set_inverted(bench: Workbench, inverted: bool) -> None:
    """Swap black and white, or back."""
    bench.state.set_inverted(inverted)


def turn_right(bench: Workbench) -> None:
    """Turn the picture clockwise."""
    view = bench.state.active
    view.set_orientation(view.orientation.turned(1))


def turn_left(bench: Workbench) -> None:
    """Turn the picture anticlockwise."""
    view = bench.state.active
    view.set_orientation(view.orientation.turned(-1))


def flip_sides(bench: Workbench) -> None:
    """Swap left and right of the screen."""
    view = bench.state.active
    view.set_orientation(view.orientation.flipped())


def flip_ends(bench: Workbench) -> None:
    """Swap top and bottom of the screen."""
    view = bench.state.active
    view.set_orientation(view.orientation.flipped().turned(2))


def reset(bench: Workbench) -> None:
    """Show the image as it was when it was opened."""
    view, radiograph = bench.state.active, bench.state.shown.radiograph
    if radiograph is not None:
        view.set_voi(radiograph.default_voi)
        view.set_inverted(False)
        view.set_filters(frozenset())
        view.set_orientation(type(view.orientation)())
        bench.canvas.fit()


def use_clahe(bench: Workbench, on: bool) -> None:
    """Even out the contrast, for looking only."""
    _use_filter(bench, "clahe", on)


def use_sharpening(bench: Workbench, on: bool) -> None:
    """Sharpen, for looking only."""
    _use_filter(bench, "sharpen", on)


def _use_filter(bench: Workbench, name: str, on: bool) -> None:
    filters = bench.state.active.filters
    bench.state.active.set_filters(filters | {name} if on else filters - {name})


def use_sigmoid(bench: Workbench, on: bool) -> None:
    """Let the window end softly, or straight."""
    from cxrview.gui.viewer.windowing import as_window
    from cxrview.imaging import presets

    radiograph, voi = bench.state.shown.radiograph, bench.state.voi
    if radiograph is not None and voi is not None:
        window = as_window(voi, radiograph)
        bench.state.set_voi(presets.sigmoid(window) if on else presets.linear(window, radiograph))


def use_preset(bench: Workbench, preset: str) -> None:
    """Look at the image through the preset of that name in imaging.presets."""
    from cxrview.imaging.presets import presets  # some 20 ms for a large radiograph, so not in advance

    radiograph = bench.state.shown.radiograph
    if radiograph is not None:
        bench.state.set_voi(dict(presets(radiograph))[preset])


def smooth_pixels(bench: Workbench, on: bool) -> None:
    """Smooth between the pixels of the image, or show each as a square."""
    bench.state.change_settings(smooth=on)


def show_overlays(bench: Workbench, on: bool) -> None:
    """Show or hide the overlays that the file brings."""
    bench.state.change_settings(show_overlays=on)


def show_lungs(bench: Workbench, on: bool) -> None:
    """Show or hide the outline of the lungs."""
    bench.state.change_settings(show_lungs=on)


def show_zones(bench: Workbench, on: bool) -> None:
    """Show the zones of the lungs in all viewports, or hide them."""
    bench.state.change_settings(show_zones=on)


def lungs(bench: Workbench) -> "Lungs":
    """Make what finds the lungs, with their outline over every picture."""
    from cxrview.gui.session.lungs import Lungs
    from cxrview.gui.viewer.lungs_layer import LungsLayer

    made = Lungs(bench.state, bench.runner)
    bench.viewports.add({}, lambda canvas: LungsLayer(canvas, bench.state, made))
    made.said.connect(lambda text: bench.say(text))
    return made


def play(bench: Workbench) -> None:
    """Let the frames run, or stop them."""
    bench.viewports.active.frames.play.toggle()


# Window by keyboard


def brighter(bench: Workbench) -> None:
    """Brighten by a step."""
    _window(bench, 0, COARSE)


def darker(bench: Workbench) -> None:
    """Darken by a step."""
    _window(bench, 0, -COARSE)


def less_contrast(bench: Workbench) -> None:
    """Widen the window by a step."""
    _window(bench, COARSE, 0)


def more_contrast(bench: Workbench) -> None:
    """Narrow the window by a step."""
    _window(bench, -COARSE, 0)


def slightly_brighter(bench: Workbench) -> None:
    """Brighten by a small step."""
    _window(bench, 0, FINE)


def slightly_darker(bench: Workbench) -> None:
    """Darken by a small step."""
    _window(bench, 0, -FINE)


def slightly_less_contrast(bench: Workbench) -> None:
    """Widen the window by a small step."""
    _window(bench, FINE, 0)


def slightly_more_contrast(bench: Workbench) -> None:
    """Narrow the window by a small step."""
    _window(bench, -FINE, 0)


def _window(bench: Workbench, right: float, up: float) -> None:
    from cxrview.gui.viewer.windowing import adjust

    state = bench.state
    radiograph, voi = state.shown.radiograph, state.voi
    if radiograph is not None and voi is not None:
        sign = 1 if radiograph.inverted is not state.inverted else -1
        state.set_voi(adjust(radiograph, voi, right, up, sign))
