"""Several readers, the same films, one or more ways of reading: Obuchowski and Rockette (1995), after Hillis.

Readers and films are both drawn from more of their kind, so what is found holds for others too.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.teaching.distributions import f_tail, t_quantile

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeanArea:
    """The mean area of all readers in one way of reading, with its 95 % interval."""

    value: float
    error: float
    freedom: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class MultiReader:
    """The analysis of I ways of reading by J readers.

    `areas` are (I, J). `variance` is that of one area over films; the covariances are those of one reader in
    two ways, two readers in one way, and two readers in two ways. `f` with I - 1 and `freedom` degrees tests
    whether the ways differ; with one way `f` and `p` are NaN, as are `first_covariance` and
    `third_covariance`. `difference`, of the first two ways, is None there too.
    """

    areas: Array
    means: tuple[MeanArea, ...]
    variance: float
    first_covariance: float
    second_covariance: float
    third_covariance: float
    f: float
    freedom: float
    p: float
    difference: MeanArea | None


def analyse(scores: Array, truth: NDArray[np.bool_]) -> MultiReader | None:
    """Return the analysis of `scores`, (I, J, N): I ways, J readers, N films; `truth`, (N,), are cases.

    The covariances are those of the jackknife over films. None with fewer than two readers, two cases or two
    others.
    """
    ways, readers, films = scores.shape
    if readers < 2 or truth.sum() < 2 or (~truth).sum() < 2:
        return None
    flat = scores.reshape(ways * readers, films)
    return of_areas(_areas(flat, truth).reshape(ways, readers), _jackknife(flat, truth))


def of_areas(grid: Array, covariance: Array) -> MultiReader:
    """Return the analysis of areas, (I, J), I ways of reading by J ≥ 2 readers.

    `covariance`, (I J, I J), is that of the areas over films, in their order.
    """
    ways, readers = grid.shape
    parts = covariance.reshape(ways, readers, ways, readers)
    same_way = np.eye(ways, dtype=np.bool_)[:, None, :, None]
    same_reader = np.eye(readers, dtype=np.bool_)[None, :, None, :]
    first, second, third = (
        _mean(parts, which)
        for which in (~same_way & same_reader, same_way & ~same_reader, ~same_way & ~same_reader)
    )
    means = tuple(_mean_area(grid[way], parts[way, :, way, :]) for way in range(ways))
    variance = _mean(parts, same_way & same_reader)
    nothing = float("nan")
    if ways < 2:
        return MultiReader(grid, means, variance, nothing, second, nothing, nothing, nothing, nothing, None)
    of_ways = readers * float(((grid.mean(1) - grid.mean()) ** 2).sum()) / (ways - 1)
    rest = grid - grid.mean(1, keepdims=True) - grid.mean(0) + grid.mean()
    interaction = float((rest**2).sum()) / ((ways - 1) * (readers - 1))
    below = interaction + readers * max(0.0, second - third)
    freedom = _freedom(below, interaction, (ways - 1) * (readers - 1))
    f = of_ways / below if below > 0 else nothing
    p = f_tail(f, ways - 1, freedom) if below > 0 else nothing
    apart = _interval(float(grid[0].mean() - grid[1].mean()), math.sqrt(2 * below / readers), freedom)
    return MultiReader(grid, means, variance, first, second, third, f, freedom, p, apart)


def _mean_area(areas: Array, covariance: Array) -> MeanArea:
    """Return the mean of the `areas`, (J,), of one way of reading (Hillis 2007)."""
    readers = len(areas)
    between = covariance[~np.eye(readers, dtype=np.bool_)].mean()
    spread = float(areas.var(ddof=1))
    below = spread + readers * max(0.0, float(between))
    return _interval(float(areas.mean()), math.sqrt(below / readers), _freedom(below, spread, readers - 1))


def _freedom(below: float, spread: float, least: int) -> float:
    """Return the degrees of freedom of a denominator of which only `spread` is estimated (Hillis 2007)."""
    return least * (below / spread) ** 2 if spread > 0 else math.inf


def _interval(value: float, error: float, freedom: float) -> MeanArea:
    half = t_quantile(freedom) * error
    return MeanArea(value, error, freedom, value - half, value + half)


def _mean(parts: Array, which: NDArray[np.bool_]) -> float:
    chosen = parts[np.broadcast_to(which, parts.shape)]
    return float(chosen.mean()) if chosen.size else float("nan")


def _wins(scores: Array, truth: NDArray[np.bool_]) -> Array:
    cases, others = scores[:, truth], scores[:, ~truth]
    return np.asarray((np.sign(cases[:, :, None] - others[:, None, :]) + 1) / 2)


def _areas(scores: Array, truth: NDArray[np.bool_]) -> Array:
    return np.asarray(_wins(scores, truth).mean((1, 2)))


def _jackknife(scores: Array, truth: NDArray[np.bool_]) -> Array:
    """Return the covariance of the K areas, (K, K), from leaving out each film once."""
    wins = _wins(scores, truth)  # (K, cases, others)
    cases, others = wins.shape[1:]
    total = wins.sum((1, 2))
    without_case = (total[:, None] - wins.sum(2)) / ((cases - 1) * others)
    without_other = (total[:, None] - wins.sum(1)) / (cases * (others - 1))
    left = np.concatenate([without_case, without_other], axis=1)
    centred = left - left.mean(1, keepdims=True)
    films = cases + others
    return np.asarray(centred @ centred.T * (films - 1) / films)
