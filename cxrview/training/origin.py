"""What a training starts from, and what follows for its input: without Keras, so that the window knows.

"bundled" is this app's model, "imagenet" the weights of keras.applications, "none" random weights; all else
is a file of weights, a `.keras` file, or a model by name or folder.
"""

import dataclasses
from pathlib import Path
from typing import Any

from cxrview import bundle
from cxrview.errors import BadRequest
from cxrview.imaging import messages as imaging_messages
from cxrview.inference.graph.keras_config import read_config
from cxrview.training import messages
from cxrview.training.architectures import ARCHITECTURES, find
from cxrview.training.config import ModelConfig

NORMALISATIONS = {"source-suppression": "bands", "standardised": "whole"}  # of the layer, by preprocessing
_SUPPRESSION = "cxrview>SourceSuppression"


def with_its_preprocessing(config: ModelConfig) -> ModelConfig:
    """Return `config` with the preprocessing "auto" replaced by that of the model that it starts from.

    With it come the sizes that the user has left open. A model of another architecture counts for nothing.
    Raises BadRequest or UnusableModel if there is no such model.
    """
    if config.preprocessing != "auto":
        return config
    path = model_file(config.start)
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


def sized(config: ModelConfig) -> ModelConfig:
    """Return `config` with sizes above 0 and a preprocessing that is not "auto". Raises BadRequest."""
    entry = find(config.architecture)
    config = with_its_preprocessing(config)
    size = config.input_size or entry.default_input_size
    seen = size if config.preprocessing == "architecture" else config.seen_size or size
    if min(size, seen) < entry.minimum_input_size:
        least = entry.minimum_input_size
        raise BadRequest(
            messages.INPUT_TOO_SMALL(title=entry.title, least=least, size=min(size, seen)),
            messages.OWN_INPUT_SIZE(size=entry.default_input_size),
        )
    return dataclasses.replace(config, input_size=size, seen_size=seen)


def check_fit(config: ModelConfig) -> None:
    """Raise BadRequest or UnusableModel if the start is not there, or is of another architecture.

    Whether every weight fits is found out when they are loaded.
    """
    entry = find(config.architecture)
    if config.start == "imagenet" and not entry.network:
        raise BadRequest(messages.NO_IMAGENET_WEIGHTS(title=entry.title), messages.START_FROM_NONE)
    path = model_file(config.start)
    if path is None:
        _check_weights(config)
        return
    named = read_config(path).get("config", {}).get("name")
    if named in ARCHITECTURES and named != config.architecture:
        problem = messages.OTHER_ARCHITECTURE(found=find(named).title, wanted=entry.title)
        raise BadRequest(problem, messages.CHOOSE_ITS_ARCHITECTURE, path)


def _check_weights(config: ModelConfig) -> None:
    if config.start in ("none", "imagenet"):
        return
    path = Path(config.start)
    if path.suffix not in (".npz", ".h5", ".hdf5"):
        raise BadRequest(messages.NO_WEIGHTS, messages.KINDS_OF_START, path)
    if path.suffix == ".npz" and config.architecture != "densenet121":
        title = find(config.architecture).title
        raise BadRequest(messages.WEIGHTS_OF_DENSENET(title=title), path=path)


def model_file(name: str) -> Path | None:
    """Return the .keras file that `name` stands for, or None if it stands for something else.

    Raises BadRequest if `name` stands for nothing, or for a bundle that cannot be trained further.
    """
    if name in ("none", "imagenet"):
        return None
    path = Path(name)
    if name != "bundled" and path.is_file():
        return path if path.suffix == ".keras" else None
    if name != "bundled" and path.suffix in (".keras", ".h5", ".hdf5", ".npz"):
        raise BadRequest(messages.START_MISSING, imaging_messages.CHECK_THE_PATH, path)
    folder = bundle.find("" if name == "bundled" else name)
    file = folder / "model.keras"
    if not file.is_file():
        raise BadRequest(messages.NO_KERAS_TO_START, messages.KINDS_OF_START, folder)
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
