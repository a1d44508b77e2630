"""The statistics of readers, held to published examples and to SciPy and scikit-learn."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from cxrview.teaching.delong import areas, difference
from cxrview.teaching.distributions import f_tail, t_quantile, two_sided
from cxrview.teaching.kappa import of_pairs, weighted_kappa
from cxrview.teaching.multireader import analyse
from tests.teaching.published import CINE, DISSECTION, OVARIAN, SPIN_ECHO, ratings


@pytest.mark.parametrize("freedom", [1.0, 3.7, 15.26, 240.0, math.inf])
def test_tails_are_those_of_scipy(freedom):
    for value in (0.01, 0.9, 4.456, 60.0):
        for first in (1, 2, 5):
            expected = (
                stats.f.sf(value, first, freedom)
                if freedom < math.inf
                else stats.chi2.sf(value * first, first)
            )
            assert f_tail(value, first, freedom) == pytest.approx(expected, rel=2e-4, abs=1e-13)
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)
    assert two_sided(-1.96) == pytest.approx(2 * stats.norm.sf(1.96))


def test_areas_are_those_that_delong_published():
    albumin, protein, score, lucky = OVARIAN.T
    found = areas(np.stack([-albumin, -protein, score]), lucky == 0)
    assert found.values == pytest.approx([0.7366, 0.6478, 0.7258], abs=5e-5)
    against = np.array([[1, 0, -1], [0, 1, -1]])  # albumin and protein against the score
    apart = against @ found.values
    chi_square = apart @ np.linalg.solve(against @ found.covariance @ against.T, apart)
    assert chi_square == pytest.approx(2.5340, abs=5e-5)
    assert f_tail(chi_square / 2, 2, math.inf) == pytest.approx(0.2817, abs=5e-5)
    first = difference(found, 0, 2)
    assert (first.value, first.low < 0 < first.high) == (pytest.approx(0.0108, abs=5e-5), True)


def test_areas_need_two_of_each_and_equal_readings_do_not_differ():
    scores = np.array([[1.0, 2, 3, 4], [1, 2, 3, 4]])
    assert areas(scores, np.array([True, False, False, False])) is None
    same = difference(areas(scores, np.array([True, False, True, False])))
    assert (same.value, same.error, same.p) == (0, 0, 1)


def test_kappa_is_that_of_cohens_paper():
    shares = np.array([[44, 5, 1], [7, 20, 3], [9, 5, 6]], float)
    wrong = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]], float)
    assert weighted_kappa(shares, wrong).value == pytest.approx(0.348, abs=5e-4)
    assert weighted_kappa(shares, 1 - np.eye(3)).value == pytest.approx(0.492, abs=5e-4)


def test_kappa_of_pairs_is_that_of_scikit_learn_and_its_interval_holds():
    random = np.random.default_rng(3)
    one = random.integers(1, 6, 60)
    other = np.clip(one + random.integers(-1, 2, 60), 1, 5)
    found = of_pairs(one, other, 5)
    assert found.value == pytest.approx(cohen_kappa_score(one, other, weights="quadratic"))
    # The error is that which the bootstrap finds.
    again = [
        cohen_kappa_score(one[drawn], other[drawn], weights="quadratic")
        for drawn in random.integers(0, 60, (400, 60))
    ]
    assert (found.value - found.low) / 1.96 == pytest.approx(np.std(again), rel=0.2)
    assert of_pairs(np.full(4, 2), np.full(4, 2), 5) is None  # nothing but one level: no chance to disagree


def test_several_readers_come_to_what_is_published_of_van_dykes_study():
    """Chakraborty, The RJafroc Book, chapter "Obuchowski Rockette Applications", random readers and cases."""
    scores = np.stack([ratings(SPIN_ECHO), ratings(CINE)])
    found = analyse(scores, DISSECTION)
    assert found.areas == pytest.approx(
        np.array([[0.9196, 0.8588, 0.9039, 0.9731, 0.8298], [0.9478, 0.9053, 0.9217, 0.9994, 0.9300]]),
        abs=5e-5,
    )
    assert found.variance == pytest.approx(0.0008023, rel=1e-3)
    covariances = (found.first_covariance, found.second_covariance, found.third_covariance)
    assert covariances == pytest.approx((0.00034661, 0.00034407, 0.00023903), rel=1e-4)
    assert (found.f, found.freedom, found.p) == pytest.approx((4.456, 15.26, 0.05167), rel=2e-4)
    apart = found.difference
    assert (apart.value, apart.low, apart.high) == pytest.approx((-0.0438, -0.08796, 0.000359), abs=5e-5)
    first, second = found.means
    assert (first.value, first.error, first.freedom) == pytest.approx((0.8970, 0.03317, 12.74), rel=5e-4)
    assert (first.low, first.high) == pytest.approx((0.8252, 0.9689), abs=5e-5)
    assert (second.value, second.low, second.high) == pytest.approx((0.9408, 0.8941, 0.9875), abs=5e-5)


def test_one_way_of_reading_has_a_mean_and_no_test_and_one_reader_none():
    found = analyse(ratings(CINE)[None], DISSECTION)
    assert found.means[0].value == pytest.approx(
        np.mean([roc_auc_score(DISSECTION, row) for row in ratings(CINE)])
    )
    assert math.isnan(found.p)
    assert found.difference is None
    assert analyse(ratings(CINE)[None, :1], DISSECTION) is None


def test_the_interval_of_several_readers_holds_the_truth_about_as_often_as_it_says():
    """Readers and films drawn with known variances: binormal, the truth is the mean area of all readers."""
    random = np.random.default_rng(11)
    truth, hits, rounds = np.arange(60) >= 30, 0, 200
    skill, spread = 1.2, 0.25
    expected = stats.norm.cdf(skill / np.sqrt(2 * (1 + 0.5**2) + spread**2))
    for _ in range(rounds):
        film = random.normal(0, 1, 60)
        reader = skill + random.normal(0, spread, 4)
        scores = film + truth * reader[:, None] + random.normal(0, 0.5, (4, 60))
        mean = analyse(scores[None], truth).means[0]
        hits += mean.low <= expected <= mean.high
    assert 0.90 <= hits / rounds <= 0.995
