"""The colour scale of a heatmap: what each colour means, as it looks over mid-grey."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from cxrview.explain.style import HeatStyle
from cxrview.i18n import tr

INK, PLATE, TRACK = QColor("#e4e9ee"), QColor(0, 0, 0, 100), QColor("#3a4149")
BAR, TICK, GAP = 10, 4, 6  # logical pixels: width of the bar, length of a tick, room beside it
SHARE, LONGEST, LEAST = 0.3, 190, 70  # length of the bar: of the canvas's height, and in logical pixels
INSET = 34  # from the right edge; the letter of the patient's side stands there
PADDING = 7
SPACIOUS = 10  # widths of the caption that a canvas has room for, or it goes without
MID_GREY = 128
STEPS = 256


def meaning() -> str:
    """Return what the numbers of the scale are."""
    return tr(
        "100 % is the strongest cell of any class in this image (Grad-CAM). It says where the model looked, "
        "not how probable a class is."
    )


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


def draw(painter: QPainter, canvas: QRect, font: QFont, title: str, style: HeatStyle) -> QRectF:
    """Draw the scale at the right edge of `canvas` and return where; an empty one where there is no room.

    `title` stands above. A small canvas gets the numbers without what they mean.
    """
    small = QFont(font)
    small.setPixelSize(max(10, round(QFontMetrics(font).height() * 0.68)))
    metrics = QFontMetrics(small)
    row, length = metrics.height(), min(LONGEST, round(canvas.height() * SHARE))
    captions = [tr("of the strongest"), tr("cell of any class")]
    wide = max(metrics.horizontalAdvance(line) for line in captions)
    if canvas.width() < SPACIOUS * wide:
        captions, wide = [], metrics.horizontalAdvance(percent(1.0)) + GAP + BAR
    if length < LEAST or canvas.width() < 4 * (wide + 2 * PADDING):
        return QRectF()
    high = length + row + len(captions) * row
    size = QSizeF(wide + 2 * PADDING, high + 2 * PADDING)
    right, middle = canvas.right() + 1 - INSET, canvas.center().y()
    plate = QRectF(QPointF(right - size.width(), middle - size.height() / 2), size)
    painter.save()
    painter.setFont(small)
    _draw_plate(painter, plate)
    inner = plate.adjusted(PADDING, PADDING, -PADDING, -PADDING)
    bar = QRectF(inner.right() - BAR, round(inner.top() + row / 2), BAR, length)
    _draw_bar(painter, bar, style, metrics)
    for number, line in enumerate(captions):
        _write(painter, line, inner.right(), inner.bottom() - (len(captions) - number) * row + 1, metrics)
    label = metrics.elidedText(title, Qt.TextElideMode.ElideRight, canvas.width() // 3)
    across = metrics.horizontalAdvance(label) + 2 * PADDING
    above = QRectF(right - across, plate.top() - row - PADDING, across, row + PADDING - 2)
    _draw_plate(painter, above)
    _write(painter, label, inner.right(), above.center().y() - row / 2, metrics)
    painter.restore()
    return plate.united(above)


def _draw_plate(painter: QPainter, area: QRectF) -> None:
    """Darken what is below, and take up the ink."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PLATE)
    painter.drawRoundedRect(area, 4, 4)
    painter.setPen(INK)


def _draw_bar(painter: QPainter, bar: QRectF, style: HeatStyle, metrics: QFontMetrics) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    image = scale_image(style, upright=True)
    painter.drawImage(bar, image, QRectF(image.rect()))
    painter.setPen(TRACK.lighter(160))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar.adjusted(0, 0, -1, -1))
    painter.setPen(INK)
    last = float("inf")
    for share in ticks(style):
        y = bar.bottom() - share * bar.height()
        painter.drawLine(QPointF(bar.left() - TICK, y), QPointF(bar.left() - 1, y))
        top = y - metrics.height() / 2
        if last - top >= metrics.height() - 2:  # numbers that would touch are left out
            _write(painter, percent(share), bar.left() - GAP, top, metrics)
            last = top


def _write(painter: QPainter, text: str, right: float, top: float, metrics: QFontMetrics) -> None:
    """Write one line that ends at `right`."""
    painter.drawText(QPointF(right - metrics.horizontalAdvance(text), top + metrics.ascent()), text)
