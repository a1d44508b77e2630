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
    if gradient.ndim == 2:  # the same at every place
        gradient = np.broadcast_to(gradient[:, None, None], (len(gradient), *features.shape))
    below = 2 * gradient**2 + gradient**3 * features.sum(axis=(0, 1))
    # α counts only where the gradient is above 0, and there the denominator is too.
    known = (gradient > 0) & (below > 0)
    alpha = np.where(known, gradient**2 / np.where(known, below, 1), 0)
    weights = (alpha * np.maximum(gradient, 0)).sum(axis=(1, 2))
    return np.asarray(np.maximum(np.einsum("hwk,ck->chw", features, weights), 0), np.float32)
