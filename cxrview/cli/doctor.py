"""`cxrview doctor`: versions, engines, decoders and models, and what to install for what is missing.

`cxrview licences` says what all that stands on.
"""

import argparse
import dataclasses
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from cxrview import __version__, bundle, display, environment, paths
from cxrview.anatomy import contract as segmenters
from cxrview.bundle.card import SEGMENTER
from cxrview.cli import console, messages
from cxrview.engines import registry
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.imaging import read
from cxrview.imaging.dicom.codecs import codecs
from cxrview.inference import contract
from cxrview.isolation import deaths

WORKS = "works"


def run(arguments: argparse.Namespace) -> int:
    """Print the report; returns 1 if nothing is decoded, or nothing runs the default model or the lungs'.

    With --self-test it prints what that finds, and returns 1 if anything fails. Raises InvalidRequest.
    """
    if arguments.self_test:
        return _self_test(as_json=arguments.json)
    if arguments.json:
        raise InvalidRequest(messages.NEEDS_SELF_TEST(option="--json"))
    console.put(environment.headline())
    for package in environment.PACKAGES:
        console.put(f"  {package:<24} {environment.version(package)}")
    console.put("Display")
    console.put(f"  {display.kind():<24} {display.problem() or WORKS}")
    console.put("DICOM decoders")
    for codec in codecs():
        if codec.used or codec.missing:
            found = ", ".join(codec.used) or f"none; install one of: {'; '.join(codec.missing)}"
            console.put(f"  {codec.name:<72} {found}")
    console.put("Decoding, which is done by processes of its own")
    decoding = _outcome(_check_decoding, "")
    console.put(f"  {'a picture':<24} {decoding}")
    console.put(f"  {'died in the last month':<24} {_deaths()}")
    console.put(f"Models ({paths.bundled_models()} and {paths.user_models()})")
    for name in bundle.folders():
        console.put(f"  {name:<24} {_outcome(_check_model, name)}")
    console.put("The network that finds the lungs")
    lungs = {name: _outcome(_check_segmenter, name) for name in bundle.folders(SEGMENTER)}
    for name, outcome in lungs.items():
        console.put(f"  {name:<24} {outcome}")
    console.put("Engines, with the default model")
    engines = {name: _outcome(_check_engine, name) for name in registry.ENGINES}
    for name, outcome in engines.items():
        console.put(f"  {name:<24} {outcome}")
    works = all(any(_works(outcome) for outcome in found.values()) for found in (engines, lungs))
    return console.OK if works and _works(decoding) else console.SOME_FAILED


def _self_test(*, as_json: bool) -> int:
    from cxrview.selftest import run as selftest

    begin = time.perf_counter()
    outcomes = []
    for outcome in selftest.run():
        outcomes.append(outcome)
        if not as_json:
            console.put(f"{outcome.state:<8} {outcome.name:<72} {outcome.detail} ({outcome.seconds:.1f} s)")
    passed = all(outcome.state != selftest.FAILED for outcome in outcomes)
    seconds = round(time.perf_counter() - begin, 1)
    if as_json:
        checks = [dataclasses.asdict(outcome) for outcome in outcomes]
        whole = {"cxrview": __version__, "passed": passed, "seconds": seconds, "checks": checks}
        console.put(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        console.put(f"The self-test {'passed' if passed else 'failed'}, in {seconds} s.")
    return console.OK if passed else console.SOME_FAILED


def _works(outcome: str) -> bool:
    return outcome.startswith(WORKS)


def _outcome(check: Callable[[str], str], name: str) -> str:
    try:
        return check(name)
    except CxrviewError as error:
        return f"does not work: {error}"


def _check_decoding(_name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, "grey.png")
        Image.new("L", (8, 8), 128).save(picture)
        begin = time.perf_counter()
        read(picture)
    return f"{WORKS} (ready after {time.perf_counter() - begin:.1f} s)"


def _deaths() -> str:
    """Return of what processes that decode died, and how often."""
    found = deaths.recent()
    return ", ".join(f"{count} × {of}" for of, count in found.most_common()) or "none"


def _check_model(name: str) -> str:
    card = bundle.load(bundle.folders()[name]).card
    return f"{card.version}, {card.status}, files as the card says"


def _check_segmenter(name: str) -> str:
    opened = bundle.load(bundle.folders(SEGMENTER)[name])
    engine = segmenters.choose(opened.folder).engine
    return f"{WORKS} on {engine.device} with {engine.name} ({opened.card.version}, {opened.card.status})"


def _check_engine(name: str) -> str:
    if (missing := registry.engine_type(name).missing()) is not None:
        return str(missing)
    begin = time.perf_counter()
    choice = contract.choose(bundle.find(), name)
    seconds = time.perf_counter() - begin
    return f"{WORKS} on {choice.engine.device} (ready after {seconds:.1f} s)"


def licences(_arguments: argparse.Namespace) -> int:
    """Print the packages, one a line, with their licences, then the notices (Markdown), and return 0."""
    for package in environment.licences():
        console.put(f"{package.name:<28} {package.version:<14} {package.licence}")
    console.put("")
    console.put(environment.notices())
    return console.OK
