"""Which recipes a search chooses from, and what a choice makes of a configuration. Light to import."""

import math
from dataclasses import dataclass, replace
from typing import Any

from cxrview.errors import InvalidRequest
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import AUGMENTATIONS, SearchConfig, TrainingConfig

Value = str | int | float
PARAMETERS = ("learning_rate", "batch_size", "optimizer", "start", "architecture", "augmentation")
_FACTOR = 10.0  # by which the learning rate goes up and down where nobody says what to search


@dataclass(frozen=True, slots=True)
class Space:
    """What may be chosen: of each entry of `choices` one, of each of `ranges` (low, high) a number.

    Ranges are searched by magnitude.
    """

    choices: dict[str, tuple[Value, ...]]
    ranges: dict[str, tuple[float, float]]

    @property
    def points(self) -> int | None:
        """How many different recipes there are; None where a range makes them countless."""
        return None if self.ranges else math.prod(len(values) for values in self.choices.values())


def space_of(config: TrainingConfig) -> Space:
    """Return what the search of `config` chooses from. Raises InvalidRequest that names what makes no sense.

    Where nothing is listed, it is the learning rate (a tenth to ten times the recipe's), the optimiser and
    the augmentation. To the Bayesian method the learning rates are the ends of a range.
    """
    search = _usual(config) if lists_nothing(config.search) else config.search
    choices = {name: tuple(dict.fromkeys(values)) for name, values in _listed(search).items() if values}
    for name, values in choices.items():
        for value in values:
            configuration.parse(configuration.as_dict(with_choice(config, {name: value})))
    ranges = {}
    if search.method == "bayesian" and len(rates := choices.get("learning_rate", ())) > 1:
        del choices["learning_rate"]
        ranges["learning_rate"] = (float(min(rates)), float(max(rates)))
    return Space(choices, ranges)


def lists_nothing(search: SearchConfig) -> bool:
    """Return whether nobody has said what to search, so that the usual is."""
    return not any(_listed(search).values())


def first_of(space: Space) -> dict[str, Value]:
    """Return one choice out of `space`, always the same."""
    low = {name: bounds[0] for name, bounds in space.ranges.items()}
    return low | {name: values[0] for name, values in space.choices.items()}


def with_choice(config: TrainingConfig, chosen: dict[str, Value]) -> TrainingConfig:
    """Return the configuration of a single run: `config` with what was `chosen`, and without a search.

    Raises InvalidRequest if there is no augmentation of that name.
    """
    values: dict[str, Any] = dict(chosen)
    model, recipe, augmentation = config.model, config.recipe, config.augmentation
    model = replace(model, **{name: values[name] for name in ("start", "architecture") if name in values})
    recipe = replace(recipe, **{name: values[name] for name in ("batch_size", "optimizer") if name in values})
    if "learning_rate" in values:
        *before, last = recipe.phases
        recipe = replace(recipe, phases=(*before, replace(last, learning_rate=values["learning_rate"])))
    if (name := values.get("augmentation")) is not None:
        if name not in AUGMENTATIONS:
            raise InvalidRequest(
                messages.NO_SUCH_AUGMENTATION(name=name),
                messages.KNOWN_AUGMENTATIONS(names=list(AUGMENTATIONS)),
            )
        augmentation = AUGMENTATIONS[name]
    return replace(config, model=model, recipe=recipe, augmentation=augmentation, search=SearchConfig())


def _listed(search: SearchConfig) -> dict[str, tuple[Value, ...]]:
    return {name: getattr(search, name) for name in PARAMETERS}


def _usual(config: TrainingConfig) -> SearchConfig:
    rate = config.recipe.phases[-1].learning_rate
    return replace(
        config.search,
        learning_rate=(rate / _FACTOR, rate, rate * _FACTOR),
        optimizer=tuple(dict.fromkeys((config.recipe.optimizer, "adam", "sgd"))),
        augmentation=tuple(AUGMENTATIONS),
    )
