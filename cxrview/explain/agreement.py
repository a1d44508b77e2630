"""How well two maps agree on where there is more and where there is less."""

import numpy as np
from numpy.typing import NDArray


def rank_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two arrays of one shape, −1…1; equal values share a rank.

    NaN if there are fewer than three values, or one of the arrays is all of one value.
    """
    if first.size < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(_ranks(first.ravel()), _ranks(second.ravel()))[0, 1])


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], np.float64)
