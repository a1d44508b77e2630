"""What is in a `.keras` file, read without Keras: every class that it names is held to a list.

Keras's own safe mode was got round again and again (CVE-2024-3660, 2025-1550, 2025-8747, 2025-9905,
2025-9906, 2026-0897, 2026-1462), so this comes before Keras sees the file.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cxrview.engines import messages
from cxrview.errors import UnusableModel

OWN = {
    f"cxrview>{name}"
    for name in (
        *("GradCamMaps", "SourceSuppression", "ChannelScaling", "LungFraming", "LungMask", "LungPooling"),
    )
}
KERAS = frozenset(
    {
        *("Functional", "Sequential", "Model", "InputLayer", "Identity", "Dense", "Dropout", "Flatten"),
        *(
            "Activation",
            "ReLU",
            "Softmax",
            "Add",
            "Multiply",
            "Concatenate",
            "Reshape",
            "Rescaling",
            "Normalization",
        ),
        *("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "BatchNormalization", "ZeroPadding2D"),
        "CustomScaleLayer",  # of keras.applications' InceptionResNetV2: a sum with a factor
        *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
        *("Zeros", "Ones", "Constant", "GlorotUniform", "GlorotNormal", "HeNormal", "HeUniform"),
        *("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Orthogonal"),
        *("L1", "L2", "L1L2", "DTypePolicy", "__keras_tensor__", "__tuple__", "__numpy__", "__tensor__"),
    }
)
SIZES = {
    *("units", "filters", "kernel_size", "pool_size", "strides", "padding", "depth_multiplier"),
    *("target_shape", "batch_shape", "batch_input_shape", "input_shape", "shape", "rows", "columns"),
}
MAX_SIZE = 2**16  # of a layer: what Keras makes of it is made before its weights are looked at
MAX_CONFIG_BYTES = 16 * 2**20
MAX_WEIGHT_BYTES = 2 * 2**30
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
PARTS = {"metadata.json", CONFIG, WEIGHTS}


def read_config(path: Path) -> dict[str, Any]:
    """Return the configuration of the model stored at `path`, with no layer made.

    Raises UnusableModel unless the file holds nothing but known layers and their weights.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            if set(sizes) != PARTS:
                raise UnusableModel(messages.NOT_ONE_KERAS_MODEL, messages.ONLY_OWN_OR_PLAIN, path)
            if sizes[CONFIG] > MAX_CONFIG_BYTES or max(sizes.values()) > MAX_WEIGHT_BYTES:
                raise UnusableModel(messages.KERAS_TOO_LARGE, messages.ONLY_OWN_OR_PLAIN, path)
            config = json.loads(archive.read(CONFIG))
    except (OSError, zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise UnusableModel(messages.NO_KERAS_MODEL, messages.ONLY_OWN_OR_PLAIN, path) from error
    for found in _classes(config):
        if not _allowed(found):
            name = found.get("registered_name") or found.get("class_name")
            problem = messages.COULD_RUN_CODE(name=str(name))
            raise UnusableModel(problem, messages.ONLY_OWN_OR_PLAIN, path)
    too_large = any(size > MAX_SIZE for size in _sizes(config))
    if too_large or sum(map(_numbers, _classes(config))) > MAX_WEIGHT_BYTES // 4:
        raise UnusableModel(messages.KERAS_TOO_LARGE, messages.ONLY_OWN_OR_PLAIN, path)
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise UnusableModel(messages.NO_KERAS_MODEL, messages.ONLY_OWN_OR_PLAIN, path)
    return config


def _numbers(layer: dict[str, Any]) -> float:
    """Return how many numbers Keras would make at most for the weights of `layer`, before it sees the file's.

    What stands as the shape of its input is what Keras builds it with; where none stands, the largest counts.
    """
    config, built = layer.get("config"), layer.get("build_config")
    if not isinstance(config, dict) or not {"units", "filters", "depth_multiplier"} & set(config):
        return 0.0
    shape = built.get("input_shape") if isinstance(built, dict) else None
    channels = max(_sizes(shape[1:], True), default=0) if isinstance(shape, list) else MAX_SIZE
    per_channel = [config.get(name) for name in ("kernel_size", "units", "filters", "depth_multiplier")]
    return math.prod(_sizes([channels, *per_channel], True), start=1.0)


def _classes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of the configuration that names something for Keras to make."""
    if isinstance(node, dict):
        if {"class_name", "module", "registered_name"} & set(node):
            yield node
        for value in node.values():
            yield from _classes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _classes(value)


def _sizes(node: Any, counts: bool = False) -> Iterator[float]:
    """Yield the numbers under the names in SIZES; `counts` says that `node` stands under one."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _sizes(value, counts or name in SIZES)
    elif isinstance(node, list):
        for value in node:
            yield from _sizes(value, counts)
    elif counts and isinstance(node, int | float):
        yield abs(node)


def _allowed(found: dict[str, Any]) -> bool:
    module, name = found.get("module"), found.get("class_name")
    registered = found.get("registered_name")
    if not isinstance(name, str) or not isinstance(registered, str | None):
        return False
    if registered in OWN:
        return bool(name == str(registered).partition(">")[2])
    plain = module is None or module == "builtins" or str(module).split(".")[0] == "keras"
    return plain and name in KERAS and registered in (None, name)
