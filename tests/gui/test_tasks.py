"""Work in threads: the window stays alive, and what is stale never lands."""

import os
import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from cxrview import paths
from cxrview.errors import UnreadableImage
from cxrview.gui import language
from cxrview.gui.session.cache import MEGABYTE, RecentImages
from cxrview.gui.session.prefetch import ReadAhead
from cxrview.gui.state import Mark, PredictionProgress, ViewStage
from cxrview.gui.tasks import TaskRunner
from cxrview.i18n import say
from cxrview.training import messages
from tests.gui.conftest import BrightnessEngine, make_phantom, write_png
from tests.gui.stalls import Stall


class GatedEngine(BrightnessEngine):
    """Predicts only when it is let: a slow model whose slowness the test decides."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.calls = 0

    def predict(self, batch):
        self.calls += 1
        assert self.gate.wait(30)
        return super().predict(batch)


@pytest.fixture
def gated(window):
    """A window with a model that waits for `gated.gate`."""
    engine = GatedEngine()
    window.session.models.predictor.engine = engine
    window.gate, window.engine = engine.gate, engine
    yield window
    engine.gate.set()


@pytest.fixture
def runner(qapp):
    runner = TaskRunner(qapp)
    yield runner
    runner.close()


@pytest.mark.timed
def test_a_slow_prediction_shows_that_it_runs_while_the_window_goes_on(gated, phantom, qtbot):
    gated.open([phantom])
    qtbot.waitUntil(
        lambda: gated.state.reading.progress is PredictionProgress.WAITING and gated.engine.calls == 1
    )
    with Stall() as stall:
        qtbot.waitUntil(gated.statusBar().busy.isVisible)
        assert "Predicting phantom.png" in gated.statusBar().busy_text.text()
        assert gated.reading.verdict.text() == "Predicting …"
        qtbot.keyClick(gated, Qt.Key.Key_I)
        assert gated.state.inverted
        stall.wait_for_ticks(20)
        gated.gate.set()
        qtbot.waitUntil(lambda: gated.state.reading.prediction is not None)
    assert stall.milliseconds < 100
    assert not gated.statusBar().busy.isVisible()


def test_what_comes_too_late_does_not_land_where_the_image_was_taken_off_the_list(gated, phantom, qtbot):
    gated.open([phantom])
    qtbot.waitUntil(lambda: gated.engine.calls == 1)
    gated.studies.remove([gated.state.entries[phantom]])
    assert gated.state.shown.stage is ViewStage.EMPTY
    gated.gate.set()
    qtbot.waitUntil(lambda: not gated.runner.jobs)
    assert gated.state.reading.progress is PredictionProgress.NONE


def test_a_file_taken_off_the_list_while_it_is_read_does_not_come_back(window, phantom, qtbot):
    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.LOADING)
    window.studies.remove([window.state.entries[phantom]])
    gate.set()
    qtbot.waitUntil(lambda: not window.runner.jobs)
    assert window.state.shown.stage is ViewStage.EMPTY


def test_stop_leaves_alone_what_nobody_sees_running(runner, qtbot):
    gate, done = threading.Event(), []
    for lane, quiet in (("files", False), ("measure", True)):
        runner.start(
            lane,
            lambda _report: gate.wait(20),
            done=lambda _on, lane=lane: done.append(lane),
            failed=pytest.fail,
            lane=lane,
            quiet=quiet,
        )
    runner.cancel_all()
    gate.set()
    qtbot.waitUntil(lambda: done == ["measure"])
    runner.close(wait=True)
    assert done == ["measure"]


def test_a_prediction_that_comes_too_late_is_not_shown_with_another_image(gated, phantom, second, qtbot):
    gated.open([phantom])
    qtbot.waitUntil(lambda: gated.engine.calls == 1)
    landed = []
    gated.state.reading_changed.connect(landed.append)
    gated.open([second])
    qtbot.waitUntil(lambda: gated.state.shown.path == second and gated.state.shown.stage is ViewStage.SHOWN)
    gated.gate.set()
    qtbot.waitUntil(lambda: gated.state.reading.prediction is not None)
    predictions = [reading.prediction for reading in landed if reading.prediction is not None]
    assert len(predictions) == 1
    height, width = gated.state.shown.radiograph.shape
    assert (predictions[0].letterbox.height, predictions[0].letterbox.width) == (height, width)


def test_stop_ends_the_waiting_and_says_so(gated, phantom, qtbot):
    gated.open([phantom])
    qtbot.waitUntil(lambda: gated.engine.calls == 1)
    qtbot.mouseClick(gated.statusBar().cancel, Qt.MouseButton.LeftButton)
    assert gated.reading.verdict.text() == "The prediction was stopped."
    assert not gated.statusBar().busy.isVisible()
    gated.gate.set()
    qtbot.waitUntil(lambda: gated.engine.gate.is_set())
    assert gated.state.reading.prediction is None


def test_closing_while_predicting_ends_cleanly(gated, phantom, qtbot):
    gated.open([phantom])
    qtbot.waitUntil(lambda: gated.engine.calls == 1)
    assert gated.close()
    assert not gated.isVisible()
    gated.gate.set()
    gated.runner.close(wait=True)
    assert gated.state.reading.prediction is None


def test_results_arrive_in_the_gui_thread_and_in_order(runner, qtbot):
    arrived = []
    for number in range(300):
        runner.start(
            "count",
            lambda _report, number=number: number,
            done=lambda value: arrived.append((value, threading.current_thread() is threading.main_thread())),
            failed=pytest.fail,
        )
    qtbot.waitUntil(lambda: len(arrived) == 300)
    assert arrived == [(number, True) for number in range(300)]
    assert runner.jobs == ()


def test_a_cancelled_job_delivers_nothing(runner, qtbot):
    started, go, arrived = threading.Event(), threading.Event(), []

    def work(report):
        started.set()
        go.wait(10)
        report(0.5, "half")
        return "late"

    job = runner.start("slow", work, done=arrived.append, failed=arrived.append)
    after = []
    started.wait(10)
    runner.cancel(job)
    runner.start("next", lambda _report: "next", done=after.append, failed=pytest.fail)
    go.set()
    qtbot.waitUntil(lambda: after == ["next"])
    assert arrived == []


def test_errors_of_ours_arrive_as_errors_and_mistakes_as_crashes(runner, qtbot):
    def fails(_report):
        raise UnreadableImage("is no image.")

    errors, crashes = [], []
    runner.crashed.connect(crashes.append)
    runner.start("ours", fails, done=pytest.fail, failed=errors.append)
    runner.start("bug", lambda _report: 1 / 0, done=pytest.fail, failed=errors.append)
    qtbot.waitUntil(lambda: len(errors) == 2)
    assert isinstance(errors[0], UnreadableImage)
    assert isinstance(errors[1], ZeroDivisionError)
    assert len(crashes) == 1
    assert "1 / 0" in crashes[0]


def test_a_generator_is_consumed_in_the_worker(runner, qtbot):
    threads, parts, ended = set(), [], []

    def numbers(report):
        for number in range(5):
            threads.add(threading.current_thread())
            report(number / 5, str(number))
            yield number

    runner.start("parts", numbers, done=ended.append, failed=pytest.fail, partial=parts.append)
    qtbot.waitUntil(lambda: ended == [None])
    assert parts == [0, 1, 2, 3, 4]
    assert threading.main_thread() not in threads


def test_what_is_being_done_is_told_in_the_language_of_the_window(runner, qapp, qtbot):
    language.speak(qapp, "de")
    told = []

    def work(report):
        for doing in (messages.EXPORTING, "a.dcm"):
            report(0.5, doing)
            told.append(job.text)

    try:
        begin = threading.Event()
        job = runner.start(
            "first", lambda report: (begin.wait(10), work(report)), done=str, failed=pytest.fail
        )
        begin.set()
        qtbot.waitUntil(lambda: len(told) == 2)
        assert told == [say(messages.EXPORTING), "a.dcm"]
        assert told[0] != str(messages.EXPORTING)
    finally:
        language.speak(qapp, "en")


def test_work_started_after_closing_is_not_begun(runner):
    runner.close()
    job = runner.start("late", pytest.fail, done=pytest.fail, failed=pytest.fail)
    assert job.cancelled


@pytest.mark.usefixtures("qapp")
def test_signals_do_not_wear_out_true():
    """PySide6 6.12.0 drops a reference of True at each emit, until the interpreter aborts."""

    class Emitter(QObject):
        changed = Signal(bool)

    emitter, seen = Emitter(), []
    emitter.changed.connect(seen.append)
    emitter.changed.emit(True)
    seen.clear()
    before = sys.getrefcount(True)
    for _ in range(50):
        emitter.changed.emit(True)
    seen.clear()
    assert sys.getrefcount(True) >= before


def test_the_next_image_is_read_ahead_and_there_at_once(opened, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: opened.state.shown.path == second)
    opened.session.close_all()
    third = write_png(second.with_name("third.png"), make_phantom(3))
    opened.open([second, third])
    qtbot.waitUntil(lambda: not opened.runner.jobs and opened.session.is_idle)
    assert opened.state.entries[third].mark is Mark.UNREAD  # for the user nothing has happened to it
    qtbot.keyClick(opened, Qt.Key.Key_Right)
    assert opened.state.shown.path == third
    assert opened.state.shown.stage is ViewStage.SHOWN


def test_a_file_that_is_being_read_ahead_is_not_read_twice(runner, phantom, qtbot):
    go, landed = threading.Event(), []
    runner.start("before", lambda _report: go.wait(10), done=str, failed=pytest.fail, lane="ahead")
    ahead = ReadAhead(runner, RecentImages(MEGABYTE))
    ahead.begin([phantom])
    assert [job.title for job in runner.jobs] == ["before"]
    job = ahead.take(phantom, landed.append, pytest.fail)
    assert [job.title for job in runner.jobs] == ["before", "Reading phantom.png"]
    assert ahead.take(phantom, pytest.fail, pytest.fail) is None
    go.set()
    qtbot.waitUntil(lambda: len(landed) == 1)
    assert landed[0].radiographs[0].path == phantom
    assert not runner.is_running(job)


def test_lanes_that_begin_together_do_not_import_a_library_by_halves():
    """Two threads that enter pydicom at different places used to leave it half made."""
    code = """if True:
        from PySide6.QtCore import QCoreApplication
        from cxrview.gui.tasks import TaskRunner
        app, runner, said = QCoreApplication([]), TaskRunner(), []

        def enter(name):
            import importlib
            return lambda report: importlib.import_module(name) and name

        names = {"files": "cxrview.imaging.dicom.codecs", "load": "cxrview.inference.predictor",
                 "ahead": "cxrview.imaging.tags", "model": "cxrview.imaging.header_summary"}
        for lane, name in names.items():
            failed = lambda error: said.append(repr(error))
            runner.start(name, enter(name), done=said.append, failed=failed, lane=lane)
        while len(said) < len(names):
            app.processEvents()
        print(sorted(said) == sorted(names.values()) or said)
        runner.close()
    """
    attempts = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            cwd=paths.PACKAGE.parent,
        )
        for _ in range(3)  # side by side, which also mixes up their threads
    ]
    for said, trouble in [attempt.communicate(timeout=60) for attempt in attempts]:
        assert said.strip() == "True", said + trouble
