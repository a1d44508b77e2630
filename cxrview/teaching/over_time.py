"""How a reader comes along: area and time of one session after the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxrview.errors import InvalidRequest
from cxrview.evaluation.bootstrap import Interval, Weights, group_intervals
from cxrview.evaluation.roc import Ranking
from cxrview.progress import Report, silent
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.results import REPEATS, SEED, UNKNOWN, groups_of, scores_of, truth_of
from cxrview.teaching.sessions import ReaderAnswer, Readings, SessionInfo, Sessions
from cxrview.teaching.set_file import load


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session: `answered` films at their first showing.

    `area` is the mean over the classes of which some films have one and some have not, NaN without any, with
    its 95 % interval; `seconds` a film are median and its 95 % interval, None for fewer than two patients.
    """

    session: SessionInfo
    answered: int
    area: float
    interval: Interval | None
    seconds: float
    seconds_interval: Interval | None


@dataclass(frozen=True, slots=True)
class OverTime:
    """The sessions of a reader, the first one first, and how many have lost their set's file."""

    steps: tuple[SessionFigures, ...]
    gone: int = 0


def over_time(sessions: Sessions, reader: str, report: Report = silent) -> OverTime:
    """Return what each session of `reader` came to in which a film was answered.

    Raises SessionsUnusable, Cancelled.
    """
    own = sorted((one for one in sessions.all() if one.reader == reader), key=lambda one: one.begun)
    steps, gone = [], 0
    for number, session in enumerate(own):
        report(number / len(own), session.title)
        readings = sessions.readings(session)
        if not readings.blind:
            continue
        try:
            made = load(Path(session.set_file))
        except InvalidRequest:  # moved or removed; the answers without the truth say nothing
            made = None
        if made is None or made.identifier != session.set_id:
            gone += 1
        else:
            steps.append(step_of(made, readings))
    return OverTime(tuple(steps), gone)


def step_of(made: ReadingSet, readings: Readings) -> SessionFigures:
    """Return what a session of the set `made` came to, finished or not."""
    first = [place for place in sorted(readings.blind) if made.showing(place) == 0]
    groups = groups_of(made, first)
    rankings = _rankings(made, readings.blind, first)
    seconds = np.array([readings.blind[place].seconds for place in first])

    def measure(weights: Weights) -> dict[str, float]:
        return {"area": _mean_area(rankings, weights), "seconds": _median(seconds, weights)}

    known = measure(np.ones(len(first)))
    intervals = group_intervals(measure, groups, SEED, REPEATS)
    return SessionFigures(
        readings.session,
        len(first),
        known["area"],
        intervals.get("area"),
        known["seconds"],
        intervals.get("seconds"),
    )


Rankings = list[tuple[list[int], Ranking]]  # which of the films, and their order by the reader's confidence


def _rankings(made: ReadingSet, answers: Mapping[int, ReaderAnswer], first: list[int]) -> Rankings:
    found: Rankings = []
    for name in made.questions:
        asked = [place for place in first if name in answers[place].confidence]
        truth = truth_of(made, asked, name)
        if truth.any() and not truth.all():
            which = [first.index(place) for place in asked]
            found.append((which, Ranking(scores_of(answers, asked, name), truth)))
    return found


def _mean_area(rankings: Rankings, weights: Weights) -> float:
    """Return the mean of the areas that films of these weights have; NaN if there is none."""
    with np.errstate(invalid="ignore"):
        areas = np.array([ranking.counts(weights[which]).area() for which, ranking in rankings])
    known = areas[~np.isnan(areas)]
    return float(known.mean()) if known.size else UNKNOWN


def _median(values: Weights, weights: Weights) -> float:
    """Return the median of `values` of which each counts as often as its weight says."""
    repeated = np.repeat(values, weights.astype(np.int64))
    return float(np.median(repeated)) if repeated.size else UNKNOWN
