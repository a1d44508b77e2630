"""How sure the areas under ROC curves of the same films are, and whether two of them differ (DeLong 1988)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.teaching.distributions import Z95, two_sided

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """The areas under K ROC curves, (K,), and their covariance, (K, K). Read-only."""

    values: Array
    covariance: Array

    def __post_init__(self) -> None:
        self.values.setflags(write=False)
        self.covariance.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One area minus another: `value`, its standard error, its 95 % interval, and the two-sided p."""

    value: float
    error: float
    low: float
    high: float
    p: float


def areas(scores: Array, truth: NDArray[np.bool_]) -> Areas | None:
    """Return the areas of `scores`, (K, N), K readings of the same N films of which `truth`, (N,), says which
    are cases; ties count half. None unless there are two cases and two others at least.
    """
    cases, others = scores[:, truth], scores[:, ~truth]
    if cases.shape[1] < 2 or others.shape[1] < 2:
        return None
    wins = (np.sign(cases[:, :, None] - others[:, None, :]) + 1) / 2  # (K, cases, others)
    of_cases, of_others = wins.mean(2), wins.mean(1)
    covariance = np.cov(of_cases) / cases.shape[1] + np.cov(of_others) / others.shape[1]
    return Areas(wins.mean((1, 2)), np.atleast_2d(covariance).astype(np.float64))


def difference(found: Areas, one: int = 0, other: int = 1) -> Difference:
    """Return area `one` minus area `other` of `found`. Where the two cannot be told apart, p is 1."""
    value = float(found.values[one] - found.values[other])
    variance = found.covariance[one, one] + found.covariance[other, other] - 2 * found.covariance[one, other]
    error = math.sqrt(max(0.0, float(variance)))
    p = two_sided(value / error) if error > 0 else float(value == 0)
    return Difference(value, error, value - Z95 * error, value + Z95 * error, p)
