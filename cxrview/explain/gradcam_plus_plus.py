"""Grad-CAM++ (Chattopadhay 2018, arXiv 1710.11063): features weighed place by place."""

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.head import gradients
from cxrview.explain.subject import Subject
from cxrview.progress import Report


def explain(subject: Subject, _class_name: str, _report: Report) -> Explanation:
    """Return the maps of all classes, from the features of the same forward pass.

    Raises UnusableModel, see `gradients`.
    """
    features = subject.features("gradcam++")
    return of_maps(subject.prediction, "gradcam++", maps_of(features, gradients(subject, "gradcam++")))


def maps_of(features: NDArray[np.float32], gradient: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the maps, (C, h, w) ≥ 0, of `features` (h, w, K); `gradient` is that of `head.gradients`.

    The score goes through an exponential, whose second and third derivatives are powers of the gradient
    (eq. 10–11 and 19); the factor e^score, the same at all places, is left out, so that the classes stay on
    one scale. With α = g² / (2 g² + g³ Σ A) the weight of a feature is Σ α · ReLU(g) over the places.
    """
    places = features.reshape(-1, features.shape[-1])
    pooled = gradient.ndim == 2  # then it is the same at every place
    slope = gradient if pooled else gradient.reshape(len(gradient), *places.shape)
    below = 2 * slope**2 + slope**3 * places.sum(axis=0)
    # α counts only where the gradient is above 0, and there the denominator is too.
    known = (slope > 0) & (below > 0)
    weighed = np.where(known, slope**3 / np.where(known, below, 1), 0)
    weights = weighed * len(places) if pooled else weighed.sum(axis=1)
    maps = np.maximum(weights @ places.T, 0)
    return np.asarray(maps.reshape(-1, *features.shape[:2]), np.float32)
