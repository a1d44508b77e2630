"""Eigen-CAM (Muhammad and Yeasin 2020, arXiv 2008.00299): the strongest pattern in the features."""

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.subject import Subject
from cxrview.progress import Report


def explain(subject: Subject, _class_name: str, _report: Report) -> Explanation:
    """Return one map for all classes, from the features of the same forward pass.

    Raises UnusableModel if the graph gives no features.
    """
    found = map_of(subject.features("eigencam"))
    maps = np.broadcast_to(found, (len(subject.prediction.class_names), *found.shape))
    return of_maps(subject.prediction, "eigencam", maps)


def map_of(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the projection of `features`, (h, w, K), on their first right singular vector: (h, w) ≥ 0.

    The features are not centred (eq. 2–4). Their sign is that of the larger sum, since a vector has none.
    """
    high, wide, count = features.shape
    places = features.reshape(high * wide, count).astype(np.float64)
    # F v = s u, and u is the first eigenvector of F Fᵀ, which is far smaller than F.
    values, vectors = np.linalg.eigh(places @ places.T)
    projection = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.0))
    if projection.sum() < 0:
        projection = -projection
    return np.asarray(np.maximum(projection, 0).reshape(high, wide), np.float32)
