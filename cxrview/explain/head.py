"""The gradient of every score with respect to the features, worked out without a backward pass.

The head is dense layers with ReLUs between, behind a mean of the features (of all, or of those in the lungs)
or behind all of them in a row. Its gradient is the product of the kernels, each masked where its ReLU is
shut: see `engines.graph.gradcam_layer`, which does the same in the graph.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.engines.onnx_head import Dense, dense_layers
from cxrview.errors import UnusableModel
from cxrview.explain import messages
from cxrview.explain.methods import METHODS
from cxrview.explain.subject import Subject

NEAR = 1e-2  # of the largest score, and at least of 1: how well what was read must give the scores again


def gradients(subject: Subject, method: str) -> NDArray[np.float32]:
    """Return d score / d feature: (C, K), the same at every place, or (C, h, w, K) behind a row of them.

    Raises UnusableModel if the graph gives no features, or its head cannot be read.
    """
    features, embedding = subject.features(method), subject.outputs["embedding"][0]
    layers = _layers(subject.predictor.folder)
    if layers and len(layers[0].kernel) == features.shape[-1] == len(embedding):
        given, sums = np.asarray(embedding, np.float32), features.sum(axis=(0, 1))
        # The mean is over all places, or as many as the lungs cover: that mask is in the features.
        length = float(given @ given)
        places = float(sums @ given) / length if length > 0 else float(np.prod(features.shape[:2]))
    elif layers and len(layers[0].kernel) == features.size:
        given, places = features.reshape(-1), 1.0
    else:
        raise _unknown(subject, method)
    scores, gradient = _run(layers, given)
    wanted = subject.outputs["logits"][0]
    if not np.abs(scores - wanted).max() <= NEAR * np.abs(wanted).max(initial=1.0):
        raise _unknown(subject, method)
    gradient /= places
    return gradient if len(given) == features.shape[-1] else gradient.reshape(-1, *features.shape)


def _run(
    layers: tuple[Dense, ...], values: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the scores of `values`, (C,), and their gradient, (C, inputs)."""
    gradient: NDArray[np.float32] | None = None
    for number, layer in enumerate(layers):
        values = values @ layer.kernel + layer.bias
        gradient = layer.kernel if gradient is None else gradient @ layer.kernel
        if number < len(layers) - 1:
            is_open = values > 0
            values, gradient = values * is_open, gradient * is_open
    assert gradient is not None  # there is a layer
    return values, np.ascontiguousarray(gradient.T)


@lru_cache(maxsize=4)
def _layers(folder: Path) -> tuple[Dense, ...]:
    return dense_layers(folder / "model.onnx")


def _unknown(subject: Subject, method: str) -> UnusableModel:
    problem = messages.NO_KNOWN_HEAD(name=subject.prediction.model, method=METHODS[method].title)
    return UnusableModel(problem, messages.USE_GRADCAM)
