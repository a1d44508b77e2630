"""Overlay planes: read from the file, and laid on the picture (PS3.3 C.9.2, C.9.3)."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from cxrview.i18n import tr
from cxrview.imaging.dicom.elements import CONVERSION_ERRORS, Elements
from cxrview.imaging.limits import MAX_PIXELS
from cxrview.imaging.radiograph import Overlay, Radiograph

GROUPS = range(0x6000, 0x6020, 2)
MAX_OVERLAY = MAX_PIXELS  # of all planes of all overlays, each a byte when it is unpacked


def overlay_mask(radiograph: Radiograph) -> NDArray[np.bool_] | None:
    """Return where any overlay of the frame is set, (H, W), or None if none is. What lies outside is cut."""
    mask = np.zeros(radiograph.shape, np.bool_)
    for overlay in radiograph.overlays:
        row, column = overlay.row, overlay.column
        part = overlay.mask[max(0, -row) :, max(0, -column) :]
        target = mask[max(0, row) :, max(0, column) :]
        height, width = min(len(part), len(target)), min(part.shape[1], target.shape[1])
        target[:height, :width] |= part[:height, :width]
    return mask if mask.any() else None


Planes = dict[int, NDArray[np.bool_]]
"""The planes of a file's overlays by group, (h, w) or (N, h, w), unpacked once for all frames."""


def read_overlays(elements: Elements, frame: int, planes: Planes) -> tuple[Overlay, ...]:
    """Return the overlay planes that belong to the 0-based `frame`; what was unpacked is kept in `planes`.

    Planes kept in unused bits of the pixels (retired in 2004) are read from uncompressed files.
    """
    found = (_overlay(elements, group, frame, planes) for group in GROUPS)
    return tuple(overlay for overlay in found if overlay is not None)


def _overlay(elements: Elements, group: int, frame: int, planes: Planes) -> Overlay | None:
    block = elements.dataset.group_dataset(group)
    if (group, 0x0010) not in block:
        return None
    try:
        if (group, 0x3000) in block:
            if group not in planes:
                room = MAX_OVERLAY - sum(plane.size for plane in planes.values())
                planes[group] = _unpacked(elements, block, group, room)
            mask = _plane(planes[group], block, group, frame)
        else:
            mask = _embedded(elements, int(_value(block, group, 0x0102, 0)), frame)
        if mask is None:
            return None
        origin = _value(block, group, 0x0050, (1, 1))
        row, column = int(origin[0]) - 1, int(origin[1]) - 1
        label = str(_value(block, group, 0x1500, "")) or str(_value(block, group, 0x0022, ""))
    except CONVERSION_ERRORS:
        elements.note(tr("An overlay is malformed and is not shown."))
        return None
    return Overlay(mask, row, column, label.strip())


def _unpacked(elements: Elements, block: Dataset, group: int, room: int) -> NDArray[np.bool_]:
    """Return the planes in the overlay's own data. Raises ValueError if they have more than `room` pixels."""
    sides = (_value(block, group, element, 1) for element in (0x0010, 0x0011, 0x0015))
    if math.prod(int(side) for side in sides) > room:
        raise ValueError("an overlay of too many pixels")
    return np.asarray(elements.dataset.overlay_array(group), dtype=np.bool_)


def _plane(planes: NDArray[np.bool_], block: Dataset, group: int, frame: int) -> NDArray[np.bool_] | None:
    """Return the plane of `frame` in the overlay's own data, or None if it belongs to other frames.

    A multi-frame overlay goes one to one with the frames from its origin on (PS3.3 C.9.3.1.1).
    """
    if (group, 0x0015) in block or (group, 0x0051) in block:  # else it belongs to every frame
        planes = planes.reshape(-1, *planes.shape[-2:])
        place = frame - (int(_value(block, group, 0x0051, 1)) - 1)
        return planes[place] if 0 <= place < len(planes) else None
    return planes


def _embedded(elements: Elements, bit: int, frame: int) -> NDArray[np.bool_] | None:
    """Return bit `bit` of the stored words of `frame`, or None with a note."""
    dataset = elements.dataset
    allocated, stored = elements.whole("BitsAllocated"), elements.whole("BitsStored") or 0
    rows, columns = elements.whole("Rows") or 0, elements.whole("Columns") or 0
    high = elements.whole("HighBit")
    used = range(0, 0) if high is None else range(high - stored + 1, high + 1)
    size = rows * columns
    pixels = elements.value("PixelData")
    if allocated not in (8, 16) or not isinstance(pixels, bytes) or dataset["PixelData"].is_undefined_length:
        elements.note(tr("An overlay is kept in bits of compressed pixels (retired) and is not shown."))
        return None
    if bit in used or not 0 <= bit < allocated:
        elements.note(tr("An overlay is said to lie in bits that hold the picture and is not shown."))
        return None
    order = "<" if elements.little_endian else ">"
    words = np.frombuffer(pixels, f"{order}u{allocated // 8}", size, frame * size * allocated // 8)
    return np.asarray((words >> bit) & 1, dtype=np.bool_).reshape(rows, columns)


def _value(block: Dataset, group: int, element: int, default: Any) -> Any:
    if (group, element) not in block:
        return default
    value = block[group, element].value
    return default if value is None else value
