"""The command line that does what the window is about to do."""

import dataclasses
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from cxrview.errors import InvalidRequest
from cxrview.training import config as configuration
from cxrview.training.config import PRESETS, TrainingConfig

OPTIONS = {
    "data.path": "--data",
    "data.group_pattern": "--group-pattern",
    "data.external": "--external",
    "data.out_of_distribution": "--ood",
    "data.allow": "--allow",
    "model.name": "--name",
    "model.architecture": "--arch",
    "model.start": "--start",
    "model.frame": "--frame",
    "recipe.batch_size": "--batch-size",
    "recipe.seed": "--seed",
}


def command(config: TrainingConfig, out: Path, file: Path | None) -> str | None:
    """Return the command that trains `config` into the folder `out`, or None if no command line can say it.

    It names a preset with the options that differ; where those do not suffice, the configuration in `file`,
    if that is it.
    """
    parts = _with_preset(config) or (["--config", str(file)] if file is not None else None)
    if parts is None:
        return None
    words = ["cxrview", "train", *parts, "--out", str(out)]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def _with_preset(config: TrainingConfig) -> list[str] | None:
    for name, (_words, preset) in PRESETS.items():
        differing = [
            entry for entry in configuration.differences(preset, config) if not _follows(config, entry)
        ]
        if all(entry in OPTIONS for entry in differing):
            return ["--preset", name, *(part for entry in differing for part in _option(config, entry))]
    return None


def _follows(config: TrainingConfig, entry: str) -> bool:
    """Whether `--frame` says `entry` as well."""
    model = config.model
    return entry == "model.pooling" and (model.frame, model.pooling) == ("lungs", "auto")


def _option(config: TrainingConfig, entry: str) -> list[str]:
    table, name = entry.split(".")
    value = getattr(getattr(config, table), name)
    if isinstance(value, tuple):
        return [part for one in value for part in (OPTIONS[entry], one)]
    return [OPTIONS[entry], str(value)]


def is_stored(config: TrainingConfig, file: Path) -> bool:
    """Whether `file` holds exactly `config`."""
    try:
        return configuration.load(file) == config
    except InvalidRequest:
        return False


def saved(config: TrainingConfig, file: Path) -> None:
    """Write `config` to `file`, with paths that mean the same from anywhere. Raises OSError."""
    data = config.data
    absolute: dict[str, Any] = {
        name: str(Path(getattr(data, name)).absolute()) if getattr(data, name) else ""
        for name in ("path", "external", "out_of_distribution")
    }
    configuration.save(dataclasses.replace(config, data=dataclasses.replace(data, **absolute)), file)
