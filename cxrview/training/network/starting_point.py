"""What a configured model stands for, its start above all: without Keras, so that the window knows.

A configuration is resolved once, and what came of it is handed on.

"bundled" is this app's model, "imagenet" the weights of keras.applications, "none" random weights; all else
is a file of weights, a `.keras` file, or a model by name or folder.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxrview import bundle
from cxrview.engines.graph.keras_config import read_config
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.imaging import messages as imaging_messages
from cxrview.training import messages
from cxrview.training.config import ModelConfig
from cxrview.training.network.architectures import ARCHITECTURES, Architecture, find

NORMALISATIONS = {"source-suppression": "bands", "standardised": "whole"}  # of the layer, by preprocessing
_SUPPRESSION, _FRAMING = "cxrview>SourceSuppression", "cxrview>LungFraming"


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """What the start of a configuration stands for.

    `file` is the .keras file that the weights are taken from, None for all other starts, and `network` what
    it says of its network. `refusal` says why the start cannot be had: a run that goes on after its first
    epoch does without it.
    """

    name: str  # as in the configuration
    file: Path | None = None
    network: Mapping[str, Any] = field(default_factory=dict)
    refusal: CxrviewError | None = None


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """What goes into a network: sides in pixels, above 0, and a preprocessing that is not "auto".

    That of the frame "lungs", a film framed to the lungs and their mask, is "lungs" as well.
    """

    size: int
    seen_size: int  # that the network sees after cropping
    preprocessing: str
    resolution: int
    frame: str = "film"  # or "lungs"


@dataclass(frozen=True, slots=True)
class Head:
    """What comes after the features, before the classes."""

    pooling: str  # not "auto"
    hidden: tuple[int, ...]
    dropout: float


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model as it is built: all that the names and zeros of a `ModelConfig` stand for, looked up once."""

    name: str  # of the architecture
    architecture: Architecture
    start: StartingPoint
    input: NetworkInput
    head: Head


def resolve(config: ModelConfig) -> ResolvedModel:
    """Return what `config` stands for.

    Raises InvalidRequest for an unknown architecture or an input that is too small for it, and that or
    UnusableModel where the input follows from a start that is not there.
    """
    entry, start = find(config.architecture), starting_point(config.start)
    taken = _input(config, entry, start)
    pooling = config.pooling
    if pooling == "auto":
        pooling = "lungs" if taken.frame == "lungs" else "average"
    return ResolvedModel(
        config.architecture, entry, start, taken, Head(pooling, config.hidden, config.dropout)
    )


def starting_point(name: str) -> StartingPoint:
    """Return what `name` stands for, whether or not it is there."""
    try:
        file = model_file(name)
        return StartingPoint(name, file, read_config(file)["config"] if file is not None else {})
    except CxrviewError as error:
        return StartingPoint(name, refusal=error)


def _input(config: ModelConfig, entry: Architecture, start: StartingPoint) -> NetworkInput:
    framed = _reads_lungs(config, start)
    config = _as_framed(config, start) if framed else _with_its_preprocessing(config, start)
    size = config.input_size or entry.default_input_size
    whole = framed or config.preprocessing == "architecture"
    seen = size if whole else config.seen_size or size
    if min(size, seen) < entry.minimum_input_size:
        least = entry.minimum_input_size
        raise InvalidRequest(
            messages.INPUT_TOO_SMALL(title=entry.title, least=least, size=min(size, seen)),
            messages.OWN_INPUT_SIZE(size=entry.default_input_size),
        )
    if framed:
        return NetworkInput(size, seen, "lungs", size, "lungs")
    return NetworkInput(size, seen, config.preprocessing, config.resolution)


def _reads_lungs(config: ModelConfig, start: StartingPoint) -> bool:
    """Return whether the network is given films framed to the lungs. Raises the refusal of `start`.

    With the frame "auto" that is as in the model that it starts from, unless pooling or preprocessing say
    which it is.
    """
    if config.frame != "auto" or config.pooling == "lungs":
        return config.frame == "lungs" or config.pooling == "lungs"
    if config.preprocessing != "auto":
        return False
    if start.refusal is not None:
        raise start.refusal
    return _layer(start.network, config.architecture, _FRAMING) is not None


def frame_of(model: ResolvedModel) -> str:
    """Return what the model that `model` starts from is given, "film" or "lungs".

    It is "" where it starts from no model of its architecture: photographs and weights alone say nothing.
    """
    network = model.start.network
    if network.get("name") != model.name:
        return ""
    return "lungs" if _layer(network, model.name, _FRAMING) is not None else "film"


def _as_framed(config: ModelConfig, start: StartingPoint) -> ModelConfig:
    """Return `config` with the size of the model that it starts from, if that reads lungs.

    Raises the refusal of `start` where the size is left open.
    """
    if config.input_size:
        return config
    if start.refusal is not None:
        raise start.refusal
    found = _layer(start.network, config.architecture, _FRAMING)
    return config if found is None else dataclasses.replace(config, input_size=found[0])


def _with_its_preprocessing(config: ModelConfig, start: StartingPoint) -> ModelConfig:
    """Return `config` with the preprocessing "auto" replaced by that of the model that it starts from.

    With it come the sizes that the user has left open. A model of another architecture counts for nothing.
    Raises the refusal of `start`.
    """
    if config.preprocessing != "auto":
        return config
    if start.refusal is not None:
        raise start.refusal
    found = _layer(start.network, config.architecture, _SUPPRESSION)
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


def check_fit(model: ResolvedModel) -> None:
    """Raise InvalidRequest or UnusableModel if the start is not there, or is of another architecture.

    Whether every weight fits is found out when they are loaded.
    """
    entry, start = model.architecture, model.start
    if start.name == "imagenet" and not entry.network:
        raise InvalidRequest(messages.NO_IMAGENET_WEIGHTS(title=entry.title), messages.START_FROM_NONE)
    if start.refusal is not None:
        raise start.refusal
    path = start.file
    if path is None:
        _check_weights(model)
        return
    named = start.network.get("name")
    if named in ARCHITECTURES and named != model.name:
        problem = messages.OTHER_ARCHITECTURE(found=find(named).title, wanted=entry.title)
        raise InvalidRequest(problem, messages.CHOOSE_ITS_ARCHITECTURE, path)


def _check_weights(model: ResolvedModel) -> None:
    if model.start.name in ("none", "imagenet"):
        return
    path = Path(model.start.name)
    if path.suffix not in (".npz", ".h5", ".hdf5"):
        raise InvalidRequest(messages.NO_WEIGHTS, messages.KINDS_OF_START, path)
    if path.suffix == ".npz" and model.name != "densenet121":
        raise InvalidRequest(messages.WEIGHTS_OF_DENSENET(title=model.architecture.title), path=path)


def model_file(name: str) -> Path | None:
    """Return the .keras file that `name` stands for, or None if it stands for something else.

    Raises InvalidRequest if `name` stands for nothing, or for a bundle that cannot be trained further.
    """
    if name in ("none", "imagenet"):
        return None
    path = Path(name)
    if name != "bundled" and path.is_file():
        return path if path.suffix == ".keras" else None
    if name != "bundled" and path.suffix in (".keras", ".h5", ".hdf5", ".npz"):
        raise InvalidRequest(messages.START_MISSING, imaging_messages.CHECK_THE_PATH, path)
    folder = bundle.find("" if name == "bundled" else name)
    file = folder / "model.keras"
    if not file.is_file():
        raise InvalidRequest(messages.NO_KERAS_TO_START, messages.KINDS_OF_START, folder)
    return file


def _layer(network: Mapping[str, Any], architecture: str, name: str) -> tuple[int, dict[str, Any]] | None:
    """Return the side of the input and the first layer `name` of a model's network, if it has one."""
    if network.get("name") != architecture:
        return None
    for layer in network.get("layers", []):
        if layer.get("registered_name") == name:
            shape = layer["build_config"]["input_shape"]
            return int(shape[1]), layer["config"]
    return None
