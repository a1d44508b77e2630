"""A page measured in millimetres: text, rules, bars and pictures on whatever a painter paints on."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTextLayout, QTextOption

from cxrview.gui.widgets import fonts

INCH = 25.4  # mm
LINE_BREAK = "\u2028"  # as a layout knows it
LEADING = 1.3  # of the size of the type, from one baseline to the next


@dataclass(frozen=True, slots=True)
class Type:
    """How words look: size in points, colour, and whether they are heavy."""

    size: float
    colour: str = "#000000"
    heavy: bool = False


class Sheet:
    """Draws with `painter`; places and lengths are millimetres from the corner of its device."""

    def __init__(self, painter: QPainter, draws: bool = True) -> None:
        self._painter, self._draws = painter, draws
        self._device = painter.device()
        self._unit = self._device.logicalDpiX() / INCH
        # A recording painter, as a print preview has, leaves out a black pen that is there by default.
        painter.setPen(Qt.GlobalColor.white)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)

    def measuring(self) -> "Sheet":
        """Return a sheet that says how large things are, and draws nothing."""
        return Sheet(self._painter, draws=False)

    def height(self, words: str, look: Type, width: float) -> float:
        """Return how high `words` are when broken into lines of `width`."""
        return self._set(words, look, width, Qt.AlignmentFlag.AlignLeft)[1]

    def width(self, words: str, look: Type) -> float:
        """Return how wide `words` are on one line."""
        return QFontMetricsF(self._font(look), self._device).horizontalAdvance(words) / self._unit

    def write(
        self,
        place: QPointF,
        words: str,
        look: Type,
        width: float,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> float:
        """Write `words` from `place` downwards in lines of `width`; return how high they are."""
        layout, height = self._set(words, look, width, side)
        if self._draws:
            self._painter.setPen(QColor(look.colour))
            layout.draw(self._painter, place * self._unit)
        return height

    def shortened(self, words: str, look: Type, width: float) -> str:
        """Return `words`, or their beginning and "…", so that they fit on one line of `width`."""
        metrics = QFontMetricsF(self._font(look), self._device)
        return metrics.elidedText(words, Qt.TextElideMode.ElideRight, width * self._unit)

    def beginning(self, words: str, look: Type, width: float, room: float) -> str:
        """Return `words`, or as much of their beginning as is no higher than `room` with "…" behind it."""
        if self.height(words, look, width) <= room:
            return words
        low, high = 0, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.height(f"{words[:middle].rstrip()} …", look, width) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return f"{words[:low].rstrip()} …"

    def rule(self, start: QPointF, width: float, colour: str, thickness: float = 0.2) -> None:
        """Draw a line to the right of `start`."""
        if not self._draws:
            return
        self._painter.setPen(QPen(QColor(colour), thickness * self._unit))
        self._painter.drawLine(start * self._unit, QPointF(start.x() + width, start.y()) * self._unit)

    def box(self, area: QRectF, fill: str, line: str = "", rounding: float = 0.0) -> None:
        """Fill `area`, and draw its outline if `line` is a colour."""
        if not self._draws:
            return
        pen = QPen(QColor(line), 0.25 * self._unit) if line else Qt.PenStyle.NoPen
        self._painter.setPen(pen)
        self._painter.setBrush(QColor(fill))
        self._painter.drawRoundedRect(self._scaled(area), rounding * self._unit, rounding * self._unit)

    def line(self, points: Sequence[QPointF], colour: str, thickness: float = 0.35) -> None:
        """Draw a line through `points`."""
        if not self._draws:
            return
        self._painter.setPen(QPen(QColor(colour), thickness * self._unit))
        self._painter.drawPolyline([point * self._unit for point in points])

    def picture(self, area: QRectF, image: QImage) -> QRectF:
        """Draw `image` as large as it goes at the top of the middle of `area`; return where it is."""
        size = QSizeF(image.size()).scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(area.center().x() - size.width() / 2, area.top()), size)
        if self._draws:
            self._painter.drawImage(self._scaled(place), image)
        return place

    def stretched(self, area: QRectF, image: QImage) -> None:
        """Draw `image` over the whole of `area`."""
        if self._draws:
            self._painter.drawImage(self._scaled(area), image)

    def _font(self, look: Type) -> QFont:
        font = fonts.printed()
        font.setPointSizeF(look.size)
        font.setWeight(QFont.Weight.DemiBold if look.heavy else QFont.Weight.Normal)
        return font

    def _set(self, words: str, look: Type, width: float, side: Qt.AlignmentFlag) -> tuple[QTextLayout, float]:
        """Return `words` broken into lines, and their height in millimetres."""
        layout = QTextLayout(words.replace("\n", LINE_BREAK), self._font(look), self._device)
        option = QTextOption(side)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        step = look.size / 72 * INCH * LEADING * self._unit
        top = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width * self._unit)
            line.setPosition(QPointF(0, top + (step - line.height()) / 2))
            top += step
        layout.endLayout()
        return layout, top / self._unit

    def _scaled(self, area: QRectF) -> QRectF:
        return QRectF(area.topLeft() * self._unit, area.size() * self._unit)
