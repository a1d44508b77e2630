"""Real trainings, started from the page: killed, out of room, gone on with, and the same from a terminal."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from cxrview import bundle, i18n
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.messages import DISK_IS_FULL
from cxrview.gui.training.run.step import TrainingStep
from cxrview.training import config as configuration
from cxrview.training.config import PhaseConfig
from cxrview.training.messages import MAKE_ROOM_AND_GO_ON
from cxrview.training.run import history
from tests.gui.stalls import Stall
from tests.training.runs import tiny_config, with_model, write_phantoms

pytestmark = [pytest.mark.tensorflow]

PATIENCE = 120_000  # ms
LONG = (PhaseConfig("head", 3, 1e-3), PhaseConfig("all", 400, 1e-3))
SHORT = (PhaseConfig("head", 2, 1e-3), PhaseConfig("all", 2, 1e-3))


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Drawn chests in two classes."""
    write_phantoms(tmp_path / "images", 40, 48)
    return tmp_path / "images"


@pytest.fixture
def make_step(runs, qtbot):
    """Makes the page for a configuration and a folder."""

    def make(config: configuration.TrainingConfig, folder: Path) -> TrainingStep:
        draft = Draft(folder)
        draft.set_config(config)
        page = TrainingStep(draft, runs)
        page.resize(1000, 700)
        qtbot.addWidget(page)
        page.show()
        return page

    return make


def epochs(folder: Path) -> list[int]:
    return [row.epoch for row in history.load(folder / "checkpoints" / "history.json").rows]


@pytest.mark.timed
@pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGKILL")
def test_a_killed_training_is_gone_on_with_and_its_best_epoch_kept(make_step, runs, images, qtbot):
    folder = runs.root / "run"
    step = make_step(with_model(tiny_config(images, *LONG), name="survivor"), folder)
    with Stall() as stall:
        qtbot.mouseClick(step.summary.start, Qt.MouseButton.LeftButton)
        run = runs.current
        qtbot.waitUntil(lambda: len(run.progress.epochs) >= 5, timeout=PATIENCE)
        with qtbot.waitSignal(runs.ended):
            os.kill(run.process.number, signal.SIGKILL)
        stall.wait_for_ticks(2)  # nobody resumes in the same turn of the loop
        assert "memory" in step.view.ending.what.text()
        before = len(run.progress.epochs)
        assert set(epochs(folder)) >= set(range(1, before))
        assert runs.interrupted() == [folder]
        qtbot.mouseClick(step.view.ending.resume, Qt.MouseButton.LeftButton)
        run = runs.current
        qtbot.waitUntil(lambda: len(run.progress.epochs) >= before + 3, timeout=PATIENCE)
        with qtbot.waitSignal(runs.ended, timeout=PATIENCE):
            qtbot.mouseClick(step.view.head.keep, Qt.MouseButton.LeftButton)
    assert step.view.ending.what.text() == "The model is finished."
    assert run.progress.started.resumed_epochs in (before, before + 1)
    told = [done.epoch for done in run.progress.epochs]
    assert told == epochs(folder) == list(range(1, len(told) + 1))
    made = bundle.load(Path(run.progress.finished.bundle)).card
    assert (made.name, made.raw["training"]["epochs_trained"]) == ("survivor", len(told))
    assert runs.interrupted() == []
    assert stall.milliseconds < 100


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which there is hardly any room."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("needs root, to mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1750k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a file system here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
def test_a_run_that_a_full_disk_stopped_ends_like_one_of_the_command_line(
    make_step, runs, images, small_disk, tmp_path, qtbot
):
    """The configuration that the page starts and the same in a file give the same figures."""
    folder, config = small_disk / "run", with_model(tiny_config(images, *SHORT), name="same")
    step = make_step(config, folder)
    i18n.use("de")
    try:
        step.start()
        with qtbot.waitSignal(runs.ended, timeout=PATIENCE):
            pass
        full, go_on = i18n.say(DISK_IS_FULL), i18n.say(MAKE_ROOM_AND_GO_ON)
    finally:
        i18n.use("en")
    assert step.view.ending.what.text() == full != str(DISK_IS_FULL)
    assert step.view.ending.advice.text() == go_on
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    qtbot.mouseClick(step.view.ending.resume, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(runs.ended, timeout=PATIENCE):
        pass
    assert runs.current.progress.finished is not None
    saved = tmp_path / "saved.toml"
    configuration.save(replace(config, model=replace(config.model, name="twin")), saved)
    out = tmp_path / "terminal"
    command = [sys.executable, "-m", "cxrview", "train", "--config", str(saved), "--out", str(out)]
    subprocess.run([*command, "--no-register"], check=True, capture_output=True)
    here, there = (
        json.loads((path / "report" / "metrics.json").read_text("utf-8")) for path in (folder, out)
    )
    assert here["parts"] == there["parts"]
    assert len(epochs(folder)) == 4
