"""Every figure of merit of one set of answers, for any weighting of its images."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation.bootstrap import Weights
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roc import Ranking

FIXED = (0.90, 0.95)  # specificities and sensitivities at which the other one is given
BINS = 10
Array = NDArray[np.float64]


class ClassificationMetrics:
    """Called with weights (N,), it returns figures by name; NaN where one makes no sense.

    Per class: `recall.NAME` and so on; at an operating point: `at.POINT.sensitivity.NAME`. With exclusive
    classes an image is called by its most probable class; else every class counts as called from
    `thresholds` on, and `accuracy` is the share of images with all classes right.
    """

    def __init__(
        self,
        answers: LabelledPredictions,
        operating_points: Mapping[str, Mapping[str, float]] | None = None,
        thresholds: Array | None = None,
    ) -> None:
        """`answers` must all be of known classes; `thresholds` is (C,), 0.5 if left out."""
        self.names = answers.class_names
        self._exclusive = answers.exclusive
        self._truth = answers.truth
        self.called = called_classes(answers, thresholds)
        self._truths = self._truth.astype(np.float64)
        self._calls = self.called.astype(np.float64)
        self._hits = (self._truth & self.called).astype(np.float64)
        self._right = np.asarray((self._truth == self.called).all(1), np.float64)
        self.rankings = [
            Ranking(answers.probabilities[:, index], self._truth[:, index])
            for index in range(len(self.names))
        ]
        squares = (answers.probabilities - self._truths) ** 2
        self._squares = squares.sum(1) if answers.exclusive else squares.mean(1)
        self._calibration = CalibrationMetrics(answers)
        self._points = {
            point: answers.probabilities >= np.array([values.get(name, np.inf) for name in self.names])
            for point, values in (operating_points or {}).items()
        }

    def __call__(self, weights: Weights) -> dict[str, float]:
        total = float(weights.sum())
        figures = {"accuracy": _ratio(float(weights @ self._right), total)}
        hits, truths, calls = weights @ self._hits, weights @ self._truths, weights @ self._calls
        recall, precision = _ratios(hits, truths), _ratios(hits, calls)
        specificity = _ratios(total - truths - calls + hits, total - truths)
        f1 = _ratios(2 * hits, truths + calls)
        here = truths > 0  # what a class that is absent has been called is in the recall of the others
        precision, f1 = np.where(here, precision, np.nan), np.where(here, f1, np.nan)
        per_class = {"precision": precision, "recall": recall, "f1": f1, "specificity": specificity}
        per_class |= self._of_ranks(weights)
        for kind, values in per_class.items():
            figures |= {f"{kind}.{name}": float(v) for name, v in zip(self.names, values, strict=True)}
        balanced = recall if self._exclusive else (recall + specificity) / 2
        figures["balanced_accuracy"] = _mean(balanced)
        averaged = {"precision": np.where(here & (calls == 0), 0.0, precision), "recall": recall, "f1": f1}
        for kind, values in averaged.items():
            figures[f"macro_{kind}"] = _mean(values)
            figures[f"weighted_{kind}"] = _mean(values, truths)
        figures["macro_auc"] = _mean(per_class["auc"])
        figures["macro_average_precision"] = _mean(per_class["average_precision"])
        figures["ece"] = self._calibration.error(weights)
        figures["brier"] = _ratio(float(weights @ self._squares), total)
        return figures | self._at_points(weights, truths, total)

    def _of_ranks(self, weights: Weights) -> dict[str, Array]:
        counts = [ranking.counts(weights) for ranking in self.rankings]
        found = {
            "auc": [item.area() for item in counts],
            "average_precision": [item.average_precision() for item in counts],
        }
        for value in FIXED:
            percent = round(100 * value)
            found[f"sensitivity_at_{percent}_specificity"] = [item.sensitivity_at(value) for item in counts]
            found[f"specificity_at_{percent}_sensitivity"] = [item.specificity_at(value) for item in counts]
        return {kind: np.array(values) for kind, values in found.items()}

    def _at_points(self, weights: Weights, truths: Array, total: float) -> dict[str, float]:
        figures = {}
        for point, called in self._points.items():
            calls, hits = weights @ called, weights @ (called & self._truth)
            rates = {
                "sensitivity": _ratios(hits, truths),
                "specificity": _ratios(total - truths - calls + hits, total - truths),
                "precision": np.where(truths > 0, _ratios(hits, calls), np.nan),
                "called": calls / total if total else np.full(len(calls), np.nan),
            }
            for kind, values in rates.items():
                for name, value in zip(self.names, values, strict=True):
                    figures[f"at.{point}.{kind}.{name}"] = float(value)
        return figures


class CalibrationMetrics:
    """How often the model is right where it is so sure: bins of equal width (Guo 2017).

    With exclusive classes one curve, of the most probable class; else one curve a class.
    """

    def __init__(self, answers: LabelledPredictions) -> None:
        if answers.exclusive:
            self.names: tuple[str, ...] = ("",)
            confidence = answers.probabilities.max(1, keepdims=True)
            right = (answers.probabilities.argmax(1) == answers.labels)[:, None]
        else:
            self.names = answers.class_names
            confidence, right = answers.probabilities, answers.truth
        self._confidence, self._right = confidence.ravel(), right.astype(np.float64).ravel()
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        self._place = (bins + BINS * np.arange(len(self.names))).ravel()

    def _sums(self, weights: Weights) -> tuple[Array, Array, Array]:
        repeated = np.repeat(weights, len(self.names))
        shape = (len(self.names), BINS)

        def sums(values: Array) -> Array:
            counts = np.bincount(self._place, values, shape[0] * BINS)
            return counts.astype(np.float64).reshape(shape)

        return sums(repeated), sums(repeated * self._confidence), sums(repeated * self._right)

    def error(self, weights: Weights) -> float:
        """Return the expected calibration error, its mean over the curves; NaN with no weight."""
        images, confidence, right = self._sums(weights)
        return _ratio(float(np.abs(confidence - right).sum()), float(images.sum()))

    def curves(self) -> list[dict[str, Any]]:
        """Return for each curve its `name` and its `bins` that hold images."""
        images, confidence, right = self._sums(np.ones(len(self._place) // len(self.names)))
        return [
            {
                "name": name,
                "bins": [
                    {
                        "low": b / BINS,
                        "high": (b + 1) / BINS,
                        "images": int(images[row, b]),
                        "confidence": round(float(confidence[row, b] / images[row, b]), 4),
                        "right": round(float(right[row, b] / images[row, b]), 4),
                    }
                    for b in range(BINS)
                    if images[row, b]
                ],
            }
            for row, name in enumerate(self.names)
        ]


def called_classes(answers: LabelledPredictions, thresholds: Array | None = None) -> NDArray[np.bool_]:
    """Return which classes each image is called, (N, C)."""
    classes = len(answers.class_names)
    if answers.exclusive:
        return np.asarray(answers.probabilities.argmax(1)[:, None] == np.arange(classes))
    return np.asarray(answers.probabilities >= (np.full(classes, 0.5) if thresholds is None else thresholds))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _ratios(part: Array, whole: Array) -> Array:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def _mean(values: Array, weights: Array | None = None) -> float:
    """Return the mean of the values that are known."""
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    return float(np.average(values[known], weights=None if weights is None else weights[known]))
