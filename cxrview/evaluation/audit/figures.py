"""What the audit of many films comes to: shares of heat, and how well classes are told apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.audit.changes import CHANGES
from cxrview.evaluation.audit.films import READINGS, WHOLE, AuditedFilm
from cxrview.evaluation.audit.regions import REGIONS
from cxrview.evaluation.bootstrap import Weights, group_intervals
from cxrview.evaluation.evaluate import METHOD
from cxrview.evaluation.figures import figure, rounded
from cxrview.evaluation.roc import Ranking
from cxrview.progress import Report, silent


def summarise_audit(
    films: Sequence[AuditedFilm],
    class_names: Sequence[str],
    seed: int = 0,
    repeats: int = 1000,
    report: Report = silent,
) -> dict[str, Any]:
    """Return what `metrics.json` says of `films`: plain values, NaN as None.

    All figures are of the `measured` films, those of which lungs were found, with intervals from drawing
    whole groups. `heat` has the mean share of each of REGIONS, over the films with any heat. `readings` has
    for each of READINGS the `auc` (the mean over the classes of which there are some and others), those
    `per_class`, the `fall` of the AUC from whole films, its interval from the same draws, and `taken`, the
    mean share of the model's square that was changed. `report` may raise Cancelled.
    """
    measured = [film for film in films if film.probabilities]
    found: dict[str, Any] = {
        "films": len(films),
        "measured": len(measured),
        "groups": len({film.group for film in measured}),
        "with_text": sum(film.taken["without_text"] > 0 for film in measured),
        "intervals": {"method": METHOD, "seed": seed, "repeats": repeats},
    }
    if not measured:
        return found
    of_heat, of_readings = _Heat(measured), _Readings(measured, class_names)

    def figures(weights: Weights) -> dict[str, float]:
        return of_heat(weights) | of_readings(weights)

    groups = np.array([film.group for film in measured], np.str_)
    intervals = group_intervals(figures, groups, seed, repeats, report)
    values = figures(np.ones(len(measured)))
    entries = {name: figure(value, intervals.get(name)) for name, value in values.items()}
    found["heat"] = {name: entries[f"heat.{name}"] for name in REGIONS}
    found["readings"] = {}
    for reading in READINGS:
        part: dict[str, Any] = {"auc": entries[f"auc.{reading}"]}
        part["per_class"] = {name: entries[f"auc.{reading}.{name}"] for name in class_names}
        if reading != WHOLE:
            part["fall"] = entries[f"fall.{reading}"]
            part["taken"] = rounded(float(np.mean([film.taken[reading] for film in measured])))
        found["readings"][reading] = part
    return found


class _Heat:
    """Mean shares of the heat for any weighting of the films; those without heat do not count."""

    def __init__(self, films: Sequence[AuditedFilm]) -> None:
        values = np.array([[film.heat[name] for name in REGIONS] for film in films], np.float64)
        self._known = ~np.isnan(values[:, 0])  # a film has all shares or none
        self._values = np.where(self._known[:, None], values, 0)

    def __call__(self, weights: Weights) -> dict[str, float]:
        total = float(weights @ self._known)
        means = weights @ self._values / total if total else np.full(len(REGIONS), np.nan)
        return {f"heat.{name}": float(mean) for name, mean in zip(REGIONS, means, strict=True)}


class _Readings:
    """AUCs of every reading for any weighting of the films, and their fall from whole films."""

    def __init__(self, films: Sequence[AuditedFilm], class_names: Sequence[str]) -> None:
        truth: NDArray[np.bool_] = np.array([film.truth for film in films])
        self._names = class_names
        self._rankings: Mapping[str, list[Ranking]] = {
            reading: [
                Ranking(np.array([film.probabilities[reading][place] for film in films]), truth[:, place])
                for place in range(len(class_names))
            ]
            for reading in READINGS
        }

    def __call__(self, weights: Weights) -> dict[str, float]:
        found: dict[str, float] = {}
        for reading, rankings in self._rankings.items():
            areas = np.array([ranking.counts(weights).area() for ranking in rankings])
            known = areas[~np.isnan(areas)]
            found[f"auc.{reading}"] = float(known.mean()) if len(known) else float("nan")
            found |= {f"auc.{reading}.{name}": float(a) for name, a in zip(self._names, areas, strict=True)}
        falls = {f"fall.{name}": found[f"auc.{WHOLE}"] - found[f"auc.{name}"] for name in CHANGES}
        return found | falls
