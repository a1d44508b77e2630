"""A model that came from elsewhere is tried in a process of its own before it is run in this one.

There it may crash, hang or fill the memory, and is given up after a while, or when nobody waits for it any
more. What passed is remembered by the hashes of its files, so that a model is tried once on each device.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cxrview import __version__, bundle, message, messages, paths
from cxrview.atomic_file import write_atomically
from cxrview.bundle import messages as bundle_messages
from cxrview.bundle.card import Card
from cxrview.engines import messages as engine_messages
from cxrview.errors import CxrviewError, EngineUnavailable, InvalidRequest, UnusableModel
from cxrview.i18n import tr
from cxrview.inference import messages as own_messages
from cxrview.isolation.memory import memory_of
from cxrview.message import Catalogue
from cxrview.progress import Report

LIMIT = 120.0  # seconds: to import Keras and to compile for a graphics processor takes its time
MOST_MEMORY = 8 * 10**9  # bytes: Keras and a compiler want two, and a large network as much again
ASKED = 0.1  # seconds between two looks
MOST_KEPT = 500  # models that are remembered
ERRORS: dict[str, type[CxrviewError]] = {
    kind.__name__: kind for kind in (UnusableModel, EngineUnavailable, InvalidRequest)
}


def needed(folder: Path, card: Card, device: str) -> bool:
    """Return whether the model in `folder` came from elsewhere and has not been tried on `device`."""
    return folder.parent != paths.bundled_models() and _mark(card, device) not in _kept()


def run(folder: Path, card: Card, device: str, report: Report) -> None:
    """Try the model in `folder` on `device`, and remember it if it does what its card says.

    Raises what loading it raises, and UnusableModel if it took too long or ended the process; `report` may
    raise Cancelled, which ends the trial.
    """
    said = _said(_command(folder, device), folder, report)
    if "failed" in said:
        rooms = (message, messages, bundle_messages, engine_messages, own_messages)
        problem = Catalogue(rooms).read(said["failed"])
        raise ERRORS.get(str(said.get("kind")), UnusableModel)(problem)
    remember(card, device)


def remember(card: Card, device: str) -> None:
    """Try the model of `card` on `device` no more; where that cannot be kept it is tried again."""
    kept = [*(mark for mark in _kept() if mark != _mark(card, device)), _mark(card, device)]
    try:
        _place().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_place(), json.dumps(kept[-MOST_KEPT:]), settle=False)
    except OSError:
        return


def answer(folder: Path, device: str, load: Callable[[Path, str], object]) -> dict[str, Any]:
    """Return what the process that tries says: what `load` raises, or that all is well."""
    try:
        load(folder, device)
    except CxrviewError as error:
        return {"failed": error.whole.as_dict(), "kind": type(error).__name__}
    return {"tried": bundle.load(folder).card.name}


def _command(folder: Path, device: str) -> list[str]:
    before = [] if getattr(sys, "frozen", False) else ["-m", "cxrview"]
    return [sys.executable, *before, "helper", "try", "--folder", str(folder.absolute()), "--device", device]


def _said(command: list[str], folder: Path, report: Report) -> dict[str, Any]:
    """Run `command` and return the last line of JSON that it says."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    began = time.monotonic()
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        problem = own_messages.TRIAL_NOT_STARTED(reason=error.strerror or str(error))
        raise UnusableModel(problem, path=folder) from error
    try:
        while True:
            report(-1.0, tr("trying the model"))
            try:
                output, _ = process.communicate(timeout=ASKED)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() - began > LIMIT:
                    problem = own_messages.TRIAL_TOO_LONG(seconds=round(LIMIT))
                    raise UnusableModel(problem, own_messages.DO_NOT_TRUST_MODEL, folder) from None
                if memory_of(process.pid) > MOST_MEMORY:
                    problem = own_messages.TRIAL_TOO_LARGE(limit=MOST_MEMORY // 10**9)
                    raise UnusableModel(problem, own_messages.DO_NOT_TRUST_MODEL, folder) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    for line in reversed(output.decode("utf-8", "replace").splitlines()):
        try:
            said = json.loads(line)
        except ValueError:
            continue  # a library has spoken
        if isinstance(said, dict):
            return said
    problem = own_messages.TRIAL_ENDED(code=process.returncode)
    raise UnusableModel(problem, own_messages.DO_NOT_TRUST_MODEL, folder)


def _place() -> Path:
    return paths.cache() / "tried-models.json"


def _kept() -> list[str]:
    try:
        kept = json.loads(_place().read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return [mark for mark in kept if isinstance(mark, str)] if isinstance(kept, list) else []


def _mark(card: Card, device: str) -> str:
    files = sorted((name, info.sha256.lower()) for name, info in card.files.items())
    said = json.dumps([__version__, device, card.raw.get("classes"), card.temperature, files])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
