"""`cxrview models`: what is installed, what a card says, whether a bundle is whole and gives its answers."""

import argparse
import json

from cxrview import bundle
from cxrview.bundle.load import read_card
from cxrview.cli import console
from cxrview.errors import UnusableModel
from cxrview.inference import registry


def run(arguments: argparse.Namespace) -> int:
    """List, show or verify; returns the exit code. Raises CxrviewError."""
    if arguments.action == "list":
        return _list()
    folder = bundle.find(arguments.model)
    if arguments.action == "show":
        console.put(json.dumps(read_card(folder).raw, indent=2, ensure_ascii=False))
        return console.OK
    card = bundle.load(folder).card
    console.put(f"{card.name} {card.version}: {len(card.files)} files are as the card says.")
    choice = registry.choose(folder, arguments.device)
    console.put(f"Self-test passed with {choice.reason}")
    return console.OK


def _list() -> int:
    """Print one line per installed model; a broken one is named and makes the exit code 1."""
    installed = bundle.folders()
    default = bundle.find() if installed else None
    code = console.OK
    for name, folder in installed.items():
        try:
            card = read_card(folder)
        except UnusableModel as error:
            console.say(f"{name}: {error}")
            code = console.SOME_FAILED
            continue
        classes = ", ".join(card.class_names)
        mark = " (default)" if folder == default else ""
        console.put(f"{name} {card.version}\t{card.status}\t{card.architecture}\t{classes}{mark}")
    if not installed:
        console.say("No model is installed.")
    return code
