"""Where the weights of a training come from: this app's model, ImageNet, a file, a bundle, or nowhere."""

import dataclasses
import io
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import keras

from cxrview import bundle
from cxrview.errors import BadRequest, UnusableModel
from cxrview.inference.graph.build import BACKBONE, head_layers
from cxrview.inference.graph.load import WEIGHTS, read_config
from cxrview.inference.graph.preprocessing import SourceSuppression
from cxrview.progress import Report
from cxrview.training import hdf5_weights, weights
from cxrview.training.architectures import ARCHITECTURES, find
from cxrview.training.config import ModelConfig

_SUPPRESSION = f"cxrview>{SourceSuppression.__name__}"
NORMALISATIONS = {"source-suppression": "bands", "standardised": "whole"}  # of the layer, by preprocessing
_KINDS = "Give a .keras file, an .h5 file of weights, an .npz archive, or a model's folder or name."


def with_its_preprocessing(config: ModelConfig) -> ModelConfig:
    """Return `config` with the preprocessing "auto" replaced by that of the model that it starts from.

    With it come the sizes that the user has left open. A model of another architecture counts for nothing.
    Raises BadRequest or UnusableModel if there is no such model.
    """
    if config.preprocessing != "auto":
        return config
    path = _model_file(config.start)
    found = _suppression(read_config(path), config.architecture) if path else None
    if found is None:
        return dataclasses.replace(config, preprocessing="architecture")
    side, layer = found
    return dataclasses.replace(
        config,
        preprocessing=next(
            name for name, kind in NORMALISATIONS.items() if kind == layer.get("normalisation", "bands")
        ),
        input_size=config.input_size or side,
        seen_size=config.seen_size or (0 if config.input_size else int(layer["size"])),
        resolution=int(layer["resolution"]),
    )


def start_from(model: keras.Model, config: ModelConfig, report: Report) -> str:
    """Set the weights of `model`, in place, to those that `config.start` names.

    Layers of the head are taken over where they have the same shape; others stay new. Returns a sentence for
    the model card. Raises BadRequest or UnusableModel; `model` may then hold some of the weights.
    """
    title = find(config.architecture).title
    if config.start == "none":
        return "None: random weights."
    if config.start == "imagenet":
        report(0.0, f"loading the ImageNet weights of {title}")
        _load_imagenet(model, config.architecture)
        return f"{title} trained on ImageNet, as keras.applications gives it."
    report(0.0, "loading the starting weights")
    path = _model_file(config.start)
    if path is None:
        path = Path(config.start)
        kept = _load_file(model, path, config.architecture)
        return f"The weights in the file {path.name}{_of_head(kept)}."
    kept = _load_model_file(model, path, config.architecture)
    if (path.parent / "card.json").is_file():
        card = bundle.load(path.parent).card
        return f"The model {card.name} {card.version}{_of_head(kept)}."
    return f"The model in the file {path.name}{_of_head(kept)}."


def _of_head(kept: int) -> str:
    return ", its head included" if kept else ", with a new head"


def _model_file(name: str) -> Path | None:
    """Return the .keras file that `name` stands for, or None if it stands for something else.

    Raises BadRequest if `name` stands for nothing, or for a bundle that cannot be trained further.
    """
    if name in ("none", "imagenet"):
        return None
    path = Path(name)
    if name != "bundled" and path.is_file():
        return path if path.suffix == ".keras" else None
    if name != "bundled" and path.suffix in (".keras", ".h5", ".hdf5", ".npz"):
        raise BadRequest("is not there, so no training can start from it.", "Check the path.", path)
    folder = bundle.find("" if name == "bundled" else name)
    file = folder / "model.keras"
    if not file.is_file():
        raise BadRequest("holds no model.keras, so no training can start from it.", _KINDS, folder)
    return file


def _suppression(config: Any, architecture: str) -> tuple[int, dict[str, Any]] | None:
    """Return the side of the input and the source suppression in a model's configuration, if it has one."""
    parts = config.get("config", {})
    if parts.get("name") != architecture:
        return None
    for layer in parts.get("layers", []):
        if layer.get("registered_name") == _SUPPRESSION:
            shape = layer["build_config"]["input_shape"]
            return int(shape[1]), layer["config"]
    return None


def _load_imagenet(model: keras.Model, architecture: str) -> None:
    entry = find(architecture)
    if not entry.network:
        raise BadRequest(f"There are no ImageNet weights of {entry.title}.", "Start it from none.")
    backbone = model.get_layer(BACKBONE)
    network = getattr(keras.applications, entry.network)
    try:
        twin = network(include_top=False, weights="imagenet", input_shape=backbone.input_shape[1:])
    except Exception as error:
        # Keras turns what the network says into a bare Exception.
        if not isinstance(error.__context__, OSError) and not isinstance(error, OSError | ValueError):
            raise
        raise BadRequest(
            f"The ImageNet weights of {entry.title} cannot be had: {_first_line(error)}.",
            "Connect to the internet once, or give the file of the weights (notop.h5) to start from.",
        ) from error
    backbone.set_weights(twin.get_weights())


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _load_file(model: keras.Model, path: Path, architecture: str) -> int:
    """Load a file of weights alone; returns how many layers of the head it had."""
    if path.suffix == ".npz":
        if architecture != "densenet121":
            raise BadRequest(f"holds weights of DenseNet121, not of {find(architecture).title}.", path=path)
        weights.load_densenet121(model, path)
        return 0
    if path.suffix not in (".h5", ".hdf5"):
        raise BadRequest("holds no weights that a training can start from.", _KINDS, path)
    try:
        with path.open("rb") as file:
            return _set_weights(model, file, path)
    except OSError as error:
        raise UnusableModel(f"cannot be read: {error.strerror}.", "Check the file.", path) from error


def _load_model_file(model: keras.Model, path: Path, architecture: str) -> int:
    """Load the weights in a .keras file; returns how many layers of the head fitted.

    Only its arrays are read, and a file that names anything but plain layers is refused all the same.
    """
    named = read_config(path).get("config", {}).get("name")
    if named in ARCHITECTURES and named != architecture:
        problem = f"is a {find(named).title}, and the model to train is a {find(architecture).title}."
        raise BadRequest(problem, "Choose its architecture, or another start.", path)
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
