"""From logits to probabilities that mean something, and thresholds for two ways of reading them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.special import log_softmax, softmax  # type: ignore[import-untyped]
from sklearn.metrics import roc_curve


def apply_temperature(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Return softmax(logits / temperature), (N, C)."""
    return np.asarray(softmax(logits.astype(np.float64) / temperature, axis=1), dtype=np.float64)


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the temperature in 0.05…20 with the smallest cross-entropy (Guo 2017)."""

    def cross_entropy(log_temperature: float) -> float:
        scaled = log_softmax(logits.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(len(labels)), labels].mean())

    best = minimize_scalar(cross_entropy, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(best.x))


def sensitive_threshold(scores: NDArray[np.float64], truth: NDArray[np.bool_], wanted: float = 0.95) -> float:
    """Return the highest threshold at which at least `wanted` of the true cases score as much or more."""
    positives = np.sort(scores[truth])[::-1]
    return float(positives[int(np.ceil(wanted * len(positives))) - 1])


def balanced_threshold(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the threshold with the largest sensitivity + specificity (Youden 1950)."""
    false_rate, true_rate, thresholds = roc_curve(truth, scores)
    best = int(np.argmax(true_rate[1:] - false_rate[1:])) + 1  # the first threshold is infinite
    return float(thresholds[best])


def operating_points(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], class_names: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return the thresholds per class, "sensitive" (sensitivity ≥ 0.95) and "balanced" (Youden).

    A class counts as called where its probability is at least the threshold.
    """
    points: dict[str, dict[str, float]] = {"sensitive": {}, "balanced": {}}
    for index, name in enumerate(class_names):
        scores, truth = probabilities[:, index], labels == index
        points["sensitive"][name] = sensitive_threshold(scores, truth)
        points["balanced"][name] = balanced_threshold(scores, truth)
    return points
