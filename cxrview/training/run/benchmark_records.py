"""How fast and how large a training was when it was measured on this machine: kept, and never guessed."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cxrview import __version__, paths
from cxrview.atomic_file import write_atomically
from cxrview.training.config import TrainingConfig
from cxrview.training.config_check import SOLVER

KEPT_HEAD = "kept-head"  # the head alone, on features that were computed before
PLAIN = "plain"  # nothing learns
GROWING = (PLAIN, KEPT_HEAD, "head", "last-block", "all")  # each takes more memory than the one before


@dataclass(frozen=True, slots=True)
class BenchmarkRecord:
    """What a few batches have shown. Speeds are images a second.

    `learning` holds the speed of learning by what learns: "head", "last-block", "all", and `KEPT_HEAD`.
    `plain` is the speed of the frozen part on images as they are, `changed` on changed ones. `memory` is the
    most that the process had taken when a depth, or `PLAIN`, had been measured, in bytes; it is empty where
    the system does not say; `first` are the seconds of the first step of each, in which the graph is made.
    `features` is how many numbers the head is given for an image.
    """

    architecture: str
    input_size: int
    batch_size: int
    mixed_precision: bool
    plain: float
    changed: float
    features: int
    device: str
    memory: dict[str, int] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    learning: dict[str, float] = field(default_factory=dict)
    day: str = ""  # ISO 8601
    machine: str = ""
    version: str = ""  # of cxrview


def depths(config: TrainingConfig) -> list[str]:
    """Return what learns in each phase of `config`: "head", "last-block", "all" or `KEPT_HEAD`.

    The solver takes no steps, so its phase is left out.
    """
    if config.recipe.optimizer == SOLVER:
        return []
    kept = config.recipe.cache_features
    return [KEPT_HEAD if kept and phase.depth == "head" else phase.depth for phase in config.recipe.phases]


def machine() -> str:
    """Return what tells this computer from another one that shares its home folder."""
    return f"{platform.node()}, {platform.machine()}, {os.cpu_count()}"


def store_file() -> Path:
    """Return the file of the measurements; it may not exist yet."""
    return paths.cache() / "training-speed.json"


def load(path: Path) -> list[BenchmarkRecord]:
    """Return what was measured here with this version, the latest last. An unreadable file holds nothing."""
    try:
        entries = [BenchmarkRecord(**entry) for entry in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
    here = machine(), __version__
    return [entry for entry in entries if (entry.machine, entry.version) == here and _is_sound(entry)]


def add(path: Path, new: BenchmarkRecord) -> None:
    """Keep `new` in place of an earlier measurement of the same. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier = load(path)
    same = next((entry for entry in earlier if _key(entry) == _key(new)), None)
    kept = [asdict(entry) for entry in earlier if entry is not same]
    whole: dict[str, Any] = asdict(new)
    if same is not None:
        for table in ("memory", "first", "learning"):
            whole[table] = {**getattr(same, table), **getattr(new, table)}
    write_atomically(path, json.dumps([*kept, whole]))


def fitting(
    measured: list[BenchmarkRecord], architecture: str, size: int, batch: int, mixed: bool
) -> BenchmarkRecord | None:
    """Return the latest measurement of this network and input, with this batch size rather than another."""
    same = [
        entry
        for entry in measured
        if (entry.architecture, entry.input_size, entry.mixed_precision) == (architecture, size, mixed)
    ]
    return next((entry for entry in reversed(same) if entry.batch_size == batch), same[-1] if same else None)


def _is_sound(entry: BenchmarkRecord) -> bool:
    """Whether the entry, which a file has given, holds what can be counted with."""
    tables = entry.memory, entry.first, entry.learning
    if not all(isinstance(table, dict) for table in tables):
        return False
    numbers = [entry.plain, entry.changed, entry.features, *(v for table in tables for v in table.values())]
    return all(isinstance(number, int | float) and number > 0 for number in numbers)


def _key(entry: BenchmarkRecord) -> tuple[object, ...]:
    return entry.architecture, entry.input_size, entry.batch_size, entry.mixed_precision
