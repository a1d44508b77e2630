"""Temperature and biases: what was done to the logits is found again, and few images make nobody sure."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from cxrview.training.export import calibrate

NAMES = ("a", "b", "c")


def drawn(count, exclusive=True, seed=0):
    """Return logits that are calibrated, and targets drawn from their probabilities."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (count, 3))
    if not exclusive:
        return logits, (random.random((count, 3)) < expit(logits)).astype(np.uint8)
    labels = [random.choice(3, p=row) for row in softmax(logits, axis=1)]
    return logits, np.eye(3, dtype=np.uint8)[labels]


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("factor", [3, 0.4])
def test_temperature_and_biases_are_found_again(exclusive, factor):
    logits, targets = drawn(20_000, exclusive)
    shift = np.array([1.0, -2.0, 1.0])
    found = calibrate.fit_calibration(logits * factor - shift, targets, exclusive=exclusive, with_bias=True)
    assert found.temperature == pytest.approx(factor, rel=0.04)
    np.testing.assert_allclose(found.biases, shift, atol=0.15 * max(1, factor))


def test_without_biases_none_are_found():
    logits, targets = drawn(5000)
    found = calibrate.fit_calibration(logits * 2, targets, exclusive=True, with_bias=False)
    assert found.temperature == pytest.approx(2, rel=0.05)
    assert not found.biases.any()


def test_a_few_images_that_are_all_right_make_nobody_certain():
    logits = np.eye(3).repeat(2, 0) * 8.0
    found = calibrate.fit_calibration(logits, logits > 0, exclusive=True, with_bias=False)
    sure = calibrate.apply_temperature(logits, found.temperature).max(1)
    np.testing.assert_allclose(sure, 7 / 8, atol=0.01)


def test_images_of_no_known_class_count_for_nothing():
    logits, targets = drawn(3000)
    strange = np.r_[targets, np.zeros((500, 3), np.uint8)]
    more = np.r_[logits, np.full((500, 3), [9.0, 0, 0])]
    one = calibrate.fit_calibration(logits, targets, exclusive=True, with_bias=True)
    other = calibrate.fit_calibration(more, strange, exclusive=True, with_bias=True)
    assert one.temperature == pytest.approx(other.temperature)


def test_a_class_that_is_absent_gets_a_plain_threshold():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
    points = calibrate.operating_points(probabilities, np.array([0, 1, 0]), NAMES)
    assert points["balanced"] == pytest.approx({"a": 0.6, "b": 0.7, "c": 0.5}, abs=2e-4)
    several = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 0]])
    points = calibrate.operating_points(probabilities, several, NAMES)
    assert points["sensitive"] == pytest.approx({"a": 0.5, "b": 0.7, "c": 0.5}, abs=2e-4)


def test_a_threshold_calls_the_same_images_in_an_engine_that_rounds_otherwise():
    random = np.random.default_rng(4)
    scores = random.random(200).round(3)
    truth = (scores + random.normal(0, 0.3, 200) > 0.5).astype(np.int64)
    points = calibrate.operating_points(np.c_[1 - scores, scores], truth, ("no", "yes"))
    exact = calibrate.sensitive_threshold(scores, truth > 0)
    for wobble in (-1e-5, 0.0, 1e-5):
        called = scores + wobble >= points["sensitive"]["yes"]
        np.testing.assert_array_equal(called, scores >= exact)


def test_the_balanced_point_is_balanced_over_both_places():
    random = np.random.default_rng(4)

    def place(shift):  # where all scores lie higher, a threshold from home calls nearly everything
        truth = np.repeat([0, 1], 400)
        logit = random.normal(2.0 * truth, 1.0) + shift
        share = 1 / (1 + np.exp(-logit))
        return np.stack([share, 1 - share], axis=1), 1 - truth

    (home, truth), elsewhere = place(-1.0), place(1.0)
    alone = calibrate.operating_points(home, truth, ["ill", "well"])["balanced"]["ill"]
    both = calibrate.operating_points(home, truth, ["ill", "well"], elsewhere)
    called = elsewhere[0][:, 0][elsewhere[1] == 1]
    assert alone == pytest.approx(0.5, abs=0.12)
    assert (called >= both["balanced"]["ill"]).mean() < (called >= alone).mean() - 0.1
    assert both["sensitive"] == calibrate.operating_points(home, truth, ["ill", "well"])["sensitive"]
    few = elsewhere[0][395:405], elsewhere[1][395:405]
    assert calibrate.operating_points(home, truth, ["ill", "well"], few)["balanced"]["ill"] == alone
