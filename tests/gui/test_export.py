"""Pictures that the user saves: none replaces a file unasked, and none is lost on the way."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from cxrview.errors import CxrviewError
from cxrview.gui.state import Progress
from cxrview.gui.tasks import TaskRunner


@pytest.fixture
def export_as(opened, monkeypatch):
    """Exports what is shown under the name that the user types."""

    def export(name) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(name), ""))
        opened.menus.actions["export"].trigger()

    return export


@pytest.fixture
def full_lane(opened):
    """Keeps the exports waiting until it is set."""
    gate = threading.Event()
    opened.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail, lane="export")
    yield gate
    gate.set()


def test_a_name_typed_without_its_suffix_replaces_no_file(opened, export_as, tmp_path):
    other = tmp_path / "mine.png"
    other.write_bytes(b"precious")
    export_as(tmp_path / "mine")
    assert opened.statusBar().message.text().startswith("mine.png exists already and was left alone.")
    assert opened.runner.jobs == ()
    assert other.read_bytes() == b"precious"


def test_a_name_about_which_the_dialog_has_asked_is_replaced(opened, export_as, tmp_path, qtbot):
    other = tmp_path / "mine.PNG"
    other.write_bytes(b"old")
    export_as(other)
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved mine.PNG.")
    assert not QImage(str(other)).isNull()


@pytest.mark.parametrize("typed", ["phantom.png", "phantom"])
def test_the_radiograph_itself_is_never_replaced(opened, export_as, phantom, typed):
    before = phantom.read_bytes()
    export_as(phantom.with_name(typed))
    assert "was left alone" in opened.statusBar().message.text()
    assert opened.runner.jobs == ()
    assert phantom.read_bytes() == before


def test_a_picture_on_its_way_survives_stop(opened, export_as, full_lane, tmp_path, qtbot):
    export_as(tmp_path / "kept.png")
    reads = opened.runner.start("reads", lambda _report: full_lane.wait(20), done=str, failed=pytest.fail)
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.runner.is_running(reads)
    assert [job.title for job in opened.runner.jobs] == ["before", "Writing kept.png"]
    full_lane.set()
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved kept.png.")
    assert not QImage(str(tmp_path / "kept.png")).isNull()


def test_a_picture_on_its_way_is_written_when_the_window_closes(opened, export_as, full_lane, tmp_path):
    export_as(tmp_path / "kept.png")
    opened.close()
    full_lane.set()
    opened.runner.close(wait=True)
    assert not QImage(str(tmp_path / "kept.png")).isNull()


def test_closing_cancels_what_nobody_asked_to_keep(qapp):
    runner, gate, done = TaskRunner(qapp), threading.Event(), []

    def work(name):
        return lambda _report: done.append(name)

    for lane in ("export", "files"):
        runner.start("first", lambda _report: gate.wait(20), done=str, failed=pytest.fail, lane=lane)
        runner.start(lane, work(lane), done=pytest.fail, failed=pytest.fail, lane=lane)
    runner.close(wait=False)
    gate.set()
    runner.close(wait=True)
    assert done == ["export"]


def test_stopping_the_first_model_is_what_the_reading_says(make_window, phantom, qtbot):
    gate = threading.Event()

    def load(_model, _device):
        gate.wait(20)
        raise CxrviewError("never asked for")

    window = make_window(load_predictor=load)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.progress is Progress.WAITING)
    window.cancel_all()
    gate.set()
    assert window.state.reading.progress is Progress.FAILED
    assert window.state.reading.problem.startswith("Loading the model was stopped.")
