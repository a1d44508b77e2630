"""How good predictions are: NumPy and scikit-learn only, with intervals by resampling patients.

`probabilities` is (N, C), rows summing to 1; `labels` is (N,) indices of classes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


def confusion(probabilities: Probabilities, labels: Labels) -> NDArray[np.int64]:
    """Return the counts (C, C): truth in rows, prediction in columns."""
    classes = probabilities.shape[1]
    flat = labels * classes + probabilities.argmax(1)
    return np.bincount(flat, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def expected_calibration_error(probabilities: Probabilities, labels: Labels, bins: int = 10) -> float:
    """Return the mean gap of confidence and accuracy over equal-width bins of confidence (Guo 2017)."""
    confidence = probabilities.max(1)
    correct = probabilities.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - correct[place == b].mean()) * (place == b).mean()
        for b in np.unique(place)
    ]
    return float(sum(gaps))


def brier_score(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean squared distance to the truth, summed over classes: 0 best, 2 worst."""
    truth = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - truth) ** 2).sum(1).mean())


def class_auc(probabilities: Probabilities, labels: Labels, index: int) -> float:
    """Return the area under the ROC curve of one class against the rest; NaN if either is absent."""
    truth = labels == index
    if truth.all() or not truth.any():
        return float("nan")
    return float(roc_auc_score(truth, probabilities[:, index]))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def summary(probabilities: Probabilities, labels: Labels, class_names: Sequence[str]) -> dict[str, float]:
    """Return all figures by name; NaN where a class is absent. Per class: `recall.NAME` and so on."""
    table = confusion(probabilities, labels)
    figures: dict[str, float] = {"accuracy": _ratio(table.trace(), table.sum())}
    recalls, areas = [], []
    for index, name in enumerate(class_names):
        hits, truths, calls = table[index, index], table[index].sum(), table[:, index].sum()
        figures[f"precision.{name}"] = _ratio(hits, calls)
        figures[f"recall.{name}"] = _ratio(hits, truths)
        figures[f"f1.{name}"] = _ratio(2 * hits, truths + calls)
        figures[f"auc.{name}"] = class_auc(probabilities, labels, index)
        recalls.append(figures[f"recall.{name}"])
        areas.append(figures[f"auc.{name}"])
    figures["balanced_accuracy"] = _mean_of_known(recalls)
    figures["macro_auc"] = _mean_of_known(areas)
    figures["ece"] = expected_calibration_error(probabilities, labels)
    figures["brier"] = brier_score(probabilities, labels)
    return figures


def _mean_of_known(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def group_intervals(
    measure: Callable[[NDArray[np.int64]], dict[str, float]],
    groups: NDArray[np.str_],
    seed: int,
    repeats: int = 1000,
) -> dict[str, tuple[float, float]]:
    """Return 95 % percentile intervals of `measure`, resampling whole `groups` with replacement.

    `measure` takes indices and returns figures by name; a figure that is NaN in more than half of the
    samples gets no interval.
    """
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    samples: dict[str, list[float]] = {}
    for _ in range(repeats):
        drawn = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        for name, value in measure(drawn).items():
            if not np.isnan(value):
                samples.setdefault(name, []).append(value)
    return {
        name: (float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5)))
        for name, values in samples.items()
        if len(values) > repeats / 2
    }


def evaluate(
    probabilities: Probabilities,
    labels: Labels,
    groups: NDArray[np.str_],
    sources: NDArray[np.str_],
    class_names: Sequence[str],
    seed: int,
    repeats: int = 1000,
) -> dict[str, Any]:
    """Return what the card says about one set of images: figures with intervals, confusion, per source."""
    figures = summary(probabilities, labels, class_names)
    intervals = group_intervals(
        lambda chosen: summary(probabilities[chosen], labels[chosen], class_names), groups, seed, repeats
    )
    per_source = {}
    for source in np.unique(sources):
        chosen = sources == source
        table = confusion(probabilities[chosen], labels[chosen])
        per_source[str(source)] = {
            "images": int(chosen.sum()),
            "accuracy": _ratio(table.trace(), table.sum()),
            "confusion": table.tolist(),
        }
    return {
        "images": len(labels),
        "groups": len(np.unique(groups)),
        "figures": {name: _figure(value, intervals.get(name)) for name, value in figures.items()},
        "confusion": confusion(probabilities, labels).tolist(),
        "per_source": per_source,
    }


def _figure(value: float, interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    known = None if np.isnan(value) else round(value, 4)
    return {
        "value": known,
        "low": None if low is None else round(low, 4),
        "high": None if high is None else round(high, 4),
    }
