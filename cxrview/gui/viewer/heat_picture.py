"""A heatmap ready to be painted at any zoom, turn and place: on the canvas, on small pictures, in dialogs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from cxrview.explain.explanation import Explanation
from cxrview.explain.grid import cell_edges, grid_lines, patch_at, seen_area, sees_all
from cxrview.explain.paint import (
    CASING_OPACITY,
    GRID_COLOUR,
    GRID_OPACITY,
    cell_colours,
    contour_lines,
    fill,
    line_opacity,
)
from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer.drawn import oriented, to_image
from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.i18n import tr

HEAT_SIDE = 768  # samples along the longer side; at 512 the edges of the threshold look jagged
LINE, CASING = 1.8, 3.6  # logical pixels
STROKE = (Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.BevelJoin)
HAIRLINE = QColor("#8a929c")
FRAME_INK, FRAME_PLATE = QColor("#c3cad2"), QColor(0, 0, 0, 115)
FRAME_WORDS = 11  # logical pixels
KEPT_LINES = 2  # pictures of the lines: on the canvas, and in a lens over it


@dataclass(frozen=True, slots=True)
class ContourLine:
    """A contour: its points on the image, its colour and that of its casing."""

    points: QPolygonF
    colour: QColor
    casing: QColor


class HeatPicture:
    """The heatmap of one class in one style. Its opacity is given when it is painted."""

    def __init__(
        self, explanation: Explanation, class_name: str, style: HeatStyle, side: int = HEAT_SIDE
    ) -> None:
        """Make what does not depend on the place; InvalidRequest for an unknown class.

        `style.opacity` is not looked at. `side` is the number of samples along the longer side.
        """
        self.explanation, self.class_name, self.style = explanation, class_name, style
        self._pixels = _pixels(explanation, class_name, style, side)
        self._cells = _cells(explanation, class_name, style) if style.mode == "cells" else ()
        self._image: tuple[Orientation, QImage] | None = None
        self._lines: list[tuple[tuple[ViewTransform, float], QPointF, QImage]] = []  # as drawn, newest first
        self._contours = tuple(
            ContourLine(_polygon(line.points), QColor(*line.colour), QColor(*line.casing))
            for line in contour_lines(explanation, class_name, style, side // 4)
        )
        self._grid = tuple(_line(points) for points in grid_lines(explanation)) if style.grid else ()
        self.frame = None if sees_all(explanation) else _rect(*seen_area(explanation))
        covered = patch_at(explanation, class_name)
        self.patch = None if covered is None else _rect(*covered)

    def paint(self, painter: QPainter, placement: ViewTransform, opacity: float) -> None:
        """Paint over the picture that lies as `placement` says; nothing at an opacity of 0."""
        if opacity <= 0:
            return
        painter.save()
        # The cells may reach beyond the image, over the bars of the letterbox.
        painter.setClipRect(placement.area, Qt.ClipOperation.IntersectClip)
        if self._pixels is not None:
            painter.setOpacity(opacity)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            image = self._turned(self._pixels, placement.orientation)
            painter.drawImage(placement.area, image, QRectF(image.rect()))
            painter.setOpacity(1.0)
        self._draw_cells(painter, placement, opacity)
        self.paint_grid(painter, placement)
        self._draw_contours(painter, placement, line_opacity(opacity))
        painter.restore()

    def paint_grid(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw the lines between the cells if the style has them, all of the same whole device pixels."""
        colour = QColor(*GRID_COLOUR)
        colour.setAlphaF(GRID_OPACITY)
        width = max(1, int(placement.ratio))
        for line in self._grid:  # all of them upright or level
            painter.fillRect(_stripe(placement.to_widget.map(line), width, placement.ratio), colour)

    def paint_frame(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw hairlines around what the model looked at, unless that is all, and around what was covered."""
        if self.frame is not None:
            pen = QPen(HAIRLINE, 1, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(placement.to_widget.mapRect(self.frame))
        if self.patch is not None:  # what was covered at a time, where that changed most
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((FRAME_PLATE, 3), (FRAME_INK, 1)):
                painter.setPen(QPen(colour, width))
                painter.drawRect(placement.to_widget.mapRect(self.patch))

    def name_frame(self, painter: QPainter, placement: ViewTransform, taken: Sequence[QRectF] = ()) -> QRectF:
        """Write what the frame is at its lower edge, or at its upper one; return where.

        Outside of it if there is room, and not over what is `taken` if it can be helped.
        """
        if self.frame is None:
            return QRectF()
        words, font = tr("seen by the model"), QFont(painter.font())
        font.setPixelSize(FRAME_WORDS)
        metrics = QFontMetricsF(font)
        frame = placement.to_widget.mapRect(self.frame)
        size = QSizeF(metrics.horizontalAdvance(words) + 8, metrics.height() + 2)
        low, high = frame.bottom() + 1, frame.top() - 1
        tops = (low, low - size.height() - 2, high - size.height(), high + 2)
        canvas, left = QRectF(0, 0, placement.width, placement.height), frame.center().x() - size.width() / 2
        places = [QRectF(QPointF(left, top), size) for top in tops]
        places = [place for place in places if canvas.contains(place)]
        if not places:
            return QRectF()
        place = min(places, key=lambda place: any(place.intersects(other) for other in taken))
        painter.save()
        painter.setFont(font)
        painter.fillRect(place, FRAME_PLATE)
        painter.setPen(FRAME_INK)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
        return place

    def _draw_cells(self, painter: QPainter, placement: ViewTransform, opacity: float) -> None:
        for cell, colour in self._cells:
            colour.setAlphaF(opacity)
            painter.fillRect(placement.to_widget.mapRect(cell), colour)

    def _draw_contours(self, painter: QPainter, placement: ViewTransform, opacity: float) -> None:
        if not self._contours:
            return
        key = (placement, opacity)
        drawn = next((each for each in self._lines if each[0] == key), None)
        drawn = drawn or (key, *self._drawn_lines(placement, opacity))
        self._lines = [drawn, *(each for each in self._lines if each is not drawn)][:KEPT_LINES]
        painter.drawImage(drawn[1], drawn[2])

    def _drawn_lines(self, placement: ViewTransform, opacity: float) -> tuple[QPointF, QImage]:
        """Return the lines over what is seen of the image, and where their corner lies.

        To stroke them takes several times as long as to lay the picture of them over the image.
        """
        ratio = placement.ratio
        seen = placement.area.intersected(QRectF(0, 0, placement.width, placement.height))
        left, top = math.floor(seen.left() * ratio), math.floor(seen.top() * ratio)
        wide, high = math.ceil(seen.right() * ratio) - left, math.ceil(seen.bottom() * ratio) - top
        image = QImage(max(1, wide), max(1, high), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        corner = QPointF(left / ratio, top / ratio)
        painter = QPainter(image)
        painter.translate(-corner)
        self._stroke(painter, placement, opacity)
        painter.end()
        return corner, image

    def _stroke(self, painter: QPainter, placement: ViewTransform, opacity: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        placed = [(placement.to_widget.map(line.points), line) for line in self._contours]
        for width, strength in ((CASING, opacity * CASING_OPACITY), (LINE, opacity)):
            for points, line in placed:
                colour = QColor(line.casing if width == CASING else line.colour)
                colour.setAlphaF(strength)  # the painter's own opacity is four times as slow
                painter.setPen(QPen(colour, width, *STROKE))
                if points.isClosed():
                    painter.drawPolygon(points)
                else:
                    painter.drawPolyline(points)

    def _turned(self, pixels: NDArray[np.uint8], orientation: Orientation) -> QImage:
        """Return the filled area as it is turned; upright drawing is three times as fast as turning."""
        if self._image is None or self._image[0] != orientation:
            image = to_image(oriented(pixels, orientation)).convertToFormat(
                QImage.Format.Format_ARGB32_Premultiplied
            )
            self._image = (orientation, image)
        return self._image[1]


def _pixels(
    explanation: Explanation, class_name: str, style: HeatStyle, side: int
) -> NDArray[np.uint8] | None:
    """Return the smooth colours over the whole image, opaque where they are drawn; None in other modes."""
    if style.mode != "smooth":
        return None
    box = explanation.letterbox
    scale = side / max(box.height, box.width)
    shape = (max(1, round(box.height * scale)), max(1, round(box.width * scale)))
    return fill(explanation, class_name, style, shape, 1.0)


def _cells(explanation: Explanation, class_name: str, style: HeatStyle) -> tuple[tuple[QRectF, QColor], ...]:
    """Return the cells that are drawn, on the image, with their colours."""
    (x, y), colours = cell_edges(explanation), cell_colours(explanation, class_name, style, 1.0)
    return tuple(
        (_rect(x[column], y[row], x[column + 1], y[row + 1]), QColor(*colours[row, column, :3].tolist()))
        for row, column in np.argwhere(colours[..., 3]).tolist()
    )


def _polygon(points: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])


def _line(points: NDArray[np.float64]) -> QLineF:
    (x, y), (to_x, to_y) = points.tolist()
    return QLineF(x, y, to_x, to_y)


def _stripe(line: QLineF, width: int, ratio: float) -> QRectF:
    """Return the whole device pixels of a level or upright line: to fill them is quicker than a pen."""
    left, right = sorted((line.x1() * ratio, line.x2() * ratio))
    top, bottom = sorted((line.y1() * ratio, line.y2() * ratio))
    if right - left < bottom - top:
        left = right = left - (width - 1) / 2
        wide, high = width, math.floor(bottom) - math.floor(top) + 1
    else:
        top = bottom = top - (width - 1) / 2
        wide, high = math.floor(right) - math.floor(left) + 1, width
    return QRectF(math.floor(left) / ratio, math.floor(top) / ratio, wide / ratio, high / ratio)


def _rect(left: float, top: float, right: float, bottom: float) -> QRectF:
    return QRectF(left, top, right - left, bottom - top)
