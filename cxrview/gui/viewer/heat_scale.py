"""The colour scale of a heatmap: what each colour means, as it looks over mid-grey."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer.corner_text import broken
from cxrview.gui.viewer.free_place import Form, free_place
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation

INK, PLATE, TRACK = QColor("#e4e9ee"), QColor(0, 0, 0, 100), QColor("#3a4149")
BAR, TICK, GAP = 10, 4, 6  # logical pixels: width of the bar, length of a tick, room beside it
SHARE, LONGEST, LEAST = 0.3, 190, 70  # length of the bar: of the canvas's height, and in logical pixels
LYING = 250  # logical pixels: length of a bar that lies
PADDING = 7
USUAL = "Grad-CAM"
MID_GREY = 128
STEPS = 256


@dataclass(frozen=True, slots=True)
class Legend:
    """What a scale is about: the class, how it is drawn, whether on a scale of its `own`, and if `empty`.

    `method` is the name of the method unless it is the usual one, Grad-CAM.
    """

    title: str
    style: HeatStyle
    own: bool
    empty: bool
    method: str = USUAL

    @property
    def words(self) -> tuple[str, ...]:
        """The lines below the numbers: the method, which scale it is, and that nothing is drawn if so."""
        method = () if self.method == USUAL else (self.method,)
        return (*method, unit(self.own), *((nothing(self.style),) if self.empty else ()))


def legend_of(explanation: "Explanation", class_name: str, title: str, style: HeatStyle) -> Legend:
    """Return the legend of the heatmap of a class."""
    from cxrview.explain.overlay import has_own_scale
    from cxrview.explain.paint import is_empty

    empty = is_empty(explanation, class_name, style)
    return Legend(title, style, has_own_scale(explanation, style.own), empty, explanation.title)


def unit(own: bool) -> str:
    """Return in three words whether each class is on a scale of its own."""
    return tr("scale: this class") if own else tr("scale: all classes")


def nothing(style: HeatStyle) -> str:
    """Return that a class is too weak for anything to be drawn."""
    return tr("nothing above {share}").format(share=percent(style.least))


def meaning(own: bool, method: str = USUAL) -> str:
    """Return what the numbers of the scale are, of the method with the name `method`."""
    full = (
        tr("100 % is a strength that one in twenty images read as this class exceeds ({method}).")
        if own
        else tr("100 % is the strongest cell of any class in this image ({method}).")
    ).format(method=method)
    return f"{full} {tr('It says where the model looked, not how probable a class is.')}"


@lru_cache(maxsize=16)
def scale_image(style: HeatStyle, upright: bool) -> QImage:
    """Return the scale, one pixel thick: 0 at the left or at the bottom, clear where nothing is drawn."""
    import numpy as np

    from cxrview.explain.colour import colour_table, colourise, lay_over
    from cxrview.explain.paint import line_opacity
    from cxrview.gui.viewer.drawn import to_image

    heat = np.linspace(0, 1, STEPS, dtype=np.float32)[None]
    if style.mode == "contour":  # lines at some levels, and nothing between
        drawn = np.abs(heat - np.array(style.levels)[:, None]).min(0) < 2.5 / STEPS
    else:
        drawn = heat[0] > style.threshold
    opacity = line_opacity(style.opacity) if style.mode == "contour" else style.opacity
    coloured = colourise(heat, colour_table(style.colours), opacity, -1.0, 0.0)
    mixed = lay_over(np.full((1, STEPS), MID_GREY, np.uint8), coloured)
    rgba = np.dstack([mixed, np.where(drawn, 255, 0).astype(np.uint8)[None]])
    if upright:
        rgba = rgba.transpose(1, 0, 2)[::-1]
    return to_image(np.ascontiguousarray(rgba)).copy()


def ticks(style: HeatStyle) -> tuple[float, ...]:
    """Return where the scale is labelled: its ends, and the threshold or the contours between."""
    if style.mode == "contour":
        return (0.0, *style.levels, 1.0)
    between = (style.threshold,) if 0.1 <= style.threshold <= 0.9 else (0.5,)
    return (0.0, *between, 1.0)


def percent(share: float) -> str:
    """Return a share as whole percent."""
    return tr("{number} %").format(number=round(share * 100))


def draw(
    painter: QPainter,
    canvas: QRectF,
    font: QFont,
    legend: Legend,
    chest: QRectF,
    film: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    """Draw the scale on `canvas`, beside the film if there is room; return where.

    It covers neither `chest` nor what is `taken`, and as little as it can of `film`. Where that leaves no
    place nothing is drawn, and the place is empty.
    """
    small = QFont(font)
    small.setPixelSize(max(10, round(QFontMetrics(font).height() * 0.68)))
    metrics = QFontMetrics(small)
    title = metrics.elidedText(legend.title, Qt.TextElideMode.ElideRight, LONGEST)
    plates = _plates(metrics, dataclasses.replace(legend, title=title), canvas)
    forms = [Form(plate.size, plate.lies) for plate in plates]
    found = free_place(forms, canvas, chest, film, taken)
    if found is None:
        return QRectF()
    plate, area = plates[found.form], found.area
    painter.save()
    painter.setFont(small)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(area, 4, 4)
    painter.setPen(INK)
    plate.draw(painter, area.adjusted(PADDING, PADDING, -PADDING, -PADDING))
    painter.restore()
    return area


def _plates(metrics: QFontMetrics, legend: Legend, canvas: QRectF) -> list["_Upright | _Lying"]:
    """Return the forms that the scale can take: upright, upright with its words broken, lying."""
    lines = (legend.title, *legend.words)
    numbers = metrics.horizontalAdvance(percent(1.0)) + GAP + BAR
    wide = max(numbers, *(metrics.horizontalAdvance(line) for line in lines))
    words = broken(" ".join(lines), metrics, 0)
    narrow = max(numbers, *(metrics.horizontalAdvance(word) for word in words))
    length = min(LONGEST, round(canvas.height() * SHARE))
    plates: list[_Upright | _Lying] = []
    if length >= LEAST:
        plates = [_Upright(metrics, legend, length, wide), _Upright(metrics, legend, length, narrow)]
    return [*plates, _Lying(metrics, legend)]


class _Upright:
    """The class above an upright bar with its numbers, and the words below."""

    lies = False

    def __init__(self, metrics: QFontMetrics, legend: Legend, length: int, width: int) -> None:
        self._metrics, self._style, self._length = metrics, legend.style, length
        self._above = broken(legend.title, metrics, width)
        self._below = [line for words in legend.words for line in broken(words, metrics, width)]
        lines = len(self._above) + len(self._below) + 1  # the numbers at the ends are half beyond the bar
        self.size = QSizeF(width + 2 * PADDING, length + lines * metrics.height() + 2 * PADDING)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        row, top = self._metrics.height(), area.top()
        for line in self._above:
            _write(painter, line, area.right(), top, self._metrics)
            top += row
        bar = QRectF(area.right() - BAR, round(top + row / 2), BAR, self._length)
        _draw_bar(painter, bar, self._style, upright=True)
        last = float("inf")
        for share in ticks(self._style):
            y = bar.bottom() - share * bar.height()
            painter.drawLine(QPointF(bar.left() - TICK, y), QPointF(bar.left() - 1, y))
            if last - (y - row / 2) >= row - 2:  # numbers that would touch are left out
                _write(painter, percent(share), bar.left() - GAP, y - row / 2, self._metrics)
                last = y - row / 2
        top = bar.bottom() + row / 2
        for line in self._below:
            _write(painter, line, area.right(), top, self._metrics)
            top += row


class _Lying:
    """The class and the words above a lying bar, and its numbers below."""

    lies = True

    def __init__(self, metrics: QFontMetrics, legend: Legend) -> None:
        self._metrics, self._legend = metrics, legend
        self._line = "  ·  ".join((legend.title, *legend.words))
        width = max(LYING, metrics.horizontalAdvance(self._line))
        self.size = QSizeF(width + 2 * PADDING, 2 * metrics.height() + BAR + TICK + 2 * PADDING)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        row = self._metrics.height()
        painter.drawText(QPointF(area.left(), area.top() + self._metrics.ascent()), self._line)
        bar = QRectF(area.left(), area.top() + row + 1, area.width(), BAR)
        _draw_bar(painter, bar, self._legend.style, upright=False)
        last = -float("inf")
        for share in ticks(self._legend.style):
            text, x = percent(share), bar.left() + share * bar.width()
            wide = self._metrics.horizontalAdvance(text)
            left = min(max(bar.left(), x - wide / 2), bar.right() - wide)
            painter.drawLine(QPointF(x, bar.bottom()), QPointF(x, bar.bottom() + TICK - 1))
            if left >= last + GAP:
                _write(painter, text, left + wide, bar.bottom() + TICK - 1, self._metrics)
                last = left + wide


def _draw_bar(painter: QPainter, bar: QRectF, style: HeatStyle, upright: bool) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    image = scale_image(style, upright)
    painter.drawImage(bar, image, QRectF(image.rect()))
    painter.setPen(TRACK.lighter(160))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar.adjusted(0, 0, -1, -1))
    painter.restore()


def _write(painter: QPainter, text: str, right: float, top: float, metrics: QFontMetrics) -> None:
    """Write one line that ends at `right`."""
    painter.drawText(QPointF(right - metrics.horizontalAdvance(text), top + metrics.ascent()), text)
