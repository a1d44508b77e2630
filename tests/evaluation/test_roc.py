"""Curves and areas against scikit-learn, with weights, ties and classes that are absent."""

import numpy as np
import pytest
from sklearn import metrics

from cxrview.evaluation.roc import Ranking, thinned


def scores(count=400, seed=0, digits=1):
    """Return scores with many ties, and which of them are cases."""
    random = np.random.default_rng(seed)
    truth = random.random(count) < 0.3
    return np.round(random.standard_normal(count) + truth, digits), truth


def test_areas_agree_with_scikit_learn_also_with_ties_and_weights():
    values, truth = scores()
    weights = np.random.default_rng(1).integers(0, 4, len(values)).astype(float)
    for used in (np.ones(len(values)), weights):
        counts = Ranking(values, truth).counts(used)
        assert counts.area() == pytest.approx(metrics.roc_auc_score(truth, values, sample_weight=used))
        assert counts.average_precision() == pytest.approx(
            metrics.average_precision_score(truth, values, sample_weight=used)
        )


def test_curves_pass_through_the_points_of_scikit_learn():
    values, truth = scores()
    ranking = Ranking(values, truth)
    counts = ranking.counts(np.ones(len(values)))
    false_positive_rate, sensitivity, thresholds = metrics.roc_curve(truth, values, drop_intermediate=False)
    np.testing.assert_allclose(counts.false_positive_rate, false_positive_rate[1:])
    np.testing.assert_allclose(counts.sensitivity, sensitivity[1:])
    np.testing.assert_array_equal(ranking.thresholds, thresholds[1:])
    precision, recall, _ = metrics.precision_recall_curve(truth, values)
    np.testing.assert_allclose(counts.precision, precision[-2::-1])
    np.testing.assert_allclose(counts.sensitivity, recall[-2::-1])


def test_sensitivity_at_a_specificity_and_back_by_hand():
    # Cases score 9, 7, 5, 3; ten others score 8, 6, 4, 2, 1, … so that one false call costs a tenth.
    values = np.array([9, 7, 5, 3, 8, 6, 4, 2, 1, 0.5, 0.4, 0.3, 0.2, 0.1])
    truth = np.arange(14) < 4
    counts = Ranking(values, truth).counts(np.ones(14))
    assert counts.sensitivity_at(1.0) == 0.25
    assert counts.sensitivity_at(0.9) == 0.5
    assert counts.sensitivity_at(0.8) == 0.75
    assert counts.specificity_at(0.75) == pytest.approx(0.8)
    assert counts.specificity_at(0.95) == pytest.approx(0.7)


def test_weights_are_as_good_as_repeated_images():
    values, truth = scores(60)
    times = np.random.default_rng(2).integers(0, 3, 60)
    weighted = Ranking(values, truth).counts(times.astype(float))
    repeated = Ranking(np.repeat(values, times), np.repeat(truth, times)).counts(np.ones(times.sum()))
    assert weighted.area() == pytest.approx(repeated.area())
    assert weighted.average_precision() == pytest.approx(repeated.average_precision())
    assert weighted.sensitivity_at(0.9) == pytest.approx(repeated.sensitivity_at(0.9))


@pytest.mark.parametrize("only", [True, False])
def test_one_kind_of_image_alone_has_no_curve(only):
    counts = Ranking(np.array([0.1, 0.2]), np.array([only, only])).counts(np.ones(2))
    assert np.isnan(counts.area())
    assert np.isnan(counts.sensitivity_at(0.9))
    assert np.isnan(counts.specificity_at(0.9))


def test_a_thinned_curve_has_the_same_area_and_few_points():
    random = np.random.default_rng(3)
    truth = random.random(20_000) < 0.5
    counts = Ranking(random.standard_normal(20_000) + truth, truth).counts(np.ones(20_000))
    x, y = thinned(np.r_[0, counts.false_positive_rate], np.r_[0, counts.sensitivity])
    assert len(x) <= 400
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(y, x) == pytest.approx(counts.area(), abs=1e-3)
    corner_x, corner_y = thinned(np.array([0, 0, 0, 0.5, 1.0]), np.array([0, 0.5, 1.0, 1.0, 1.0]))
    assert list(zip(corner_x, corner_y, strict=True)) == [(0, 0), (0, 1), (1, 1)]
