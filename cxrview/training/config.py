"""What a training run is: one frozen value that the command line, the window and a TOML file all write.

Light to import (no Keras, no scikit-learn), because the window imports it.
"""

import dataclasses
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from cxrview.atomic_file import write_atomically
from cxrview.datasets.config import DataConfig, build, entry
from cxrview.errors import InvalidRequest
from cxrview.former_names import CONFIG, renamed
from cxrview.settings import option
from cxrview.training import config_check, messages

METRICS = ("macro_f1", "accuracy", "balanced_accuracy", "macro_auc", "loss")
_WEIGHTS = (".keras", ".h5", ".hdf5", ".npz")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Which network, from which weights. An `input_size` of 0 means the architecture's own.

    With the preprocessing "auto", the pixels are prepared, and sized, as for the model whose weights the
    training starts from; if that says nothing, as the authors of the architecture did. So is, with the frame
    "auto", what the network is given: the whole film, or the film framed to the lungs, which brings its own
    preparation of pixels. The pooling "auto" is "lungs" in that frame, and "average" otherwise.
    """

    name: str = option("", "Name of the model")
    architecture: str = option("densenet121", "Architecture")
    start: str = option("bundled", "Start from (bundled, imagenet, none, or a file)")
    frame: str = option("auto", "What the network is given", choices=("auto", "film", "lungs"))
    input_size: int = option(0, "Side of the input in pixels", low=0, high=1024)
    preprocessing: str = option(
        "auto", "Preprocessing", choices=("auto", "architecture", "source-suppression", "standardised")
    )
    seen_size: int = option(0, "Side that the network sees after cropping", low=0, high=1024)
    resolution: int = option(160, "Detail in pixels a side (not for “architecture”)", low=32, high=1024)
    pooling: str = option("auto", "Pooling", choices=("auto", "average", "flatten", "lungs"))
    hidden: tuple[int, ...] = option((), "Widths of dense layers before the classes")
    dropout: float = option(0.2, "Dropout", low=0.0, high=0.9)
    exclusive: bool = option(True, "Each image has exactly one class")


@dataclass(frozen=True, slots=True)
class PhaseConfig:
    """A stretch of training: which part learns, how fast, how long."""

    depth: str = option("all", "What learns", choices=("head", "last-block", "all"))
    epochs: int = option(6, "Epochs", low=1, high=1000)
    learning_rate: float = option(2e-4, "Learning rate", low=1e-8, high=10.0)
    schedule: str = option("cosine", "Schedule", choices=("constant", "cosine", "plateau"))
    warmup_epochs: float = option(0.5, "Warm-up in epochs", low=0.0, high=100.0)


@dataclass(frozen=True, slots=True)
class RecipeConfig:
    """How the network learns. `patience` of 0 means no early stopping."""

    phases: tuple[PhaseConfig, ...] = option((PhaseConfig(),), "Phases")
    optimizer: str = option("adamw", "Optimiser", choices=("adam", "adamw", "sgd", "rmsprop", "lbfgs"))
    weight_decay: float = option(1e-4, "Weight decay (AdamW, L-BFGS)", low=0.0, high=1.0)
    batch_size: int = option(16, "Batch size", low=1, high=1024)
    label_smoothing: float = option(0.05, "Label smoothing", low=0.0, high=0.5)
    balance: str = option("sampling", "Balance classes by", choices=("none", "class-weights", "sampling"))
    batchnorm: str = option("train", "Batch normalisation", choices=("train", "frozen"))
    batchnorm_momentum: float = option(0.9, "Its momentum", low=0.0, high=0.999)
    weight_average: float = option(0.0, "Decay of averaged weights (0: none)", low=0.0, high=0.9999)
    normal_class: str = option("", "Class without disease, where boxes and lungs teach (empty: by its name)")
    cell_weight: float = option(0.3, "What boxes and lungs teach each place counts", low=0.0, high=10.0)
    choose_by: str = option("macro_f1", "Best epoch by", choices=METRICS)
    external_penalty: float = option(
        0.0, "Minus this times the share of external images called wrongly", low=0.0, high=10.0
    )
    patience: int = option(0, "Stop after so many epochs without improvement", low=0, high=1000)
    recalibration_batches: int = option(
        0, "Batches of plain images that settle batch normalisation after each epoch", low=0, high=1000
    )
    cache_features: bool = option(False, "Compute the frozen part's features once")
    feature_copies: int = option(4, "Changed copies of each image, where features are kept", low=0, high=100)
    mixed_precision: bool = option(False, "Mixed precision")
    recalibrate_bias: bool = option(False, "Set the classes' biases anew on the validation images")
    calibrate_on: tuple[str, ...] = option((), "Sources to calibrate on (empty: all)")
    seed: int = option(1, "Seed", low=0, high=2**31 - 1)


@dataclass(frozen=True, slots=True)
class AugmentationConfig:
    """Random changes of training images; 0 or False switches one off. Shares of the side, or factors ±.

    The mirror images are off by default: the heart has a side, and so have many diseases.
    """

    plain_share: float = option(0.2, "Share of images left as they are", low=0.0, high=1.0)
    rotation: float = option(10.0, "Rotation (degrees)", low=0.0, high=180.0)
    shear: float = option(0.0, "Shear (degrees)", low=0.0, high=45.0)
    zoom: float = option(0.1, "Zoom", low=0.0, high=0.9)
    shift: float = option(0.06, "Shift", low=0.0, high=0.5)
    horizontal_flip: bool = option(False, "Mirror left and right")
    vertical_flip: bool = option(False, "Turn upside down")
    crop: float = option(0.0, "Crop and resize, up to", low=0.0, high=0.5)
    contrast: float = option(0.2, "Contrast", low=0.0, high=0.9)
    brightness: float = option(0.1, "Brightness", low=0.0, high=0.9)
    multiply: float = option(0.0, "Multiply", low=0.0, high=0.9)
    channel_shift: float = option(0.0, "Channel shift", low=0.0, high=0.5)
    hue: float = option(0.0, "Hue", low=0.0, high=0.5)
    saturation: float = option(0.0, "Saturation", low=0.0, high=0.9)
    greyscale: float = option(0.0, "Greyscale (probability)", low=0.0, high=1.0)
    equalise: float = option(0.0, "Equalise histogram (probability)", low=0.0, high=1.0)
    clahe: float = option(0.0, "CLAHE (probability)", low=0.0, high=1.0)
    blur: float = option(0.0, "Blur (standard deviation in pixels, up to)", low=0.0, high=10.0)
    noise: float = option(0.0, "Noise (standard deviation, up to)", low=0.0, high=0.5)
    erase: float = option(0.0, "Erase rectangles (probability)", low=0.0, high=1.0)
    markers: float = option(0.0, "False markers outside the lungs (probability)", low=0.0, high=1.0)
    source: float = option(0.0, "Hide the source: strength of the acquisition changes", low=0.0, high=1.0)
    restyle: float = option(0.0, "Give it the look of another image (probability)", low=0.0, high=1.0)
    exchange: float = option(0.0, "Exchange the surroundings of the lungs (probability)", low=0.0, high=1.0)


AUGMENTATIONS: dict[str, AugmentationConfig] = {
    "none": AugmentationConfig(
        plain_share=1.0, rotation=0.0, zoom=0.0, shift=0.0, contrast=0.0, brightness=0.0
    ),
    "light": AugmentationConfig(),
    "strong": AugmentationConfig(
        rotation=15.0,
        shear=5.0,
        zoom=0.2,
        shift=0.1,
        crop=0.15,
        contrast=0.4,
        brightness=0.2,
        multiply=0.2,
        equalise=0.1,
        clahe=0.1,
        blur=1.5,
        noise=0.05,
        erase=0.3,
    ),
}


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """A search over recipes. A parameter that is left empty is not searched.

    Where all are empty, it is learning rate, optimiser and augmentation. The Bayesian method takes the
    smallest and largest learning rate as the ends of a range.
    """

    method: str = option("bayesian", "Method", choices=("bayesian", "grid"))
    trials: int = option(20, "Trials at most", low=1, high=10000)
    seed: int = option(1, "Seed", low=0, high=2**31 - 1)
    prune: bool = option(True, "Stop hopeless trials early")
    learning_rate: tuple[float, ...] = option((), "Learning rates (of the last phase)")
    batch_size: tuple[int, ...] = option((), "Batch sizes")
    optimizer: tuple[str, ...] = option((), "Optimisers")
    start: tuple[str, ...] = option((), "Starting weights")
    architecture: tuple[str, ...] = option((), "Architectures")
    augmentation: tuple[str, ...] = option((), "Augmentation (none, light, strong)")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A whole run. `card` holds what the model card says beyond what follows from the run."""

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    recipe: RecipeConfig = field(default_factory=RecipeConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    search: SearchConfig = field(default_factory=SearchConfig)
    card: dict[str, Any] = field(default_factory=dict)


PRESETS: dict[str, tuple[str, TrainingConfig]] = {
    "quick": (
        "A useful model in minutes on a laptop: the network's features are computed once, the head learns.",
        TrainingConfig(
            recipe=RecipeConfig(
                phases=(PhaseConfig("head", 40, 1e-3, "cosine", 1.0),),
                batch_size=32,
                cache_features=True,
                patience=10,
            ),
        ),
    ),
    "two-phase": (
        "Head first (1e-3), then every layer (1e-5).",
        TrainingConfig(
            recipe=RecipeConfig(
                phases=(
                    PhaseConfig("head", 10, 1e-3, "constant", 0.0),
                    PhaseConfig("all", 20, 1e-5, "constant", 0.0),
                ),
                optimizer="adam",
                batchnorm="frozen",
                patience=5,
            ),
        ),
    ),
    "three-phase": (
        "Head (1e-3), last block (1e-4), every layer (1e-5).",
        TrainingConfig(
            recipe=RecipeConfig(
                phases=(
                    PhaseConfig("head", 10, 1e-3, "constant", 0.0),
                    PhaseConfig("last-block", 10, 1e-4, "constant", 0.0),
                    PhaseConfig("all", 20, 1e-5, "constant", 0.0),
                ),
                optimizer="adam",
                batchnorm="frozen",
                patience=5,
            ),
        ),
    ),
    "scratch": (
        "The small convolutional network, from nothing, at 128 × 128.",
        TrainingConfig(
            model=ModelConfig(architecture="small-cnn", start="none", pooling="flatten", hidden=(64,)),
            recipe=RecipeConfig(
                phases=(PhaseConfig("all", 40, 1e-3, "constant", 0.0),),
                optimizer="adam",
                batch_size=32,
                patience=8,
            ),
        ),
    ),
}


def parse(values: dict[str, Any], path: Path | None = None) -> TrainingConfig:
    """Return the configuration in the nested `values`. Raises InvalidRequest that names the entry."""
    try:
        config = build(TrainingConfig, renamed(values, CONFIG), "")
        config_check.check(config)
        return config
    except ValueError as error:
        problem = messages.WRONG_ENTRY if path else messages.WRONG_CONFIGURATION
        raise InvalidRequest(problem(fault=error.args[0]), path=path) from error


def load(path: Path, base: TrainingConfig | None = None) -> TrainingConfig:
    """Return the configuration in the TOML file `path`; what it leaves out is as in `base`.

    A relative path in `data` counts from the folder of the file, and so do `model.start` and `search.start`
    where they look like a file (a slash, or the suffix of weights). Raises InvalidRequest.
    """
    try:
        values = renamed(tomllib.loads(path.read_text("utf-8")), CONFIG)
    except (OSError, ValueError) as error:
        raise InvalidRequest(messages.NO_TOML(reason=str(error)), messages.CHECK_FILE, path) from error
    parse(values, path)  # so that a wrong entry is found before it is merged
    for table, names in (("data", ("path", "external", "out_of_distribution")), ("model", ("start",))):
        for name in names:
            text = values.get(table, {}).get(name, "")
            if text and (table == "data" or _is_file(text)):
                values[table][name] = _beside(path, text)
    if starts := values.get("search", {}).get("start"):
        values["search"]["start"] = [_beside(path, text) if _is_file(text) else text for text in starts]
    return parse(merge(as_dict(base), values) if base is not None else values, path)


def _is_file(text: str) -> bool:
    """Whether `text` can only be a file or a folder: a model may be called “lungs-1.2”."""
    return Path(text).suffix.lower() in _WEIGHTS or Path(text).name != text


def _beside(path: Path, text: str) -> str:
    return str(path.parent.resolve() / Path(text).expanduser())


def merge(base: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with the entries of `values` in place of its own, table by table."""
    merged = dict(base)
    for name, value in values.items():
        old = merged.get(name)
        merged[name] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def as_dict(config: TrainingConfig) -> dict[str, Any]:
    """Return the nested plain values of `config`, fit for TOML or JSON."""
    return dataclasses.asdict(config)


def differences(one: TrainingConfig, other: TrainingConfig) -> list[str]:
    """Return the entries in which two configurations differ, as in "recipe.batch_size"."""
    flat = [_flat(as_dict(config), "") for config in (one, other)]
    return sorted(name for name in flat[0].keys() | flat[1].keys() if flat[0].get(name) != flat[1].get(name))


def _flat(values: dict[str, Any], where: str) -> dict[str, str]:
    """Return every leaf of nested tables with its value as JSON, in which lists and tuples are alike."""
    leaves: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            leaves |= _flat(value, entry(where, name))
        else:
            leaves[entry(where, name)] = json.dumps(value, default=str, sort_keys=True)
    return leaves


def dumps(config: TrainingConfig) -> str:
    """Return `config` as TOML."""
    return tomli_w.dumps(as_dict(config))


def save(config: TrainingConfig, path: Path, *, settle: bool = True) -> None:
    """Write `config` to `path` as TOML, whole or not at all; `settle` is `atomic_file`'s. Raises OSError."""
    write_atomically(path, dumps(config), settle=settle)
