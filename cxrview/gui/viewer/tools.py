"""What the left mouse button does on a canvas: one object a tool, shared by all canvases of a window."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen

from cxrview.gui.viewer.view_transform import ViewTransform

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.imaging import Voi

LENS_RADIUS = 130  # logical pixels
LENS_ZOOM = 2.5
RIM = QColor("#aab3bd")


class Tool:
    """A tool that does nothing. `press` … `release` come for the left button, or the one it is lent to."""

    name = ""
    cursor = Qt.CursorShape.ArrowCursor
    has_keys = False  # whether it can be used without the mouse

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """The button went down over the picture."""

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """The mouse moved with the button down."""

    def release(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """The button went up."""

    def hover(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """The mouse moved with no button down."""

    def double_click(self, canvas: "Canvas", event: QMouseEvent) -> bool:
        """Return whether the double click was for this tool."""
        return False

    def key(self, canvas: "Canvas", event: QKeyEvent) -> bool:
        """Return whether the key was for this tool."""
        return False

    def drop(self, canvas: "Canvas") -> None:
        """Let go of what is half done: another tool or another image came."""

    def paint(self, canvas: "Canvas", painter: QPainter, placement: ViewTransform) -> None:
        """Paint over all layers."""


class WindowTool(Tool):
    """Sideways changes contrast, up and down brightness."""

    name, cursor = "window", Qt.CursorShape.CrossCursor

    def __init__(self) -> None:
        self._start = QPointF()
        self._voi: Voi | None = None

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        self._start, self._voi = event.position(), canvas.view.voi

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Set the window by the way from where the button went down, in heights of the canvas."""
        way = event.position() - self._start
        radiograph = canvas.view.shown.radiograph
        if radiograph is None or self._voi is None or way.isNull():
            return
        from cxrview.gui.viewer.windowing import adjust

        side = max(400, canvas.height())
        # A lower centre is brighter, unless black and white are swapped.
        sign = 1 if radiograph.inverted is not canvas.view.inverted else -1
        new = adjust(radiograph, self._voi, way.x() / side, -way.y() / side, sign)
        canvas.view.set_voi(new)


class PanTool(Tool):
    """Moves the image."""

    name, cursor = "pan", Qt.CursorShape.OpenHandCursor

    def __init__(self) -> None:
        self._last = QPointF()

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        self._last = event.position()
        canvas.setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        canvas.move_by(event.position() - self._last)
        self._last = event.position()


class ZoomTool(Tool):
    """Up zooms in and down zooms out, around the place where the drag began."""

    name, cursor = "zoom", Qt.CursorShape.SizeVerCursor

    def __init__(self) -> None:
        self._start, self._zoom = QPointF(), 1.0

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        self._start, self._zoom = event.position(), canvas.zoom

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        canvas.set_zoom(self._zoom * 1.006 ** (self._start.y() - event.position().y()), self._start)


class LensTool(Tool):
    """A magnifier under the pointer while the button is held."""

    name, cursor = "lens", Qt.CursorShape.CrossCursor

    def __init__(self) -> None:
        self._at: QPointF | None = None
        self._canvas: Canvas | None = None

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        self._at, self._canvas = event.position(), canvas
        canvas.setCursor(Qt.CursorShape.BlankCursor)
        canvas.update()

    move = press

    def release(self, canvas: "Canvas", event: QMouseEvent) -> None:
        self.drop(canvas)

    def drop(self, canvas: "Canvas") -> None:
        self._at = None
        canvas.update()

    def paint(self, canvas: "Canvas", painter: QPainter, placement: ViewTransform) -> None:
        """Draw picture and layers larger in a disc around the mouse."""
        if self._at is None or canvas is not self._canvas:
            return
        disc = QRectF(0, 0, 2 * LENS_RADIUS, 2 * LENS_RADIUS)
        disc.moveCenter(self._at)
        clip = QPainterPath()
        clip.addEllipse(disc)
        painter.save()
        painter.setClipPath(clip)
        painter.fillRect(disc, Qt.GlobalColor.black)
        canvas.paint_image(painter, placement.zoomed(placement.zoom * LENS_ZOOM, self._at), disc)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(RIM, 1.5))
        painter.drawEllipse(disc)


def basic_tools() -> dict[str, Tool]:
    """Return the tools for looking, by name; those for measuring come from `annotate`."""
    return {tool.name: tool for tool in (WindowTool(), PanTool(), ZoomTool(), LensTool())}
