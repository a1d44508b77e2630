"""What follows from the choices of the model page, worked out in a worker: sizes, obstacles, the cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.errors import CxrviewError
from cxrview.i18n import say
from cxrview.training.config import ModelConfig, TrainingConfig
from cxrview.training.network.architectures import ARCHITECTURES

if TYPE_CHECKING:
    from cxrview.training.network.starting_point import ResolvedModel
    from cxrview.training.run.benchmark_records import BenchmarkRecord
    from cxrview.training.run.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found about a configuration. `problems` are sentences by what they are about: "start",
    "name", "solver"; `model` is its model, resolved, None where the start says too little. `start_frame` is
    what the model that it starts from is given, "film" or "lungs", or "" where that says nothing."""

    config: TrainingConfig
    model: "ResolvedModel | None"
    problems: dict[str, str]
    estimate: "Estimate"
    measured: "BenchmarkRecord | None" = None  # what the estimate rests on
    cards: "dict[str, BenchmarkRecord]" = field(default_factory=dict)  # by architecture
    start_frame: str = ""


@dataclass(frozen=True, slots=True)
class StartingModel:
    """An installed model that a training may start from."""

    name: str
    architecture: str
    is_default: bool


def installed() -> list[StartingModel]:
    """Return the installed models; one whose card cannot be read is passed over."""
    from cxrview import bundle
    from cxrview.bundle.load import read_card

    found, folders = [], bundle.folders()
    default = bundle.find() if folders else None
    for name, folder in folders.items():
        try:
            found.append(StartingModel(name, read_card(folder).architecture, folder == default))
        except CxrviewError:
            continue
    return found


def examine(config: TrainingConfig, images: Mapping[str, int], store: Path) -> Examined:
    """Return what follows from `config`, with `images` counted and what was measured in the file `store`."""
    from cxrview.training.config_check import check_solver
    from cxrview.training.export import naming
    from cxrview.training.network import starting_point
    from cxrview.training.run import benchmark_records
    from cxrview.training.run.estimate import Estimate, estimate

    problems: dict[str, str] = {}
    model = None
    try:
        model = starting_point.resolve(config.model)
        starting_point.check_fit(model)
    except CxrviewError as error:
        problems["start"] = say(error.whole)
    for name, check in (
        ("solver", lambda: check_solver(config)),
        ("name", lambda: naming.model_name(config, must_be_free=True)),
    ):
        try:
            check()
        except CxrviewError as error:
            problems[name] = say(error.whole)
    known, recipe = benchmark_records.load(store), config.recipe
    cards = {}
    for name in ARCHITECTURES:
        side = model.input.size if model is not None and name == model.name else 0
        same = benchmark_records.fitting(
            known, name, side or _own_size(config.model, name), recipe.batch_size, recipe.mixed_precision
        )
        if same is not None:
            cards[name] = same
    measured = cards.get(config.model.architecture)
    taken = Estimate(None, None, None)
    if model is not None:
        taken = estimate(config, model, images, measured)
    frame = starting_point.frame_of(model) if model is not None else ""
    return Examined(config, model, problems, taken, measured, cards, frame)


def _own_size(model: ModelConfig, name: str) -> int:
    return model.input_size or ARCHITECTURES[name].default_input_size


def to_measure(config: TrainingConfig, architecture: str) -> TrainingConfig:
    """Return `config` with `architecture`, from random weights where the start belongs to another one."""
    model = config.model
    if architecture != model.architecture:
        prepared = "auto" if "lungs" in (model.frame, model.pooling) else "architecture"
        model = replace(model, architecture=architecture, start="none", preprocessing=prepared)
    return replace(config, model=model)
