"""Where the weights of a training come from: this app's model, ImageNet, a file, a bundle, or nowhere."""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import keras

from cxrview import bundle
from cxrview import messages as shared
from cxrview.engines.graph.build import BACKBONE, head_layers
from cxrview.engines.graph.keras_config import WEIGHTS
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.progress import Report
from cxrview.training import messages
from cxrview.training.network import hdf5_weights, weights_file
from cxrview.training.network.architectures import Architecture
from cxrview.training.network.starting_point import ResolvedModel, check_fit


def start_from(model: keras.Model, resolved: ResolvedModel, report: Report) -> str:
    """Set the weights of `model`, in place, to those that it is to start from.

    Layers of the head are taken over where they have the same shape; others stay new. Returns a sentence for
    the model card. Raises InvalidRequest or UnusableModel; `model` may then hold some of the weights.
    """
    check_fit(resolved)
    title, start = resolved.architecture.title, resolved.start
    if start.name == "none":
        return "None: random weights."
    if start.name == "imagenet":
        report(0.0, messages.LOADING_IMAGENET(title=title))
        _load_imagenet(model, resolved.architecture)
        return f"{title} trained on ImageNet, as keras.applications gives it."
    report(0.0, messages.LOADING_START)
    path = start.file
    if path is None:
        path = Path(start.name)
        kept = _load_file(model, path)
        return f"The weights in the file {path.name}{_of_head(kept)}."
    kept = _load_model_file(model, path)
    if (path.parent / "card.json").is_file():
        card = bundle.load(path.parent).card
        return f"The model {card.name} {card.version}{_of_head(kept)}."
    return f"The model in the file {path.name}{_of_head(kept)}."


def _of_head(kept: int) -> str:
    return ", its head included" if kept else ", with a new head"


def _load_imagenet(model: keras.Model, entry: Architecture) -> None:
    backbone = model.get_layer(BACKBONE)
    network = getattr(keras.applications, entry.network)
    try:
        twin = network(include_top=False, weights="imagenet", input_shape=backbone.input_shape[1:])
    except Exception as error:
        # For what the network says, keras.utils.get_file raises a bare Exception, which has no narrower class
        # to be caught by, out of urllib's OSError. All else that is neither is a bug and goes on.
        if not isinstance(error.__context__, OSError) and not isinstance(error, OSError | ValueError):
            raise
        raise InvalidRequest(
            messages.IMAGENET_UNREACHABLE(title=entry.title, reason=_first_line(error)),
            messages.CONNECT_ONCE,
        ) from error
    backbone.set_weights(twin.get_weights())


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _load_file(model: keras.Model, path: Path) -> int:
    """Load a file of weights alone; returns how many layers of the head it had."""
    if path.suffix == ".npz":
        return weights_file.load_densenet121(model, path)
    try:
        with path.open("rb") as file:
            return _set_weights(model, file, path)
    except OSError as error:
        raise UnusableModel(
            shared.CANNOT_BE_READ(reason=error.strerror), messages.CHECK_FILE, path
        ) from error


def _load_model_file(model: keras.Model, path: Path) -> int:
    """Load the weights in a .keras file; returns how many layers of the head fitted.

    Only its arrays are read; `check_fit` has refused a file that names anything but plain layers.
    """
    with zipfile.ZipFile(path) as archive:
        return _set_weights(model, io.BytesIO(archive.read(WEIGHTS)), path)


def _set_weights(model: keras.Model, file: BinaryIO, path: Path) -> int:
    backbone, head = model.get_layer(BACKBONE), head_layers(model)
    stored = hdf5_weights.read(file, path, backbone, head)
    layers = [layer for layer in backbone.layers if layer.weights]
    for layer, arrays in zip(layers, stored.backbone, strict=True):
        layer.set_weights(arrays)
    for position, arrays in stored.head.items():
        head[position].set_weights(arrays)
    return len(stored.head)
