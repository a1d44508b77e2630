"""The lines of annotations as they lie on the widget."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPainterPathStroker

from cxrview.annotations.annotation import Annotation, CardiothoracicRatio
from cxrview.gui.viewer.annotate.handles import handles, on_widget
from cxrview.gui.viewer.view_transform import ViewTransform

ARC = 30.0  # logical pixels, at most, around the vertex of an angle
BAR = 5.0  # half the length of the bars at the ends of a measured width
HEAD = 11.0  # length of an arrow's head
CROSS, CROSS_GAP = 8.0, 2.5
REACH = 12.0  # width of what can be taken around a line


@dataclass(frozen=True)
class Shape:
    """What is painted of an annotation: full lines, dashed helping lines, and what is filled."""

    line: QPainterPath
    helping: QPainterPath = field(default_factory=QPainterPath)
    filled: QPainterPath = field(default_factory=QPainterPath)
    handles: tuple[QPointF, ...] = ()

    def is_under(self, place: QPointF) -> bool:
        """Whether `place` is on one of the full lines, or near enough to mean it."""
        if not self.line.boundingRect().adjusted(-REACH, -REACH, REACH, REACH).contains(place):
            return False
        stroker = QPainterPathStroker()
        stroker.setWidth(REACH)
        return stroker.createStroke(self.line).contains(place)

    def touches(self, area: QRectF) -> bool:
        """Whether any of the lines, or what they enclose, lies in `area`."""
        return any(path.intersects(area) for path in (self.line, self.helping, self.filled))

    def bounds(self) -> QRectF:
        """Return the rectangle around all lines."""
        return self.line.boundingRect().united(self.filled.boundingRect())


def shape_of(annotation: Annotation, placement: ViewTransform) -> Shape:
    """Return the lines of `annotation` in the widget's logical pixels."""
    points = [on_widget(point, placement) for point in annotation.points]
    places = tuple(on_widget(point, placement) for point in handles(annotation))
    if isinstance(annotation, CardiothoracicRatio):
        return _widths(annotation, points, placement, places)
    draw: Callable[[Sequence[QPointF]], Shape] = SHAPES[annotation.kind]
    made = draw(points)
    return Shape(made.line, made.helping, made.filled, places)


def _segments(*lines: tuple[QPointF, QPointF]) -> QPainterPath:
    path = QPainterPath()
    for start, end in lines:
        path.moveTo(start)
        path.lineTo(end)
    return path


def _bars(start: QPointF, end: QPointF) -> list[tuple[QPointF, QPointF]]:
    """Return a line with a bar across at either end, as on a ruler."""
    away = QLineF(start, end)
    if away.length() == 0:
        return [(start, end)]
    across = QPointF(-away.dy(), away.dx()) * (BAR / away.length())
    return [(start, end), (start - across, start + across), (end - across, end + across)]


def _length(points: Sequence[QPointF]) -> Shape:
    return Shape(_segments(*_bars(points[0], points[1])))


def _angle(points: Sequence[QPointF]) -> Shape:
    first, vertex, last = points
    arms = QLineF(vertex, first), QLineF(vertex, last)
    path = _segments((first, vertex), (vertex, last))
    radius = min(ARC, 0.4 * arms[0].length(), 0.4 * arms[1].length())
    arc = QPainterPath()
    if radius > 3:
        start = arms[0].angle()
        sweep = (arms[1].angle() - start + 180) % 360 - 180
        around = QRectF(vertex.x() - radius, vertex.y() - radius, 2 * radius, 2 * radius)
        arc.arcMoveTo(around, start)
        arc.arcTo(around, start, sweep)
    path.addPath(arc)
    return Shape(path)


def _cobb(points: Sequence[QPointF]) -> Shape:
    upper, lower = (points[0] + points[1]) / 2, (points[2] + points[3]) / 2
    lines = _segments((points[0], points[1]), (points[2], points[3]))
    return Shape(lines, _segments((upper, lower)))


def _widths(
    annotation: CardiothoracicRatio,
    points: Sequence[QPointF],
    placement: ViewTransform,
    places: tuple[QPointF, ...],
) -> Shape:
    """Return each width between its ends as projected across the patient, and the ends' way there."""
    sideways = annotation.sideways is not (placement.orientation.quarters % 2 == 1)  # as seen now
    full, helping = QPainterPath(), QPainterPath()
    for start, end in ((points[0], points[1]), (points[2], points[3])):
        if sideways:
            x = (start.x() + end.x()) / 2
            ends = QPointF(x, start.y()), QPointF(x, end.y())
        else:
            y = (start.y() + end.y()) / 2
            ends = QPointF(start.x(), y), QPointF(end.x(), y)
        full.addPath(_segments(*_bars(*ends)))
        helping.addPath(_segments((start, ends[0]), (end, ends[1])))
    return Shape(full, helping, handles=places)


def _rectangle(points: Sequence[QPointF]) -> Shape:
    path = QPainterPath()
    path.addRect(QRectF(points[0], points[1]).normalized())
    return Shape(path)


def _ellipse(points: Sequence[QPointF]) -> Shape:
    path = QPainterPath()
    path.addEllipse(QRectF(points[0], points[1]).normalized())
    return Shape(path)


def _freehand(points: Sequence[QPointF]) -> Shape:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    path.closeSubpath()
    return Shape(path)


def _point(points: Sequence[QPointF]) -> Shape:
    (at,) = points
    ways = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    return Shape(_segments(*((at + way * CROSS_GAP, at + way * CROSS) for way in ways)))


def _arrow(points: Sequence[QPointF]) -> Shape:
    tip, tail = points
    away = QLineF(tip, tail)
    head = QPainterPath()
    if away.length() == 0:
        return Shape(_segments((tip, tail)))
    along = QPointF(away.dx(), away.dy()) * (min(HEAD, away.length()) / away.length())
    across = QPointF(-along.y(), along.x()) * math.tan(math.radians(22))
    head.moveTo(tip)
    head.lineTo(tip + along + across)
    head.lineTo(tip + along - across)
    head.closeSubpath()
    return Shape(_segments((tip + along * 0.8, tail)), filled=head)


def _dot(points: Sequence[QPointF]) -> Shape:
    path = QPainterPath()
    path.addEllipse(points[0], 2.5, 2.5)
    return Shape(path, filled=path)


SHAPES: dict[str, Callable[[Sequence[QPointF]], Shape]] = {
    "length": _length,
    "calibration": _length,
    "angle": _angle,
    "cobb": _cobb,
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "freehand": _freehand,
    "point": _point,
    "arrow": _arrow,
    "text": _dot,
}
