"""`cxrview models`: what is installed, what a card says, whether it gives its answers; in and out."""

import argparse
import json
from pathlib import Path

from cxrview import bundle
from cxrview.anatomy import contract as segmenters
from cxrview.bundle.card import SEGMENTER
from cxrview.bundle.load import read_card
from cxrview.bundle.messages import NONE_INSTALLED
from cxrview.cli import console, messages
from cxrview.engines.keras_engine import KerasEngine
from cxrview.errors import EngineUnavailable, InvalidRequest, UnusableModel
from cxrview.explain.messages import (
    DEAD_AND_SILENT_FILTERS,
    DEAD_FILTERS,
    FILMS_TRIED,
    NETWORK_NEEDS_TENSORFLOW,
    NETWORK_NOT_TRAINABLE,
)
from cxrview.explain.network.process import NetworkAnswers
from cxrview.explain.network.summary import save_summary
from cxrview.inference import contract
from cxrview.messages import NOT_THERE


def run(arguments: argparse.Namespace) -> int:
    """List, show, look into, verify, import or export; returns the exit code. Raises CxrviewError."""
    if arguments.action == "list":
        return _list()
    if arguments.action == "import":
        return _import(arguments.file, arguments.device)
    if arguments.action == "verify" and not arguments.model:
        return _verify_all(arguments.device)
    if arguments.action == "export":
        bundle.export_bundle(bundle.find(arguments.model), arguments.file)
        console.put(str(arguments.file))
        return console.OK
    if arguments.action == "layers":
        return _layers(bundle.find(arguments.model), arguments.films, arguments.file)
    folder = bundle.find(arguments.model, any_kind=True)
    if arguments.action == "show" and arguments.summary:
        bundle.load(folder)  # a file that is not as the card says is not opened
        # Here, because it imports TensorFlow's half of the package, which a light edition goes without.
        from cxrview.training.network.summary import bundle_summary

        console.put(bundle_summary(folder))
        return console.OK
    if arguments.action == "show":
        console.put(json.dumps(read_card(folder).raw, indent=2, ensure_ascii=False))
        return console.OK
    return _verify(folder, arguments.device)


def _layers(folder: Path, films: Path | None, path: Path) -> int:
    """Write a row for each layer of the trainable model, and say how many filters do nothing."""
    if not (folder / "model.keras").is_file():
        raise UnusableModel(NETWORK_NOT_TRAINABLE(name=read_card(folder).name))
    if (missing := KerasEngine.missing()) is not None:
        raise EngineUnavailable(NETWORK_NEEDS_TENSORFLOW, missing)
    answers, progress = NetworkAnswers(), console.ProgressLine()
    answers.answer({"work": "open", "folder": str(folder)})
    for said in answers.watch(films) if films is not None else ():
        if "count" in said:
            progress(said["fraction"], FILMS_TRIED(done=said["done"], count=said["count"]))
    progress.clear()
    rows = answers.answer({"work": "summary"})["rows"]
    save_summary(path, rows)
    counts = {
        name: sum(row[f"filters_{name}"] or 0 for row in rows) for name in ("near_zero", "never_active")
    }
    filters = sum(row["filters"] or 0 for row in rows)
    told = DEAD_FILTERS if films is None else DEAD_AND_SILENT_FILTERS
    console.put(str(told(filters=filters, near=counts["near_zero"], never=counts["never_active"])))
    console.put(str(path))
    return console.OK


def _verify_all(device: str) -> int:
    """Verify all that is installed, models and the lung network; one that fails makes the exit code 1."""
    code = console.OK
    for folder in [*bundle.folders().values(), *bundle.folders(SEGMENTER).values()]:
        try:
            _verify(folder, device)
        except (UnusableModel, EngineUnavailable) as error:
            console.say(f"{folder.name}: {error}")
            code = console.SOME_FAILED
    return code


def _verify(folder: Path, device: str) -> int:
    card = bundle.load(folder).card
    console.put(f"{card.name} {card.version}: {len(card.files)} files are as the card says.")
    choose = segmenters.choose if card.kind == SEGMENTER else contract.choose
    console.put(f"Self-test passed with {choose(folder, device).reason}")
    return console.OK


def _import(path: Path, device: str) -> int:
    """Install the bundle in a folder or archive and see that it gives its answers here."""
    if not path.exists():
        raise InvalidRequest(NOT_THERE, messages.GIVE_MODEL, path)

    def check(folder: Path) -> None:
        contract.choose(folder, device)

    name = bundle.install(path, check)
    console.put(f"Installed as {name}.")
    return _verify(bundle.find(name), device)


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
        console.say(str(NONE_INSTALLED))
    return code
