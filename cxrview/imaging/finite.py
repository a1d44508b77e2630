"""Floating-point pictures may hold NaN and infinity: nothing to show there."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages


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
