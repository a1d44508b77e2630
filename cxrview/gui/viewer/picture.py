"""From pixels to something Qt can paint."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """Return a QImage over the memory of contiguous `pixels`: (h, w), RGB (h, w, 3) or RGBA (h, w, 4)."""
    height, width = pixels.shape[:2]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    return QImage(pixels.data, width, height, width * channels, formats[channels])
