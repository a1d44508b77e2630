"""Starting weights from a file: nothing is fetched."""

import re
import zipfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.engines.graph.build import BACKBONE, head_layers
from cxrview.errors import UnusableModel
from cxrview.training import messages

_BATCHNORM = ("weight", "bias", "running_mean", "running_var")  # Keras's order: gamma, beta, mean, variance


def torch_name(layer: str) -> str:
    """Return PyTorch's name for the layer of Keras's DenseNet called `layer`.

    >>> torch_name("conv3_block12_2_conv"), torch_name("pool4_bn")
    ('features.denseblock2.denselayer12.conv2', 'features.transition3.norm')
    """
    if match := re.fullmatch(r"conv(\d)_block(\d+)_([012])_(bn|conv)", layer):
        stage, block, position, kind = match.groups()
        # Keras counts the two batch normalisations of a dense layer 0 and 1, and its convolutions 1 and 2.
        number = int(position) + 1 if kind == "bn" else int(position)
        part = f"{'norm' if kind == 'bn' else 'conv'}{number}"
        return f"features.denseblock{int(stage) - 1}.denselayer{block}.{part}"
    if match := re.fullmatch(r"pool(\d)_(bn|conv)", layer):
        return f"features.transition{int(match[1]) - 1}.{'norm' if match[2] == 'bn' else 'conv'}"
    return {"conv1_conv": "features.conv0", "conv1_bn": "features.norm0", "bn": "features.norm5"}[layer]


def load_densenet121(model: keras.Model, path: Path) -> int:
    """Set the backbone of `model` to the PyTorch DenseNet121 in the NumPy archive `path`.

    Its `classifier` is taken over where it fits the head; returns how many layers of the head it gave. If the
    archive carries an input with PyTorch's features, the network must reproduce them. Raises UnusableModel if
    it does not, or if arrays are missing or misshapen.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnusableModel(messages.NO_ARCHIVE, messages.USE_CONVERTED_ARCHIVE, path) from error
    backbone = model.get_layer(BACKBONE)
    try:
        for layer in backbone.layers:
            if layer.weights:
                layer.set_weights(_keras_arrays(arrays, torch_name(layer.name), len(layer.weights)))
    except (KeyError, ValueError) as error:
        problem = messages.MISFIT(network="DenseNet121", reason=str(error))
        raise UnusableModel(problem, messages.USE_CONVERTED_ARCHIVE, path) from error
    if "check.input" in arrays and feature_error(backbone, arrays) > 1e-3:
        raise UnusableModel(messages.OTHER_FEATURES, messages.USE_CONVERTED_ARCHIVE, path)
    return _set_classifier(model, arrays)


def _set_classifier(model: keras.Model, arrays: dict[str, NDArray[np.float32]]) -> int:
    """Set the head to the classifier, (C, K) and (C,), if there is one that fits; return 1 if so, else 0."""
    head = head_layers(model)
    kernel, bias = arrays.get("classifier.weight"), arrays.get("classifier.bias")
    if kernel is None or bias is None or len(head) != 1 or kernel.T.shape != tuple(head[0].kernel.shape):
        return 0
    head[0].set_weights([kernel.T, bias])
    return 1


def _keras_arrays(arrays: dict[str, NDArray[np.float32]], name: str, count: int) -> list[NDArray[np.float32]]:
    if count == 1:  # a convolution: out, in, height, width → height, width, in, out
        return [arrays[f"{name}.weight"].transpose(2, 3, 1, 0)]
    return [arrays[f"{name}.{part}"] for part in _BATCHNORM]


def feature_error(backbone: keras.Model, arrays: dict[str, NDArray[np.float32]]) -> float:
    """Return the largest difference of pooled features from PyTorch's, relative to their largest value."""
    sample = arrays["check.input"].transpose(0, 2, 3, 1)
    twin = keras.applications.DenseNet121(include_top=False, weights=None, input_shape=sample.shape[1:])
    twin.set_weights(backbone.get_weights())
    features = keras.ops.convert_to_numpy(twin(sample, training=False)).mean((1, 2))
    wanted = arrays["check.features"]
    return float(np.abs(features - wanted).max() / np.abs(wanted).max())
