"""Read a network's weights from HDF5, without Keras's own loaders: arrays are read, nothing is made or run.

Two layouts are known: that of Keras 3 (a group a layer, named after its class and counted), and that of the
files of keras.applications (a list of the layers' names in the order of the network).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import h5py  # type: ignore[import-untyped]
import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.engines.graph import hdf5
from cxrview.errors import UnusableModel
from cxrview.training import messages

Arrays = list[NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """The arrays of each layer that has some, in order. The head holds what of it fits, by position."""

    backbone: list[Arrays]
    head: dict[int, Arrays]


class _Misfit(Exception):
    """An array is missing or has another shape; its argument is the Message that says which."""


def read(
    file: BinaryIO, path: Path, backbone: keras.Model, head: Sequence[keras.layers.Layer]
) -> StoredWeights:
    """Return the weights in `file` (called `path` to the user) for the layers of `backbone` and `head`.

    Raises UnusableModel if it is not HDF5, reaches outside itself, holds a whole model in Keras's old
    format, or does not fit the backbone.
    """
    try:
        with h5py.File(file, "r") as root:
            hdf5.check(root, path)
            layers = [layer for layer in backbone.layers if layer.weights]
            if _names(root, "layer_names"):
                return StoredWeights(_in_order(root, layers), {})
            return _by_class(root, backbone.layers, head)
    except _Misfit as error:
        problem = messages.MISFIT(network=backbone.name, reason=error.args[0])
        raise UnusableModel(problem, messages.CHOOSE_SAME_ARCHITECTURE, path) from error
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
        raise UnusableModel(messages.NO_HDF5(reason=str(error)), hdf5.ADVICE, path) from error


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """Return the list of names in an attribute, which the old format cuts in pieces if it is long."""
    pieces = [attribute] if attribute in group.attrs else []
    while f"{attribute}{len(pieces)}" in group.attrs:
        pieces.append(f"{attribute}{len(pieces)}")
    values = [value for piece in pieces for value in group.attrs[piece]]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _in_order(root: h5py.File, layers: Sequence[keras.layers.Layer]) -> list[Arrays]:
    """Return the arrays of the first layers that have some; a classifier behind them is passed over."""
    groups = [root[name] for name in _names(root, "layer_names") if _names(root[name], "weight_names")]
    if len(groups) < len(layers):
        raise _Misfit(messages.TOO_FEW_LAYERS(found=len(groups), needed=len(layers)))
    return [
        _fitting([group[name] for name in _names(group, "weight_names")], layer)
        for group, layer in zip(groups, layers, strict=False)
    ]


def _by_class(
    root: h5py.File, layers: Sequence[keras.layers.Layer], head: Sequence[keras.layers.Layer]
) -> StoredWeights:
    """Read Keras 3's layout: the backbone in a model of its own within the file's model, or at the top."""
    nested = "layers/functional/layers"
    top = nested if nested in root else "layers"
    found = [
        _fitting(_variables(root, f"{top}/{name}"), layer)
        for name, layer in _counted(layers)
        if layer.weights
    ]
    fitting = {}
    for position, (name, layer) in enumerate(_counted(head) if top == nested else ()):
        try:
            fitting[position] = _fitting(_variables(root, f"layers/{name}"), layer)
        except _Misfit:
            continue
    return StoredWeights(found, fitting)


def _counted(layers: Sequence[keras.layers.Layer]) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Yield the layers with the names that Keras 3 gives them in a file: conv2d, conv2d_1, …"""
    seen: Counter[str] = Counter()
    for layer in layers:
        name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", type(layer).__name__)
        name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
        yield (f"{name}_{seen[name]}" if seen[name] else name), layer
        seen[name] += 1


def _variables(root: h5py.File, place: str) -> list[h5py.Dataset]:
    if f"{place}/vars" not in root:
        raise _Misfit(messages.LAYER_MISSING(layer=place))
    group = root[f"{place}/vars"]
    return [group[name] for name in sorted(group, key=int)]


def _fitting(stored: Sequence[h5py.Dataset], layer: keras.layers.Layer) -> Arrays:
    """Return the arrays for `layer`, which are read only once their shapes are known to be right."""
    wanted = [tuple(variable.shape) for variable in layer.weights]
    found = [tuple(dataset.shape) for dataset in stored]
    if found != wanted:
        raise _Misfit(messages.OTHER_SHAPES(layer=layer.name, wanted=str(wanted), found=str(found)))
    arrays = [np.asarray(dataset[()], dtype=np.float32) for dataset in stored]
    if not all(np.isfinite(array).all() for array in arrays):
        raise _Misfit(messages.NOT_NUMBERS(layer=layer.name))
    return arrays
