"""The runs of a computer: which were interrupted, what they said before, and what deleting one means."""

import subprocess
import sys

from cxrview import messages as shared
from cxrview.errors import CxrviewError
from cxrview.file_lock import file_lock
from cxrview.gui.training import messages as gui_messages
from cxrview.training.run import events
from tests.gui.training.programs import CONFIG, epoch, lay_down, pretend
from tests.refusals import refused


def test_a_run_that_was_begun_and_lives_no_more_is_interrupted(runs):
    older, newer = lay_down(runs.root / "20260101-a", 3), lay_down(runs.root / "20260102-b", 4)
    finished = lay_down(runs.root / "20260103-c", 5)
    (finished / "finished.json").write_text(events.dump(events.Finished("b", "r", 1, {})))
    (runs.root / "20260104-checked-only").mkdir()
    assert runs.interrupted() == [newer, older]
    with file_lock(newer, newer / "run.lock"):  # as a process does that is alive
        assert runs.interrupted() == [older]


def test_what_a_run_said_before_is_known_when_it_goes_on(runs, qtbot, monkeypatch):
    folder = lay_down(runs.root / "a", 3)
    pretend(monkeypatch, 'tell(events.Started("x", 30, 3, "cpu:0"))\ntell(events.Warned(verbatim("on")))')
    run = runs.train(CONFIG, folder, resume=True)
    assert [done.epoch for done in run.progress.epochs] == [1, 2, 3]
    assert run.progress.step is None  # thousands of them, and none is of use
    with qtbot.waitSignal(runs.ended):
        pass
    assert run.progress.started.resumed_epochs == 3
    assert [type(saying).__name__ for _, saying in run.said] == ["Started", "Warned"]


def test_a_second_training_is_refused_while_one_is_alive(runs, qtbot, monkeypatch):
    pretend(monkeypatch, 'tell(events.Started("x", 2))\nsys.stdin.readline()')
    run = runs.train(CONFIG, runs.root / "a")
    qtbot.waitUntil(lambda: run.progress.started is not None)
    with refused(CxrviewError, gui_messages.TRAINING_RUNS):
        runs.train(CONFIG, runs.root / "b")
    run.stop()
    with qtbot.waitSignal(runs.ended):
        pass
    assert not run.is_running


def test_the_command_says_whether_it_goes_on_or_finishes(runs, qtbot, monkeypatch):
    pretend(monkeypatch, "tell(events.Warned(verbatim(' '.join(sys.argv[1:]))))")
    for options, wanted in (({}, False), ({"resume": True}, True), ({"finish": True}, True)):
        with qtbot.waitSignal(runs.ended):
            run = runs.train(CONFIG, runs.root / "a", **options)
        said = str(run.progress.warnings[-1]).split()
        assert said[0] == "train"
        assert ("--resume" in said) is wanted
        assert ("--finish" in said) is bool(options.get("finish"))
        assert said[-2:] == ["--events", "jsonl"]


def test_the_end_of_the_app_waits_for_what_runs_which_can_be_gone_on_with(runs, qtbot, monkeypatch):
    code = """
tell(events.Started("x", 30))
sys.stdin.readline()
tell(events.Epoch(1, 1, 30, 1e-3, {"val_loss": 0.5}, True, 1.0))
tell(events.Stopped(1))
sys.exit(2)
"""
    pretend(monkeypatch, code)
    run = runs.train(CONFIG, runs.root / "a")
    qtbot.waitUntil(lambda: run.progress.started is not None)
    runs.close()
    assert not run.is_running
    assert (run.outcome.kind, run.outcome.resumable) == ("stopped", True)
    assert len(run.progress.epochs) == 1


def test_no_room_for_the_request_is_a_sentence(runs):
    runs.root.parent.mkdir(exist_ok=True)
    runs.root.write_text("a file where the folder should be")
    with refused(CxrviewError, shared.CANNOT_BE_WRITTEN):
        runs.train(CONFIG, runs.root / "a")


def test_a_deleted_run_is_gone_with_its_request(runs):
    folder = lay_down(runs.root / "a", 2)
    (runs.root / "a.toml").write_text("")
    runs.forget(folder)
    assert list(runs.root.iterdir()) == []


def test_pages_are_known_before_the_libraries_that_draw_curves_are_loaded():
    code = """
import sys
import cxrview.gui.training.indicator, cxrview.gui.training.run.step
heavy = {"pyqtgraph", "numpy", "keras", "tensorflow"} & sys.modules.keys()
sys.exit(", ".join(heavy) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_epoch_that_comes_again_replaces_what_was_said_of_it(runs):
    run = runs.opened(lay_down(runs.root / "a", 3))
    run.progress.take(epoch(3, f1=0.9))
    assert [done.epoch for done in run.progress.epochs] == [1, 2, 3]
    assert run.progress.best.metrics["val_macro_f1"] == 0.9
