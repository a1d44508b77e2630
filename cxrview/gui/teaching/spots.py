"""Where the reader saw it: a click, or an ellipse that is dragged; once revealed, the regions of the set."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.tools import Tool

if TYPE_CHECKING:
    from cxrview.datasets.boxes import Box4
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.gui.viewer.view_transform import ViewTransform

OWN, TRUE = QColor("#ffd166"), QColor("#7bd389")
UNDER = QColor(0, 0, 0, 150)  # so that a line is seen on bone too
CLICK = 5.0  # logical pixels: a shorter drag is a click
STEP = 0.015  # of the longer side of the film, by which a key moves
RADIUS = 11.0  # of what stands for a click, in logical pixels


class SpotLayer(Layer):
    """Draws `spots`, middles and sizes in pixels of the upright film, and `regions`, boxes there."""

    kind = "annotations"

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self.spots: list[QRectF] = []
        self.regions: tuple[Box4, ...] = ()
        self.pointer: QPointF | None = None  # where the keys would put a mark, in pixels of the film

    def clear(self) -> None:
        """Show nothing."""
        self.spots, self.regions, self.pointer = [], (), None
        self.canvas.update()

    def show_regions(self, regions: "tuple[Box4, ...]") -> None:
        """Show what the set says where it is."""
        self.regions = regions
        self.canvas.update()

    def add(self, spot: QRectF) -> None:
        """Add a mark; one of no size is a click."""
        self.spots.append(spot)
        self.canvas.update()

    def mark_by_key(self) -> None:
        """Show where a mark would go, which is in the middle at first; then put it there."""
        place = self.canvas.placement
        if self.pointer is None:
            self.pointer = QPointF(place.columns / 2, place.rows / 2)
        else:
            self.spots.append(QRectF(self.pointer, self.pointer))
            self.pointer = None
        self.canvas.update()

    def move_pointer(self, across: int, down: int) -> None:
        """Move the place for the next mark by so many steps to the right, and downwards."""
        if self.pointer is not None:
            place = self.canvas.placement
            step = STEP * max(place.columns, place.rows)
            x, y = self.pointer.x() + across * step, self.pointer.y() + down * step
            self.pointer = QPointF(min(max(x, 0), place.columns), min(max(y, 0), place.rows))
            self.canvas.update()

    def drop_pointer(self) -> None:
        """Put no mark by keys after all."""
        self.pointer = None
        self.canvas.update()

    def take_back(self) -> None:
        """Take back the last mark."""
        if self.spots:
            self.spots.pop()
            self.canvas.update()

    def paint(self, painter: QPainter, placement: "ViewTransform") -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in self.regions:
            left, top, right, bottom = box
            place = placement.to_widget.mapRect(QRectF(left, top, right - left, bottom - top))
            _twice(painter, TRUE, lambda place=place: painter.drawRect(place))
        for spot in self.spots:
            _twice(painter, OWN, lambda spot=spot: draw_spot(painter, placement, spot))
        if self.pointer is not None:
            at = placement.to_widget.map(self.pointer)
            for arm in (QPointF(2 * RADIUS, 0), QPointF(0, 2 * RADIUS)):
                _twice(painter, OWN, lambda arm=arm: painter.drawLine(at - arm, at + arm))


def draw_spot(painter: QPainter, placement: "ViewTransform", spot: QRectF) -> None:
    """Draw a mark: an ellipse, or a ring of its own size for a click."""
    place = placement.to_widget.mapRect(spot)
    if spot.isEmpty():
        painter.drawEllipse(placement.to_widget.map(spot.center()), RADIUS, RADIUS)
    else:
        painter.drawEllipse(place)


def _twice(painter: QPainter, colour: QColor, draw: object) -> None:
    for pen in (QPen(UNDER, 4), QPen(colour, 1.8)):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        assert callable(draw)
        draw()


class SpotTool(Tool):
    """A click marks a place, a drag an ellipse. It does nothing while `open` is off."""

    name, cursor = "spot", Qt.CursorShape.CrossCursor

    def __init__(self) -> None:
        self.open = True
        self.layer: SpotLayer | None = None
        self._from: QPointF | None = None
        self._to = QPointF()

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        if self.open:
            self._from = self._to = event.position()

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        if self._from is not None:
            self._to = event.position()
            canvas.update()

    def release(self, canvas: "Canvas", event: QMouseEvent) -> None:
        start, end, self._from = self._from, event.position(), None
        if start is None or self.layer is None:
            return
        to_image = canvas.placement.to_image
        middle = to_image.map(start)
        small = (end - start).manhattanLength() < CLICK
        spot = QRectF(middle, middle) if small else QRectF(middle, to_image.map(end)).normalized()
        self.layer.add(spot)

    def double_click(self, canvas: "Canvas", event: QMouseEvent) -> bool:
        return self.open  # two quick clicks are two marks

    def drop(self, canvas: "Canvas") -> None:
        self._from = None

    def paint(self, canvas: "Canvas", painter: QPainter, placement: "ViewTransform") -> None:
        if self._from is not None and (self._to - self._from).manhattanLength() >= CLICK:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            place = QRectF(self._from, self._to).normalized()
            _twice(painter, OWN, lambda: painter.drawEllipse(place))
