"""From logits to probabilities that mean something, and thresholds for two ways of reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_expit, log_softmax, softmax  # type: ignore[import-untyped]
from sklearn.metrics import roc_curve

_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures
_LARGEST_BIAS = 20.0
FEWEST_ELSEWHERE = 20  # images with a class, and as many without, by which its threshold is balanced
_MARGIN = 1e-4  # of a probability: engines differ by less


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Calibrated probabilities are those of (logits + `biases`) / `temperature`."""

    temperature: float
    biases: NDArray[np.float64]  # (C,)


def apply_temperature(
    logits: NDArray[np.floating[Any]], temperature: float, exclusive: bool = True
) -> NDArray[np.float64]:
    """Return softmax(logits / temperature), or the sigmoid where classes are not exclusive: (N, C)."""
    scaled = logits.astype(np.float64) / temperature
    return np.asarray(softmax(scaled, axis=1) if exclusive else expit(scaled), dtype=np.float64)


def fit_calibration(
    logits: NDArray[np.floating[Any]], targets: NDArray[Any], *, exclusive: bool, with_bias: bool
) -> Calibration:
    """Return the temperature, and with `with_bias` the biases, with the smallest cross-entropy.

    `logits` and `targets` (0 or 1) are (N, C); with exclusive classes, rows of no class are passed over.
    Truth counts as certain only as far as N images allow (Platt 1999), or a few images that are all called
    right would make every answer 100 %.
    """
    truth = targets.astype(np.float64)
    if exclusive:
        logits, truth = logits[truth.any(1)], truth[truth.any(1)]
    classes = logits.shape[1]
    values = logits.astype(np.float64)
    doubt = 1 / (len(truth) + 2)
    truth = truth * (1 - doubt) + (1 - truth) * doubt / (max(1, classes - 1) if exclusive else 1)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        temperature = np.exp(parameters[0])
        biases = parameters[1:] if with_bias else np.zeros(classes)
        scaled = (values + biases) / temperature
        if exclusive:
            entropy = -(truth * log_softmax(scaled, axis=1)).sum(1).mean()
            slope = (softmax(scaled, axis=1) - truth) / len(truth)
        else:
            entropy = -(truth * log_expit(scaled) + (1 - truth) * log_expit(-scaled)).sum(1).mean()
            slope = (expit(scaled) - truth) / len(truth)
        slopes = [-(slope * scaled).sum()]
        return float(entropy), np.r_[slopes, slope.sum(0) / temperature] if with_bias else np.array(slopes)

    bounds = [(np.log(_LOWEST), np.log(_HIGHEST))] + [(-_LARGEST_BIAS, _LARGEST_BIAS)] * (classes * with_bias)
    start = np.zeros(len(bounds))
    if len(truth):
        options = {"ftol": 1e-12, "gtol": 1e-8, "maxiter": 500}
        best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    else:
        best = start
    biases = best[1:] if with_bias else np.zeros(classes)
    return Calibration(float(np.exp(best[0])), biases - biases.mean() if exclusive else biases)


def sensitive_threshold(scores: NDArray[np.float64], truth: NDArray[np.bool_], wanted: float = 0.95) -> float:
    """Return the highest threshold at which at least `wanted` of the true cases score as much or more."""
    positives = np.sort(scores[truth])[::-1]
    return float(positives[int(np.ceil(wanted * len(positives))) - 1])


def balanced_threshold(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.float64] | None = None
) -> float:
    """Return the threshold with the largest sensitivity + specificity (Youden 1950)."""
    false_rate, true_rate, thresholds = roc_curve(truth, scores, sample_weight=weights)
    best = int(np.argmax(true_rate[1:] - false_rate[1:])) + 1  # the first threshold is infinite
    return float(thresholds[best])


Judged = tuple[NDArray[np.float64], NDArray[Any]]  # probabilities (N, C), truth (N,) or (N, C)


def operating_points(
    probabilities: NDArray[np.float64],
    truth: NDArray[Any],
    class_names: Sequence[str],
    elsewhere: Judged | None = None,
    watched: str = "",
) -> dict[str, dict[str, float]]:
    """Return the thresholds per class, "sensitive" (sensitivity ≥ 0.95) and "balanced" (Youden).

    `truth` is (N,) labels or (N, C) targets. A class counts as called where its probability is at least the
    threshold, which lies a little below the score that it was found at, and so calls the same images in
    every engine. A class that no image has, or that every image has, gets 0.5: nothing can be measured.
    Where images from `elsewhere` have and lack a class often enough, it is balanced over both places, each
    counting alike: a threshold that is balanced at home alone may call nearly everything elsewhere. For the
    class `watched`, of classes that exclude each other, each of the others counts alike as well: how many
    films of each disease happen to be here decides nothing.
    """
    has = _members(truth, len(class_names))
    theirs = None if elsewhere is None else _members(elsewhere[1], len(class_names))
    points: dict[str, dict[str, float]] = {"sensitive": {}, "balanced": {}}
    for index, name in enumerate(class_names):
        scores, mine = probabilities[:, index], has[:, index]
        if not mine.any() or mine.all():
            points["sensitive"][name] = points["balanced"][name] = 0.5
            continue
        points["sensitive"][name] = _just_below(sensitive_threshold(scores, mine), scores)
        weigh = _classes_alike if name == watched else _alike
        weights = weigh(has, index) if name == watched else None
        if elsewhere is not None and theirs is not None and _enough(theirs[:, index]):
            scores, mine = np.r_[scores, elsewhere[0][:, index]], np.r_[mine, theirs[:, index]]
            weights = np.r_[weigh(has, index), weigh(theirs, index)]
        points["balanced"][name] = _just_below(balanced_threshold(scores, mine, weights), scores)
    return points


def _enough(truth: NDArray[np.bool_]) -> bool:
    return bool(min(truth.sum(), (~truth).sum()) >= FEWEST_ELSEWHERE)


def _members(truth: NDArray[Any], classes: int) -> NDArray[np.bool_]:
    return np.asarray(truth[:, None] == np.arange(classes) if truth.ndim == 1 else truth > 0)


def _alike(has: NDArray[np.bool_], index: int) -> NDArray[np.float64]:
    """Return weights with which those who have class `index`, and those who lack it, count 1 in all."""
    truth = has[:, index]
    shares = np.where(truth, 1 / max(1, truth.sum()), 1 / max(1, (~truth).sum()))
    return np.asarray(shares, dtype=np.float64)


def _classes_alike(has: NDArray[np.bool_], index: int) -> NDArray[np.float64]:
    """Return the same, where among those who lack it each class counts alike, and no class not at all."""
    counts = has.sum(0)
    others = (np.arange(len(counts)) != index) & (counts > 0)
    shares = np.zeros(len(counts))
    shares[others] = 1 / (counts[others] * others.sum())
    shares[index] = 1 / max(1, counts[index])
    return np.asarray(has @ shares, dtype=np.float64)


def _just_below(threshold: float, scores: NDArray[np.float64]) -> float:
    """Return a threshold at which the same `scores` count as called, with room for rounding on both sides."""
    below = float(scores[scores < threshold].max(initial=0.0))
    return max((threshold + below) / 2, threshold - _MARGIN)
