"""The checklist: ticked film by film, with lines of the user's own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog

from cxrview.gui.commands import checklist
from cxrview.gui.panels.checklist import USUAL
from tests.gui.conftest import make_phantom, write_png


@pytest.fixture
def panel(window, tmp_path, qtbot):
    """The checklist of a window with two films, the first of which is shown."""
    films = [write_png(tmp_path / f"film {number}.png", make_phantom(number, 90, 80)) for number in range(2)]
    window.open(films)
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and window.state.shown.radiograph is not None)
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_K, modifiers)
    return window.bench.part(checklist.panel)


def ticks(panel) -> list[bool]:
    return [box.isChecked() for box in panel.boxes]


def test_each_film_has_its_own_ticks(panel, window, qtbot):
    assert [box.text() for box in panel.boxes] == list(USUAL)
    first, second = window.state.entries
    panel.boxes[1].click()
    window.session.select(second)
    qtbot.waitUntil(lambda: window.state.shown.path == second)
    assert not any(ticks(panel))
    window.session.select(first)
    qtbot.waitUntil(lambda: window.state.shown.path == first)
    assert ticks(panel) == [False, True, False, False, False, False]


def test_lines_are_edited_saved_and_loaded(panel, window, tmp_path, monkeypatch):
    template = tmp_path / "mine.txt"
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_: ("Apices\n\nTubes & lines\n", True))
    panel.edit.click()
    assert [box.accessibleName() for box in panel.boxes] == ["Apices", "Tubes & lines"]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(template), ""))
    panel.save.click()
    assert template.read_text("utf-8") == "Apices\nTubes & lines\n"
    panel.use_lines("")
    assert len(panel.boxes) == len(USUAL)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(template), ""))
    panel.load.click()
    assert panel.lines == ["Apices", "Tubes & lines"]
    template.write_bytes(b"\xff\xfe\x00")
    panel.load.click()
    assert panel.said.text() == "mine.txt is no text with lines."
    assert panel.lines == ["Apices", "Tubes & lines"]
