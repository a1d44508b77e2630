"""Figures of merit against values worked out by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from cxrview.training import calibrate, evaluate

CLASSES = ("covid19", "normal", "pneumonia")


def predictions(count=300, seed=0, skill=1.5):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    logits = (random.standard_normal((count, 3)) + skill * np.eye(3)[labels]).astype(np.float32)
    return logits, labels


def test_figures_agree_with_scikit_learn():
    logits, labels = predictions()
    probabilities = calibrate.apply_temperature(logits, 1.0)
    called = probabilities.argmax(1)
    figures = evaluate.summary(probabilities, labels, CLASSES)
    assert figures["accuracy"] == pytest.approx(metrics.accuracy_score(labels, called))
    assert figures["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(labels, called))
    assert figures["macro_auc"] == pytest.approx(
        metrics.roc_auc_score(labels, probabilities, multi_class="ovr")
    )
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(labels, called)
    for index, name in enumerate(CLASSES):
        assert figures[f"precision.{name}"] == pytest.approx(precision[index])
        assert figures[f"recall.{name}"] == pytest.approx(recall[index])
        assert figures[f"f1.{name}"] == pytest.approx(f1[index])
    table = metrics.confusion_matrix(labels, called)
    np.testing.assert_array_equal(evaluate.confusion(probabilities, labels), table)


def test_brier_and_calibration_by_hand():
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array([0, 1, 0, 1])
    # 0.08, 1.28, 0.32, 0.02; and by bins: |0.8 - 0.5| · ½ + |0.6 - 1| · ¼ + |0.9 - 1| · ¼
    assert evaluate.brier_score(probabilities, labels) == pytest.approx(1.7 / 4)
    assert evaluate.expected_calibration_error(probabilities, labels) == pytest.approx(0.275)


def test_an_absent_class_has_no_figures_and_spoils_no_mean():
    logits, labels = predictions()
    labels = np.where(labels == 0, 1, labels)
    result = evaluate.evaluate(
        calibrate.apply_temperature(logits, 1.0),
        labels,
        labels.astype(np.str_),
        labels.astype(np.str_),
        CLASSES,
        1,
        20,
    )
    assert result["figures"]["auc.covid19"]["value"] is None
    assert result["figures"]["recall.covid19"]["value"] is None
    assert result["figures"]["balanced_accuracy"]["value"] is not None


def test_intervals_widen_when_images_come_from_few_patients():
    logits, labels = predictions(600)
    probabilities = calibrate.apply_temperature(logits, 1.0)
    right = probabilities.argmax(1) == labels

    def accuracy(chosen):
        return {"accuracy": float(right[chosen].mean())}

    alone = np.arange(600).astype(np.str_)
    # Thirty patients whose images are all right or all wrong together.
    together = (np.argsort(np.argsort(right, kind="stable")) // 20).astype(np.str_)
    low, high = evaluate.group_intervals(accuracy, alone, seed=1, repeats=400)["accuracy"]
    wide_low, wide_high = evaluate.group_intervals(accuracy, together, seed=1, repeats=400)["accuracy"]
    share = right.mean()
    assert high - low == pytest.approx(4 * np.sqrt(share * (1 - share) / 600), rel=0.15)
    assert wide_high - wide_low > 3 * (high - low)
    assert low < share < high


def test_per_source_results_add_up():
    logits, labels = predictions()
    sources = np.where(np.arange(300) < 100, "a", "b")
    result = evaluate.evaluate(
        calibrate.apply_temperature(logits, 1.0),
        labels,
        np.arange(300).astype(np.str_),
        sources,
        CLASSES,
        1,
        10,
    )
    assert [result["per_source"][name]["images"] for name in "ab"] == [100, 200]
    total = np.sum([result["per_source"][name]["confusion"] for name in "ab"], 0)
    np.testing.assert_array_equal(total, result["confusion"])


def test_temperature_undoes_overconfidence():
    random = np.random.default_rng(2)
    logits = random.standard_normal((20_000, 3)).astype(np.float32) * 2
    probabilities = calibrate.apply_temperature(logits, 1.0)
    labels = (random.random((20_000, 1)) > probabilities.cumsum(1)).sum(1).clip(max=2)
    assert calibrate.fit_temperature(logits * 3, labels) == pytest.approx(3, rel=0.03)
    assert calibrate.fit_temperature(logits / 2, labels) == pytest.approx(0.5, rel=0.03)


def test_operating_points_do_what_they_say():
    logits, labels = predictions(2000, skill=2.0)
    probabilities = calibrate.apply_temperature(logits, 1.0)
    points = calibrate.operating_points(probabilities, labels, CLASSES)
    for index, name in enumerate(CLASSES):
        scores, truth = probabilities[:, index], labels == index
        called = scores >= points["sensitive"][name]
        assert 0.95 <= called[truth].mean() < 0.955

        def youden(threshold, scores=scores, truth=truth):
            return (scores >= threshold)[truth].mean() - (scores >= threshold)[~truth].mean()

        best = max(youden(threshold) for threshold in np.unique(scores))
        assert youden(points["balanced"][name]) == pytest.approx(best)
