"""The picture under one rectangle of the screen, drawn at the screen's resolution."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QTransform

from cxrview.gui.viewer.levels import Levels, Look, Part, is_quick, refine, render_part
from cxrview.gui.viewer.picture import oriented, to_image
from cxrview.gui.viewer.placement import Placement


class Drawn(NamedTuple):
    """A picture, what it was made `of`, and where its `corner` lies (logical pixels)."""

    of: tuple[Levels, Look, Placement, QRect]
    image: QImage
    pixels: NDArray[np.uint8]  # whose memory the image shares
    corner: QPointF
    refine: Callable[[], None] | None = None  # what a worker can do so that the next one is finer


def draw(levels: Levels, look: Look, placement: Placement, device: QRect) -> Drawn:
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


def _part(placement: Placement, device: QRect) -> Part:
    """Return the part of the image that lies under `device`, before it is turned."""
    ratio = placement.ratio
    to_device = placement.to_widget * QTransform.fromScale(ratio, ratio)
    seen = to_device.inverted()[0].mapRect(QRectF(device))
    across, down = 1 / placement.zoom, 1 / (placement.zoom * placement.pixel_aspect)
    turned = placement.orientation.quarters % 2 == 1
    columns, rows = (device.height(), device.width()) if turned else (device.width(), device.height())
    return Part(seen.left(), seen.top(), across, down, columns, rows)
