"""A training outlives its window, be that closed or killed, and the next window finds and stops it."""

import dataclasses
import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from cxrview.gui.training.runs import TrainingRuns
from tests.gui.training.programs import CONFIG, pretend

# As `cxrview train` is, without Keras: the same listening, journal, lock and signs in the folder.
WORK = """
import argparse, pathlib
from cxrview.cli.training_process import training_process
from cxrview.training.run import journal, worker
from cxrview.training.run.folder import RunFolder
from cxrview.training import config as configuration
from cxrview.progress import Cancelled
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
config = configuration.load(pathlib.Path(sys.argv[sys.argv.index("--config") + 1]))
arguments = argparse.Namespace(events="jsonl", alone="--alone" in sys.argv, out=out)
folder = RunFolder(out.resolve())
with training_process(arguments, can_finish=True) as emit:
    try:
        with worker.told(folder, config, emit) as tell:
            folder.enter(config, False)
            folder.checkpoints.mkdir()
            tell(events.Started(str(out), 1000, 0, "cpu:0", "tensorflow"))
            for number in range(1, 1000):
                time.sleep(0.05)
                print("a library speaks", file=sys.stderr, flush=True)
                tell(events.Epoch(1, number, 1000, 1e-3, {"val_loss": 1 / number}, True, 1.0))
    except Cancelled:
        sys.exit(2)
"""
PARENT = """
import pathlib, sys
from PySide6.QtCore import QCoreApplication, QTimer
from cxrview.gui.training import child_process
from cxrview.gui.training.runs import TrainingRuns
from tests.gui.training.programs import CONFIG, PRELUDE
child_process.program = lambda: (sys.executable, ["-c", PRELUDE + {work!r}])
app = QCoreApplication([])
runs = TrainingRuns(root=pathlib.Path(sys.argv[1]))
run = runs.train(CONFIG, runs.root / "20260101-run")
run.changed.connect(lambda: run.progress.epochs and print("trains", run.process.number, flush=True))
app.exec()
"""


@pytest.fixture
def orphan(tmp_path):
    """A training whose window was killed; ended, however the test goes."""
    root = tmp_path / "runs"
    code = PARENT.replace("{work!r}", repr(WORK))
    command = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        said = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    assert said[0] == "trains"
    yield root
    with suppress(ProcessLookupError):
        os.kill(int(said[1]), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")
def test_a_training_outlives_a_killed_window_and_the_next_one_shows_and_stops_it(orphan, qtbot):
    runs = TrainingRuns(root=orphan)
    assert runs.interrupted() == []
    (folder,) = runs.alive()
    run = runs.attach(folder)
    assert runs.current is run
    assert run.config == CONFIG
    before = len(run.progress.epochs)
    assert before >= 1
    qtbot.waitUntil(lambda: len(run.progress.epochs) > before + 5, timeout=20_000)  # nobody reads its pipe
    runs.close()  # this window may go as well
    assert runs.alive() == [folder] or run.is_running

    again = TrainingRuns(root=orphan)
    run = again.attach(folder)
    with qtbot.waitSignal(again.ended, timeout=20_000):
        run.stop()
    assert run.outcome.kind == "stopped"
    assert again.alive() == []
    assert again.interrupted() == [folder]
    assert not (folder / ".request").exists()


def answer(text: str) -> None:
    """Press the button `text` of the question that will stand there."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(0, press)


def test_closing_the_window_asks_what_becomes_of_a_training(make_window, home, qtbot, monkeypatch):
    window = make_window()
    runs = window.training.runs
    pretend(monkeypatch, WORK)
    images = home / "images"
    images.mkdir()
    config = dataclasses.replace(CONFIG, data=dataclasses.replace(CONFIG.data, path=str(images)))
    run = runs.train(config, runs.new_folder())
    qtbot.waitUntil(lambda: bool(run.progress.epochs), timeout=20_000)
    answer("&Cancel")
    window.close()
    assert window.isVisible()
    assert run.is_running
    answer("&Go on without the window")
    window.close()
    assert not window.isVisible()
    window.training.close()
    assert run.is_running
    number, path = run.process.number, run.folder.path
    runs.is_detached = False  # the rest of this process does not end, as the program would
    next_one = make_window()
    assert next_one.training.runs.current.folder.path == path
    assert next_one.training.indicator.isVisible()
    os.kill(number, signal.SIGTERM)
    qtbot.waitUntil(lambda: not next_one.training.runs.current.is_running, timeout=20_000)


def test_a_training_can_be_stopped_and_kept_when_the_window_closes(make_window, qtbot, monkeypatch):
    window = make_window()
    runs = window.training.runs
    pretend(monkeypatch, WORK)
    run = runs.train(CONFIG, runs.new_folder())
    qtbot.waitUntil(lambda: bool(run.progress.epochs), timeout=20_000)
    answer("&Stop and keep")
    window.close()
    window.training.close()
    assert not run.is_running
    assert run.outcome.kind == "stopped"
    assert runs.interrupted() == [run.folder.path]
