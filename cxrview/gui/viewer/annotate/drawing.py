"""How annotations look: lines with a dark rim, handles, and plates of words that read on black and white."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPainterPath, QPen

from cxrview.gui.viewer.annotate.shapes import Shape
from cxrview.gui.viewer.corner_text import broken

LINE = QColor("#55c1fa")  # the same in both themes: it lies on the film, not on the chrome
CHOSEN = QColor("#a3e2ff")
RIM = QColor(0, 0, 0, 150)
PLATE = QColor(10, 13, 17, 205)
PLATE_EDGE = QColor(110, 203, 255, 150)
INK, FAINT_INK = QColor("#eef4f9"), QColor("#a9b6c2")
NOTE = QColor("#f0b44c")
WIDTH, CHOSEN_WIDTH, RIM_WIDTH = 1.8, 2.4, 2.0  # the rim is added to the line
HANDLE = 4.0  # radius
PADDING = QSizeF(7, 4)
GAP = 12.0  # between a shape and its plate
CORNER = 4.0
EDGE = 6.0  # logical pixels that plates keep from the edge of the widget
HINT_TOP = 44.0


@dataclass(frozen=True)
class Plate:
    """The words of one annotation: a name in bold, lines, and lines that step back."""

    title: str = ""
    lines: tuple[str, ...] = ()
    faint: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.title or self.lines or self.faint or self.note)

    def rows(self) -> list[tuple[str, QColor, bool]]:
        """Return each row with its ink and whether it is bold."""
        rows = [(self.title, INK, True)] if self.title else []
        rows += [(line, INK, False) for line in self.lines]
        rows += [(line, FAINT_INK, False) for line in self.faint]
        return rows + [(line, NOTE, False) for line in self.note.splitlines()]


def fonts(font: QFont) -> tuple[QFont, QFont]:
    """Return the plain and the bold font of plates."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return font, bold


def fitted(plate: Plate, font: QFont, width: float) -> Plate:
    """Return `plate` with more and shorter lines where it would be wider than `width`, or a word allows."""
    if plate_size(plate, font).width() <= width:
        return plate
    metrics, room = QFontMetrics(font), int(width - 2 * PADDING.width())

    def lines(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(line for text in texts for line in broken(text, metrics, room))

    return dataclasses.replace(
        plate,
        lines=lines(plate.lines),
        faint=lines(plate.faint),
        note="\n".join(lines(plate.note.splitlines())),
    )


def plate_size(plate: Plate, font: QFont) -> QSizeF:
    """Return how much room `plate` takes."""
    plain, bold = (QFontMetricsF(each) for each in fonts(font))
    rows = plate.rows()
    width = max(((bold if heavy else plain).horizontalAdvance(text) for text, _, heavy in rows), default=0.0)
    return QSizeF(width, plain.lineSpacing() * len(rows)) + PADDING * 2


def find_place(
    shape: Shape, size: QSizeF, area: QRectF, taken: Sequence[QRectF], others: Sequence[Shape] = ()
) -> QRectF:
    """Return where a plate of `size` stands beside `shape` inside `area`.

    Before all it keeps off the shape's own lines, then off the plates that are `taken`, then off `others`.
    """
    bounds = shape.bounds().adjusted(-GAP, -GAP, GAP, GAP)
    widths = size.width(), size.height()
    middle = bounds.center() - QPointF(widths[0] / 2, widths[1] / 2)
    right, left = bounds.right(), bounds.left() - widths[0]
    below, above = bounds.bottom(), bounds.top() - widths[1]
    last = max(shape.handles, key=lambda place: (place.x(), place.y()), default=bounds.center())
    corners = (
        (right, last.y() - widths[1] / 2),
        (right, middle.y()),
        (middle.x(), below),
        (middle.x(), above),
        (left, middle.y()),
        (right, below),
        (left, below),
        (right, above),
        (left, above),
    )
    places = [_inside(QRectF(QPointF(*corner), size), area) for corner in corners]

    def crowding(place: QRectF) -> int:
        plates = sum(other.intersects(place) for other in taken)
        shapes = sum(other.touches(place) for other in others)
        return 100 * shape.touches(place) + 10 * plates + shapes

    return min(places, key=crowding)  # the first among equals


def _inside(place: QRectF, area: QRectF) -> QRectF:
    left = min(max(place.left(), area.left()), max(area.left(), area.right() - place.width()))
    top = min(max(place.top(), area.top()), max(area.top(), area.bottom() - place.height()))
    return QRectF(QPointF(left, top), place.size())


def draw_shape(painter: QPainter, shape: Shape, chosen: bool) -> None:
    """Draw the lines of `shape`, first their rim."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, width = (CHOSEN, CHOSEN_WIDTH) if chosen else (LINE, WIDTH)
    round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (
        QPen(RIM, width + RIM_WIDTH, Qt.PenStyle.SolidLine, round_cap, round_join),
        QPen(colour, width, Qt.PenStyle.SolidLine, round_cap, round_join),
    ):
        painter.setPen(pen)
        painter.drawPath(shape.line)
    _draw_dashed(painter, shape.helping, colour)
    if not shape.filled.isEmpty():
        painter.setPen(QPen(RIM, RIM_WIDTH / 2))
        painter.setBrush(colour)
        painter.drawPath(shape.filled)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_dashed(painter: QPainter, path: QPainterPath, colour: QColor) -> None:
    if path.isEmpty():
        return
    for pen in (QPen(RIM, 2.8), QPen(colour, 1.6)):
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([5 / pen.widthF(), 4 / pen.widthF()])  # Qt counts in widths of the pen
        painter.setPen(pen)
        painter.drawPath(path)


def draw_handles(painter: QPainter, places: Iterable[QPointF], active: int) -> None:
    """Draw the handles as rings; the `active` one is full."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for index, place in enumerate(places):
        painter.setPen(QPen(RIM, 3.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, HANDLE, HANDLE)
        painter.setPen(QPen(CHOSEN, 1.6))
        painter.setBrush(CHOSEN if index == active else QColor(10, 13, 17, 120))
        painter.drawEllipse(place, HANDLE, HANDLE)


def draw_leader(painter: QPainter, shape: Shape, place: QRectF) -> None:
    """Draw the thread from a plate that was moved away to the nearest place of its shape."""
    middle = place.center()
    ends = shape.handles or (shape.bounds().center(),)
    nearest = min(ends, key=lambda end: (end - middle).manhattanLength())
    path = QPainterPath(middle)
    path.lineTo(nearest)
    _draw_dashed(painter, path, LINE)


def draw_plate(painter: QPainter, plate: Plate, place: QRectF, font: QFont, chosen: bool) -> None:
    """Write `plate` into `place`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(PLATE_EDGE, 1.0) if chosen else Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(place, CORNER, CORNER)
    plain, bold = fonts(font)
    spacing = QFontMetricsF(plain).lineSpacing()
    inner = place.adjusted(PADDING.width(), PADDING.height(), 0, -PADDING.height())
    row_place = QRectF(inner.left(), inner.top(), inner.width(), spacing)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    for text, ink, heavy in plate.rows():
        painter.setFont(bold if heavy else plain)
        painter.setPen(ink)
        painter.drawText(row_place, flags | Qt.TextFlag.TextSingleLine, text)
        row_place.translate(0, spacing)


def draw_hint(painter: QPainter, text: str, width: float, font: QFont) -> None:
    """Write what to do next at the top of a widget that is `width` wide, under the letter of the edge."""
    if not text:
        return
    plate = fitted(Plate(lines=(text,)), font, width - 2 * EDGE)
    size = plate_size(plate, font)
    place = QRectF(QPointF((width - size.width()) / 2, HINT_TOP), size)
    draw_plate(painter, plate, place, font, True)
