"""How often each pixel value occurs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.imaging.radiograph import Radiograph

BINS = 256
WHOLE_RANGE = 2**20  # integers that span more are counted like real numbers


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """`counts` is (N,) int64; bin i holds the values from `low` + i·`width` up to the next bin's.

    `least` and `greatest` are the smallest and the largest value.
    """

    counts: NDArray[np.int64]
    low: float
    width: float
    least: float
    greatest: float

    def __post_init__(self) -> None:
        self.counts.setflags(write=False)

    @property
    def high(self) -> float:
        """Where the last bin ends."""
        return self.low + self.width * len(self.counts)


def histogram(radiograph: Radiograph, bins: int = BINS) -> Histogram:
    """Return the histogram of all values that are not padding, in at most `bins` bins.

    Whole numbers are counted in bins of a whole width, so that no bin holds more of them than its
    neighbours by its place alone. Of a colour image it is the luminance.
    """
    values = radiograph.values
    if radiograph.padding is not None and not radiograph.padding.all():
        values = values[~radiograph.padding]
    low, high = values.min(), values.max()
    if values.dtype.kind in "iu" and int(high) - int(low) < WHOLE_RANGE:
        return _whole(values, int(low), int(high), bins)
    low, high = float(low), float(high)
    if not low < high:
        return Histogram(np.array([values.size], np.int64), low - 0.5, 1.0, low, high)
    # In single precision the range may be too large for a number, or too small for its bins.
    counts, _edges = np.histogram(values.astype(np.float64), bins, (low, high))
    return Histogram(counts.astype(np.int64), low, (high - low) / bins, low, high)


def _whole(values: NDArray[Any], low: int, high: int, bins: int) -> Histogram:
    width = -(-(high - low + 1) // bins)
    # An offset of intp would need eight bytes a pixel; counting in the type at hand needs none more.
    unsigned = values.dtype.str.replace("i", "u")
    each = np.bincount((values - np.asarray(low, values.dtype)).view(unsigned).ravel())
    padded = np.zeros(-(-len(each) // width) * width, np.int64)
    padded[: len(each)] = each
    # A whole number stands for all that rounds to it, so its bin begins half below it.
    counts = padded.reshape(-1, width).sum(axis=1)
    return Histogram(counts, low - 0.5, float(width), float(low), float(high))
