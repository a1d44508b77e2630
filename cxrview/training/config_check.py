"""What no type or range gives away about a configuration, and would otherwise be found after the training."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxrview.datasets import messages as data_messages
from cxrview.errors import InvalidRequest
from cxrview.training import messages

if TYPE_CHECKING:
    from cxrview.training.config import TrainingConfig

SOLVER = "lbfgs"  # the optimiser that takes no steps
_MOST_UNITS = 65536  # of a dense layer
_TEXTS = ("version", "title", "status", "task", "license", "watch_class")
_TABLES = ("training", "elsewhere", "map_scale", "reading_noise")
_CLASS = ("name", "label", "meaning")


def check(config: "TrainingConfig") -> None:
    """Raise ValueError, with a Message of what is wrong where, if `config` makes no sense."""
    if not config.recipe.phases:
        raise ValueError(messages.NO_PHASE)
    for width in config.model.hidden:
        if not 1 <= width <= _MOST_UNITS:
            raise ValueError(
                data_messages.OUT_OF_RANGE(entry="model.hidden", found=width, low=1, high=_MOST_UNITS)
            )
    _check_frame(config)
    _check_card(config.card)


def check_solver(config: "TrainingConfig") -> None:
    """Raise InvalidRequest if `config` asks for the solver and for something that it cannot do."""
    recipe = config.recipe
    if recipe.optimizer != SOLVER:
        return
    depths = [(phase.depth, phase.epochs) for phase in recipe.phases]
    able = recipe.cache_features and not config.model.hidden and config.model.pooling != "flatten"
    if not able or depths != [("head", 1)]:
        raise InvalidRequest(
            messages.SOLVER_LIMITS(name=SOLVER),
            messages.HELP_SOLVER,
        )


def _check_frame(config: "TrainingConfig") -> None:
    model = config.model
    if model.frame == "film" and model.pooling == "lungs":
        raise ValueError(messages.POOLING_NEEDS_LUNGS)
    if "lungs" in (model.frame, model.pooling) and model.preprocessing != "auto":
        raise ValueError(messages.LUNGS_PREPARE_PIXELS(found=model.preprocessing))


def _check_card(card: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(card.get(name, ""), str):
            raise ValueError(messages.NO_TEXT(entry=f"card.{name}"))
    if not _is_list_of(str, card.get("limits", ())):
        raise ValueError(messages.NO_SENTENCES(entry="card.limits"))
    if not _is_list_of(dict, card.get("data", ())):
        raise ValueError(messages.NO_TABLES(entry="card.data"))
    for name in _TABLES:
        if not isinstance(card.get(name, {}), dict):
            raise ValueError(data_messages.NO_TABLE(entry=f"card.{name}"))
    classes = card.get("classes", ())
    if not _is_list_of(dict, classes) or any(
        not isinstance(entry.get(name), str) for entry in classes for name in _CLASS
    ):
        raise ValueError(messages.NO_TABLES_WITH(names=_CLASS, entry="card.classes"))
    names = [entry["name"] for entry in classes]
    if len(set(names)) < len(names):
        raise ValueError(messages.CLASS_TWICE)
    if "schema" in card:
        raise ValueError(data_messages.UNKNOWN_ENTRY(entry="card.schema"))


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, kind) for item in value)
