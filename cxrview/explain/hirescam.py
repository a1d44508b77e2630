"""HiResCAM (Draelos and Carin 2020, arXiv 2011.08891): what each cell adds to the score."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.head import gradients
from cxrview.explain.subject import Subject
from cxrview.progress import Report


def explain(subject: Subject, _class_name: str, _report: Report) -> Explanation:
    """Return the maps of all classes, from the features of the same forward pass.

    Behind a mean of the features, of all or of those in the lungs, the gradient is the same at every place,
    and this is Grad-CAM, scale and all. Raises UnusableModel, see `gradients`.
    """
    gradient = gradients(subject, "hirescam")
    made = of_maps(subject.prediction, "hirescam", maps_of(subject.features("hirescam"), gradient))
    return dataclasses.replace(made, map_scale=subject.prediction.map_scale) if gradient.ndim == 2 else made


def maps_of(features: NDArray[np.float32], gradient: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ReLU(Σ g ⊙ A), (C, h, w), of `features` (h, w, K) and the `gradient` of `head.gradients`."""
    if gradient.ndim == 2:  # the same at every place
        maps = gradient @ features.reshape(-1, features.shape[-1]).T
    else:
        maps = np.einsum("hwk,chwk->chw", features, gradient)
    return np.asarray(np.maximum(maps, 0).reshape(-1, *features.shape[:2]), np.float32)
