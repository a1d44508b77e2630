"""The overlay planes that the file itself brings, laid over the picture."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from cxrview.gui.state import AppState
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.view_transform import ViewTransform

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.imaging import Radiograph


class OverlayLayer(Layer):
    """Draws them white, unless the settings hide them."""

    kind = "overlays"

    def __init__(self, canvas: "Canvas", state: AppState) -> None:
        super().__init__(canvas)
        self._state = state
        self._made: tuple[Radiograph, QImage | None] | None = None

    def paint(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw the overlays of the file, if the settings show them."""
        radiograph = self.canvas.view.shown.radiograph
        if radiograph is None or not radiograph.overlays or not self._state.settings.show_overlays:
            return
        image = self._image(radiograph)
        if image is not None:
            painter.setTransform(placement.to_widget, combine=True)
            smooth = placement.zoom < 1
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(QRectF(0, 0, placement.columns, placement.rows), image)

    def _image(self, radiograph: "Radiograph") -> QImage | None:
        if self._made is None or self._made[0] is not radiograph:
            import numpy as np

            from cxrview.gui.viewer.drawn import to_image
            from cxrview.imaging.dicom.overlays import overlay_mask

            mask = overlay_mask(radiograph)
            image = None
            if mask is not None:
                alpha = mask.astype(np.uint8) * np.uint8(255)
                image = to_image(np.repeat(alpha[..., None], 4, axis=2)).copy()
            self._made = (radiograph, image)
        return self._made[1]
