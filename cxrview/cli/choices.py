"""Which model and device a command uses: the flags, or else what the user's settings say."""

import argparse

from cxrview import paths, settings
from cxrview.cli import console
from cxrview.inference.predictor import Predictor


def load_predictor(arguments: argparse.Namespace) -> Predictor:
    """Return the predictor of `--model` on `--device`, each taken from the settings file if not given.

    What is wrong with the settings is said on standard error. Raises CxrviewError.
    """
    model, device = arguments.model, arguments.device
    if not (model and device):
        chosen, complaints = settings.load(paths.settings_file())
        for complaint in complaints:
            console.say(f"cxrview: {complaint}")
        model, device = model or chosen.model, device or chosen.device
    return Predictor.load(model, device or "auto")
