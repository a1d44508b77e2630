"""Is this image of the kind that the model was trained on? A distance in the space of its features."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.engines.arrays import load_arrays
from cxrview.engines.messages import EXPORT_MODEL_AGAIN
from cxrview.errors import UnusableModel
from cxrview.inference import messages


@dataclass(frozen=True, slots=True)
class DomainVerdict:
    """`score` is the distance divided by the limit; `percentile` (0…100) of validation images are nearer."""

    in_domain: bool
    score: float
    percentile: float


UNKNOWN = DomainVerdict(in_domain=True, score=float("nan"), percentile=float("nan"))


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Mahalanobis distance to the nearest of M centres, after a shared whitening (Lee 2018).

    `means` is (M, D), `whitening` (D, P), `reference` (V,) the sorted distances of validation images,
    `threshold` the distance from which on an image counts as foreign.
    """

    means: NDArray[np.float32]
    whitening: NDArray[np.float32]
    reference: NDArray[np.float32]
    threshold: float

    def judge(self, embedding: NDArray[np.float32]) -> DomainVerdict:
        """Return the verdict on one image's `embedding`, (D,). Raises UnusableModel if D differs."""
        if embedding.shape != self.means.shape[1:]:
            raise UnusableModel(messages.DOMAIN_OF_ANOTHER)
        distances = np.linalg.norm((embedding[None, :] - self.means) @ self.whitening, axis=1)
        distance = float(distances.min())
        nearer = float(np.searchsorted(self.reference, distance)) / len(self.reference)
        return DomainVerdict(distance <= self.threshold, distance / self.threshold, 100 * nearer)


def load(folder: Path) -> Domain | None:
    """Return the statistics in the bundle `folder`, or None if it has none. Raises UnusableModel."""
    path = folder / "domain.npz"
    if not path.is_file():
        return None
    means, whitening, reference, threshold = load_arrays(path, "mean", "whitening", "reference", "threshold")
    if threshold.shape != () or means.ndim != 2 or whitening.ndim != 2 or reference.ndim != 1:
        raise UnusableModel(messages.DOMAIN_WRONG_SHAPE, EXPORT_MODEL_AGAIN, path)
    domain = Domain(
        means.astype(np.float32),
        whitening.astype(np.float32),
        np.sort(reference.astype(np.float32)),
        float(threshold.astype(np.float64)),
    )
    if domain.means.shape[1] != len(domain.whitening) or domain.threshold <= 0 or not len(domain.reference):
        raise UnusableModel(messages.DOMAIN_DOES_NOT_FIT, EXPORT_MODEL_AGAIN, path)
    return domain
