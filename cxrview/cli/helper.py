"""What is done in a process of its own, because it needs Keras or may not be trusted: no command for people.

What the window asks for: one line of JSON is one message, on standard input and output. A process that
decodes talks through a socket.
"""

import argparse
import dataclasses
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from cxrview.cli import console
from cxrview.errors import CxrviewError
from cxrview.message import Message, as_message


def measure(arguments: argparse.Namespace) -> int:
    """Say how fast the training of a configuration goes here, and return 0. Raises CxrviewError."""
    from cxrview.training import config as configuration
    from cxrview.training.run.worker import find_device

    config = configuration.load(arguments.config)
    find_device()
    from cxrview.training.run.benchmark import run_benchmark

    def report(fraction: float, doing: Message | str) -> None:
        _say({"fraction": fraction, **as_message(doing).as_dict()})

    _say({"measured": dataclasses.asdict(run_benchmark(config, report))})
    return console.OK


def changes(_arguments: argparse.Namespace) -> int:
    """Answer requests for changed images until standard input ends, and return 0. Raises CxrviewError."""
    from cxrview.training.run.worker import find_device

    find_device()
    from cxrview.training.recipe.changed_images import answer

    _say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            said = answer(request)
        except CxrviewError as error:
            said = {"problem": error.whole.as_dict()}
        _say({"number": request["number"], **said})
    return console.OK


def decode(_arguments: argparse.Namespace) -> int:
    """Decode files until whoever asks for it has hung up, and return 0."""
    from cxrview.isolation.worker import channel_to_parent

    channel = channel_to_parent()
    try:
        from cxrview.imaging.decoding_process import serve
    except ImportError as error:
        channel.send({"unusable": str(error)})
        return console.SOME_FAILED
    serve(channel)
    return console.OK


def try_model(arguments: argparse.Namespace) -> int:
    """Load a model that came from elsewhere, ask it once, say how that went, and return 0."""
    from cxrview.inference import contract, trial

    _say(trial.answer(arguments.folder, arguments.device, contract.choose_here))
    return console.OK


def batch(arguments: argparse.Namespace) -> int:
    """Read the films of the batch in a folder, which hears of it, and return 0 if it has come to its end.

    It outlives whoever started it, so what libraries say goes into a file of the folder.
    """
    from cxrview.batch.events import BatchFailed
    from cxrview.batch.run import give_way, run_batch
    from cxrview.batch.run_folder import BatchFolder

    folder = BatchFolder(arguments.folder)
    give_way()
    with suppress(OSError), folder.log.open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    ended = run_batch(folder)
    return console.SOME_FAILED if isinstance(ended, BatchFailed) else console.OK


def gradients(_arguments: argparse.Namespace) -> int:
    """Answer one request for a map that needs gradients, and return 0. Raises CxrviewError."""
    from cxrview.engines.keras_gradients import answer

    request = json.loads(sys.stdin.readline())
    _say(answer(request, lambda fraction: _say({"fraction": fraction})))
    return console.OK


def network(_arguments: argparse.Namespace) -> int:
    """Answer requests about what is in a network until standard input ends, and return 0."""
    from cxrview.engines import libraries

    libraries.tensorflow()  # now, so that the first request need not wait for it
    from cxrview.explain.network.process import serve

    serve(sys.stdin, _say)
    return console.OK


def step(_arguments: argparse.Namespace) -> int:
    """Train one step, say the loss, and return 0. Raises CxrviewError."""
    from cxrview.training.one_step import one_step

    _say({"loss": one_step()})
    return console.OK


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for and return 0. Raises CxrviewError, after saying it."""
    try:
        return WORKS[arguments.work](arguments)
    except CxrviewError as error:
        _say({"failed": error.whole.as_dict()})
        raise


WORKS = {
    "measure": measure,
    "changes": changes,
    "decode": decode,
    "try": try_model,
    "batch": batch,
    "gradients": gradients,
    "network": network,
    "step": step,
}


def add_helper(parser: argparse.ArgumentParser) -> None:
    """Add what may be asked for."""
    parser.add_argument("work", choices=tuple(WORKS))
    parser.add_argument("--config", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--device", default="auto")


def _say(message: dict[str, object]) -> None:
    console.put(json.dumps(message))
    sys.stdout.flush()
