"""Programs that pretend to be a training, well behaved or not, and events to feed pages with."""

import sys
from pathlib import Path

from cxrview.datasets.config import DataConfig
from cxrview.gui.training import child_process
from cxrview.training import config as configuration
from cxrview.training.config import PhaseConfig, RecipeConfig, TrainingConfig
from cxrview.training.run import events

PRELUDE = """
import os, signal, sys, time
from cxrview.message import verbatim
from cxrview.datasets import messages as data_messages
from cxrview.training import messages
from cxrview.training.run import events
def tell(event):
    print(events.dump(event), flush=True)
"""
CONFIG = TrainingConfig(
    DataConfig(str(Path("images").resolve())),
    recipe=RecipeConfig(phases=(PhaseConfig("head", 10), PhaseConfig("all", 20))),
)


def pretend(monkeypatch, code: str) -> None:
    """Let the training process be the Python program `code`, in which `tell(event)` says an event."""
    monkeypatch.setattr(child_process, "program", lambda: (sys.executable, ["-c", PRELUDE + code]))


def epoch(
    number: int, total: int = 30, *, best: bool = True, phase: int = 1, f1: float = 0.5
) -> events.Epoch:
    """Return an epoch that is done."""
    metrics = {
        "loss": 1.0 / number,
        "val_loss": 1.2 / number,
        "val_accuracy": f1,
        "val_macro_f1": f1,
        "val_macro_auc": f1 + 0.1,
    }
    return events.Epoch(phase, number, total, 1e-3, metrics, best, 1.0)


def lay_down(folder: Path, epochs: int, config: TrainingConfig = CONFIG) -> Path:
    """Write what a run leaves that was killed after `epochs`."""
    from cxrview.training.run.history import EpochRow, History, dump

    (folder / "checkpoints").mkdir(parents=True)
    configuration.save(config, folder / "config.toml")
    said = [events.Started(str(folder), 30, 0, "cpu:0", "tensorflow"), events.Stage("reading", 0.5)]
    said += [events.PhaseStarted(1, 2, "head", 10, 1e-3, 3075)]
    rows = []
    for number in range(1, epochs + 1):
        said += [events.Step(1, number, 1, 2, 0.5, 8.0, 60.0), epoch(number, best=number == 1)]
        rows.append(EpochRow(1, number, 1e-3, epoch(number).metrics, 1.0))
    (folder / "events.jsonl").write_text("".join(f"{events.dump(event)}\n" for event in said), "utf-8")
    text = dump(History(tuple(rows), 1 if rows else 0))
    (folder / "checkpoints" / "history.json").write_text(text, "utf-8")
    return folder
