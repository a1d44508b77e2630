"""From pixels to something Qt can paint."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from cxrview.gui.viewer.placement import Orientation


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


def oriented(pixels: NDArray[np.uint8], orientation: Orientation) -> NDArray[np.uint8]:
    """Return `pixels`, (h, w) or (h, w, c), mirrored and turned; contiguous, the same array if upright."""
    if orientation.mirrored:
        pixels = cv2.flip(pixels, 1)
    if orientation.quarters:
        turns = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
        pixels = cv2.rotate(pixels, turns[orientation.quarters - 1])
    return np.ascontiguousarray(pixels)
