"""The statistics of readers, held to published examples and to SciPy and scikit-learn."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from cxrview.teaching.delong import areas, difference
from cxrview.teaching.distributions import f_tail, t_quantile, two_sided
from cxrview.teaching.kappa import of_pairs, weighted_kappa
from cxrview.teaching.multireader import analyse, of_areas
from tests.teaching.published import (
    ABNORMAL,
    AREAS,
    DIFFERENCE,
    FIRST,
    FREEDOM,
    HANLEY_AREA,
    HANLEY_ERROR,
    HIGH,
    LOW,
    NORMAL,
    SECOND,
    THIRD,
    VARIANCE,
    F,
    P,
    rated,
)


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


def test_area_and_error_are_those_of_hanley_and_mcneil():
    ill, well = rated(ABNORMAL), rated(NORMAL)
    found = areas(np.r_[ill, well][None], np.arange(len(ill) + len(well)) < len(ill))
    assert found.values[0] == pytest.approx(HANLEY_AREA, abs=5e-4)
    # Theirs is another formula for the same error, printed to three decimals.
    assert math.sqrt(found.covariance[0, 0]) == pytest.approx(HANLEY_ERROR, abs=2e-3)


def test_areas_and_their_covariance_are_those_of_delongs_formulae_written_out():
    random = np.random.default_rng(7)
    truth = np.arange(23) < 9
    scores = np.round(random.normal(0, 1, (3, 23)) + truth * np.array([[1.5], [1.0], [0.2]]), 1)  # with ties
    found = areas(scores, truth)
    assert found.values == pytest.approx([roc_auc_score(truth, row) for row in scores])
    expected = np.zeros((3, 3))
    for own, others in ((truth, ~truth), (~truth, truth)):
        sign = 1 if own is truth else -1
        placed = [
            [np.mean([(sign * (x - y) > 0) + (x == y) / 2 for y in row[others]]) for x in row[own]]
            for row in scores
        ]
        for one in range(3):
            for other in range(3):
                both = [a * b for a, b in zip(placed[one], placed[other], strict=True)]
                means = np.mean(placed[one]) * np.mean(placed[other])
                count = len(both)
                expected[one, other] += (np.mean(both) - means) * count / (count - 1) / count
    assert found.covariance == pytest.approx(expected)
    apart = difference(found, 0, 2)
    error = math.sqrt(expected[0, 0] + expected[2, 2] - 2 * expected[0, 2])
    assert (apart.value, apart.error) == pytest.approx((found.values[0] - found.values[2], error))
    assert apart.p == pytest.approx(2 * stats.norm.sf(abs(apart.value) / error))


def test_the_error_of_a_difference_is_how_far_differences_spread():
    """Two readings of the same films by readers of known skill, correlated through the films."""
    random, truth = np.random.default_rng(5), np.arange(80) >= 40
    values, errors = [], []
    for _ in range(400):
        film = random.normal(0, 1, 80)
        scores = film + truth * np.array([[1.4], [1.0]]) + random.normal(0, 0.7, (2, 80))
        apart = difference(areas(scores, truth))
        values.append(apart.value)
        errors.append(apart.error)
    expected = [stats.norm.cdf(skill / math.sqrt(2 * (1 + 0.7**2))) for skill in (1.4, 1.0)]
    assert np.mean(values) == pytest.approx(expected[0] - expected[1], abs=0.01)
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.1)


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
    """From the published areas and covariances to the published test: its films are not needed for that."""
    same_way, same_reader = np.kron(np.eye(2), np.ones((5, 5))), np.kron(np.ones((2, 2)), np.eye(5))
    covariance = np.where(
        same_way == 1,
        np.where(same_reader == 1, VARIANCE, SECOND),
        np.where(same_reader == 1, FIRST, THIRD),
    )
    found = of_areas(AREAS, covariance)
    assert (found.variance, found.first_covariance) == pytest.approx((VARIANCE, FIRST))
    assert (found.second_covariance, found.third_covariance) == pytest.approx((SECOND, THIRD))
    assert (found.f, found.freedom, found.p) == pytest.approx((F, FREEDOM, P), rel=2e-3)
    apart = found.difference
    assert (apart.value, apart.low, apart.high) == pytest.approx((DIFFERENCE, LOW, HIGH), abs=1e-4)
    assert [mean.value for mean in found.means] == pytest.approx([0.8970, 0.9408], abs=5e-5)


def test_areas_and_covariances_of_several_readers_are_those_of_leaving_out_each_film():
    scores, truth = drawn_readers()
    found = analyse(scores, truth)
    assert found.areas == pytest.approx(
        np.array([[roc_auc_score(truth, row) for row in way] for way in scores])
    )
    films = len(truth)
    left = np.array(
        [
            [area_of(np.delete(truth, film), np.delete(row, film)) for row in scores.reshape(6, films)]
            for film in range(films)
        ]
    )
    covariance = np.cov(left.T) * (films - 1) ** 2 / films
    expected = of_areas(found.areas, covariance)
    assert (found.variance, found.first_covariance, found.second_covariance, found.third_covariance) == (
        pytest.approx(
            (
                expected.variance,
                expected.first_covariance,
                expected.second_covariance,
                expected.third_covariance,
            )
        )
    )
    assert (found.f, found.p) == pytest.approx((expected.f, expected.p))
    # By hand: the variance is the mean of the diagonal, the second covariance that of two readers in one way.
    assert found.variance == pytest.approx(np.diag(covariance).mean())
    pairs = [covariance[3 * way + a, 3 * way + b] for way in (0, 1) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert found.second_covariance == pytest.approx(np.mean(pairs))


def area_of(truth: np.ndarray, scores: np.ndarray) -> float:
    """Return the share of pairs in the right order, ties as half: roc_auc_score in a moment."""
    apart = scores[truth][:, None] - scores[~truth][None]
    return float(((apart > 0) + (apart == 0) / 2).mean())


def drawn_readers() -> tuple[np.ndarray, np.ndarray]:
    """Return ratings from 1 to 5 of two ways by three readers of 40 films, (2, 3, 40), and the truth."""
    random, truth = np.random.default_rng(3), np.arange(40) >= 22
    latent = random.normal(0, 1, 40) + truth * 1.5 + random.normal(0, 0.8, (2, 3, 40))
    return np.clip(np.round(latent + 2.5), 1, 5), truth


def test_one_way_of_reading_has_a_mean_and_no_test_and_one_reader_none():
    scores, truth = drawn_readers()
    found = analyse(scores[:1], truth)
    assert found.means[0].value == pytest.approx(np.mean([roc_auc_score(truth, row) for row in scores[0]]))
    assert math.isnan(found.p)
    assert found.difference is None
    assert analyse(scores[:1, :1], truth) is None


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
