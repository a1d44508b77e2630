"""Which model and device a command uses: the flags, or else what the user's settings say."""

import argparse
from pathlib import Path

from cxrview import bundle, paths, settings
from cxrview.bundle import Card
from cxrview.cli import console, messages
from cxrview.errors import InvalidRequest
from cxrview.inference.call import POINTS, thresholds
from cxrview.inference.predictor import Predictor


def load_predictor(arguments: argparse.Namespace) -> Predictor:
    """Return the predictor of `--model` on `--device`, each taken from the settings file if not given.

    What is wrong with the settings is said on standard error. Raises CxrviewError.
    """
    chosen = _choices(arguments, "model", "device")
    return Predictor.load(chosen["model"], chosen["device"] or "auto")


def load_predictor_and_point(arguments: argparse.Namespace) -> tuple[Predictor, str]:
    """Return the same, and the operating point of `--operating-point`, or else of the settings.

    Raises InvalidRequest if the model lacks the one that was asked for, and as `load_predictor`.
    """
    chosen = _choices(arguments, "model", "device", "operating_point")
    predictor = Predictor.load(chosen["model"], chosen["device"] or "auto")
    check_point(predictor.card, arguments.operating_point)
    return predictor, chosen["operating_point"]


def chosen_model(arguments: argparse.Namespace) -> tuple[Path, str, str]:
    """Return the folder of `--model`, the device and the operating point, as the two above choose them."""
    chosen = _choices(arguments, "model", "device", "operating_point")
    return bundle.find(chosen["model"]), chosen["device"] or "auto", chosen["operating_point"]


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
