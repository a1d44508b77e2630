"""How well two classes are told apart inside one source or device, where that can give nothing away.

The area under the ROC curve of each stratum, and their plain mean: figures within strata, as Janes and Pepe
2008 ask for where a covariate goes with both class and score.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.bootstrap import Weights, group_intervals
from cxrview.evaluation.figures import figure
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roc import Ranking
from cxrview.evaluation.roles import Roles

LEAST = 10  # images of either class in a stratum
MOST = 40  # strata, those with most images first
_MEAN = ""  # no stratum has this name


def within(
    answers: LabelledPredictions, strata: NDArray[np.str_], roles: Roles, seed: int = 0, repeats: int = 1000
) -> dict[str, Any]:
    """Return the AUC of the watched class against the one without disease in each of `strata`, (N,).

    The score is the probability of the watched class; images of other classes are left out, and so are
    strata without a name or with fewer than `LEAST` of either class. {} if no stratum is left. Intervals come
    from drawing whole groups again. Classes must exclude each other.
    """
    names = answers.class_names
    if not (answers.exclusive and {roles.watched, roles.healthy} <= set(names)):
        return {}
    watched, healthy = names.index(roles.watched), names.index(roles.healthy)
    chosen = _strata(answers.labels == watched, answers.labels == healthy, strata)
    if watched == healthy or not chosen:
        return {}
    rankings = {
        name: (index, Ranking(answers.probabilities[index, watched], answers.labels[index] == watched))
        for name, index in chosen.items()
    }

    def areas(weights: Weights) -> dict[str, float]:
        found = {name: ranking.counts(weights[index]).area() for name, (index, ranking) in rankings.items()}
        known = [area for area in found.values() if not np.isnan(area)]
        return {**found, _MEAN: float(np.mean(known)) if known else float("nan")}

    used = np.concatenate(list(chosen.values()))

    def of_used(weights: Weights) -> dict[str, float]:
        spread = np.zeros(len(answers))
        spread[used] = weights
        return areas(spread)

    intervals = group_intervals(of_used, answers.groups[used], seed, repeats)
    values = areas(np.ones(len(answers)))
    return {
        "watched": roles.watched,
        "healthy": roles.healthy,
        "mean": figure(values[_MEAN], intervals.get(_MEAN)),
        "parts": {
            name: {
                "watched": int((answers.labels[index] == watched).sum()),
                "healthy": int((answers.labels[index] == healthy).sum()),
                "auc": figure(values[name], intervals.get(name)),
            }
            for name, index in chosen.items()
        },
    }


def _strata(
    watched: NDArray[np.bool_], healthy: NDArray[np.bool_], strata: NDArray[np.str_]
) -> dict[str, NDArray[np.intp]]:
    """Return the images of the two classes in each large stratum, largest first."""
    found = {}
    for name in np.unique(strata[strata != ""]):
        here = strata == name
        if min((here & watched).sum(), (here & healthy).sum()) >= LEAST:
            found[str(name)] = np.flatnonzero(here & (watched | healthy))
    return dict(sorted(found.items(), key=lambda entry: -len(entry[1]))[:MOST])
