"""The tool of the cardiothoracic ratio: it offers the width of the thorax that the lung network proposes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath

from cxrview.annotations.annotation import ACCEPTED, MOVED, CardiothoracicRatio, Point
from cxrview.gui.viewer.annotate.draw_tools import SLOP, DrawTool
from cxrview.gui.viewer.annotate.drawing import draw_handles, draw_shape
from cxrview.gui.viewer.annotate.handles import on_image, on_widget
from cxrview.gui.viewer.annotate.layer import NEAR, AnnotationLayer
from cxrview.gui.viewer.annotate.shapes import BAR, REACH, Shape
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas

Line = tuple[Point, Point]
Propose = Callable[["Canvas"], Line | None]
HINT = mark(
    "2 of 2: the thorax. Return or a click on the dashed line takes it, a drag moves it; or draw your own"
)
BOTH = 2  # both ends of the line are held


@dataclass
class Hold:
    """What of the proposed line the mouse holds: an end (0, 1) or BOTH, and where it began."""

    part: int
    start: QPointF
    line: Line
    dragged: bool = False


class RatioTool(DrawTool):
    """Draws heart and thorax. `propose` returns the ends of the thorax on a canvas, None while nobody knows.

    The proposal is seen from the start, and can be taken, moved or dropped once the heart is drawn.
    """

    def __init__(
        self,
        layer_of: Callable[["Canvas"], AnnotationLayer],
        leave: Callable[[], None],
        say: Callable[[str], None],
        propose: Propose,
    ) -> None:
        super().__init__(CardiothoracicRatio, layer_of, leave, say)
        self._propose = propose
        self._moved: Line | None = None  # where the reader has put the proposal
        self._dropped = False
        self._hold: Hold | None = None

    def proposal(self, canvas: "Canvas") -> Line | None:
        """Return the line that is offered on `canvas` now, ends in image coordinates."""
        if self._is_at_thorax(canvas):
            return None if self._dropped else self._moved or self._proposed(canvas)
        layer = self._layer_of(canvas)
        items = layer.annotations.of(layer.key_of_image)
        if self._points or any(isinstance(item, CardiothoracicRatio) for item in items):
            return None
        return self._proposed(canvas)

    def _proposed(self, canvas: "Canvas") -> Line | None:
        lies = canvas.view.orientation.quarters % 2 == 1  # then widths are taken along columns
        return None if lies else self._propose(canvas)

    def _is_at_thorax(self, canvas: "Canvas") -> bool:
        return canvas is self._canvas and len(self._points) == 2

    # Mouse and keys

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        line = self.proposal(canvas) if self._is_at_thorax(canvas) else None
        part = _part_at(line, event.position(), canvas.placement) if line is not None else None
        if line is None or part is None:
            super().press(canvas, event)
            return
        self._hold = Hold(part, event.position(), line)

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Move what is held of the proposal, or draw on."""
        hold = self._hold
        if hold is None:
            super().move(canvas, event)
            return
        way = event.position() - hold.start
        if hold.dragged or way.manhattanLength() > SLOP:
            hold.dragged = True
            self._moved = _shifted(hold, way, canvas.placement)
            canvas.update()

    def release(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Let go of the proposal; a click on it takes it."""
        hold, self._hold = self._hold, None
        if hold is None:
            super().release(canvas, event)
        elif not hold.dragged:
            self._accept(canvas, hold.line)
        canvas.update()

    def key(self, canvas: "Canvas", event: QKeyEvent) -> bool:
        """Return takes the proposal and Esc drops it, once the heart is drawn."""
        line = self.proposal(canvas) if self._is_at_thorax(canvas) else None
        if line is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept(canvas, line)
        elif line is not None and event.key() == Qt.Key.Key_Escape:
            self._dropped, self._hold = True, None
        else:
            return super().key(canvas, event)
        canvas.update()
        return True

    def _accept(self, canvas: "Canvas", line: Line) -> None:
        thorax_by = MOVED if self._moved is not None else ACCEPTED
        self._add(canvas, CardiothoracicRatio(points=(*self._points, *line), thorax_by=thorax_by))

    def _forget(self) -> None:
        super()._forget()
        self._moved, self._hold, self._dropped = None, None, False

    # Painting

    def hint(self, canvas: "Canvas") -> str:
        if self._is_at_thorax(canvas) and self.proposal(canvas) is not None:
            return tr(HINT)
        return super().hint(canvas)

    def paint(self, canvas: "Canvas", painter: QPainter, placement: ViewTransform) -> None:
        line = self.proposal(canvas)
        if line is not None:
            ends = [on_widget(point, placement) for point in line]
            draw_shape(painter, Shape(QPainterPath(), _dashes(*ends)), False)
            if self._is_at_thorax(canvas):
                draw_handles(painter, ends, -1)
        super().paint(canvas, painter, placement)


def _dashes(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the line with a bar at either end."""
    path = QPainterPath(start)
    path.lineTo(end)
    for place in (start, end):
        path.moveTo(place - QPointF(0, BAR))
        path.lineTo(place + QPointF(0, BAR))
    return path


def _part_at(line: Line, place: QPointF, placement: ViewTransform) -> int | None:
    """Return which part of `line` lies under `place`: an end, BOTH, or None."""
    ends = [on_widget(point, placement) for point in line]
    for index, end in enumerate(ends):
        if (end - place).manhattanLength() <= NEAR:
            return index
    along = QLineF(*ends)
    if along.length() == 0:
        return None
    way, to = ends[1] - ends[0], place - ends[0]
    share = QPointF.dotProduct(way, to) / QPointF.dotProduct(way, way)
    off = abs(way.x() * to.y() - way.y() * to.x()) / along.length()
    return BOTH if 0 <= share <= 1 and off <= REACH / 2 else None


def _shifted(hold: Hold, way: QPointF, placement: ViewTransform) -> Line:
    """Return the line after the mouse has gone `way` on the widget."""
    first, second = (
        on_image(on_widget(point, placement) + way, placement) if hold.part in (index, BOTH) else point
        for index, point in enumerate(hold.line)
    )
    return first, second
