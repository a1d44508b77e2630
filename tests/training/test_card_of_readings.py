"""What a training measures of single readings: scales of maps, noise, how often a call is right elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, softmax

from cxrview.bundle.card import draft
from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.errors import InvalidRequest
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.training import messages
from cxrview.training.config import RecipeConfig, TrainingConfig
from cxrview.training.export import calibrate
from cxrview.training.export.calibration_films import calibration_films
from cxrview.training.export.elsewhere import elsewhere
from cxrview.training.export.map_scale import map_scale
from tests.refusals import refused

NAMES = ("ill", "other", "well")
CARD = {
    "name": "m", "version": "1.0.0", "title": "M", "status": "user", "architecture": "a",
    "classes": [{"name": name, "label": name, "meaning": name} for name in NAMES],
    "exclusive": True, "input_size": 32, "map_field": [0, 0, 1, 1], "temperature": 1.0, "limits": [],
    "watch_class": "ill",
    "operating_points": {"balanced": {"ill": 0.4}, "sensitive": {"ill": 0.2}},
}  # fmt: skip


def test_the_scale_of_a_map_is_that_of_the_films_called_so():
    called = np.repeat([0, 1, 2], [40, 4, 56])
    shares = np.eye(3)[called] * 0.8 + 0.06
    labels = np.where(np.arange(100) < 50, 1, 2)
    peaks = np.random.default_rng(1).random((100, 3)).astype(np.float32)
    found = map_scale(peaks, shares, labels, NAMES)
    assert list(found) == list(NAMES)
    assert found["ill"] == pytest.approx(np.percentile(peaks[called == 0, 0], 95), rel=1e-4)
    assert found["other"] == pytest.approx(np.percentile(peaks[labels == 1, 1], 95), rel=1e-4)  # 4 called so
    few = map_scale(peaks, shares, np.full(100, 2), NAMES)
    assert few["other"] == pytest.approx(np.percentile(peaks[:, 1], 95), rel=1e-4)
    peaks[:, 0] = 0
    empty = map_scale(peaks, shares, labels, NAMES)
    assert empty["ill"] == max(empty["other"], empty["well"]) > 0
    assert map_scale(np.zeros((100, 3)), shares, labels, NAMES) == {}


def answers(count=300, outside=0, labels=(0, 1, 2), skill=1.5):
    """Return answers about another hospital; the first `outside` are called ill, and out of domain."""
    random = np.random.default_rng(3)
    truth = np.resize(labels, count)
    shares = softmax(random.normal(0, 1, (count, 3)) + skill * np.eye(3)[truth], axis=1)
    shares[:outside] = [0.98, 0.01, 0.01]
    numbers = np.arange(count).astype(np.str_)
    inside = np.arange(count) >= outside
    return LabelledPredictions(shares, truth, numbers, numbers, numbers, NAMES, inside)


def test_how_often_a_call_is_right_where_every_second_film_had_it():
    data = answers(900)
    told = elsewhere(data, draft(CARD))
    assert set(told) == {"balanced", "sensitive"}
    for point, threshold in (("balanced", 0.4), ("sensitive", 0.2)):
        ill = data.probabilities[:, 0] >= threshold
        has = data.labels == 0
        share = ill[has].mean() / (ill[has].mean() + ill[~has].mean())
        entry = told[point]["ill"]
        assert (entry["right"], entry["of"]) == (round(10 * share), 10)
        assert entry["low"] < share < entry["high"]
        others = ~ill & (data.probabilities[:, 2] > data.probabilities[:, 1])  # as a reading is called
        has = data.labels == 2
        share = others[has].mean() / (others[has].mean() + others[~has].mean())
        assert told[point]["well"]["low"] < share < told[point]["well"]["high"]
    assert told["sensitive"]["ill"]["high"] < told["balanced"]["ill"]["high"]
    assert elsewhere(data, draft(CARD)) == told


def test_films_out_of_domain_are_called_nothing_elsewhere():
    data = answers(900, outside=300)
    inside = data.subset(np.arange(300, 900))
    assert elsewhere(data, draft(CARD)) == elsewhere(inside, draft(CARD))


def test_nothing_is_said_of_elsewhere_by_too_few_films_or_without_a_watched_class():
    few = np.r_[np.zeros(19, int), np.full(60, 2)]
    assert elsewhere(answers(79, labels=few), draft(CARD)) == {}
    assert elsewhere(answers(900), draft(CARD | {"watch_class": ""})) == {}
    without = elsewhere(answers(120, labels=(0, 2)), draft(CARD))["balanced"]
    assert set(without) == {"ill", "well"}  # nobody there has the other


def test_nearly_all_is_not_said_as_all():
    entry = elsewhere(answers(900, skill=4), draft(CARD))["balanced"]["ill"]
    assert entry["low"] < 1
    assert entry["right"] == 9


def validation(sources, labels):
    count = len(labels)
    names = np.arange(count).astype(np.str_)
    images = np.zeros((count, 1, 1), np.uint8)
    targets = one_hot(np.array(labels), 3)
    return LabelledImages(NAMES, images, targets, names, np.array(sources), names)


def calibrated_on(*names):
    return TrainingConfig(recipe=replace(RecipeConfig(), calibrate_on=names))


def test_calibration_counts_the_films_of_the_chosen_sources_alone():
    sources = ["siim", "siim-b", "other", "siim-c", "other"]
    data = validation(sources, [0, 1, 2, 2, 0])
    assert calibration_films(data, calibrated_on()).tolist() == [0, 1, 2, 3, 4]
    assert calibration_films(data, calibrated_on("siim")).tolist() == [0, 1, 3]
    assert calibration_films(data, calibrated_on("siim-", "other")).tolist() == [1, 2, 3, 4]
    wanted = messages.NOTHING_TO_CALIBRATE_ON(name="other", sources=["other"])
    with refused(InvalidRequest, wanted):
        calibration_films(data, calibrated_on("other"))
    with refused(InvalidRequest, messages.NOTHING_TO_CALIBRATE_ON):
        calibration_films(data, calibrated_on("nowhere"))


def test_of_the_watched_class_the_balanced_point_weighs_every_other_class_alike():
    """Among those without the disease, 900 healthy films and 30 of another: both specificities count."""
    random = np.random.default_rng(5)
    labels = np.repeat([0, 1, 2], [200, 30, 900])
    score = expit(random.normal(np.array([2.5, 0.8, -2.0])[labels], 0.7))
    shares = np.stack([score, (1 - score) / 2, (1 - score) / 2], axis=1)

    def merit(threshold):
        called = score >= threshold
        alike = (called[labels == 1].mean() + called[labels == 2].mean()) / 2
        return called[labels == 0].mean() - alike

    plain = calibrate.operating_points(shares, labels, NAMES)
    watched = calibrate.operating_points(shares, labels, NAMES, watched="ill")
    best = max(merit(threshold) for threshold in score)
    assert merit(watched["balanced"]["ill"]) == pytest.approx(best)
    assert merit(plain["balanced"]["ill"]) < best - 0.02
    assert watched["sensitive"] == plain["sensitive"]
    assert {**watched["balanced"], "ill": 0} == {**plain["balanced"], "ill": 0}
