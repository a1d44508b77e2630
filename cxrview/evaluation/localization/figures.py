"""What the measures of many films come to: means with intervals, in all and by class, source and device."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.bootstrap import Weights, group_intervals
from cxrview.evaluation.evaluate import METHOD, MOST_SOURCES
from cxrview.evaluation.figures import figure
from cxrview.evaluation.localization.films import MeasuredFilm
from cxrview.evaluation.localization.measures import MEASURES, UNTOLD, HeatMeasures
from cxrview.progress import Report, silent

UNKNOWN = [UNTOLD for _ in MEASURES]
ATTRIBUTES: dict[str, Callable[[MeasuredFilm], str]] = {
    "per_class": lambda film: film.label,
    "per_source": lambda film: film.item.source,
    "per_device": lambda film: film.item.device,
}


def summarise(
    films: Sequence[MeasuredFilm], seed: int = 0, repeats: int = 1000, report: Report = silent
) -> dict[str, Any]:
    """Return what `metrics.json` says of `films`: plain values, NaN as None.

    `own` are the means over the maps of the films' own classes, each with an interval from drawing whole
    groups, over the films of which a measure is known; `called` those over the maps of the classes that the
    films were called. By class, source and device (at most 40, those with most films first) stands `own`
    alone; a part is empty where nothing tells one film from another. `report` may raise Cancelled.
    """
    parts = {name: _by(films, of) for name, of in ATTRIBUTES.items()}
    steps, done = sum(map(len, parts.values())) + 2, 0

    def means(chosen: Sequence[MeasuredFilm], of: Callable[[MeasuredFilm], HeatMeasures | None]) -> Any:
        nonlocal done
        done += 1
        return _means(chosen, of, seed, repeats, lambda part, doing: report((done - 1 + part) / steps, doing))

    return {
        **_counts(films),
        "own": means(films, lambda film: film.of_own),
        "called": means(films, lambda film: film.of_called),
        **{
            name: {key: {**_counts(some), "own": means(some, lambda film: film.of_own)} for key, some in part}
            for name, part in parts.items()
        },
        "intervals": {"method": METHOD, "seed": seed, "repeats": repeats},
    }


def _by(
    films: Sequence[MeasuredFilm], of: Callable[[MeasuredFilm], str]
) -> list[tuple[str, list[MeasuredFilm]]]:
    """Return the films of each value of an attribute, most films first; none if all have one value."""
    found: dict[str, list[MeasuredFilm]] = {}
    for film in films:
        found.setdefault(of(film), []).append(film)
    if len(found) < 2:
        return []
    return sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:MOST_SOURCES]


def _counts(films: Sequence[MeasuredFilm]) -> dict[str, int]:
    """Return how many films there are, of how many groups, and of how many boxes and lungs are known."""
    told = [film.of_called for film in films]
    return {
        "films": len(films),
        "groups": len({film.group for film in films}),
        "with_boxes": sum(not np.isnan(one["energy_inside"]) for one in told),
        "with_drawn_lungs": sum(film.item.lung_mask is not None for film in films),
    }


def _means(
    films: Sequence[MeasuredFilm],
    of: Callable[[MeasuredFilm], HeatMeasures | None],
    seed: int,
    repeats: int,
    report: Report,
) -> dict[str, Any]:
    measured = [of(film) for film in films]
    values = np.array(
        [UNKNOWN if one is None else [one[name] for name in MEASURES] for one in measured], np.float64
    )
    values = values.reshape(len(films), len(MEASURES))
    known = ~np.isnan(values)
    filled = np.where(known, values, 0)

    def mean(weights: Weights) -> dict[str, float]:
        return dict(zip(MEASURES, _ratio(weights @ filled, weights @ known), strict=True))

    groups = np.array([film.group for film in films], np.str_)
    intervals = group_intervals(mean, groups, seed, repeats, report)
    every = mean(np.ones(len(films)))
    return {name: figure(every[name], intervals.get(name)) for name in MEASURES}


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> list[float]:
    return [float(one / other) if other else UNTOLD for one, other in zip(part, whole, strict=True)]
