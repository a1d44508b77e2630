"""The whole image as it is shown, at full resolution or any other, drawn in a worker thread.

The reader's marks are recorded in the window's thread, where they live, and played back here.
"""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPicture, QTextLayout, QTextOption

from cxrview.explain.explanation import Explanation
from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.drawn import oriented, to_image
from cxrview.gui.viewer.heat_picture import HeatPicture
from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.imaging import Radiograph, overlay_mask
from cxrview.imaging.pyramid import ImagePyramid, Look, PyramidPart, render_part
from cxrview.progress import Report

BAND = 256  # rows of the heatmap painted at a time
PAPER, INK = QColor("#000000"), QColor("#d6d6d6")
LEAST_TEXT = 11  # pixels
LETTERS = 96  # about as many fit into the width of a large picture
STANDARD_SIDE = 1000  # logical pixels of the longer side: type and lines of marks look as on a screen of it


class HeatScale(NamedTuple):
    """The colours of heatmaps, and what 100 % is of, in a few words."""

    style: HeatStyle
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """The heatmap to lay over the picture."""

    explanation: Explanation
    class_name: str
    label: str
    style: HeatStyle

    @property
    def scale(self) -> HeatScale:
        """Its colours and what they mean."""
        legend = heat_scale.legend_of(self.explanation, self.class_name, self.label, self.style)
        return HeatScale(self.style, legend.words)


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A whole image as it was shown at one moment; `heat` is None where no heatmap is wanted.

    The overlays of `overlaid` are drawn, if there is one. `marks` were painted for `placement`, and `caption`
    stands under the picture unless it is empty.
    """

    levels: ImagePyramid
    look: Look
    placement: ViewTransform
    overlaid: Radiograph | None = None
    heat: Heat | None = None
    marks: QPicture | None = None
    caption: str = ""


def placement_of(
    rows: int, columns: int, aspect: float, orientation: Orientation, zoom: float, side: int = STANDARD_SIDE
) -> ViewTransform:
    """Return how an image lies on a picture of its own at `zoom` pixels per image column.

    `side` are the logical pixels of its longer side: the fewer, the larger the type of the marks.
    """
    width, height = max(1, round(columns * zoom)), max(1, round(rows * aspect * zoom))
    ratio = max(width, height) / side
    if orientation.quarters % 2:
        width, height = height, width
    middle = QPointF(columns / 2, rows / 2)
    size = (round(width / ratio), round(height / ratio))
    return ViewTransform(rows, columns, aspect, *size, ratio, zoom, middle, orientation)


def size_of(placement: ViewTransform) -> tuple[int, int]:
    """Return width and height in pixels of the picture that `placement` is for."""
    across, down = placement.shown_size
    return max(1, round(across * placement.zoom)), max(1, round(down * placement.zoom))


def compose(whole: Whole) -> NDArray[np.uint8]:
    """Return the picture over its caption, (h, w, 3) uint8 RGB, or (h, w) where all of it is grey."""
    pixels = oriented(_image(whole), whole.placement.orientation)
    if whole.heat is not None or whole.marks is not None:
        pixels = _painted(pixels, whole)
    if whole.caption:
        scale = whole.heat.scale if whole.heat is not None else None
        pixels = np.vstack((in_colour(pixels), strip(whole.caption, pixels.shape[1], scale)))
    return pixels


def image(whole: Whole, report: Report) -> QImage:
    """Return the picture over its caption as an image that owns its memory."""
    report(-1.0, "")
    return to_image(compose(whole)).copy()


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Return the pixels of any image, (h, w, 3) uint8 RGB, as a copy."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def _image(whole: Whole) -> NDArray[np.uint8]:
    """Return picture and overlays before they are turned."""
    place = whole.placement
    columns, rows = size_of(dataclasses.replace(place, orientation=Orientation()))
    across, down = place.columns / columns, place.rows / rows
    pixels = render_part(whole.levels, whole.look, PyramidPart(0.0, 0.0, across, down, columns, rows))
    mask = overlay_mask(whole.overlaid) if whole.overlaid is not None else None
    if mask is not None:
        # Not the nearest pixel: reduced, a thin line would fall between two of them.
        method = cv2.INTER_AREA if columns < place.columns else cv2.INTER_NEAREST
        alpha = cv2.resize(mask.astype(np.uint8) * np.uint8(255), (columns, rows), interpolation=method)
        pixels = np.maximum(pixels, alpha if pixels.ndim == 2 else alpha[..., None])
    return pixels


def in_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `pixels`, (h, w) or (h, w, 3), as (h, w, 3)."""
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB) if pixels.ndim == 2 else pixels


def _painted(pixels: NDArray[np.uint8], whole: Whole) -> NDArray[np.uint8]:
    """Return `pixels` in colour, under the heatmap and the marks."""
    height, width = pixels.shape[:2]
    coloured = in_colour(pixels)
    below = QImage(coloured.data, width, height, width * 3, QImage.Format.Format_RGB888)
    canvas = below.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_heat(painter, whole, QRect(0, 0, width, height))
    painter.scale(whole.placement.ratio, whole.placement.ratio)
    if whole.marks is not None:
        painter.drawPicture(0, 0, whole.marks)
    painter.end()
    return pixels_of(canvas)


def _paint_heat(painter: QPainter, whole: Whole, area: QRect) -> None:
    """Paint the heatmap over `area` in bands, between which other threads get their turn."""
    heat = whole.heat
    if heat is None:
        return
    drawn = HeatPicture(heat.explanation, heat.class_name, dataclasses.replace(heat.style, opacity=1.0))
    for top in range(0, area.height(), BAND):
        painter.save()
        painter.setClipRect(QRect(0, top, area.width(), BAND))
        painter.scale(whole.placement.ratio, whole.placement.ratio)
        drawn.paint(painter, whole.placement, heat.style.opacity)
        drawn.paint_frame(painter, whole.placement)
        drawn.name_frame(painter, whole.placement)
        painter.restore()


def strip(
    caption: str, width: int, scale: HeatScale | None = None, letters: int = LETTERS
) -> NDArray[np.uint8]:
    """Return the caption on black, (h, width, 3) uint8 RGB, broken into lines where it must be.

    The `scale` stands above the words, from 0 to 100 %. About so many `letters` fit into the width.
    """
    font = QFont()
    font.setPixelSize(max(LEAST_TEXT, round(width / letters * 1.6)))
    margin, row = font.pixelSize(), round(font.pixelSize() * 1.35)
    words = _lines(caption, font, width - 2 * margin)
    top = margin // 2 + (round(row * 1.2) if scale is not None else 0)
    canvas = QImage(width, top + row * words.lineCount() + margin // 2, QImage.Format.Format_RGB888)
    canvas.fill(PAPER)
    painter = QPainter(canvas)
    painter.setFont(font)
    painter.setPen(INK)
    if scale is not None:
        _draw_scale(painter, QRectF(margin, margin // 2, width - 2 * margin, row), scale)
    words.draw(painter, QPointF(margin, top))
    painter.end()
    return pixels_of(canvas)


def _lines(words: str, font: QFont, width: int) -> QTextLayout:
    """Return `words` in lines of `width`, broken between words if they can be."""
    layout = QTextLayout(words, font)
    layout.setTextOption(_wrapping())
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, (layout.lineCount() - 1) * round(font.pixelSize() * 1.35)))
    layout.endLayout()
    return layout


def _wrapping() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _draw_scale(painter: QPainter, area: QRectF, scale: HeatScale) -> None:
    """Draw "0 %", the colours, and what 100 % is, as far as there is room."""
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    metrics, gap = painter.fontMetrics(), area.height() / 2
    painter.drawText(area, middle, heat_scale.percent(0))
    left = area.left() + metrics.horizontalAdvance(heat_scale.percent(0)) + gap
    bar = QRectF(left, area.top() + area.height() * 0.3, area.width() / 6, area.height() * 0.4)
    image = heat_scale.scale_image(scale.style, upright=False)
    painter.drawImage(bar, image, QRectF(image.rect()))
    rest = QRectF(bar.right() + gap, area.top(), area.right() - bar.right() - gap, area.height())
    end = f"{heat_scale.percent(1)}  ·  {'  ·  '.join(scale.words)}"
    words = metrics.elidedText(end, Qt.TextElideMode.ElideRight, round(rest.width()))
    painter.drawText(rest, middle, words)
