"""The commands of the View menu about the picture and the viewports: zoom, layouts, panels below."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.panels.histogram import HistogramPanel

ZOOM_STEP = 1.25
MM_PER_INCH = 25.4


def fit(bench: Workbench) -> None:
    """Show the whole image."""
    bench.canvas.fit()


def actual_pixels(bench: Workbench) -> None:
    """Show one image pixel on one pixel of the screen."""
    bench.canvas.set_zoom(1.0)


def actual_size(bench: Workbench) -> None:
    """Show the image as large as the film was, as far as calibration, pixel spacing and screen say."""
    canvas, radiograph = bench.canvas, bench.state.shown.radiograph
    scale = bench.state.active.hand_scale or (radiograph.spacing if radiograph is not None else None)
    if scale is None:
        return
    pixels_per_mm = canvas.screen().physicalDotsPerInchX() / MM_PER_INCH * canvas.devicePixelRatioF()
    canvas.set_zoom(scale.column * pixels_per_mm)


def zoom_in(bench: Workbench) -> None:
    """Zoom in by a step."""
    bench.canvas.set_zoom(bench.canvas.zoom * ZOOM_STEP)


def zoom_out(bench: Workbench) -> None:
    """Zoom out by a step."""
    bench.canvas.set_zoom(bench.canvas.zoom / ZOOM_STEP)


def use_layout(bench: Workbench, layout: str) -> None:
    """Show the layout called `layout` in viewports.LAYOUTS; the patient's next films fill what is empty."""
    bench.viewports.use(layout)
    state, films = bench.state, []
    if (shown := state.shown.path) is not None:
        films = [entry.path for entry in bench.studies.model.same_patient(shown)]
    empty = [port.view for port in bench.viewports.grid.viewports if port.view.shown.path is None]
    place = films.index(shown) if shown in films else 0
    taken = {view.shown.path for view in state.views}
    following = [path for path in films[place:] + films[:place] if path not in taken]
    for view, path in zip(empty, following, strict=False):
        bench.session.select(path, 0, view)


def compare_heatmap(bench: Workbench, on: bool) -> None:
    """Show the image beside the same image with its heatmap, or one image again."""
    bench.viewports.compare_heatmap(on)


def compare_mirror(bench: Workbench, on: bool) -> None:
    """Show the image beside its mirror image, or one image again."""
    bench.viewports.compare_mirror(on)


def arrange_study(bench: Workbench) -> None:
    """Show the frontal and the lateral image of the study, or the image and the one before it."""
    bench.viewports.arrange_study()


def synchronise(bench: Workbench, on: bool) -> None:
    """Let zoom, place and window of all viewports go together, or each its own way."""
    bench.viewports.synchronise(on)


def next_viewport(bench: Workbench) -> None:
    """Turn to the next viewport."""
    bench.viewports.next_viewport()


def show_second_window(bench: Workbench, on: bool) -> None:
    """Open or close the second window, in which the keys work as in the first."""
    bench.viewports.show_second_window(on, list(bench.actions.values()))


def show_histogram(bench: Workbench, on: bool) -> None:
    """Unfold or fold the histogram under the reading."""
    bench.part(histogram).set_open(on)


def hide_identity(bench: Workbench, on: bool) -> None:
    """Take the patient's name off the image, or show it again."""
    bench.state.change_settings(hide_identity=on)


def histogram(bench: Workbench) -> "HistogramPanel":
    """Make the histogram under the reading."""
    from cxrview.gui.panels.histogram import HistogramPanel

    panel = HistogramPanel(bench.state, bench.runner, bench.store)
    action = bench.actions["histogram"]
    panel.fold.toggled.connect(action.setChecked)
    action.setChecked(panel.fold.isChecked())
    bench.reading.add_section(panel)
    return panel
