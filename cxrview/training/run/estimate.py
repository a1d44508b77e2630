"""What a training will take before it begins, from what was measured on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from cxrview.training.config import TrainingConfig
from cxrview.training.config_check import SOLVER
from cxrview.training.network.architectures import find
from cxrview.training.network.starting_point import ResolvedModel
from cxrview.training.run.benchmark_records import GROWING, KEPT_HEAD, PLAIN, BenchmarkRecord, depths

FLOAT = 4  # bytes
STORED = 4.5  # bytes a parameter in a bundle: Keras file and ONNX, 16 bits each, and what they say of layers
SLOTS = {"adam": 2, "adamw": 2, "sgd": 1, "rmsprop": 1, SOLVER: 0}  # numbers a weight that an optimiser keeps


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds if no phase ends early, bytes of memory and of disk; None is what nothing was measured for."""

    seconds: float | None
    memory: int | None
    disk: int | None


def bundle_bytes(architecture: str) -> int:
    """Return about how large the finished model is on the disk."""
    return round(find(architecture).parameters * STORED)


def estimate(
    config: TrainingConfig, model: ResolvedModel, images: Mapping[str, int], measured: BenchmarkRecord | None
) -> Estimate:
    """Return what the training of `config` will take.

    `model` is its model, resolved; `images` says how many there are of "train", "validation", "test"
    and maybe "external" and "out_of_distribution", as the data report does.
    """
    if measured is None or not images.get("train"):
        return Estimate(None, None, None)
    return Estimate(
        _seconds(config, images, measured),
        _memory(config, model, images, measured),
        _disk(config, model, images, measured),
    )


def _seconds(config: TrainingConfig, images: Mapping[str, int], measured: BenchmarkRecord) -> float | None:
    """Return the seconds of learning, of judging after each epoch, and of measuring the finished model.

    Reading the files, before, and the export, after, come on top.
    """
    learning, first = measured.learning, measured.first
    if not all(learning.get(depth) for depth in depths(config)):
        return None
    train = images["train"]
    judged = images.get("validation", 0) + images.get("external", 0)
    # The finished model is asked about all images, twice about those for validation.
    seconds = (sum(images.values()) + images.get("validation", 0)) / measured.plain + first.get(PLAIN, 0.0)
    kept = False
    for phase in config.recipe.phases:
        if config.recipe.cache_features and phase.depth == "head":
            if not kept:
                seconds += (train + judged) / measured.plain + first.get(PLAIN, 0.0)
                seconds += _copies(config) * train / measured.changed
                kept = True
            if config.recipe.optimizer != SOLVER:
                seconds += phase.epochs * train / learning[KEPT_HEAD]
        else:
            seconds += phase.epochs * (train / learning[phase.depth] + judged / measured.plain)
            seconds += first.get(phase.depth, 0.0) + first.get(PLAIN, 0.0)  # the network is judged, too
    return seconds


def _copies(config: TrainingConfig) -> int:
    return 0 if config.augmentation.plain_share == 1 else config.recipe.feature_copies


def _memory(
    config: TrainingConfig, model: ResolvedModel, images: Mapping[str, int], measured: BenchmarkRecord
) -> int | None:
    most = max((PLAIN, *depths(config)), key=GROWING.index)
    if most not in measured.memory or measured.batch_size != config.recipe.batch_size:
        return None
    return measured.memory[most] + sum(images.values()) * _image_bytes(model)


def _image_bytes(model: ResolvedModel) -> int:
    """Return the bytes of an image as it is kept: the film, or with it lungs and boxes."""
    return model.input.size**2 * (3 if model.input.frame == "lungs" else 1)


def _disk(
    config: TrainingConfig, model: ResolvedModel, images: Mapping[str, int], measured: BenchmarkRecord
) -> int:
    """Return the size of the decoded images, of features, of checkpoints and of the model, which is kept
    twice: in the run and in the app's list."""
    from cxrview.datasets.similarity import FINGERPRINT  # with OpenCV, for which no page waits

    recipe = config.recipe
    total = sum(images.values()) * (_image_bytes(model) + FINGERPRINT**2)
    if recipe.cache_features and any(phase.depth == "head" for phase in recipe.phases):
        sets = (1 + _copies(config)) * images["train"] + images.get("validation", 0)
        total += (sets + images.get("external", 0)) * measured.features * FLOAT
    parameters = model.architecture.parameters
    numbers = 2 * parameters  # the last weights and the best
    if any(phase.depth != "head" for phase in recipe.phases):
        numbers += SLOTS[recipe.optimizer] * parameters
    return total + numbers * FLOAT + 2 * bundle_bytes(model.name)
