"""Which model and device a command uses: the flags, or else what the user's settings say."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cxrview import bundle, paths, settings
from cxrview.batch.rows import MEAN
from cxrview.bundle import Card
from cxrview.cli import console, messages
from cxrview.errors import InvalidRequest
from cxrview.explain.messages import NO_CLASS
from cxrview.inference.call import CHOSEN, POINTS, thresholds
from cxrview.inference.predictor import Predictor


def load_predictor(arguments: argparse.Namespace) -> Predictor:
    """Return the predictor of `--model` on `--device`, each taken from the settings file if not given.

    What is wrong with the settings is said on standard error. Raises CxrviewError.
    """
    chosen = _choices(arguments, "model", "device")
    return Predictor.load(chosen["model"], chosen["device"] or "auto")


def load_predictor_and_point(arguments: argparse.Namespace, *, many: bool = False) -> tuple[Predictor, str]:
    """Return the same, and the operating point of `--operating-point`, or else of the settings.

    `many` films are to be read, see `Predictor.load`. Raises InvalidRequest if the model lacks the point that
    was asked for, and as `load_predictor`.
    """
    chosen = _choices(arguments, "model", "device", "operating_point")
    predictor = Predictor.load(chosen["model"], chosen["device"] or "auto", many=many)
    check_point(predictor.card, arguments.operating_point)
    return predictor, chosen["operating_point"]


def chosen_model(arguments: argparse.Namespace) -> tuple[Path, str, str]:
    """Return the folder of `--model`, the device and the operating point, as the two above choose them."""
    chosen = _choices(arguments, "model", "device", "operating_point")
    return bundle.find(chosen["model"]), chosen["device"] or "auto", chosen["operating_point"]


class Readers(NamedTuple):
    """Who reads many films: the `first` model decides, by its `card` at the operating point `point`.

    `others` have columns of their own, by these names.
    """

    first: Predictor
    card: Card
    point: str
    others: dict[str, Predictor]

    @property
    def all(self) -> tuple[Predictor, ...]:
        """All of them, the first before the others."""
        return (self.first, *self.others.values())


def load_readers(arguments: argparse.Namespace) -> Readers:
    """Return the readers of `--models` with `--operating-point` or `--threshold`, else as the settings say.

    Raises InvalidRequest if a model is there twice or lacks what was asked for, and as `load_predictor`.
    """
    arguments.model = next(iter(arguments.models), "")
    first, point = load_predictor_and_point(arguments, many=True)
    card = first.card
    if arguments.threshold is not None:
        card, point = _with_threshold(card, *arguments.threshold), CHOSEN
    others: dict[str, Predictor] = {}
    taken = {(card.name, card.version)}
    for model in arguments.models[1:]:
        other = Predictor.load(model, f"{first.engine.name}:{first.engine.device}", many=True)
        name = other.card.name
        if name in (*others, card.name, MEAN):
            name = f"{name}-{other.card.version}"
        if (other.card.name, other.card.version) in taken:
            raise InvalidRequest(messages.MODEL_TWICE(name=other.card.name), messages.NAME_IT_ONCE)
        taken.add((other.card.name, other.card.version))
        others[name] = other
    return Readers(first, card, point, others)


def _with_threshold(card: Card, class_name: str, value: float) -> Card:
    """Return `card` as if its user had chosen to call `class_name` from `value` on. Raises InvalidRequest."""
    if class_name not in card.class_names:
        raise InvalidRequest(NO_CLASS(name=class_name, names=", ".join(card.class_names)))
    if not card.exclusive:
        raise InvalidRequest(messages.NOT_EXCLUSIVE(name=card.name), messages.LEAVE_OUT_THRESHOLD)
    points = card.operating_points | {CHOSEN: {class_name: value}}
    return replace(card, watch_class=class_name, operating_points=points)


def check_point(card: Card, asked: str) -> None:
    """Raise InvalidRequest if `card` has not the operating point that was `asked` for; "": none was."""
    there = thresholds(card)
    if asked and asked not in there:
        problem = messages.NO_SUCH_POINT(name=card.name, point=asked)
        known = [point for point in POINTS if point in there]
        raise InvalidRequest(
            problem, messages.POINTS_ARE(points=known) if known else messages.LEAVE_OUT_POINT
        )


def _choices(arguments: argparse.Namespace, *names: str) -> dict[str, str]:
    """Return the values of the options `names`; the settings have those that were not given."""
    given = {name: getattr(arguments, name) for name in names}
    if all(given.values()):
        return given
    chosen, complaints = settings.load(paths.settings_file())
    for complaint in complaints:
        console.say(f"cxrview: {complaint}")
    return {name: value or getattr(chosen, name) for name, value in given.items()}
