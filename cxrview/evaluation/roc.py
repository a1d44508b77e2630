"""ROC and precision–recall curves of one class against the rest, quick enough to be resampled.

The images are put in order once; every weighting of them (how often a bootstrap drew each) then costs two
cumulative sums. Equal scores stand at one threshold together, so no order among them is made up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SLACK = 1e-12  # 9 of 10 must count as 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What is called at each of T thresholds, descending: weights of true and of false cases, (T,)."""

    true: Array
    false: Array

    @property
    def sensitivity(self) -> Array:
        """The share of cases that is called, (T,); NaN if there is none."""
        return _share(self.true, self.true[-1])

    @property
    def false_positive_rate(self) -> Array:
        """The share of non-cases that is called, (T,): 1 - specificity; NaN if there is none."""
        return _share(self.false, self.false[-1])

    @property
    def precision(self) -> Array:
        """The share of cases among what is called, (T,); 1 where nothing is called."""
        called = self.true + self.false
        return np.where(called > 0, self.true / np.where(called > 0, called, 1), 1.0)

    def area(self) -> float:
        """Return the area under the ROC curve; NaN if there are no cases or only cases."""
        x, y = np.r_[0.0, self.false_positive_rate], np.r_[0.0, self.sensitivity]
        return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())

    def average_precision(self) -> float:
        """Return the sum of precision times the rise in sensitivity; NaN if there are no cases."""
        return float((np.diff(self.sensitivity, prepend=0.0) * self.precision).sum())

    def sensitivity_at(self, specificity: float) -> float:
        """Return the highest sensitivity at a specificity of at least `specificity`; NaN as above."""
        return _best(self.sensitivity, self.false_positive_rate, specificity)

    def specificity_at(self, sensitivity: float) -> float:
        """Return the highest specificity at a sensitivity of at least `sensitivity`; NaN as above."""
        return _best(1 - self.false_positive_rate[::-1], 1 - self.sensitivity[::-1], sensitivity)


def _share(part: Array, whole: float) -> Array:
    return part / whole if whole > 0 else np.full_like(part, np.nan)


def _best(gain: Array, loss: Array, kept: float) -> float:
    """Return the largest `gain` where `loss` is at most 1 - `kept`; 0 where that is nowhere."""
    if np.isnan(gain).any() or np.isnan(loss).any():
        return float("nan")
    return float(np.max(gain, where=loss <= 1 - kept + _SLACK, initial=0.0))


class Ranking:
    """The images in the order of one class's scores, highest first."""

    def __init__(self, scores: Array, truth: NDArray[np.bool_]) -> None:
        """`scores` and `truth` are (N,), N at least 1."""
        self._order = np.argsort(-scores, kind="stable")
        ordered = scores[self._order]
        self._truth = truth[self._order].astype(np.float64)
        self._ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
        self.thresholds: Array = ordered[self._ends]  # (T,), descending

    def counts(self, weights: Array) -> Counts:
        """Return the counts at each threshold when image i counts `weights[i]` times."""
        weighted = weights[self._order]
        cases = weighted * self._truth
        true = np.cumsum(cases)[self._ends]
        false = np.cumsum(weighted - cases)[self._ends]
        return Counts(true, false)


def thinned(x: Array, y: Array, most: int = 400) -> tuple[Array, Array]:
    """Return the curve without points that lie on a straight line, and at most about `most` points."""
    if len(x) < 3:
        return x, y
    turn = np.diff(x[:-1]) * np.diff(y[1:]) - np.diff(x[1:]) * np.diff(y[:-1])
    kept = np.flatnonzero(np.r_[True, np.abs(turn) > 1e-15, True])
    if len(kept) > most:
        # Even along the length of the curve, so that steep and flat parts keep their shape.
        length = np.r_[0.0, np.cumsum(np.abs(np.diff(x[kept])) + np.abs(np.diff(y[kept])))]
        wanted = np.linspace(0, length[-1], most)
        kept = kept[np.unique(np.searchsorted(length, wanted).clip(max=len(kept) - 1))]
    return x[kept], y[kept]
