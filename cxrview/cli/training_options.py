"""The options of `cxrview train` and `cxrview tune`, and the configuration that they make."""

import argparse
from pathlib import Path
from typing import Any

from cxrview.cli.former_options import add_former_name
from cxrview.errors import InvalidRequest
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import PRESETS, TrainingConfig

QUICK = "quick"
_STARTS = ("bundled", "imagenet", "none")  # whatever lies in the working folder


def add_shared(parser: argparse.ArgumentParser, positive: Any) -> None:
    """Add what `train` and `tune` share."""
    add = parser.add_argument
    add(
        "--data",
        metavar="DIR|CSV",
        help="a folder of class folders, one with train/val/test, a table, or what cxrview prepare wrote",
    )
    add("--out", type=Path, required=True, metavar="DIR", help="where the run is kept; new or empty")
    add("--preset", choices=tuple(PRESETS), help=f"default: {QUICK}, or with --config what that file says")
    add("--config", type=Path, metavar="TOML", help="a configuration; the options here go before it")
    add("--arch", metavar="NAME", help="architecture, such as densenet121 or resnet50")
    add("--start", metavar="WHAT", help="starting weights: bundled, imagenet, none, or a file")
    add("--frame", choices=("auto", "film", "lungs"), help="what it reads; auto: as the model of --start")
    add("--name", metavar="NAME", help="of the model")
    add("--group-pattern", metavar="REGEX", help="finds the patient in a file's name, in its one group")
    add("--epochs", type=positive, metavar="N", help="of each phase")
    add("--batch-size", type=positive, metavar="N")
    add("--lr", type=float, metavar="RATE", help="learning rate of the last phase")
    add("--seed", type=int, metavar="N")
    add("--allow", action="append", default=[], metavar="KIND", help="go on in spite of such a finding")
    add("--external", metavar="DIR|CSV", help="images of other hospitals, to judge by, never trained on")
    add("--ood", metavar="DIR|CSV", help="images outside the task, for the domain check")
    add_former_name(parser, "--strangers", "--ood")
    add("--resume", action="store_true", help="go on with the run in --out")
    add("--events", choices=("jsonl",), help="events to standard output; “stop” on standard input ends it")
    add("--alone", action="store_true", help=argparse.SUPPRESS)  # see cli.training_process
    add("--no-register", action="store_true", help="leave the model in --out, out of the app's list")


def configure(arguments: argparse.Namespace, stored: TrainingConfig | None = None) -> TrainingConfig:
    """Return what the options ask for: flags before --config before --preset.

    With neither --config nor --preset, the base is `stored`, the configuration of the run to go on with, or
    else the preset “quick”. Paths come out absolute. Raises InvalidRequest.
    """
    preset = PRESETS[arguments.preset][1] if arguments.preset else None
    if arguments.config is not None:
        config = configuration.load(arguments.config, preset)
    else:
        config = preset or stored or PRESETS[QUICK][1]
    values = configuration.merge(configuration.as_dict(config), _flags(arguments))
    values["recipe"]["phases"] = _phases(values["recipe"]["phases"], arguments)
    values["data"]["allow"] = tuple(dict.fromkeys((*values["data"]["allow"], *arguments.allow)))
    config = configuration.parse(values)
    if not config.data.path:
        if arguments.resume and stored is None:
            raise InvalidRequest(messages.NOTHING_TO_RESUME(folder=arguments.out), messages.CHECK_OUT)
        raise InvalidRequest(messages.NO_DATA, messages.NAME_DATA)
    return config


def _flags(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    flags = {
        "data": {
            "path": _absolute(arguments.data),
            "external": _absolute(arguments.external),
            "out_of_distribution": _absolute(arguments.ood),
            "group_pattern": arguments.group_pattern,
        },
        "model": {
            "architecture": arguments.arch,
            "start": _absolute(arguments.start) if _is_file(arguments.start) else arguments.start,
            "name": arguments.name,
            "frame": arguments.frame,
            "pooling": "auto" if arguments.frame == "lungs" else None,  # under them
        },
        "recipe": {"batch_size": arguments.batch_size, "seed": arguments.seed},
    }
    return {
        table: {name: value for name, value in entries.items() if value is not None}
        for table, entries in flags.items()
    }


def _phases(phases: tuple[dict[str, Any], ...], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    changed = [dict(phase) for phase in phases]
    if arguments.epochs is not None:
        changed = [{**phase, "epochs": arguments.epochs} for phase in changed]
    if arguments.lr is not None and changed:
        changed[-1]["learning_rate"] = arguments.lr
    return changed


def _absolute(text: str | None) -> str | None:
    return str(Path(text).expanduser().resolve()) if text else text


def _is_file(text: str | None) -> bool:
    """Whether `text` names a file or a folder, and not a way to start or a model."""
    if not text or text in _STARTS:
        return False
    return Path(text).name != text or Path(text).exists()
