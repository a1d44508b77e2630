"""Agreement of two readings on a scale, beyond chance: weighted kappa (Cohen 1968)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.teaching.distributions import Z95

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Weighted kappa, its 95 % interval, and the number of pairs that it comes from."""

    value: float
    low: float
    high: float
    pairs: int


def quadratic(levels: int) -> Array:
    """Return how wrong it is to say j for i on a scale of `levels`: the square of their distance, (L, L)."""
    steps = np.arange(levels, dtype=np.float64)
    return (steps[:, None] - steps) ** 2


def weighted_kappa(table: Array, wrong: Array) -> Kappa | None:
    """Return kappa of the counts `table`, (L, L), of pairs of readings; `wrong`, (L, L), says how wrong each
    pair is, 0 on the diagonal. None where chance alone could not have disagreed.

    The interval is that of Fleiss, Cohen and Everitt (1969).
    """
    total = float(table.sum())
    if total == 0:
        return None
    shares, weights = table / total, 1 - wrong / wrong.max()
    rows, columns = shares.sum(1), shares.sum(0)
    seen = float((weights * shares).sum())
    chance = float((weights * np.outer(rows, columns)).sum())
    if math.isclose(chance, 1.0):
        return None
    value = (seen - chance) / (1 - chance)
    row_mean, column_mean = weights @ columns, rows @ weights
    spread = weights - (row_mean[:, None] + column_mean) * (1 - value)
    variance = float((shares * spread**2).sum()) - (value - chance * (1 - value)) ** 2
    error = math.sqrt(max(0.0, variance) / total) / (1 - chance)
    return Kappa(value, value - Z95 * error, min(1.0, value + Z95 * error), round(total))


def of_pairs(one: NDArray[np.int64], other: NDArray[np.int64], levels: int) -> Kappa | None:
    """Return kappa with quadratic weights of N pairs of readings, each 1…`levels`."""
    table = np.zeros((levels, levels))
    np.add.at(table, (one - 1, other - 1), 1)
    return weighted_kappa(table, quadratic(levels))
