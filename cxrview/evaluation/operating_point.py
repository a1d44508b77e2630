"""One class against the rest at every threshold: what is found, what is missed, and what that means.

It imports NumPy: import it where a result is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.roc import Ranking

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The counts when a class is called from `threshold` on."""

    threshold: float
    found: int
    missed: int
    false: int  # called, and not there
    passed: int  # not called, and not there

    @property
    def sensitivity(self) -> float | None:
        """The share of cases that is called; None if there is none."""
        return _ratio(self.found, self.found + self.missed)

    @property
    def specificity(self) -> float | None:
        """The share of the others that is not called; None if there is none."""
        return _ratio(self.passed, self.passed + self.false)

    @property
    def precision(self) -> float | None:
        """The share of cases among these images that are called; None where nothing is called."""
        return _ratio(self.found, self.found + self.false)

    def predictive_values(self, prevalence: float) -> tuple[float | None, float | None]:
        """Return the positive and the negative predictive value where a share of `prevalence` are cases.

        Bayes' theorem; None where it has no answer.
        """
        sensitivity, specificity = self.sensitivity, self.specificity
        if sensitivity is None or specificity is None:
            return None, None
        true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
        passed, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
        return _ratio(true, true + false), _ratio(passed, passed + missed)


class ClassCurve:
    """The points of one class. Point `index` calls the images of its `index` highest scores, 0…`last`."""

    def __init__(self, scores: Sequence[float], truth: Sequence[bool]) -> None:
        """`scores` and `truth` are (N,), N at least 1."""
        cases = np.array(truth, np.bool_)
        ranking = Ranking(np.array(scores, np.float64), cases)
        counts = ranking.counts(np.ones(len(cases)))
        self._scores = ranking.thresholds  # descending
        self._found = np.r_[0, counts.true].astype(int)
        self._false = np.r_[0, counts.false].astype(int)
        self.cases, self.others = int(cases.sum()), int((~cases).sum())
        self.area = counts.area()

    @property
    def last(self) -> int:
        """The point at which every image is called."""
        return len(self._scores)

    @property
    def prevalence(self) -> float:
        """The share of cases among the images."""
        return self.cases / (self.cases + self.others)

    def threshold(self, index: int) -> float:
        """Return a threshold for point `index`, halfway between the scores around it, with 4 decimals if
        these tell the two apart.
        """
        above = self._scores[index - 1] if index else 1.0
        below = self._scores[index] if index < self.last else 0.0
        middle = float(above + below) / 2
        rounded = round(middle, 4)
        return rounded if below < rounded <= above else middle

    def index(self, threshold: float) -> int:
        """Return the point that calls what `threshold` calls."""
        return int(np.searchsorted(-self._scores, -threshold, side="right"))

    def called_last(self, index: int) -> float | None:
        """Return the score of the images that point `index` calls and the one before does not, None for 0."""
        return float(self._scores[index - 1]) if index else None

    def at(self, threshold: float) -> OperatingPoint:
        """Return the counts when a score of at least `threshold` is called."""
        index = self.index(threshold)
        found, false = int(self._found[index]), int(self._false[index])
        return OperatingPoint(threshold, found, self.cases - found, false, self.others - false)

    def roc(self) -> tuple[Array, Array]:
        """Return 1 − specificity and sensitivity of every point."""
        return self._false / max(1, self.others), self._found / max(1, self.cases)

    def precision_recall(self) -> tuple[Array, Array]:
        """Return sensitivity and precision of every point; where nothing is called the precision is 1."""
        called = self._found + self._false
        precision = np.where(called > 0, self._found / np.maximum(called, 1), 1.0)
        return self._found / max(1, self.cases), precision

    def balanced(self) -> int:
        """Return the point with the largest sum of sensitivity and specificity (Youden 1950)."""
        x, y = self.roc()
        return int(np.argmax(y - x))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
