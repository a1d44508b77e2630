"""`cxrview train`: from a folder or a table of images to a model that the app uses."""

import argparse

from cxrview.cli import console
from cxrview.cli.training_options import configure
from cxrview.cli.training_process import training_process
from cxrview.errors import InvalidRequest
from cxrview.evaluation.names import METRICS
from cxrview.training import messages
from cxrview.training.run import worker
from cxrview.training.run.events import Finished
from cxrview.training.run.folder import RunFolder

_FIGURES = ("accuracy", "balanced_accuracy", "macro_f1", "macro_auc", "ece")


def run(arguments: argparse.Namespace) -> int:
    """Train, or check the images only, and return 0. Raises CxrviewError, and Cancelled if it is stopped."""
    if arguments.check_only and arguments.resume:
        raise InvalidRequest(messages.NOTHING_TO_CHECK, messages.CHECK_APART)
    if arguments.finish and not arguments.resume:
        raise InvalidRequest(messages.FINISH_NEEDS_RUN, messages.ADD_RESUME)
    folder = RunFolder(arguments.out.resolve())
    with training_process(arguments, can_finish=True) as emit:
        config = configure(arguments, folder.stored_config() if arguments.resume else None)
        if arguments.check_only:
            worker.check(config, folder.path, emit)
            return console.OK
        done = worker.run(
            config,
            folder.path,
            emit,
            resume=arguments.resume,
            register=not arguments.no_register,
            tensorboard=arguments.tensorboard,
            learn_more=not arguments.finish,
        )
    if not arguments.events:
        _put(done)
    return console.OK


def _put(done: Finished) -> None:
    figures = {name: value for name, value in done.metrics.items() if name in _FIGURES}
    if figures:
        part = "test" if done.metrics.get("part") == "test" else "validation"
        console.put(f"On {done.metrics.get('images')} {part} images (95 % intervals):")
    for name, value in figures.items():
        console.put(f"  {_title(name):<18} {_figure(value)}")
    console.put(f"Model:  {done.bundle}")
    console.put(f"Report: {done.report}")
    if done.registered:
        console.put(f"Use it: cxrview score --model {done.registered} FILES --out results.csv")


def _title(metric: str) -> str:
    title = str(METRICS[metric])
    return title[:1].lower() + title[1:]


def _figure(value: dict[str, float | None]) -> str:
    """Return "0.912 (0.871 to 0.948)"; what could not be measured is a dash."""
    shown = ["–" if value.get(key) is None else f"{value[key]:.3f}" for key in ("value", "low", "high")]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
