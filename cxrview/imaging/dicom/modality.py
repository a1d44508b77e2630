"""From stored values to modality units, and which pixels carry no image (PS3.3 C.11.1, C.7.5.1.1.2)."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import messages
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.lookup_tables import LookupTable, read_table


def modality_values(
    stored: NDArray[Any], source: Elements, padding: NDArray[np.bool_] | None
) -> NDArray[Any]:
    """Return `stored`, (H, W), after the modality LUT sequence or else the rescale slope and intercept.

    `source` is the dataset, or the pixel value transformation item of the frame. Whole numbers stay
    integers where slope and intercept are whole; the rest is float32. What is malformed is passed over
    with a note. Pixels of `padding` go through like the others.
    """
    item = source.item("ModalityLUTSequence")
    table = read_table(item, tr("modality LUT"), _least(stored, padding) < 0) if item is not None else None
    if table is not None and np.issubdtype(stored.dtype, np.integer):
        return apply_table(stored, table)
    slope, intercept = source.number("RescaleSlope"), source.number("RescaleIntercept")
    if slope == 0:
        source.note(tr("The rescale slope is 0 and was passed over."))
        slope = None
    return rescale(stored, 1.0 if slope is None else slope, 0.0 if intercept is None else intercept)


def apply_table(values: NDArray[Any], table: LookupTable) -> NDArray[np.uint16]:
    """Return integer `values` looked up in `table`, uint16; values outside map to its ends."""
    index = np.clip(values.astype(np.int64) - table.first, 0, len(table.entries) - 1)
    return np.asarray(table.entries[index], dtype=np.uint16)


def rescale(stored: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    """Return slope × stored + intercept: the same array, int32 or float32, by what holds the result."""
    if slope == 1 and intercept == 0:
        return stored
    whole = slope.is_integer() and intercept.is_integer() and max(abs(slope), abs(intercept)) < 2**31
    if np.issubdtype(stored.dtype, np.integer) and whole:
        ends = [int(end) * int(slope) + int(intercept) for end in (stored.min(), stored.max())]
        if min(ends) >= -(2**31) and max(ends) < 2**31:
            return np.asarray(stored.astype(np.int64) * int(slope) + int(intercept)).astype(np.int32)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(stored.astype(np.float64) * slope + intercept).astype(np.float32)


def fill_holes(
    values: NDArray[Any], padding: NDArray[np.bool_] | None, path: Path
) -> tuple[NDArray[Any], NDArray[np.bool_] | None, int]:
    """Return `values` with a finite value in the place of NaN and infinity, `padding`, and their number.

    Floating point comes out as float32, integers pass unchanged. The holes are added to `padding`.
    Raises UnreadableImage if no value is finite.
    """
    if values.dtype.kind != "f":
        return values, padding, 0
    with np.errstate(over="ignore"):
        single = values.astype(np.float32, copy=False)
    holes = ~np.isfinite(single)
    count = int(np.count_nonzero(holes))
    if count == 0:
        return single, padding, 0
    if count == holes.size:
        raise UnreadableImage(messages.NO_FINITE_PIXEL, messages.EXPORT_AGAIN, path)
    filled = np.where(holes, single[~holes].min(), single).astype(np.float32)
    return filled, holes if padding is None else padding | holes, count


def padding_mask(stored: NDArray[Any], source: Elements, bits: int, signed: bool) -> NDArray[np.bool_] | None:
    """Return which of the `stored` values, (H, W), are padding, or None.

    Pixel Padding Value and Range Limit are stored values, both ends included (PS3.3 C.7.5.1.1.2).
    A range that covers the whole picture is passed over with a note.
    """
    value = _padding_value(source, "PixelPaddingValue")
    if value is None:
        return None
    limit = _padding_value(source, "PixelPaddingRangeLimit")
    if bits:
        value = _as_stored(value, bits, signed)
        limit = None if limit is None else _as_stored(limit, bits, signed)
    low, high = min(value, value if limit is None else limit), max(value, value if limit is None else limit)
    mask = (stored == low) if low == high else (stored >= low) & (stored <= high)
    if mask.all():
        source.note(tr("Every pixel has the padding value; the padding was passed over."))
        return None
    return np.asarray(mask) if mask.any() else None


def _least(stored: NDArray[Any], padding: NDArray[np.bool_] | None) -> float:
    image = stored if padding is None else stored[~padding]
    return float(image.min()) if image.size else 0.0


def _padding_value(source: Elements, keyword: str) -> float | None:
    keys = (keyword, f"Float{keyword}", f"DoubleFloat{keyword}")
    return next((value for key in keys if (value := source.number(key)) is not None), None)


def _as_stored(value: float, bits: int, signed: bool) -> float:
    """Return the padding value as the pixels hold it: signed values are often written as unsigned."""
    whole, scale = math.floor(value), 1 << bits
    if signed and whole >= scale // 2:
        whole &= scale - 1
        return whole - scale if whole >= scale // 2 else whole
    if not signed and whole < 0:
        return whole & (scale - 1)
    return whole
