"""What a blind reading comes to: curves, areas, agreement, time, and the films to look at again.

Only the first showing of a film counts; repeats are for the reader's agreement with himself. A film
that "cannot be judged" is left out, and counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.bootstrap import Interval, Weights, group_intervals
from cxrview.evaluation.roc import Ranking
from cxrview.progress import Report, silent
from cxrview.teaching.delong import Difference, areas, difference
from cxrview.teaching.kappa import Kappa, of_pairs
from cxrview.teaching.localisation import RegionsHit, regions_hit
from cxrview.teaching.reading_set import LEVELS, ReadingSet
from cxrview.teaching.sessions import ReaderAnswer, Readings

Array = NDArray[np.float64]
CALLED = 4  # "probably" and "surely" say that it is there
SEED, REPEATS = 1, 1000
UNKNOWN = float("nan")


class ReaderCurve(NamedTuple):
    """A ROC curve: 1 − specificity and sensitivity, from 0 to 1; the area below, and its 95 % interval."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float
    interval: Interval | None


class Level(NamedTuple):
    """Of `films` to which the reader gave the confidence `level`, `present` had the class."""

    level: int
    films: int
    present: int


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class: `cases` films have it, `others` have not. A figure that is not known is None, or NaN.

    `against_model` is own area minus the model's, `gain` that of the second answers minus that of the first,
    each on the films for which there are both.
    """

    name: str
    cases: int
    others: int
    own: ReaderCurve | None
    model: ReaderCurve | None
    assisted: ReaderCurve | None
    against_model: Difference | None
    gain: Difference | None
    sensitivity: float
    specificity: float
    sensitivity_interval: Interval | None
    specificity_interval: Interval | None
    kappa: Kappa | None
    calibration: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a session comes to. Films are named by their places in the order.

    `missed` had a class that the reader did not call, `over_called` lacked one that he called, the surest
    first; `helped` were wrong at first and right with the model, `misled` the other way round.
    """

    classes: tuple[ClassResult, ...]
    films: int
    answered: int
    not_judged: int
    seconds: tuple[float, float, float]  # quartiles
    regions: RegionsHit
    missed: tuple[int, ...]
    over_called: tuple[int, ...]
    helped: tuple[int, ...]
    misled: tuple[int, ...]

    @property
    def mean_area(self) -> float:
        """The mean of the own areas that are known; NaN if none is."""
        known = [found.own.area for found in self.classes if found.own is not None]
        return float(np.mean(known)) if known else UNKNOWN


def results(made: ReadingSet, readings: Readings, report: Report = silent) -> Results:
    """Return what `readings` of the set `made` come to, finished or not. `report` may raise Cancelled."""
    first = [place for place in sorted(readings.blind) if made.showing(place) == 0]
    judged = [place for place in first if readings.blind[place].judged]
    classes = []
    for number, name in enumerate(made.questions):
        report(number / len(made.questions), name)
        classes.append(_class(made, readings, judged, name))
    seconds = [readings.blind[place].seconds for place in first] or [UNKNOWN]
    low, middle, high = np.percentile(seconds, (25, 50, 75))
    return Results(
        tuple(classes),
        made.asked,
        len(first),
        len(first) - len(judged),
        (float(low), float(middle), float(high)),
        regions_hit(made, readings.blind, judged),
        _wrong(made, readings.blind, judged, missed=True),
        _wrong(made, readings.blind, judged, missed=False),
        _changed(made, readings, judged, to_right=True),
        _changed(made, readings, judged, to_right=False),
    )


def truth_of(made: ReadingSet, places: Sequence[int], name: str) -> NDArray[np.bool_]:
    """Return which films at `places` have the class `name`, (N,)."""
    return np.array([name in made.film(place).classes for place in places], np.bool_)


def is_right(made: ReadingSet, place: int, answer: ReaderAnswer) -> bool:
    """Return whether `answer` calls exactly those classes asked for that the film at `place` has."""
    film = made.film(place)
    called = {name for name, level in answer.confidence.items() if level >= CALLED}
    return answer.judged and called == set(film.classes) & set(made.questions)


def scores_of(answers: Mapping[int, ReaderAnswer], places: Sequence[int], name: str) -> Array:
    """Return the confidences of `name` at `places`, (N,)."""
    return np.array([answers[place].confidence[name] for place in places], np.float64)


def _class(made: ReadingSet, readings: Readings, judged: list[int], name: str) -> ClassResult:
    asked = [place for place in judged if name in readings.blind[place].confidence]
    truth = truth_of(made, asked, name)
    own = scores_of(readings.blind, asked, name)
    modelled = [place for place in asked if name in _probabilities(readings, place)]
    twice = [place for place in asked if name in _assisted(readings, place)]
    called = own >= CALLED
    intervals = _at_threshold(made, asked, called, truth)
    sensitivity, specificity = _shares(called, truth, np.ones(len(asked)))
    said = np.array([_probabilities(readings, place)[name] for place in modelled], np.float64)
    again = np.array([_assisted(readings, place)[name] for place in twice], np.float64)
    return ClassResult(
        name,
        int(truth.sum()),
        int((~truth).sum()),
        _curve(made, asked, own, truth),
        _curve(made, modelled, said, truth_of(made, modelled, name)),
        _curve(made, twice, again, truth_of(made, twice, name)),
        _difference(scores_of(readings.blind, modelled, name), said, truth_of(made, modelled, name)),
        _difference(again, scores_of(readings.blind, twice, name), truth_of(made, twice, name)),
        sensitivity,
        specificity,
        intervals.get("sensitivity"),
        intervals.get("specificity"),
        _kappa(made, readings, name),
        tuple(
            Level(level, int((own == level).sum()), int((truth & (own == level)).sum()))
            for level in range(1, LEVELS + 1)
        ),
    )


def _probabilities(readings: Readings, place: int) -> Mapping[str, float]:
    answer = readings.model.get(place)
    return answer.probabilities if answer is not None else {}


def _assisted(readings: Readings, place: int) -> Mapping[str, int]:
    answer = readings.assisted.get(place)
    return answer.confidence if answer is not None else {}


def _curve(
    made: ReadingSet, places: list[int], scores: Array, truth: NDArray[np.bool_]
) -> ReaderCurve | None:
    """Return the curve of `scores`; None unless some films have the class and some have not."""
    if truth.all() or not truth.any():
        return None
    ranking = Ranking(scores, truth)
    counts = ranking.counts(np.ones(len(places)))

    def measure(weights: Weights) -> dict[str, float]:
        with np.errstate(invalid="ignore"):
            return {"area": ranking.counts(weights).area()}

    interval = group_intervals(measure, groups_of(made, places), SEED, REPEATS).get("area")
    x = (0.0, *counts.false_positive_rate.tolist())
    y = (0.0, *counts.sensitivity.tolist())
    return ReaderCurve(x, y, counts.area(), interval)


def groups_of(made: ReadingSet, places: list[int]) -> NDArray[np.str_]:
    """Return the patients of the films at `places`, (N,)."""
    return np.array([made.group(made.order[place]) for place in places], np.str_)


def _shares(called: NDArray[np.bool_], truth: NDArray[np.bool_], weights: Weights) -> tuple[float, float]:
    cases, others = float(weights @ truth), float(weights @ ~truth)
    found, passed = float(weights @ (called & truth)), float(weights @ (~called & ~truth))
    return (found / cases if cases else UNKNOWN), (passed / others if others else UNKNOWN)


def _at_threshold(
    made: ReadingSet, places: list[int], called: NDArray[np.bool_], truth: NDArray[np.bool_]
) -> dict[str, Interval]:
    def measure(weights: Weights) -> dict[str, float]:
        return dict(zip(("sensitivity", "specificity"), _shares(called, truth, weights), strict=True))

    return group_intervals(measure, groups_of(made, places), SEED, REPEATS) if places else {}


def _difference(one: Array, other: Array, truth: NDArray[np.bool_]) -> Difference | None:
    found = areas(np.stack([one, other]), truth) if len(truth) else None
    return difference(found) if found is not None else None


def _kappa(made: ReadingSet, readings: Readings, name: str) -> Kappa | None:
    """Return the reader's agreement with himself on the films that came again."""
    firsts, seconds = [], []
    for place, answer in readings.blind.items():
        first = readings.blind.get(made.order.index(made.order[place]))
        if (
            made.showing(place) == 1
            and first is not None
            and name in first.confidence
            and name in answer.confidence
        ):
            firsts.append(first.confidence[name])
            seconds.append(answer.confidence[name])
    return of_pairs(np.array(firsts, np.int64), np.array(seconds, np.int64), LEVELS)


def _wrong(
    made: ReadingSet, answers: Mapping[int, ReaderAnswer], judged: list[int], missed: bool
) -> tuple[int, ...]:
    """Return the places of missed, or of over-called films, where the reader was surest first."""
    found: dict[int, int] = {}
    for place in judged:
        for name, level in answers[place].confidence.items():
            there = name in made.film(place).classes
            if there is missed and (level < CALLED) is missed:
                sure = LEVELS - level if missed else level
                found[place] = max(sure, found.get(place, 0))
    return tuple(sorted(found, key=lambda place: (-found[place], place)))


def _changed(made: ReadingSet, readings: Readings, judged: list[int], to_right: bool) -> tuple[int, ...]:
    return tuple(
        place
        for place in judged
        if place in readings.assisted
        and is_right(made, place, readings.blind[place]) is not to_right
        and is_right(made, place, readings.assisted[place]) is to_right
    )
