"""The network explorer with a process whose network is worked out by hand: all else is real."""

import csv
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cxrview.bundle import Bundle
from cxrview.bundle.card import parse
from cxrview.engines import messages as engine_messages
from cxrview.engines.keras_engine import KerasEngine
from cxrview.explain import messages
from cxrview.gui.network.spread_page import GIVEN, WEIGHTS
from cxrview.gui.training import child_process
from cxrview.inference.predictor import Predictor
from tests.gui.conftest import BrightnessEngine, make_phantom, write_png
from tests.gui.test_accessibility import nameless

ROOT = Path(__file__).parents[3]
PROGRAM = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from cxrview.bundle import Bundle
from cxrview.bundle.card import parse
from cxrview.explain.network import process
from tests.explain.network.by_hand import NetworkByHand
process.LayeredNetwork = NetworkByHand
card = lambda folder: folder / "card.json"
process.bundle.load = lambda folder: Bundle(folder, parse(card(folder).read_text("utf-8"), card(folder)))
process.serve(sys.stdin, lambda said: print(json.dumps(said), flush=True))
"""


@pytest.fixture
def looking(make_window, bundle_folder, tmp_path, phantom, monkeypatch, qtbot):
    """A main window that shows a film, with a model that can be looked into."""
    folder = shutil.copytree(bundle_folder, tmp_path / "trainable")
    (folder / "model.keras").touch()
    path = folder / "card.json"
    card = parse(path.read_text("utf-8"), path)
    monkeypatch.setattr(KerasEngine, "missing", lambda: None)
    monkeypatch.setattr(child_process, "program", lambda: (sys.executable, ["-c", PROGRAM]))
    window = make_window(
        load_predictor=lambda *_: Predictor(Bundle(folder, card), BrightnessEngine(), "the only engine.")
    )
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    return window


@pytest.fixture
def explorer(looking, qtbot):
    """The explorer of that window, with its layers."""
    looking.menus.actions["network"].trigger()
    qtbot.waitUntil(lambda: looking.network.window is not None)
    shown = looking.network.window
    qtbot.waitUntil(lambda: shown.maps.grid.tiles.rowCount() == 4, timeout=20_000)
    return shown


def captions(explorer) -> list[str]:
    tiles = explorer.maps.grid.tiles
    return [tiles.data(tiles.index(row)) for row in range(tiles.rowCount())]


def colours(explorer) -> int:
    """Return how far the film that is shown is from grey."""
    image = explorer.maps.film.grab().toImage().convertToFormat(explorer.maps.film.image.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    return int(np.ptp(pixels.astype(int), axis=2).max())


def test_maps_of_a_layer_are_sorted_and_laid_over_the_film_until_the_model_is_hidden(
    explorer, looking, qtbot
):
    stages = [explorer.tree.topLevelItem(row).text(0) for row in range(explorer.tree.topLevelItemCount())]
    assert stages == ["8 × 8", "Numbers"]
    assert explorer.title.text() == "conv1_relu"
    assert nameless(explorer) == []
    assert [caption.split()[0] for caption in captions(explorer)] == ["1", "4", "2", "3"]
    assert colours(explorer) == 0
    explorer.maps.grid.setFocus()
    qtbot.keyClick(explorer.maps.grid, Qt.Key.Key_Right)
    assert explorer.maps.chosen is not None
    assert colours(explorer) > 40
    explorer.maps.grid.choose(1)
    explorer.maps.order.setCurrentIndex(1)
    assert [caption.split()[0] for caption in captions(explorer)] == ["1", "2", "3", "4"]
    assert explorer.maps.chosen == 3

    explorer.tree.choose("head_0")
    qtbot.waitUntil(lambda: explorer.spreads.plots[GIVEN].spread is not None)
    assert explorer.spreads.plots[GIVEN].spread.count == 3
    qtbot.waitUntil(lambda: explorer.spreads.plots[WEIGHTS].spread is not None)
    assert (captions(explorer), "3 numbers" in explorer.maps.sentence.text()) == ([], True)

    explorer.tree.choose("conv1_conv")
    qtbot.waitUntil(lambda: len(captions(explorer)) == 4)
    looking.state.change_settings(hide_model=True)
    assert (captions(explorer), explorer.maps.film.image.isNull()) == ([], True)
    assert explorer.spreads.plots[GIVEN].spread is None
    explorer.tree.choose("head_0")
    assert explorer.maps.sentence.text() == "Hidden until you ask."
    looking.state.reveal()
    qtbot.waitUntil(lambda: "3 numbers" in explorer.maps.sentence.text())


def test_filters_that_do_nothing_are_listed_and_all_is_exported(explorer, tmp_path, monkeypatch, qtbot):
    assert explorer.filters.grid.tiles.rowCount() == 4
    dead, folder = explorer.dead, tmp_path / "films"
    assert dead.table.topLevelItem(0).text(2) == "1:  3"
    folder.mkdir()
    for number in range(3):
        write_png(folder / f"{number}.png", make_phantom(number, 90, 80))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    explorer.tabs.setCurrentWidget(dead)
    qtbot.mouseClick(dead.folder, Qt.MouseButton.LeftButton)
    assert (dead.stop.isVisible(), dead.folder.isVisible()) == (True, False)
    qtbot.mouseClick(dead.stop, Qt.MouseButton.LeftButton)
    assert (dead.stop.isVisible(), dead.folder.isVisible()) == (False, True)
    qtbot.mouseClick(dead.folder, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dead.table.topLevelItem(0).text(3) == "2:  2, 3", timeout=20_000)
    assert "3 films" in dead.note.text()
    assert "Of 7 filters" in dead.count.text()

    table = tmp_path / "table.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(table), ""))
    qtbot.mouseClick(explorer.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: table.exists() and "table.csv" in explorer.note.text())
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["never_active"], rows[0]["films"], len(rows)) == ("2 3", "3", 4)


def test_the_process_lives_on_with_the_window_closed_and_ends_with_the_program(explorer, looking, qtbot):
    helper = looking.network.process.helper
    qtbot.keyClick(explorer, Qt.Key.Key_Escape)
    assert not explorer.isVisible()
    assert helper.is_running
    looking.menus.actions["network"].trigger()  # warm: at once
    assert explorer.tabs.isVisible()
    assert explorer.tree.topLevelItemCount() == 2
    qtbot.waitUntil(lambda: len(captions(explorer)) == 4)
    looking.close()
    assert not helper.is_running
    assert not explorer.isVisible()


def test_without_a_trainable_model_or_tensorflow_a_sentence_says_what_is_needed(
    opened, bundle_folder, tmp_path, monkeypatch, qtbot
):
    opened.network.show()
    qtbot.waitUntil(lambda: opened.network.window is not None)
    explorer = opened.network.window
    assert explorer.note.text() == str(messages.NETWORK_NOT_TRAINABLE(name="phantom-reader"))
    assert not explorer.tabs.isVisible()
    explorer.close()
    folder = shutil.copytree(bundle_folder, tmp_path / "trainable")
    (folder / "model.keras").touch()
    monkeypatch.setattr(opened.session.models.predictor, "folder", folder)
    missing = engine_messages.NOT_INSTALLED(title="TensorFlow", install="tensorflow")
    monkeypatch.setattr(KerasEngine, "missing", lambda: missing)
    opened.network.show()
    assert explorer.note.text() == f"{messages.NETWORK_NEEDS_TENSORFLOW} {missing}"
    assert not opened.network.process.helper.is_running
