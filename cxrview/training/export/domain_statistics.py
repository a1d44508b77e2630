"""How far an embedding lies from the training images: a distance that NumPy alone can compute.

Two kinds. Lee 2018: features of one class are close to normally distributed, so an image of another kind lies
many standard deviations away; the distance is taken in the first principal components, each variance shrunk
towards their mean. Ndiour 2020: an image of another kind also has features where the training images have
none; the distance is what is left of the standardised embedding beside the first principal components. Where
images outside the task are at hand, the direction that best tells them from the training images counts too
(outlier exposure, after Hendrycks 2019).
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

Array = NDArray[np.float32]
QUANTILE = 0.975  # of the validation images lie within the threshold
FRAMED_QUANTILE = 0.99  # where the lungs that were found are checked as well
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
    """What there is to choose: means by class or one, how many components, how much shrinkage (0…1).

    With `residual`, the components are those that do not count, and there is one mean.
    """

    by_class: bool
    components: int
    shrinkage: float
    residual: bool = False


USUAL = DomainChoice(False, 128, 0.0, residual=True)  # without OOD images to choose by
CHOICES = tuple(
    DomainChoice(*values) for values in product((False, True), (8, 16, 32, 64, 128, 256), (0.01, 0.1, 0.3))
) + tuple(DomainChoice(False, count, 0.0, residual=True) for count in (16, 32, 64, 128, 256, 512))
_EXPOSED = 0.3  # of the usual residual: what one standard deviation towards the OOD images counts
FEWEST = 8  # out-of-distribution images that a direction can be learnt from


def fit_domain(
    train: Array,
    labels: NDArray[np.int64],
    validation: Array,
    choice: DomainChoice,
    quantile: float = QUANTILE,
) -> DomainStatistics:
    """Return the statistics of `train` (N, D); the threshold is the `quantile` of validation distances."""
    spread = _Residual.of(train) if choice.residual else _Spread.of(train, labels, choice.by_class)
    return _limited(spread.space(choice, validation), validation, quantile)


def choose_domain(
    train: Array, labels: NDArray[np.int64], validation: Array, ood: Array, quantile: float = QUANTILE
) -> tuple[DomainChoice, DomainStatistics]:
    """Return the choice that best tells `ood` (develop images only) from `validation`, by AUC.

    A residual distance also learns the direction towards `ood`, if there are a few of them.
    """
    spreads = {by_class: _Spread.of(train, labels, by_class) for by_class in (False, True)}
    residual = _Residual.of(train)
    spaces = [(residual if c.residual else spreads[c.by_class]).space(c, validation) for c in CHOICES]
    fitted = [
        (choice, _limited(space, validation, quantile)) for choice, space in zip(CHOICES, spaces, strict=True)
    ]
    choice, best = max(fitted, key=lambda pair: separation(pair[1], ood))
    if choice.residual and len(ood) >= FEWEST:
        column = residual.direction(train, ood) * _EXPOSED
        best = _limited((best.mean, np.column_stack([best.whitening, column])), validation, quantile)
    return choice, best


Space = tuple[Array, Array]  # mean (M, D) and whitening (D, P)


def _limited(space: Space, validation: Array, quantile: float) -> DomainStatistics:
    mean, whitening = (np.asarray(array, dtype=np.float32) for array in space)
    bare = DomainStatistics(mean, whitening, np.inf, np.empty(0, np.float32))
    reference = np.sort(bare.distances(validation))
    threshold = max(float(np.quantile(reference, quantile)), _NOTHING)
    return DomainStatistics(mean, whitening, threshold, reference)


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

    def space(self, choice: DomainChoice, _validation: Array) -> Space:
        count = min(choice.components, len(self.variance))
        variance = self.variance[:count]
        variance = (1 - choice.shrinkage) * variance + choice.shrinkage * variance.mean()
        variance = np.maximum(variance, _NOTHING)  # a network that answers the same to all
        return self.mean, (self.directions[:count].T / np.sqrt(variance)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Residual:
    """All axes of the standardised training images, the principal ones first."""

    mean: Array  # (1, D)
    deviation: NDArray[np.float64]  # (D,)
    directions: NDArray[np.float64]  # (D, D)
    most: int  # components that may be left out: with more, few images would span everything

    @classmethod
    def of(cls, train: Array) -> "_Residual":
        mean = train.mean(0, keepdims=True)
        deviation = np.maximum(train.std(0, dtype=np.float64), 1e-6)
        standard = (train - mean) / deviation
        _, directions = np.linalg.eigh(standard.T @ standard)
        return cls(mean, deviation, directions[:, ::-1].T, min(len(train), train.shape[1]) // 4)

    def space(self, choice: DomainChoice, validation: Array) -> Space:
        """Return the space in which the middle validation image lies at the distance 1."""
        rest = self.directions[min(choice.components, self.most) :]
        whitening = rest.T / self.deviation[:, None]
        usual = float(np.median(np.linalg.norm((validation - self.mean) @ whitening, axis=1)))
        # Half precision halves the file; the reference distances are computed with what it holds.
        # A feature that no training image shows would overflow it.
        most = float(np.finfo(np.float16).max)
        halved = (whitening / max(usual, _NOTHING)).clip(-most, most).astype(np.float16)
        return self.mean, halved.astype(np.float32)

    def direction(self, train: Array, ood: Array) -> NDArray[np.float64]:
        """Return the axis (D,) from the training images to the others, of variance 1 on the former."""
        standard = [(part - self.mean) / self.deviation for part in (train, ood)]
        truth = np.repeat([0, 1], [len(train), len(ood)])
        learner = LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000)
        axis = learner.fit(np.concatenate(standard), truth).coef_[0]
        return np.asarray(axis / self.deviation / max((standard[0] @ axis).std(), _NOTHING))


def separation(statistics: DomainStatistics, ood: Array) -> float:
    """Return the AUC of distance for `ood` against the validation images."""
    distances = statistics.distances(ood)
    truth = np.r_[np.zeros(len(statistics.reference)), np.ones(len(distances))]
    return float(roc_auc_score(truth, np.r_[statistics.reference, distances]))
