"""The distance from the training images."""

import numpy as np
import pytest

from cxrview.training.export.domain_statistics import (
    DomainChoice,
    DomainStatistics,
    choose_domain,
    fit_domain,
    separation,
)


@pytest.fixture(scope="module")
def clouds():
    """Return train, labels, validation and OOD images: clusters in 40 dimensions of unequal spread."""
    random = np.random.default_rng(0)
    spread = np.geomspace(10, 0.1, 40)

    def cluster(count, shift):
        return (random.standard_normal((count, 40)) * spread + shift).astype(np.float32)

    labels = np.arange(600) % 2
    shift = np.where(labels[:, None], 30.0, 0.0) * np.eye(40)[0]
    train, validation = cluster(600, shift), cluster(400, shift[:400])
    ood = cluster(50, 9.0 * spread * np.eye(40)[20])  # nine deviations along one axis of small variance
    return train, labels, validation, ood


def test_whitened_distance_is_the_mahalanobis_distance(clouds):
    train, labels, validation, _ = clouds
    statistics = fit_domain(train, labels, validation, DomainChoice(False, 40, 0.0))
    offsets = validation - train.mean(0)
    inverse = np.linalg.inv(np.cov(train.T))
    wanted = np.sqrt(np.einsum("nd,de,ne->n", offsets, inverse, offsets))
    np.testing.assert_allclose(statistics.distances(validation), wanted, rtol=2e-3)


def test_the_threshold_keeps_its_share_of_validation(clouds):
    train, labels, validation, _ = clouds
    statistics = fit_domain(train, labels, validation, DomainChoice(True, 16, 0.1), quantile=0.95)
    assert (statistics.distances(validation) <= statistics.threshold).mean() == pytest.approx(0.95, abs=0.005)
    assert (np.diff(statistics.reference) >= 0).all()


def test_the_choice_finds_what_tells_out_of_distribution_images_apart(clouds):
    train, labels, validation, ood = clouds
    choice, statistics = choose_domain(train, labels, validation, ood)
    few = fit_domain(train, labels, validation, DomainChoice(False, 8, 0.1))
    assert choice.components > 16  # the axis that matters is the 21st
    assert separation(statistics, ood) > 0.9 > separation(few, ood)


def test_the_file_needs_numpy_alone(clouds, tmp_path):
    train, labels, validation, ood = clouds
    statistics = fit_domain(train, labels, validation, DomainChoice(True, 16, 0.1))
    statistics.save(tmp_path / "domain.npz")
    with np.load(tmp_path / "domain.npz", allow_pickle=False) as archive:
        assert sorted(archive.files) == ["mean", "reference", "threshold", "whitening"]
        read = {name: archive[name] for name in archive.files}
    assert [read[name].dtype for name in read] == [np.float32] * 4
    assert read["mean"].shape == (2, 40)
    assert read["whitening"].shape == (40, 16)
    assert read["threshold"].shape == ()
    offsets = (ood[:, None] - read["mean"]) @ read["whitening"]
    by_hand = np.sqrt((offsets**2).sum(-1)).min(1)
    np.testing.assert_allclose(statistics.distances(ood), by_hand, rtol=1e-5)


def test_distance_is_to_the_nearest_mean():
    statistics = DomainStatistics(
        np.array([[0, 0], [10, 0]], np.float32), np.eye(2, dtype=np.float32), 1.0, np.empty(0, np.float32)
    )
    assert statistics.distances(np.array([[9, 0], [1, 1]], np.float32)).tolist() == pytest.approx([1, 2**0.5])


@pytest.fixture(scope="module")
def flat_clouds():
    """Return train, labels, validation, others, OOD images: in 12 of 60 dimensions, the last two in more."""
    random = np.random.default_rng(1)
    inside, outside = random.standard_normal((2, 12, 60))

    def cluster(count):
        noise = 0.1 * random.standard_normal((count, 60))
        return (random.standard_normal((count, 12)) @ inside + noise).astype(np.float32)

    others = [
        (cluster(n) + 0.08 * random.standard_normal((n, 12)) @ outside).astype(np.float32) for n in (40, 200)
    ]
    return cluster(400), np.arange(400) % 2, cluster(300), *others


def test_what_the_training_images_never_show_is_far_away(flat_clouds):
    train, labels, validation, _, ood = flat_clouds
    residual = fit_domain(train, labels, validation, DomainChoice(False, 12, 0.0, residual=True))
    principal = fit_domain(train, labels, validation, DomainChoice(False, 12, 0.1))
    assert np.median(residual.reference) == pytest.approx(1, abs=0.01)
    assert (residual.distances(validation) <= residual.threshold).mean() == pytest.approx(0.975, abs=0.005)
    assert separation(residual, ood) > 0.9 > separation(principal, ood)


def test_out_of_distribution_images_seen_while_choosing_help_with_others_of_their_kind(flat_clouds):
    train, labels, validation, _, _ = flat_clouds
    random = np.random.default_rng(2)
    axis = train.std(0) * np.sign(random.standard_normal(60))

    def shifted(count):  # inside what training images show, but all to one side
        return (train[random.integers(0, 400, count)] * 0.3 + 1.2 * axis).astype(np.float32)

    seen, unseen = shifted(20), shifted(100)
    choice, statistics = choose_domain(train, labels, validation, seen)
    plain = fit_domain(train, labels, validation, choice)
    assert separation(statistics, unseen) >= separation(plain, unseen)
    assert (statistics.distances(unseen) > statistics.threshold).mean() > 0.95
    assert (statistics.distances(validation) > statistics.threshold).mean() <= 0.03


def test_a_handful_of_images_has_statistics_too(flat_clouds):
    train, labels, validation, _, ood = flat_clouds
    few = fit_domain(train[:10], labels[:10], validation[:5], DomainChoice(False, 128, 0.0, residual=True))
    assert np.isfinite(few.distances(ood)).all()
    assert few.threshold > 0
