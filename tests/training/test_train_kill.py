"""`cxrview train`, killed in earnest (SIGKILL) at several moments and resumed, ends as if it had not been."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview import bundle
from cxrview.__main__ import main
from cxrview.training import config as configuration
from cxrview.training.run import events, history
from tests.training.runs import tiny_config, write_phantoms

pytestmark = [pytest.mark.tensorflow]

# What the run is about when it is killed: an event, and how many of the kind it must have sent by then.
MOMENTS = {
    "features": lambda event: isinstance(event, events.Stage) and event.name == "features",
    "the first epochs": lambda event: isinstance(event, events.Epoch),
    "an epoch of the second phase": lambda event: isinstance(event, events.Step) and event.epoch >= 4,
    "the export": lambda event: isinstance(event, events.Stage) and event.name == "exporting",
}


@pytest.fixture
def start(tmp_path):
    """Return a function that starts `cxrview train` on a small folder, in a process of its own."""
    write_phantoms(tmp_path / "images", 40, 48)
    phases = (configuration.PhaseConfig("head", 2, 1e-3), configuration.PhaseConfig("all", 3, 1e-3))
    config = tiny_config(tmp_path / "images", *phases, patience=0)
    config = replace(config, model=replace(config.model, name="survivor"))
    configuration.save(config, tmp_path / "run.toml")
    environment = os.environ | {
        **{f"XDG_{kind}_HOME": str(tmp_path / "xdg") for kind in ("DATA", "CACHE", "CONFIG")},
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
    }
    options = ("--config", str(tmp_path / "run.toml"), "--out", str(tmp_path / "run"), "--events", "jsonl")

    def begin(*more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "ignore", "-m", "cxrview", "train", *options, *more]
        return subprocess.Popen(
            [*command, "--no-register"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    return begin


@pytest.mark.slow
def test_a_killed_run_finishes_with_no_gap_and_no_repeat(start, tmp_path):
    seen: list[int] = []
    for name, arrived in MOMENTS.items():
        process = start("--resume")
        for line in process.stdout:
            event = events.parse(line).event
            if isinstance(event, events.Epoch):
                seen.append(event.epoch)
            if arrived(event):
                process.kill()
                break
        else:
            pytest.fail(f"the run ended before {name}: {line}")
        process.communicate()
        assert process.returncode != 0
    process = start("--resume")
    last = events.parse(process.communicate()[0].splitlines()[-1]).event
    assert process.returncode == 0
    assert isinstance(last, events.Finished)
    rows = history.load(tmp_path / "run" / "checkpoints" / "history.json").rows
    assert [row.epoch for row in rows] == [1, 2, 3, 4, 5]
    assert [row.phase for row in rows] == [1, 1, 2, 2, 2]
    assert seen == sorted(set(seen))  # no epoch was trained twice
    assert bundle.load(Path(last.bundle)).card.raw["training"]["epochs_trained"] == 5
    table = tmp_path / "r.csv"
    assert main(["score", str(tmp_path / "images"), "--model", last.bundle, "--out", str(table)]) == 0
    with table.open() as file:
        assert {row["model"] for row in csv.DictReader(file)} == {"survivor"}


def test_the_line_stop_ends_a_run_politely(start, tmp_path):
    process = start()
    for line in process.stdout:
        if isinstance(events.parse(line).event, events.PhaseStarted):
            process.stdin.write("stop\n")
            process.stdin.flush()
            break
    told = [events.parse(line).event for line in process.communicate()[0].splitlines()]
    assert process.returncode == 2
    assert isinstance(told[-1], events.Stopped)
    assert told[-1].epochs_done < 5
