"""The two layers on the canvas: the radiograph, and the heatmap over exactly the same area."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

if TYPE_CHECKING:
    from cxrview.gui.viewer.picture import Picture
    from cxrview.inference.prediction import Prediction

HAIRLINE = QColor("#8a929c")


class LayerItem(QGraphicsItem):
    """An image stretched over a rectangle of `width` × `height` scene units.

    Opacity is one constant for the whole layer; halvings are used where the screen is coarser than the
    image, so that a reduced radiograph neither flickers nor shows patterns that are not there.
    """

    def __init__(self, parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self._area = QRectF()
        self._images: tuple[QImage, ...] = ()
        self._owner: object = None  # keeps alive the memory that the images share

    def set_area(self, area: QRectF) -> None:
        """Lay the image over `area`, in scene units."""
        self.prepareGeometryChange()
        self._area = area

    def set_picture(self, picture: "Picture | None") -> None:
        """Show `picture`, or nothing."""
        self._images = picture.images if picture is not None else ()
        self._owner = picture
        self.update()

    def set_image(self, image: QImage | None) -> None:
        """Show a single image that owns its memory, or nothing."""
        self._images = (image,) if image is not None else ()
        self._owner = None
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return self._area

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        if not self._images or self._area.isEmpty():
            return
        across = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        image = self._level(across * self._area.width())
        exact = math.isclose(across * self._area.width(), image.width(), rel_tol=1e-6)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not exact)
        # Only what is seen: Qt would otherwise convert the whole image for a small part of it.
        exposed = option.exposedRect.intersected(self._area)
        scale_x, scale_y = image.width() / self._area.width(), image.height() / self._area.height()
        source = QRectF(
            math.floor(exposed.x() * scale_x) - 2,
            math.floor(exposed.y() * scale_y) - 2,
            math.ceil(exposed.width() * scale_x) + 5,
            math.ceil(exposed.height() * scale_y) + 5,
        ).intersected(QRectF(image.rect()))
        target = QRectF(
            source.x() / scale_x, source.y() / scale_y, source.width() / scale_x, source.height() / scale_y
        )
        painter.drawImage(target, image, source)

    def _level(self, device_width: float) -> QImage:
        """Return the coarsest image that is still at least as fine as the screen."""
        fine = [image for image in self._images if image.width() >= device_width - 0.5]
        return fine[-1] if fine else self._images[0]


class FieldFrame(QGraphicsRectItem):
    """A hairline around what the model sees of the image. Only the line itself has the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        pen = QPen(HAIRLINE, 0, Qt.PenStyle.DashLine)  # width 0: one pixel at every zoom
        self.setPen(pen)
        self.setZValue(2)
        self.setToolTip("The model sees only what is inside the frame.")
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def frame(self, prediction: "Prediction", area: QRectF) -> None:
        """Go around the model's field of view on an image that fills `area`; where it sees all, nothing."""
        box, (left, top, right, bottom) = prediction.letterbox, prediction.field
        wide, high = area.width() / box.inner_width, area.height() / box.inner_height
        seen = QRectF(
            (left * box.size - box.left) * wide,
            (top * box.size - box.top) * high,
            (right - left) * box.size * wide,
            (bottom - top) * box.size * high,
        ).intersected(area)
        whole = seen.contains(area.adjusted(1, 1, -1, -1))
        self.setRect(QRectF() if whole else seen)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(0.01 * max(self.rect().width(), self.rect().height()))
        outline = QPainterPath()
        outline.addRect(self.rect())
        return stroker.createStroke(outline)


def new_layer(scene_z: float) -> LayerItem:
    """Return an empty layer at height `scene_z` that is told which part of it is exposed."""
    item = LayerItem()
    item.setZValue(scene_z)
    item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
    item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
    return item
