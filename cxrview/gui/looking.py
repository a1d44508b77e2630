"""The commands about how the image of the active viewport is seen."""

from PySide6.QtCore import QObject

from cxrview.gui.state import AppState
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewports import Viewports

ZOOM_STEP = 1.25
COARSE, FINE = 0.05, 0.005  # of a screen height, as a drag of the mouse would be
MM_PER_INCH = 25.4


class Looking(QObject):
    """Does what the menus View and Image say; nothing where there is no image."""

    def __init__(self, state: AppState, viewports: Viewports) -> None:
        super().__init__()
        self._state, self._viewports = state, viewports

    @property
    def _canvas(self) -> Canvas:
        return self._viewports.active.canvas

    def fit(self) -> None:
        """Show the whole image."""
        self._canvas.fit()

    def actual_pixels(self) -> None:
        """Show one image pixel on one pixel of the screen."""
        self._canvas.set_zoom(1.0)

    def actual_size(self) -> None:
        """Show the image as large as the film was, as far as calibration, pixel spacing and screen say."""
        radiograph = self._state.shown.radiograph
        scale = self._state.active.hand_scale or (radiograph.spacing if radiograph is not None else None)
        if scale is None:
            return
        screen = self._canvas.screen()
        pixels_per_mm = screen.physicalDotsPerInchX() / MM_PER_INCH * self._canvas.devicePixelRatioF()
        self._canvas.set_zoom(scale.column * pixels_per_mm)

    def zoom_in(self) -> None:
        """Zoom in by a step."""
        self._canvas.set_zoom(self._canvas.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out by a step."""
        self._canvas.set_zoom(self._canvas.zoom / ZOOM_STEP)

    def set_inverted(self, inverted: bool) -> None:
        """Swap black and white, or back."""
        self._state.set_inverted(inverted)

    def turn_right(self) -> None:
        """Turn the picture clockwise."""
        self._state.active.set_orientation(self._state.active.orientation.turned(1))

    def turn_left(self) -> None:
        """Turn the picture anticlockwise."""
        self._state.active.set_orientation(self._state.active.orientation.turned(-1))

    def flip_sides(self) -> None:
        """Swap left and right of the screen."""
        self._state.active.set_orientation(self._state.active.orientation.flipped())

    def flip_ends(self) -> None:
        """Swap top and bottom of the screen."""
        self._state.active.set_orientation(self._state.active.orientation.flipped().turned(2))

    def reset(self) -> None:
        """Show the image as it was when it was opened."""
        view, radiograph = self._state.active, self._state.shown.radiograph
        if radiograph is not None:
            view.set_voi(radiograph.default_voi)
            view.set_inverted(False)
            view.set_filters(frozenset())
            view.set_orientation(type(view.orientation)())
            self._canvas.fit()

    def use_clahe(self, on: bool) -> None:
        """Even out the contrast, for looking only."""
        self._use_filter("clahe", on)

    def use_sharpening(self, on: bool) -> None:
        """Sharpen, for looking only."""
        self._use_filter("sharpen", on)

    def _use_filter(self, name: str, on: bool) -> None:
        filters = self._state.active.filters
        self._state.active.set_filters(filters | {name} if on else filters - {name})

    def use_sigmoid(self, on: bool) -> None:
        """Let the window end softly, or straight."""
        from cxrview.gui.viewer.windowing import as_window
        from cxrview.imaging import presets

        radiograph, voi = self._state.shown.radiograph, self._state.voi
        if radiograph is not None and voi is not None:
            window = as_window(voi)
            self._state.set_voi(presets.sigmoid(window) if on else presets.linear(window, radiograph))

    def use_preset(self, name: str) -> None:
        """Look at the image through the preset called `name` in imaging.presets."""
        from cxrview.imaging.presets import presets  # some 20 ms for a large radiograph, so not in advance

        radiograph = self._state.shown.radiograph
        if radiograph is not None:
            self._state.set_voi(dict(presets(radiograph))[name])

    def smooth_pixels(self, on: bool) -> None:
        """Smooth between the pixels of the image, or show each as a square."""
        self._state.change_settings(smooth=on)

    def hide_identity(self, on: bool) -> None:
        """Take the patient's name off the image, or show it again."""
        self._state.change_settings(hide_identity=on)

    def show_overlays(self, on: bool) -> None:
        """Show or hide the overlays that the file brings."""
        self._state.change_settings(show_overlays=on)

    # Window by keyboard

    def brighter(self) -> None:
        """Brighten by a step."""
        self._window(0, COARSE)

    def darker(self) -> None:
        """Darken by a step."""
        self._window(0, -COARSE)

    def less_contrast(self) -> None:
        """Widen the window by a step."""
        self._window(COARSE, 0)

    def more_contrast(self) -> None:
        """Narrow the window by a step."""
        self._window(-COARSE, 0)

    def slightly_brighter(self) -> None:
        """Brighten by a small step."""
        self._window(0, FINE)

    def slightly_darker(self) -> None:
        """Darken by a small step."""
        self._window(0, -FINE)

    def slightly_less_contrast(self) -> None:
        """Widen the window by a small step."""
        self._window(FINE, 0)

    def slightly_more_contrast(self) -> None:
        """Narrow the window by a small step."""
        self._window(-FINE, 0)

    def _window(self, right: float, up: float) -> None:
        from cxrview.gui.viewer.windowing import adjust

        radiograph, voi = self._state.shown.radiograph, self._state.voi
        if radiograph is not None and voi is not None:
            sign = 1 if radiograph.inverted is not self._state.inverted else -1
            self._state.set_voi(adjust(radiograph.default_voi, voi, right, up, sign))

    def play(self) -> None:
        """Let the frames run, or stop them."""
        self._viewports.active.frames.play.toggle()
