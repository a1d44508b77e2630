"""How far an embedding lies from the training images: a Mahalanobis distance that NumPy alone can compute.

Lee 2018: features of one class are close to normally distributed, so an image of another kind lies many
standard deviations away. Here the distance is taken in the first principal components, and each variance is
shrunk towards their mean.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Array = NDArray[np.float32]
QUANTILE = 0.975  # of the validation images lie within the threshold
_NOTHING = 1e-12  # a variance or distance of none


@dataclass(frozen=True, slots=True, eq=False)
class DomainStatistics:
    """The distance of an embedding e is the smallest ‖(e - mean) @ whitening‖ over the means."""

    mean: Array  # (M, D): of all training images, or one a class
    whitening: Array  # (D, P)
    threshold: float  # distances above it are out of domain
    reference: Array  # (V,) distances of the validation images, ascending

    def distances(self, embeddings: Array) -> Array:
        """Return the distances (N,) of `embeddings` (N, D)."""
        offsets = (embeddings[:, None, :] - self.mean[None, :, :]) @ self.whitening
        return np.asarray(np.linalg.norm(offsets, axis=2).min(1), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the arrays to `path`, a NumPy archive without pickles."""
        np.savez_compressed(
            path,
            mean=self.mean,
            whitening=self.whitening,
            threshold=np.float32(self.threshold),
            reference=self.reference,
        )


@dataclass(frozen=True, slots=True)
class DomainChoice:
    """What there is to choose: means by class or one, how many components, how much shrinkage (0…1)."""

    by_class: bool
    components: int
    shrinkage: float


USUAL = DomainChoice(
    by_class=False, components=32, shrinkage=0.1
)  # where there are no strangers to choose by
CHOICES = tuple(
    DomainChoice(*values) for values in product((False, True), (8, 16, 32, 64, 128, 256), (0.01, 0.1, 0.3))
)


def fit_domain(
    train: Array,
    labels: NDArray[np.int64],
    validation: Array,
    choice: DomainChoice,
    quantile: float = QUANTILE,
) -> DomainStatistics:
    """Return the statistics of `train` (N, D); the threshold is the `quantile` of validation distances."""
    return _Spread.of(train, labels, choice.by_class).statistics(validation, choice, quantile)


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """The principal axes of the training images around their means: the slow part of the statistics."""

    mean: Array  # (M, D)
    directions: NDArray[np.float64]  # (R, D)
    variance: NDArray[np.float64]  # (R,) descending

    @classmethod
    def of(cls, train: Array, labels: NDArray[np.int64], by_class: bool) -> "_Spread":
        means = np.stack([train[labels == k].mean(0) for k in np.unique(labels)])
        mean = means if by_class else train.mean(0, keepdims=True)
        offsets = train - (means[np.unique(labels, return_inverse=True)[1]] if by_class else mean)
        _, singular, directions = np.linalg.svd(offsets.astype(np.float64), full_matrices=False)
        variance = singular**2 / max(1, len(train) - 1)
        return cls(mean.astype(np.float32), directions, variance)

    def statistics(self, validation: Array, choice: DomainChoice, quantile: float) -> DomainStatistics:
        count = min(choice.components, len(self.variance))
        variance = self.variance[:count]
        variance = (1 - choice.shrinkage) * variance + choice.shrinkage * variance.mean()
        variance = np.maximum(variance, _NOTHING)  # a network that answers the same to all
        whitening = (self.directions[:count].T / np.sqrt(variance)).astype(np.float32)
        bare = DomainStatistics(self.mean, whitening, np.inf, np.empty(0, np.float32))
        reference = np.sort(bare.distances(validation))
        threshold = max(float(np.quantile(reference, quantile)), _NOTHING)
        return DomainStatistics(self.mean, whitening, threshold, reference)


def choose_domain(
    train: Array, labels: NDArray[np.int64], validation: Array, strangers: Array
) -> tuple[DomainChoice, DomainStatistics]:
    """Return the choice that best tells `strangers` (develop images only) from `validation`, by AUC."""
    spreads = {by_class: _Spread.of(train, labels, by_class) for by_class in (False, True)}
    fitted = [(c, spreads[c.by_class].statistics(validation, c, QUANTILE)) for c in CHOICES]
    return max(fitted, key=lambda pair: separation(pair[1], strangers))


def separation(statistics: DomainStatistics, strangers: Array) -> float:
    """Return the AUC of distance for `strangers` against the validation images."""
    distances = statistics.distances(strangers)
    truth = np.r_[np.zeros(len(statistics.reference)), np.ones(len(distances))]
    return float(roc_auc_score(truth, np.r_[statistics.reference, distances]))
