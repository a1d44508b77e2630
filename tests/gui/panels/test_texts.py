"""Findings and impression: written by key, kept with the film, printed in its report."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cxrview.annotations.image_key import image_key
from cxrview.annotations.texts import FILE, FilmText, TextStore
from cxrview.errors import InvalidRequest
from cxrview.gui.commands import texts as commands
from cxrview.imaging import read
from cxrview.messages import CANNOT_BE_READ
from tests.gui.conftest import make_phantom, write_png
from tests.pdf_words import words_of

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def films(tmp_path):
    """Two small films."""
    return [write_png(tmp_path / f"film {number}.png", make_phantom(number, 90, 80)) for number in range(2)]


def show(window, film, qtbot) -> None:
    window.session.select(film)
    known = window.bench.part(commands.texts)
    qtbot.waitUntil(lambda: window.state.shown.path == film and known.is_known)


def test_what_is_written_stays_with_its_film_and_goes_into_the_report(
    window, films, tmp_path, qtbot, monkeypatch
):
    window.open(films)
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    show(window, films[0], qtbot)
    qtbot.keyClick(window.canvas, Qt.Key.Key_R, CONTROL_SHIFT)
    panel = window.bench.part(commands.panel)
    assert panel.findings.hasFocus()
    qtbot.keyClicks(panel.findings, "Hila 12 as usual.")  # neither letters nor digits command anything
    assert window.state.chosen_class is None
    qtbot.keyClick(panel.findings, Qt.Key.Key_Tab)
    qtbot.keyClicks(panel.impression, "No change.")
    qtbot.keyClick(panel.impression, Qt.Key.Key_Escape)
    assert window.canvas.hasFocus()
    show(window, films[1], qtbot)
    assert (panel.findings.toPlainText(), panel.impression.toPlainText()) == ("", "")
    show(window, films[0], qtbot)
    assert panel.findings.toPlainText() == "Hila 12 as usual."
    report = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(report), ""))
    window.menus.actions["report"].trigger()
    qtbot.waitUntil(lambda: report.exists() and not window.runner.jobs, timeout=20_000)
    assert "Findings on the film Hila 12 as usual. Impression No change." in words_of(report)
    panel.impression.setPlainText("No change at all.")
    assert window.close()  # what was written last is kept all the same
    store = TextStore(window.places.annotations_store.with_name(FILE))
    key = image_key(read(films[0])[0])
    assert store.text(key) == FilmText("Hila 12 as usual.", "No change at all.")
    assert store.text("another") == FilmText()
    store.write({key: FilmText()})
    assert store.text(key) == FilmText()


def test_what_cannot_be_looked_up_is_not_written_over(window, films, qtbot, monkeypatch):
    store = TextStore(window.places.annotations_store.with_name(FILE))
    key = image_key(read(films[0])[0])
    store.write({key: FilmText("As before.")})
    look_up = TextStore.text

    def locked(*_):
        raise InvalidRequest(CANNOT_BE_READ(reason="locked"), path=store.path)

    monkeypatch.setattr(TextStore, "text", locked)
    known = window.bench.part(commands.texts)
    panel = window.bench.part(commands.panel)
    with qtbot.waitSignal(known.said):
        window.open(films[:1])
    assert not panel.findings.isEnabled()
    monkeypatch.setattr(TextStore, "text", look_up)
    known._look_again.start(0)  # instead of some seconds
    qtbot.waitUntil(lambda: panel.findings.toPlainText() == "As before.")
    assert panel.findings.isEnabled()
