"""What no type or range gives away about a configuration, and would otherwise be found after the training."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxrview.errors import BadRequest

if TYPE_CHECKING:
    from cxrview.training.config import TrainingConfig

SOLVER = "lbfgs"  # the optimiser that takes no steps
_MOST_UNITS = 65536  # of a dense layer
_TEXTS = ("version", "title", "status", "task", "license", "watch_class")
_CLASS = ("name", "label", "meaning")


def check(config: "TrainingConfig") -> None:
    """Raise ValueError, with what is wrong where, if `config` makes no sense."""
    if not config.recipe.phases:
        raise ValueError("no phase in “recipe.phases”")
    for width in config.model.hidden:
        if not 1 <= width <= _MOST_UNITS:
            raise ValueError(f"at “model.hidden” {width}, which is not between 1 and {_MOST_UNITS}")
    _check_card(config.card)


def check_solver(config: "TrainingConfig") -> None:
    """Raise BadRequest if `config` asks for the solver and for something that it cannot do."""
    recipe = config.recipe
    if recipe.optimizer != SOLVER:
        return
    depths = [(phase.depth, phase.epochs) for phase in recipe.phases]
    able = recipe.cache_features and not config.model.hidden and config.model.pooling == "average"
    if not able or depths != [("head", 1)]:
        raise BadRequest(
            f"The optimiser “{SOLVER}” solves a head of one layer on kept features, in one epoch.",
            "Set cache_features = true, no hidden layers, pooling = average, and one phase of one epoch for "
            "the head; or choose another optimiser.",
        )


def _check_card(card: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(card.get(name, ""), str):
            raise ValueError(f"no text at “card.{name}”")
    if not _is_list_of(str, card.get("limits", ())):
        raise ValueError("no list of sentences at “card.limits”")
    if not _is_list_of(dict, card.get("data", ())):
        raise ValueError("no list of tables at “card.data”")
    if not isinstance(card.get("training", {}), dict):
        raise ValueError("no table “card.training”")
    classes = card.get("classes", ())
    if not _is_list_of(dict, classes) or any(
        not isinstance(entry.get(name), str) for entry in classes for name in _CLASS
    ):
        raise ValueError(f"no list of tables with {', '.join(_CLASS)} at “card.classes”")
    names = [entry["name"] for entry in classes]
    if len(set(names)) < len(names):
        raise ValueError("a class twice at “card.classes”")
    if "schema" in card:
        raise ValueError("the unknown entry “card.schema”")


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, kind) for item in value)
