"""The picture under one rectangle of the screen, drawn at the screen's resolution."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QTransform

from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.imaging.pyramid import ImagePyramid, Look, PyramidPart, is_quick, refine, render_part


class Drawn(NamedTuple):
    """A picture, what it was made `of`, and where its `corner` lies (logical pixels)."""

    of: tuple[ImagePyramid, Look, ViewTransform, QRect]
    image: QImage
    pixels: NDArray[np.uint8]  # whose memory the image shares
    corner: QPointF
    refine: Callable[[], None] | None = None  # what a worker can do so that the next one is finer


def draw(levels: ImagePyramid, look: Look, placement: ViewTransform, device: QRect) -> Drawn:
    """Return what is seen of `levels` in the rectangle `device` of device pixels, quickly."""
    part = _part(placement, device)
    coarse = is_quick(levels, look, part)
    pixels = oriented(render_part(levels, look, part, quick=True), placement.orientation)
    image = to_image(pixels)
    image.setDevicePixelRatio(placement.ratio)
    corner = QPointF(device.topLeft()) / placement.ratio
    finer = partial(refine, levels, look, part) if coarse else None
    return Drawn((levels, look, placement, device), image, pixels, corner, finer)


def device_rect(area: QRectF, ratio: float) -> QRect:
    """Return `area`, in logical pixels, in whole device pixels."""
    left, top = round(area.left() * ratio), round(area.top() * ratio)
    return QRect(left, top, round(area.right() * ratio) - left, round(area.bottom() * ratio) - top)


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


def _part(placement: ViewTransform, device: QRect) -> PyramidPart:
    """Return the part of the image that lies under `device`, before it is turned."""
    ratio = placement.ratio
    to_device = placement.to_widget * QTransform.fromScale(ratio, ratio)
    seen = to_device.inverted()[0].mapRect(QRectF(device))
    across, down = 1 / placement.zoom, 1 / (placement.zoom * placement.pixel_aspect)
    turned = placement.orientation.quarters % 2 == 1
    columns, rows = (device.height(), device.width()) if turned else (device.width(), device.height())
    return PyramidPart(seen.left(), seen.top(), across, down, columns, rows)
