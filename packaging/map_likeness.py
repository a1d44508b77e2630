"""How like two maps are: by their ranks and by their structure, where the lungs are."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from cxrview.evaluation.bootstrap import draws
from cxrview.evaluation.figures import figure

LUNG = 0.5  # of the mask at a cell, above which the cell is compared
WINDOW = 5  # cells a side, for SSIM
STEADY = (0.01**2, 0.03**2)  # its constants for values of 0…1 (Wang 2004)
RESAMPLED = 1000  # times, for an interval

Map = NDArray[np.float64]


def likeness(
    one: NDArray[np.float32], other: NDArray[np.float32], mask: NDArray[np.float32]
) -> tuple[float, float]:
    """Return Spearman's rank correlation and SSIM of two maps, (h, w) ≥ 0, where `mask` is over LUNG.

    Both are divided by the mask first, which is in both. A map that is the same everywhere has no ranks, and
    a correlation of 0.
    """
    chosen = mask > LUNG
    if not chosen.any():
        return 0.0, 0.0
    first, second = (np.where(chosen, each / np.where(chosen, mask, 1), 0.0) for each in (one, other))
    return _rank_correlation(first[chosen], second[chosen]), _ssim(_full(first), _full(second), chosen)


def _rank_correlation(one: Map, other: Map) -> float:
    ranks = [rankdata(values) for values in (one, other)]
    if min(each.std() for each in ranks) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def _full(values: Map) -> Map:
    """Return `values` with a maximum of 1, if any is above 0."""
    return values / values.max() if values.max() > 0 else values


def _ssim(one: Map, other: Map, chosen: NDArray[np.bool_]) -> float:
    """Return the structural similarity (Wang 2004) in windows of which only what is `chosen` counts."""
    weight = chosen.astype(np.float64)
    counts = np.maximum(_window_sums(weight), 1)

    def mean(values: Map) -> Map:
        return np.asarray(_window_sums(values * weight) / counts)

    means = mean(one), mean(other)
    spreads = mean(one**2) - means[0] ** 2, mean(other**2) - means[1] ** 2
    common = mean(one * other) - means[0] * means[1]
    light = (2 * means[0] * means[1] + STEADY[0]) / (means[0] ** 2 + means[1] ** 2 + STEADY[0])
    structure = (2 * common + STEADY[1]) / (spreads[0] + spreads[1] + STEADY[1])
    return float((light * structure)[chosen].mean())


def _window_sums(values: Map) -> Map:
    size, border = (WINDOW, WINDOW), cv2.BORDER_CONSTANT
    return np.asarray(cv2.boxFilter(values, -1, size, normalize=False, borderType=border))


def summary(values: NDArray[np.float64], groups: NDArray[np.str_]) -> dict[str, float | None]:
    """Return the mean of `values`, (times, N), and its interval over patients and times."""
    random = np.random.default_rng(0)
    means = [
        float(weights @ values[random.integers(0, len(values), len(values))].mean(0) / weights.sum())
        for weights in draws(groups, 0, RESAMPLED)
    ]
    low, high = np.percentile(means, (2.5, 97.5))
    return figure(float(values.mean()), (float(low), float(high)))
