"""Figures of merit against values worked out by hand, and against scikit-learn."""

import json
import time

import numpy as np
import pytest
from sklearn import metrics

from cxrview.evaluation import evaluate
from cxrview.evaluation.bootstrap import group_intervals
from cxrview.evaluation.metrics import ClassificationMetrics
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roles import Roles
from cxrview.training.export import calibrate

CLASSES = ("covid19", "normal", "pneumonia")
POINTS = {"balanced": {"covid19": 0.3, "normal": 0.4, "pneumonia": 0.35}}


def predictions(count=300, seed=0, skill=1.5):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    logits = (random.standard_normal((count, 3)) + skill * np.eye(3)[labels]).astype(np.float32)
    return logits, labels


def answers_of(probabilities, labels, **changes):
    """Return answers in which every image is its own patient."""
    count = len(labels)
    numbers = np.arange(count).astype(np.str_)
    values = {
        "groups": numbers,
        "sources": np.where(np.arange(count) < count // 3, "a", "b"),
        "files": np.char.add("image", numbers),
        "class_names": CLASSES,
    }
    return LabelledPredictions(probabilities, labels, **values | changes)


def answers(count=300, seed=0, **changes):
    logits, labels = predictions(count, seed)
    return answers_of(calibrate.apply_temperature(logits, 1.0), labels, **changes)


def figures_of(data):
    return ClassificationMetrics(data)(np.ones(len(data)))


def several(count=200, seed=0):
    """Return answers of classes that do not exclude each other."""
    random = np.random.default_rng(seed)
    targets = (random.random((count, 3)) < (0.5, 0.3, 0.1)).astype(np.uint8)
    probabilities = 1 / (1 + np.exp(-(random.standard_normal((count, 3)) + 2 * targets - 1)))
    return answers_of(probabilities, np.zeros(count, np.int64), targets=targets, exclusive=False)


def test_figures_agree_with_scikit_learn():
    logits, labels = predictions()
    probabilities = calibrate.apply_temperature(logits, 1.0)
    called = probabilities.argmax(1)
    figures = figures_of(answers_of(probabilities, labels))
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
        assert figures[f"average_precision.{name}"] == pytest.approx(
            metrics.average_precision_score(labels == index, probabilities[:, index])
        )
    for average in ("macro", "weighted"):
        wanted = metrics.precision_recall_fscore_support(labels, called, average=average)
        for kind, value in zip(("precision", "recall", "f1"), wanted, strict=False):
            assert figures[f"{average}_{kind}"] == pytest.approx(value)
    table = metrics.confusion_matrix(labels, called)
    np.testing.assert_array_equal(evaluate.confusion(probabilities, labels), table)


def test_several_classes_at_once_agree_with_scikit_learn():
    data = several()
    called = data.probabilities >= 0.5
    figures = figures_of(data)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(data.targets, called)
    for index, name in enumerate(CLASSES):
        assert figures[f"precision.{name}"] == pytest.approx(precision[index])
        assert figures[f"recall.{name}"] == pytest.approx(recall[index])
        assert figures[f"f1.{name}"] == pytest.approx(f1[index])
    assert figures["macro_auc"] == pytest.approx(metrics.roc_auc_score(data.targets, data.probabilities))
    assert figures["accuracy"] == pytest.approx(metrics.accuracy_score(data.targets, called))
    assert figures["brier"] == pytest.approx(
        np.mean([metrics.brier_score_loss(data.targets[:, i], data.probabilities[:, i]) for i in range(3)])
    )


def test_several_classes_have_a_table_each_at_the_balanced_threshold():
    data = several()
    result = evaluate.measure(data, POINTS, repeats=5)
    assert "confusion" not in result
    assert result["thresholds"] == POINTS["balanced"]
    for index, name in enumerate(CLASSES):
        called = data.probabilities[:, index] >= POINTS["balanced"][name]
        (kept, wrongly), (missed, right) = metrics.confusion_matrix(data.targets[:, index], called)
        assert result["tables"][name] == {
            "called_right": right,
            "missed": missed,
            "called_wrongly": wrongly,
            "passed_over_right": kept,
        }


def test_brier_and_calibration_by_hand():
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = np.array([0, 1, 0, 1])
    figures = figures_of(answers_of(probabilities, labels, class_names=("a", "b")))
    # 0.08, 1.28, 0.32, 0.02; and by bins: |0.8 - 0.5| · ½ + |0.6 - 1| · ¼ + |0.9 - 1| · ¼
    assert figures["brier"] == pytest.approx(1.7 / 4)
    assert figures["ece"] == pytest.approx(0.275)
    curve = evaluate.measure(answers_of(probabilities, labels, class_names=("a", "b")), repeats=2)
    assert [(b["images"], b["confidence"], b["right"]) for b in curve["calibration"][0]["bins"]] == [
        (1, 0.6, 1.0),
        (2, 0.8, 0.5),
        (1, 0.9, 1.0),
    ]


def test_an_absent_class_has_no_figures_and_spoils_no_mean():
    logits, labels = predictions()
    labels = np.where(labels == 0, 1, labels)
    result = evaluate.measure(answers_of(calibrate.apply_temperature(logits, 1.0), labels), repeats=20)
    for kind in ("auc", "recall", "precision", "f1", "sensitivity_at_90_specificity"):
        assert result["figures"][f"{kind}.covid19"] == {"value": None, "low": None, "high": None}
    assert result["figures"]["balanced_accuracy"]["value"] is not None
    assert result["support"]["covid19"] == 0
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_an_image_of_no_known_class_is_counted_and_left_out():
    data = answers()
    labels = data.labels.copy()
    labels[:30] = -1
    part = evaluate.measure(answers_of(data.probabilities.copy(), labels), repeats=2)
    alone = evaluate.measure(data.subset(np.arange(30, 300)), repeats=2)
    assert (part["images"], part["left_out"]) == (270, 30)
    assert part["figures"]["accuracy"]["value"] == alone["figures"]["accuracy"]["value"]


def test_no_known_image_at_all_gives_what_they_were_called():
    data = answers_of(np.tile([0.2, 0.5, 0.3], (4, 1)), np.full(4, -1))
    result = evaluate.measure(data, POINTS, repeats=2)
    assert result["called"] == {"covid19": 0.0, "normal": 1.0, "pneumonia": 0.0}
    assert result["called_at"]["balanced"] == {"covid19": 0.0, "normal": 1.0, "pneumonia": 0.0}
    assert "figures" not in result


def test_intervals_widen_when_images_come_from_few_patients():
    logits, labels = predictions(600)
    probabilities = calibrate.apply_temperature(logits, 1.0)
    right = probabilities.argmax(1) == labels
    alone = np.arange(600).astype(np.str_)
    # Thirty patients whose images are all right or all wrong together.
    together = (np.argsort(np.argsort(right, kind="stable")) // 20).astype(np.str_)
    intervals = [
        group_intervals(ClassificationMetrics(answers_of(probabilities, labels)), groups, seed=1, repeats=400)
        for groups in (alone, together)
    ]
    (low, high), (wide_low, wide_high) = (found["accuracy"] for found in intervals)
    share = right.mean()
    assert high - low == pytest.approx(4 * np.sqrt(share * (1 - share) / 600), rel=0.15)
    assert wide_high - wide_low > 3 * (high - low)
    assert low < share < high


def test_weighing_images_is_drawing_them_again():
    data = answers(120)
    times = np.random.default_rng(3).integers(0, 3, 120)
    weighted = ClassificationMetrics(data, POINTS)(times.astype(float))
    drawn = ClassificationMetrics(data.subset(np.repeat(np.arange(120), times)), POINTS)(np.ones(times.sum()))
    assert weighted == pytest.approx(drawn)


def test_one_patient_alone_has_no_intervals():
    result = evaluate.measure(answers(groups=np.full(300, "one")), repeats=5)
    assert result["figures"]["accuracy"]["low"] is None


def test_the_same_seed_gives_the_same_intervals():
    first, second, other = (evaluate.measure(answers(), seed=seed, repeats=50) for seed in (4, 4, 5))
    assert first == second
    assert first["figures"]["ece"] != other["figures"]["ece"]


def test_operating_points_are_measured():
    data = answers()
    result = evaluate.measure(data, POINTS, repeats=20)
    entry = result["operating_points"]["balanced"]["covid19"]
    called, truth = data.probabilities[:, 0] >= 0.3, data.labels == 0
    assert entry["sensitivity"]["value"] == pytest.approx(called[truth].mean(), abs=1e-4)
    assert entry["specificity"]["value"] == pytest.approx((~called)[~truth].mean(), abs=1e-4)
    assert entry["called"]["value"] == pytest.approx(called.mean(), abs=1e-4)
    assert result["called_at"]["balanced"]["covid19"] == entry["called"]["value"]
    assert entry["sensitivity"]["low"] < entry["sensitivity"]["value"] < entry["sensitivity"]["high"]


def test_per_source_results_add_up():
    result = evaluate.measure(answers(), POINTS, repeats=10)
    parts = result["per_source"]
    assert {name: part["images"] for name, part in parts.items()} == {"b": 200, "a": 100}
    np.testing.assert_array_equal(
        sum(np.array(parts[name]["confusion"]) for name in "ab"), result["confusion"]
    )
    for name in CLASSES:
        hits = sum(part["recall"][name] * part["support"][name] for part in parts.values())
        assert hits / result["support"][name] == pytest.approx(
            result["figures"][f"recall.{name}"]["value"], abs=2e-4
        )
    shares = [part["called"]["covid19"] * part["images"] for part in parts.values()]
    assert sum(shares) / 300 == pytest.approx(result["called"]["covid19"], abs=2e-4)


ROLES = Roles(watched="covid19", healthy="normal")


def test_disease_of_any_kind_is_told_from_the_class_without_disease():
    data = answers()
    found = evaluate.measure(data, repeats=50, roles=ROLES)["any_disease"]
    area = metrics.roc_auc_score(data.labels != 1, data.probabilities[:, [0, 2]].sum(1))
    assert found["healthy"] == "normal"
    assert found["auc"]["value"] == pytest.approx(area, abs=1e-4)
    assert found["auc"]["low"] < area < found["auc"]["high"]
    assert "any_disease" not in evaluate.measure(data, repeats=2)
    two = answers_of(np.full((4, 2), 0.5), np.arange(4) % 2, class_names=("ill", "normal"))
    assert "any_disease" not in evaluate.measure(two, repeats=2, roles=Roles(healthy="normal"))


def test_what_the_source_gives_away_does_not_count_within_it():
    """Two hospitals, one with most of the disease; the score knows the hospital and nothing else."""
    random = np.random.default_rng(2)
    labels = np.r_[np.repeat([0, 1], [180, 20]), np.repeat([0, 1], [20, 180]), np.full(60, 2)]
    sources = np.r_[np.repeat(["a", "b"], 200), np.repeat(["a", "b"], 30)]
    score = 0.6 * (sources == "a") + 0.1 + 0.2 * random.random(460)
    shares = np.stack([score, 0.9 * (1 - score), 0.1 * (1 - score)], axis=1)
    devices = np.r_[["one"] * 9, ["two"] * 451]
    data = answers_of(shares, labels, sources=sources, devices=devices)
    found = evaluate.measure(data, repeats=200, roles=ROLES)
    assert found["figures"]["auc.covid19"]["value"] > 0.8
    inside = found["within_source"]
    assert {name: (part["watched"], part["healthy"]) for name, part in inside["parts"].items()} == {
        "a": (180, 20), "b": (20, 180),
    }  # fmt: skip
    for name, part in inside["parts"].items():
        here = (sources == name) & (labels < 2)
        area = metrics.roc_auc_score(labels[here] == 0, score[here])
        assert part["auc"]["value"] == pytest.approx(area, abs=1e-4)
        assert part["auc"]["low"] < area < part["auc"]["high"]
    mean = np.mean([part["auc"]["value"] for part in inside["parts"].values()])
    assert inside["mean"]["value"] == pytest.approx(mean, abs=1e-4)
    assert inside["mean"]["low"] < 0.5 < inside["mean"]["high"]
    assert list(found["within_device"]["parts"]) == ["two"]  # of the other there are too few
    unnamed = answers_of(shares, labels, sources=np.full(460, ""))
    assert "within_source" not in evaluate.measure(unnamed, repeats=2, roles=ROLES)


def test_data_without_sources_has_no_table_of_sources():
    assert evaluate.measure(answers(sources=np.full(300, "")), repeats=2)["per_source"] == {}


def test_out_of_distribution_images_are_counted_as_flagged_by_source():
    inside = np.arange(40) % 4 == 0
    sources = np.where(np.arange(40) < 20, "ct", "lateral")
    data = answers_of(
        np.full((40, 3), 1 / 3), np.full(40, -1), sources=sources, in_domain=inside & (sources == "ct")
    )
    result = evaluate.measure_out_of_distribution(data, repeats=100)
    assert result["flagged"]["value"] == pytest.approx(35 / 40)
    assert result["per_source"]["ct"]["flagged"]["value"] == 0.75
    assert result["per_source"]["ct"]["not_flagged"] == 5
    assert result["per_source"]["lateral"]["flagged"]["value"] == 1.0


def test_a_thousand_draws_of_ten_thousand_images_take_seconds():
    data = answers(10_000)
    begin = time.process_time()
    evaluate.measure(data, POINTS, repeats=100)
    assert time.process_time() - begin < 2.5


def test_temperature_undoes_overconfidence():
    random = np.random.default_rng(2)
    logits = random.standard_normal((20_000, 3)).astype(np.float32) * 2
    probabilities = calibrate.apply_temperature(logits, 1.0)
    labels = (random.random((20_000, 1)) > probabilities.cumsum(1)).sum(1).clip(max=2)
    targets = labels[:, None] == np.arange(3)
    for factor in (3, 0.5):
        found = calibrate.fit_calibration(logits * factor, targets, exclusive=True, with_bias=False)
        assert found.temperature == pytest.approx(factor, rel=0.03)


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
