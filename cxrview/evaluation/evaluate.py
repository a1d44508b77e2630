"""How good a model's answers are: figures with intervals, tables, and what differs between sources.

`measure` returns plain values, fit for `metrics.json` and a model card; NaN becomes None.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation import messages
from cxrview.evaluation.bootstrap import Interval, Weights, group_intervals
from cxrview.evaluation.figures import figure, rounded
from cxrview.evaluation.metrics import CalibrationMetrics, ClassificationMetrics, called_classes
from cxrview.evaluation.predictions import LabelledPredictions, Labels, Probabilities
from cxrview.evaluation.roles import Roles
from cxrview.evaluation.within import within
from cxrview.progress import Report, silent

Points = Mapping[str, Mapping[str, float]]
"""Thresholds by operating point and class, as a card has them."""

METHOD = "95 % percentile intervals from a bootstrap that draws whole patients (groups)"
MOST_SOURCES = 40


def measure(
    answers: LabelledPredictions,
    operating_points: Points | None = None,
    seed: int = 0,
    repeats: int = 1000,
    report: Report = silent,
    roles: Roles = Roles(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """Return everything that can be said about `answers` in figures.

    Images of no known class are counted as `left_out`. If there is no image of a known class, only what
    they were called and the domain check are there. Where classes play `roles`, there is `any_disease`, and
    what `within` finds by source and by device. `report` may raise Cancelled.
    """
    known = answers.subset(np.flatnonzero(answers.known))
    points = dict(operating_points or {})
    result = {**_counts(answers, known), **_called(answers, points)}
    if answers.in_domain is not None:
        result["in_domain"] = _share(answers.in_domain, answers.groups, seed, repeats)
    if len(known):
        thresholds = _thresholds(known, points)
        merit = ClassificationMetrics(known, points, thresholds)
        values = merit(np.ones(len(known)))
        intervals = group_intervals(merit, known.groups, seed, repeats, report)
        result |= _figures(known.class_names, points, values, intervals)
        result |= _of_roles(known, roles, result["figures"], seed, repeats)
        result |= _tables(known, merit.called)
        result["calibration"] = CalibrationMetrics(known).curves()
        result["thresholds"] = dict(zip(known.class_names, map(float, thresholds), strict=True))
    result["per_source"] = _per_source(answers, points, seed, repeats)
    result["intervals"] = {"method": METHOD, "seed": seed, "repeats": repeats}
    report(1.0, messages.MEASURED)
    return result


def measure_out_of_distribution(
    answers: LabelledPredictions, seed: int = 0, repeats: int = 1000
) -> dict[str, Any]:
    """Return how many images outside the task the domain check flags, in all and by source.

    Where nothing was checked, `flagged` is None.
    """

    def part(chosen: LabelledPredictions) -> dict[str, Any]:
        flagged = None if chosen.in_domain is None else ~chosen.in_domain
        return {
            "images": len(chosen),
            "groups": len(np.unique(chosen.groups)),
            "flagged": None if flagged is None else _share(flagged, chosen.groups, seed, repeats),
            "not_flagged": None if flagged is None else int((~flagged).sum()),
        }

    sources = np.unique(answers.sources)
    return {
        **part(answers),
        "per_source": {str(name): part(answers.subset(answers.sources == name)) for name in sources},
    }


def confusion(probabilities: Probabilities, labels: Labels) -> NDArray[np.int64]:
    """Return the counts (C, C) of exclusive classes: truth in rows, most probable class in columns."""
    classes = probabilities.shape[1]
    flat = labels * classes + probabilities.argmax(1)
    return np.bincount(flat, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def _counts(answers: LabelledPredictions, known: LabelledPredictions) -> dict[str, Any]:
    support = known.truth.sum(0)
    return {
        "images": len(known),
        "groups": len(np.unique(known.groups)),
        "left_out": len(answers) - len(known),
        "classes": list(answers.class_names),
        "exclusive": answers.exclusive,
        "support": {name: int(count) for name, count in zip(answers.class_names, support, strict=True)},
    }


def _called(answers: LabelledPredictions, points: Points) -> dict[str, Any]:
    """Return which share of the images is called each class, whatever they are, also by operating point."""
    if not len(answers):
        return {}
    names = answers.class_names
    called = called_classes(answers, _thresholds(answers, points)).mean(0)
    found: dict[str, Any] = {"called": _by_class(names, called)}
    found["called_at"] = {
        point: {
            name: rounded(float((answers.probabilities[:, index] >= values[name]).mean()))
            for index, name in enumerate(names)
            if name in values
        }
        for point, values in points.items()
    }
    return found


def _thresholds(answers: LabelledPredictions, points: Points) -> NDArray[np.float64]:
    """Return from which probability a class counts as called when classes are not exclusive, (C,)."""
    balanced = points.get("balanced", {})
    return np.array([0.5 if answers.exclusive else balanced.get(name, 0.5) for name in answers.class_names])


def _figures(
    names: Sequence[str], points: Points, values: dict[str, float], intervals: dict[str, Interval]
) -> dict[str, Any]:
    """Return the figures, and those at each operating point apart from them."""
    with_intervals = {name: figure(value, intervals.get(name)) for name, value in values.items()}
    at_points = {
        point: {
            name: {
                "threshold": thresholds[name],
                **{
                    kind: with_intervals[f"at.{point}.{kind}.{name}"]
                    for kind in ("sensitivity", "specificity", "precision", "called")
                },
            }
            for name in names
            if name in thresholds
        }
        for point, thresholds in points.items()
    }
    plain = {name: entry for name, entry in with_intervals.items() if not name.startswith("at.")}
    return {"figures": plain, "operating_points": at_points}


def _of_roles(
    known: LabelledPredictions, roles: Roles, figures: dict[str, Any], seed: int, repeats: int
) -> dict[str, Any]:
    """Return what is about the class without disease, and about the watched one within one source."""
    found: dict[str, Any] = {}
    if known.exclusive and roles.healthy in known.class_names and len(known.class_names) > 2:
        # Of exclusive classes, ranking by 1 − p is ranking by p the other way round: the same area.
        auc = figures[f"auc.{roles.healthy}"]
        found["any_disease"] = {"healthy": roles.healthy, "auc": auc}
    strata = {"within_source": known.sources, "within_device": known.devices}
    for name, values in strata.items():
        if values is not None and (areas := within(known, values, roles, seed, repeats)):
            found[name] = areas
    return found


def _tables(answers: LabelledPredictions, called: NDArray[np.bool_]) -> dict[str, Any]:
    if answers.exclusive:
        return {"confusion": confusion(answers.probabilities, answers.labels).tolist()}
    truth = answers.truth
    return {
        "tables": {
            name: {
                "called_right": int((truth & called)[:, index].sum()),
                "missed": int((truth & ~called)[:, index].sum()),
                "called_wrongly": int((~truth & called)[:, index].sum()),
                "passed_over_right": int((~truth & ~called)[:, index].sum()),
            }
            for index, name in enumerate(answers.class_names)
        }
    }


def _per_source(answers: LabelledPredictions, points: Points, seed: int, repeats: int) -> dict[str, Any]:
    """Return for each of the largest sources how it fares, largest first."""
    sources, counts = np.unique(answers.sources, return_counts=True)
    if len(sources) == 1 and not sources[0]:
        return {}
    largest = sources[np.argsort(-counts, kind="stable")][:MOST_SOURCES]
    return {
        str(name): _one_source(answers.subset(answers.sources == name), points, seed, repeats)
        for name in largest
    }


def _one_source(part: LabelledPredictions, points: Points, seed: int, repeats: int) -> dict[str, Any]:
    known = part.subset(np.flatnonzero(part.known))
    result = {**_counts(part, known), **_called(part, points)}
    if part.in_domain is not None:
        result["in_domain"] = rounded(float(part.in_domain.mean()))
    if not len(known):
        return result
    called = called_classes(known, _thresholds(known, points))
    right = (called == known.truth).all(1)
    accuracy = _share(right, known.groups, seed, repeats)
    hits, truths = (called & known.truth).sum(0), known.truth.sum(0)
    recall = [hit / count if count else np.nan for hit, count in zip(hits, truths, strict=True)]
    result |= {
        "accuracy": accuracy["value"],
        "accuracy_interval": [accuracy["low"], accuracy["high"]],
        "recall": _by_class(part.class_names, recall),
    }
    return result | _tables(known, called)


def _share(yes: NDArray[np.bool_], groups: NDArray[np.str_], seed: int, repeats: int) -> dict[str, Any]:
    """Return the share of `yes`, (N,), with its interval."""
    counts = yes.astype(np.float64)

    def share(weights: Weights) -> dict[str, float]:
        return {"share": float(weights @ counts / weights.sum())}

    if not len(yes):
        return figure(float("nan"), None)
    interval = group_intervals(share, groups, seed, repeats).get("share")
    return figure(float(counts.mean()), interval)


def _by_class(names: Sequence[str], values: Sequence[float] | NDArray[np.float64]) -> dict[str, float | None]:
    return {name: rounded(float(value)) for name, value in zip(names, values, strict=True)}
