"""How often a reading is right at other hospitals, where every second film had what it says."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.card import Card
from cxrview.evaluation.bootstrap import Weights, group_intervals
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.inference.call import call, thresholds
from cxrview.training.export.calibrate import FEWEST_ELSEWHERE

FEWEST_CALLED = 10  # films that are called a class
OF = 10  # the share is said as so many of these


def elsewhere(
    answers: LabelledPredictions, card: Card, seed: int = 0, repeats: int = 1000
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the card's entry, by operating point and class: of films called so, how many of 10 had it.

    Films with the class and without count alike in all, and those out of domain are called nothing. A class
    that fewer than 20 of `answers` have, that fewer than 20 lack, or that fewer than 10 are called, is left
    out; and all is if it is the class that `card` watches, or if it watches none.
    """
    asked = answers.subset(answers.known & (True if answers.in_domain is None else answers.in_domain))
    if not (card.watch_class and card.exclusive and _enough(asked, card.watch_class)):
        return {}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for point in thresholds(card):
        called = np.array([call(row, card, point).name for row in asked.probabilities])
        for index, name in enumerate(asked.class_names):
            if _enough(asked, name) and (called == name).sum() >= FEWEST_CALLED:
                told = _entry(called == name, asked.labels == index, asked.groups, seed, repeats)
                found.setdefault(point, {}).update(told and {name: told})
    return {point: told for point, told in found.items() if told}


def _enough(answers: LabelledPredictions, name: str) -> bool:
    has = answers.labels == answers.class_names.index(name)
    return bool(min(has.sum(), (~has).sum()) >= FEWEST_ELSEWHERE)


def _entry(
    called: NDArray[np.bool_], has: NDArray[np.bool_], groups: NDArray[np.str_], seed: int, repeats: int
) -> dict[str, Any]:
    """Return the share of those that have it among the called, {} where there is no interval."""

    def right(weights: Weights) -> dict[str, float]:
        with np.errstate(invalid="ignore", divide="ignore"):  # a draw may lack all that have it
            true = np.float64(weights @ (called & has)) / (weights @ has)
            false = np.float64(weights @ (called & ~has)) / (weights @ ~has)
            return {"share": float(true / (true + false))}

    interval = group_intervals(right, groups, seed, repeats).get("share")
    if interval is None:
        return {}
    share = right(np.ones(len(has)))["share"]
    # Rounded, “10 of 10” would be said of 96 %, and “none” of 4 %.
    rounded = round(OF * share) if share in (0, 1) else min(max(round(OF * share), 1), OF - 1)
    return {"right": rounded, "of": OF, "low": round(interval[0], 4), "high": round(interval[1], 4)}
