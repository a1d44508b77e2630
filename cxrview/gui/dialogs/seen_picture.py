"""The model's input as a picture, pixel by pixel, with crop, cells and heatmap."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer.view_transform import ViewTransform

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.explain.model_input_view import ModelInputView
    from cxrview.gui.viewer.heat_picture import HeatPicture

SHADE = QColor(0, 0, 0, 130)  # over what is cut off
FRAME = QColor("#e4e9ee")
# Of the lungs: a thin line in a darker one, seen on dark and bright alike, and faint on both.
OUTLINE = ((QColor(0, 0, 0, 90), 3.0), (QColor(120, 205, 220, 200), 1.0))
LEAST, USUAL = 240, 460  # logical pixels a side


class SeenPicture(QWidget):
    """Shows what is given to the model, or what its first layer keeps of it."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: ModelInputView | None = None
        self._image = QImage()
        self._heat: HeatPicture | None = None
        self._opacity = 0.0
        self.kept = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(USUAL, USUAL)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, LEAST)

    def clear(self) -> None:
        """Show nothing."""
        self._seen, self._heat, self._image = None, None, QImage()
        self.update()

    def show_seen(
        self,
        seen: "ModelInputView",
        explanation: "Explanation | None",
        class_name: str,
        style: HeatStyle | None,
        kept: bool,
    ) -> None:
        """Show `seen` whole, or what is `kept` of it; with the heatmap of a class in `style` unless None."""
        from cxrview.explain.model_input_view import in_the_crop, in_the_square
        from cxrview.gui.viewer.drawn import to_image
        from cxrview.gui.viewer.heat_picture import HeatPicture

        self._seen, self.kept = seen, kept
        self._image = to_image(seen.seen if kept else seen.given).copy()
        self._heat = None
        known = explanation is not None and class_name in explanation.class_names
        if explanation is not None and known and style is not None:
            there = in_the_crop(explanation, seen) if kept else in_the_square(explanation)
            self._heat = HeatPicture(there, class_name, style)
            self._opacity = style.opacity
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._image.isNull():
            return
        placement = self._placement()
        # The pixels are shown as they are: what looks coarse is coarse.
        painter.drawImage(placement.area, self._image, QRectF(self._image.rect()))
        if self._seen is not None and not self.kept:
            self._shade(painter, placement, self._seen)
        if self._heat is not None and self._opacity > 0:
            self._heat.paint(painter, placement, self._opacity)
        elif self._heat is not None:
            self._heat.paint_grid(painter, placement)
        if self._seen is not None and not self.kept:
            self._draw_outlines(painter, placement, self._seen)

    def _placement(self) -> ViewTransform:
        """Return where the picture lies: as large as it goes, in whole device pixels where it is enlarged."""
        width, height, ratio = self._image.width(), self._image.height(), self.devicePixelRatioF()
        middle = QPointF(width / 2, height / 2)
        size = (max(1, self.width()), max(1, self.height()))
        zoom = ViewTransform(height, width, 1.0, *size, ratio, 1.0, middle).fit_zoom()
        return ViewTransform(height, width, 1.0, *size, ratio, int(zoom) if zoom >= 2 else zoom, middle)

    def _shade(self, painter: QPainter, placement: ViewTransform, seen: "ModelInputView") -> None:
        """Darken what the first layer cuts off, and frame what it keeps."""
        left, top, right, bottom = seen.frame
        frame = placement.to_widget.mapRect(QRectF(left, top, right - left, bottom - top))
        if frame == placement.area:
            return
        area = placement.area
        for part in (
            QRectF(area.left(), area.top(), area.width(), frame.top() - area.top()),
            QRectF(area.left(), frame.bottom(), area.width(), area.bottom() - frame.bottom()),
            QRectF(area.left(), frame.top(), frame.left() - area.left(), frame.height()),
            QRectF(frame.right(), frame.top(), area.right() - frame.right(), frame.height()),
        ):
            painter.fillRect(part, SHADE)
        painter.setPen(QPen(FRAME, 1, Qt.PenStyle.DashLine))
        painter.drawRect(frame)

    def _draw_outlines(self, painter: QPainter, placement: ViewTransform, seen: "ModelInputView") -> None:
        """Draw the borders of the lungs that are handed to the model beside the film."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in OUTLINE:
            painter.setPen(QPen(colour, width))
            for line in seen.outlines:
                points = QPolygonF([QPointF(x, y) for x, y in line.tolist()])
                painter.drawPolyline(placement.to_widget.map(points))
