"""How well two maps agree on where there is more and where there is less."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain import messages
from cxrview.explain.explanation import Explanation
from cxrview.explain.overlay import heat_over
from cxrview.message import Message

SAMPLES, SQUARES = 96, 24  # along the longer side of the film: samples of a map, and squares of their means
SAME, ALIKE, PARTLY = 0.995, 0.8, 0.5  # least rank correlation for the word


@dataclass(frozen=True, slots=True)
class Agreement:
    """The rank correlation of two maps, −1…1, NaN where there is nothing to compare."""

    correlation: float

    @property
    def word(self) -> Message:
        """One word for it."""
        if np.isnan(self.correlation):
            return messages.NOTHING_TO_COMPARE
        words = ((SAME, messages.THE_SAME), (ALIKE, messages.ALIKE), (PARTLY, messages.PARTLY_ALIKE))
        return next((word for least, word in words if self.correlation >= least), messages.NOT_ALIKE)


def agreements(explanations: Sequence[Explanation], class_name: str) -> dict[tuple[int, int], Agreement]:
    """Return how well maps of a class on one film agree, each pair by its two places in `explanations`.

    They may be of several methods and models. Compared are squares of the film, SQUARES along its longer
    side, so that fine maps are not blamed for being finer than coarse ones; what speaks against the class is
    0, as it is drawn. Raises InvalidRequest if one has no map of the class.
    """
    heats = [_in_squares(made, class_name) for made in explanations]
    pairs = combinations(range(len(heats)), 2)
    return {(one, two): Agreement(warm_correlation(heats[one], heats[two])) for one, two in pairs}


def warm_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the rank correlation of two maps of one shape over the places where one of them has heat.

    Places that are NaN in `second` are left out. Where neither has heat there would be nothing but equal
    ranks, which make maps look alike that are not.
    """
    there = ~np.isnan(second)
    warm = there & ((first > 0) | (np.where(there, second, 0) > 0))
    return rank_correlation(first[warm], second[warm])


def rank_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two arrays of one shape, −1…1; equal values share a rank.

    NaN if there are fewer than three values, or one of the arrays is all of one value.
    """
    if first.size < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(_ranks(first.ravel()), _ranks(second.ravel()))[0, 1])


def film_shape(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Return rows and columns of a film of `shape` brought to `side` along its longer side."""
    high, wide = shape
    return max(1, round(side * high / max(shape))), max(1, round(side * wide / max(shape)))


def _in_squares(explanation: Explanation, class_name: str) -> NDArray[np.float32]:
    film = (explanation.letterbox.height, explanation.letterbox.width)
    heat = heat_over(explanation, class_name, film_shape(film, SAMPLES), own=False)
    rows, columns = film_shape(film, SQUARES)
    return np.asarray(cv2.resize(heat, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], np.float64)
