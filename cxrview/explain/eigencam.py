"""Eigen-CAM (Muhammad and Yeasin 2020, arXiv 2008.00299): the strongest pattern in the features."""

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.subject import Subject
from cxrview.progress import Report

MOST, NEAR = 200, 1e-7  # powers, and the change of a place from which on they have settled


def explain(subject: Subject, _class_name: str, _report: Report) -> Explanation:
    """Return one map for all classes, from the features of the same forward pass.

    Raises UnusableModel if the graph gives no features.
    """
    found = map_of(subject.features("eigencam"))
    maps = np.broadcast_to(found, (len(subject.prediction.class_names), *found.shape))
    return of_maps(subject.prediction, "eigencam", maps)


def map_of(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the projection of `features`, (h, w, K), on their first right singular vector: (h, w) ≥ 0.

    The features are not centred (eq. 2–4), and the vector's sign is that of the larger sum. It is found by
    powers of F Fᵀ, which is far smaller than what a whole decomposition would go through.
    """
    high, wide, count = features.shape
    places = np.asarray(features.reshape(high * wide, count), np.float64)
    products = places @ places.T
    pattern = np.ones(len(places)) / np.sqrt(len(places))
    for _ in range(MOST):
        before, pattern = pattern, products @ pattern
        length = float(np.linalg.norm(pattern))
        if length == 0:
            break
        pattern = pattern / length
        if np.abs(pattern - before).max() < NEAR:
            break
    projection = pattern * float(np.sqrt(np.linalg.norm(products @ pattern)))
    if projection.sum() < 0:
        projection = -projection
    return np.asarray(np.maximum(projection, 0).reshape(high, wide), np.float32)
