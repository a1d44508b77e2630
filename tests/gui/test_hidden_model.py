"""While the model is hidden nothing in the window, and nothing that leaves it, says what it thinks."""

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from cxrview.gui.actions.palette_commands import commands
from cxrview.gui.commands.gallery import gallery
from cxrview.gui.dialogs.belief import BeliefDialog
from cxrview.gui.state import Mark, PredictionProgress
from tests.gui.conftest import CLASSES
from tests.gui.test_identity import everything, said
from tests.pdf_words import words_of

LABELS = [label.casefold() for _name, label, _meaning in CLASSES]


def answers(text: str, window) -> list[str]:
    """Return the lines of `text` that name a class of the model, or a percentage that is none of the view."""
    own = {f"{window.canvas.zoom * 100:.0f} %", "100 %"}
    own |= {f"{round(100 * value)} %" for value in (0.45, 0.2)}  # opacity and threshold of the heatmap
    found = []
    for line in text.splitlines():
        percentages = set(re.findall(r"\d+ %", line)) - own
        if any(label in line for label in LABELS) or percentages:
            found.append(line)
    return found


def of_palette(window) -> str:
    return "\n".join(f"{one.title} {one.tip}" for one in commands(window.bench)).casefold()


def copied(window, qtbot) -> np.ndarray:
    """Return the pixels that “Copy” puts on the clipboard, (H, W, 3)."""
    QApplication.clipboard().clear()
    window.menus.actions["copy"].trigger()
    qtbot.waitUntil(lambda: not QApplication.clipboard().image().isNull())
    image = (
        QApplication.clipboard()
        .image()
        .convertToFormat(QApplication.clipboard().image().Format.Format_RGB888)
    )
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return pixels[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def reported(window, tmp_path, monkeypatch, qtbot):
    """Saves the report of what is shown, and returns its words."""

    def save(name: str) -> str:
        path = tmp_path / f"{name}.pdf"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        window.menus.actions["report"].trigger()
        qtbot.waitUntil(lambda: path.exists() and not window.runner.jobs, timeout=20_000)
        return words_of(path).casefold()

    return save


def test_nothing_of_the_model_shows_until_it_is_revealed(opened, reported, qtbot):
    window, state = opened, opened.state
    window.heatmaps.show_all_classes()
    window.heatmaps.show_model_view()
    window.menus.actions["gallery"].trigger()
    qtbot.waitUntil(lambda: window.heatmaps.model_view.picture.isEnabled() and not window.runner.jobs)
    window.heatmaps.show_compare()
    window.heatmaps.show_cover()
    compare, cover = window.heatmaps.compare, window.heatmaps.cover
    qtbot.waitUntil(lambda: bool(compare.shown()))
    qtbot.keyClick(cover.picture, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "%" in cover.table.rows["normal"][1].text())
    assert len(answers("\n".join(said(cover)).casefold(), window)) >= 6
    assert compare.classes.count() == len(LABELS)
    window.menus.actions["try_map"].trigger()
    believed = window.findChild(BeliefDialog)
    assert answers(believed.about.text().casefold(), window)
    shown = everything(window)
    assert len(answers(f"{shown}\n{of_palette(window)}", window)) > 20
    coloured = copied(window, qtbot)
    assert np.ptp(coloured.astype(int), axis=2).max() > 40  # the heatmap
    assert any(label in reported("shown") for label in LABELS)

    window.menus.actions["hide_model"].trigger()
    hidden = f"{everything(window)}\n{of_palette(window)}"
    assert answers(hidden, window) == []
    assert not any(label in reported("hidden") for label in LABELS)
    assert not any(dialog.isVisible() for dialog in window.findChildren(BeliefDialog))
    window.menus.actions["try_map"].trigger()
    assert window.findChild(BeliefDialog) is None
    grey = copied(window, qtbot)
    assert np.ptp(grey[100:-100, 100:-100].astype(int), axis=2).max() < 40
    assert state.reading.prediction is None
    (entry,) = state.entries.values()
    assert (entry.findings, entry.mark) == ({}, Mark.SHOWN)
    assert not window.menus.actions["heatmap"].isEnabled()

    assert (compare.tiles, compare.classes.count(), cover.table.rows) == ({}, 0, {})
    for dialog in (window.heatmaps.all_classes, window.heatmaps.model_view, compare, cover):
        dialog.close()
    window.bench.part(gallery).close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window.canvas, Qt.Key.Key_X)
    assert state.reading.prediction is not None
    assert len(answers(everything(window), window)) > 10
    (entry,) = state.entries.values()
    assert entry.findings[0].label in ("COVID-19", "Normal", "Other pneumonia")


def test_what_is_read_while_hidden_comes_when_the_model_is_shown_again(window, tmp_path, qtbot, phantoms):
    state = window.state
    state.change_settings(hide_model=True)
    window.open([phantoms])
    qtbot.waitUntil(lambda: state.reading.progress is PredictionProgress.HIDDEN and not window.runner.jobs)
    window.session.step(1)
    qtbot.waitUntil(lambda: state.reading.progress is PredictionProgress.HIDDEN and not window.runner.jobs)
    assert answers(everything(window), window) == []
    window.reading.reveal.click()
    assert state.reading.prediction is not None
    window.session.step(-1)  # the film before is hidden still
    qtbot.waitUntil(lambda: state.reading.progress is PredictionProgress.HIDDEN)
    assert [bool(entry.findings) for entry in state.entries.values()] == [False, True]
    assert answers("\n".join(window.reading.bars.accessibleDescription().splitlines()), window) == []
    window.menus.actions["hide_model"].trigger()
    qtbot.waitUntil(lambda: state.reading.prediction is not None)
    assert all(entry.findings for entry in state.entries.values())
    assert state.settings.hide_model is False


@pytest.fixture
def phantoms(tmp_path):
    """A folder of two films."""
    from tests.gui.conftest import make_phantom, write_png

    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(2):
        write_png(folder / f"{number}.png", make_phantom(number, 90, 80))
    return folder
