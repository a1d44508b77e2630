"""What is done in one viewport is done in the others: zoom, place and window."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from cxrview.gui.viewer.canvas import FIT_MARGIN, Canvas

if TYPE_CHECKING:
    from cxrview.gui.viewer.view_transform import ViewTransform
    from cxrview.imaging import Radiograph, Voi


class Sync(QObject):
    """Keeps canvases together while `on`.

    Zoom is taken relative to the fitted image and place relative to its size, so that films of different
    resolution show the same part, and one that is mirrored the part opposite. A window is taken relative to
    each film's own, unless it is one film.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.on = False
        self._canvases: list[Canvas] = []
        self._busy = False

    def add(self, canvas: Canvas) -> None:
        """Let `canvas` lead and follow."""
        self._canvases.append(canvas)
        canvas.placement_changed.connect(partial(self._placed, canvas))
        canvas.view.voi_changed.connect(partial(self._windowed, canvas))
        canvas.view.inverted_changed.connect(partial(self._inverted, canvas))
        canvas.destroyed.connect(partial(self._gone, canvas))

    def _gone(self, canvas: Canvas, _object: object = None) -> None:
        self._canvases = [other for other in self._canvases if other is not canvas]

    def follow(self, leader: Canvas) -> None:
        """Bring all others to where `leader` is."""
        self._placed(leader, True)
        self._windowed(leader, leader.view.voi)

    def _is_deaf(self, leader: Canvas) -> bool:
        return not self.on or self._busy or leader.view.settling

    def _others(self, leader: Canvas) -> list[Canvas]:
        return [canvas for canvas in self._canvases if canvas is not leader and canvas.has_image()]

    def _placed(self, leader: Canvas, by_user: bool) -> None:
        if self._is_deaf(leader) or not by_user:
            return
        self._busy = True
        place = leader.placement
        relative = place.zoom / place.fit_zoom(FIT_MARGIN)
        for canvas in self._others(leader):
            own = canvas.placement
            x, y = _centre(place, own)
            same = (own.rows, own.columns) == (place.rows, place.columns)
            if leader.fitted:
                canvas.fit(by_user=False)
            elif same:
                canvas.set_placement(place.zoom, QPointF(x * own.columns, y * own.rows))
            else:
                zoom = relative * own.fit_zoom(FIT_MARGIN)
                canvas.set_placement(zoom, QPointF(x * own.columns, y * own.rows))
        self._busy = False

    def _windowed(self, leader: Canvas, voi: "Voi | None") -> None:
        radiograph = leader.view.shown.radiograph
        if self._is_deaf(leader) or radiograph is None or voi is None:
            return
        self._busy = True
        for canvas in self._others(leader):
            other = canvas.view.shown.radiograph
            if other is not None:
                canvas.view.set_voi(_translated(voi, radiograph, other))
        self._busy = False

    def _inverted(self, leader: Canvas, inverted: bool) -> None:
        if self._is_deaf(leader):
            return
        self._busy = True
        for canvas in self._others(leader):
            canvas.view.set_inverted(inverted)
        self._busy = False


def _centre(place: "ViewTransform", own: "ViewTransform") -> tuple[float, float]:
    """Return which point of the image of `own`, as shares of it, belongs into the middle beside `place`.

    It is the same point; where one of the two is mirrored, the one that lies there on the screen.
    """
    x, y = place.centre.x() / place.columns, place.centre.y() / place.rows
    if place.orientation.mirrored == own.orientation.mirrored:
        return x, y
    a, b, c, d = place.orientation.linear()
    across, down = a * (x - 0.5) + c * (y - 0.5), b * (x - 0.5) + d * (y - 0.5)  # on the screen
    a, b, c, d = own.orientation.linear()  # orthogonal: its inverse is its transpose
    return 0.5 + a * across + b * down, 0.5 + c * across + d * down


def _translated(voi: "Voi", radiograph: "Radiograph", other: "Radiograph") -> "Voi":
    """Return the window of `other` that lies to its own default as `voi` does to that of `radiograph`."""
    from cxrview.gui.viewer.windowing import as_window
    from cxrview.imaging import Window

    if other is radiograph or (other.path, other.frame) == (radiograph.path, radiograph.frame):
        return voi
    if voi is radiograph.default_voi:
        return other.default_voi
    window, here = as_window(voi, radiograph), as_window(radiograph.default_voi, radiograph)
    there = as_window(other.default_voi, other)
    scale = there.width / here.width
    side = -1 if radiograph.inverted is not other.inverted else 1
    centre = there.center + side * (window.center - here.center) * scale
    return Window(centre, window.width * scale, window.function)
