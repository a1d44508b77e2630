"""The method of the heatmap: chosen in the panel, worked out beside the window, kept, stopped, saved."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cxrview.explain import messages, occlusion
from cxrview.gui.view_state import HeatProgress
from cxrview.gui.viewer import export_view, heat_scale
from cxrview.gui.viewer.export_choices import ExportChoices


@pytest.fixture
def panel(opened):
    return opened.reading.heatmap.method


def choose(panel, name):
    panel.choice.setCurrentIndex(panel.choice.findData(name))
    panel.choice.activated.emit(panel.choice.currentIndex())


def click(qtbot, button):
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_slow_method_says_so_and_is_worked_out_once(opened, panel, qtbot, monkeypatch):
    state, usual = opened.state, opened.state.heat
    assert usual.method == panel.choice.currentData() == "gradcam"
    assert not panel.isVisibleTo(opened)
    choose(panel, "occlusion")
    assert state.heat is None  # Grad-CAM must not stand under another name
    assert state.heat_work.progress is HeatProgress.OFFERED
    assert panel.words.text() == str(messages.SLOW(method="Occlusion", count=256))
    click(qtbot, panel.begin)
    qtbot.waitUntil(lambda: state.heat is not None)
    made = state.heat
    assert made.method == "occlusion"
    assert not panel.isVisibleTo(opened)
    monkeypatch.setattr(occlusion, "explain", lambda *_: pytest.fail("it is kept"))
    choose(panel, "gradcam")
    np.testing.assert_array_equal(state.heat.maps, usual.maps)
    choose(panel, "occlusion")
    assert state.heat is made


def test_what_is_shown_and_saved_is_named_by_its_method(opened, panel, qtbot, monkeypatch, tmp_path):
    choose(panel, "occlusion")
    click(qtbot, panel.begin)
    qtbot.waitUntil(lambda: opened.state.heat is not None)
    heat, name = opened.state.heat, opened.state.heat_class
    assert opened.reading.heatmap.unit.text().startswith("Occlusion")
    assert "(Occlusion)" in opened.reading.heatmap.bar.toolTip()
    assert "Occlusion" in export_view.caption(opened.bench.canvas, opened.state, ExportChoices())
    assert "(Grad-CAM)" in heat_scale.meaning(own=True)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "map.npz"), ""))
    opened.bench.actions["save_heat_numbers"].trigger()
    qtbot.waitUntil((tmp_path / "map.npz").exists)
    with np.load(tmp_path / "map.npz") as saved:
        np.testing.assert_array_equal(saved["map"], heat.map_of(name))
        assert str(saved["method"]) == "occlusion"


def test_work_is_stopped_by_the_button_and_by_another_film(opened, panel, second, qtbot, monkeypatch):
    started = threading.Event()

    def endless(_subject, _name, report):
        started.set()
        while True:
            report(0.5, messages.READING_AGAIN(method="Occlusion", done=128, count=256))
            threading.Event().wait(0.01)

    monkeypatch.setattr(occlusion, "explain", endless)
    choose(panel, "occlusion")
    click(qtbot, panel.begin)
    qtbot.waitUntil(lambda: panel.words.text() == "Occlusion: 128 of 256 readings")
    click(qtbot, panel.stop)
    assert opened.state.heat_work.progress is HeatProgress.OFFERED
    assert not opened.runner.jobs
    started.clear()
    click(qtbot, panel.begin)
    qtbot.waitUntil(started.is_set)
    opened.open([second])
    # The model is free for the other film, whose heatmap is offered in turn.
    qtbot.waitUntil(lambda: opened.state.shown.path == second and opened.state.reading.prediction is not None)
    assert opened.state.heat_work.progress is HeatProgress.OFFERED


def test_a_model_that_cannot_says_why(opened, panel, qtbot):
    choose(panel, "eigencam")
    qtbot.waitUntil(lambda: opened.state.heat_work.progress is HeatProgress.FAILED)
    assert str(messages.USE_GRADCAM) in panel.words.text()
    assert opened.state.heat is None
    choose(panel, "gradcam")
    assert opened.state.heat is not None
    assert not panel.words.text()
