"""Figures of filters and of what they give: how numbers are spread, how strong maps are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.engines.keras_network import Reached

BINS = 60
NEAR_ZERO = 0.01  # of the usual size of the layer's weights, below which all of a filter are nearly nothing
SILENT = 0.001  # of the widest range of the layer's channels, below which a channel does not change


@dataclass(frozen=True, slots=True)
class NumberSpread:
    """How `count` numbers are spread. `zeros` is the share that is exactly 0; these are not in `counts`.

    `counts` are how many lie between neighbours of `edges`, one more of them.
    """

    count: int
    mean: float
    deviation: float
    low: float
    high: float
    zeros: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @classmethod
    def of_dict(cls, stored: Mapping[str, Any]) -> "NumberSpread":
        """Return what `dataclasses.asdict` gave, also after JSON."""
        return cls(**{**stored, "edges": tuple(stored["edges"]), "counts": tuple(stored["counts"])})


def spread_of(values: NDArray[np.float32]) -> NumberSpread:
    """Return how `values`, of any shape, are spread. Raises ValueError if there are none."""
    numbers = np.asarray(values, np.float64).ravel()
    others = numbers[numbers != 0]
    counts, edges = np.histogram(others if others.size else numbers, BINS)
    return NumberSpread(
        numbers.size,
        float(numbers.mean()),
        float(numbers.std()),
        float(numbers.min()),
        float(numbers.max()),
        1 - others.size / numbers.size,
        tuple(edges.tolist()),
        tuple((counts if others.size else np.zeros_like(counts)).tolist()),
    )


def near_zero(filters: NDArray[np.float32]) -> tuple[int, ...]:
    """Return the numbers, from 0, of those `filters`, (F, n), all of whose weights are near zero.

    None of them is above NEAR_ZERO times the layer's usual weight (the root of the mean of their squares).
    """
    if not filters.size:
        return ()
    usual = float(np.sqrt(np.mean(np.square(filters, dtype=np.float64))))
    largest = np.abs(filters).max(axis=1)
    return tuple(np.flatnonzero(largest <= NEAR_ZERO * usual).tolist())


def strengths(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the numbers, without their signs, of each of the `maps`, (h, w, c): (c,)."""
    return np.asarray(np.abs(maps).mean(axis=(0, 1)), np.float32)


class Activity:
    """What a layer of C channels gave over all films that it was told of."""

    def __init__(self) -> None:
        self.films = 0
        self._low = self._high = np.zeros(0, np.float32)
        self._mean = self._square = self._zeros = 0.0

    def add(self, reached: Reached) -> None:
        """Take in what was given for some more films."""
        low, high = reached.low.min(axis=0), reached.high.max(axis=0)
        if self.films:
            low, high = np.minimum(low, self._low), np.maximum(high, self._high)
        self._low, self._high = low, high
        self._mean += float(reached.mean.sum())
        self._square += float(reached.square.sum())
        self._zeros += float(reached.zeros.sum())
        self.films += len(reached.mean)

    def never_active(self) -> tuple[int, ...]:
        """Return the numbers, from 0, of the channels that never change, at no place of any film.

        From their lowest to their highest it is at most SILENT times as far as for the channel with the
        widest range. Behind a ReLU these are the channels that are never above 0.
        """
        ranges = self._high - self._low
        return tuple(np.flatnonzero(ranges <= SILENT * ranges.max(initial=0)).tolist())

    def figures(self) -> dict[str, float]:
        """Return mean, deviation, low, high, and the share of zeros. Raises ValueError without films."""
        if not self.films:
            raise ValueError("nothing is known without films")
        mean, square = self._mean / self.films, self._square / self.films
        return {
            "mean": mean,
            "deviation": float(np.sqrt(max(0.0, square - mean**2))),
            "low": float(self._low.min()),
            "high": float(self._high.max()),
            "zeros": self._zeros / self.films,
        }
