"""Heatmaps side by side: real windows, real work in workers, and what is saved of it."""

import threading

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cxrview.bundle import Bundle
from cxrview.errors import UnusableModel
from cxrview.explain import messages
from cxrview.gui.explain.comparison import Which
from cxrview.gui.view_state import HeatProgress
from cxrview.inference.predictor import Predictor
from cxrview.message import verbatim
from tests.gui.conftest import BrightnessEngine
from tests.gui.panels.test_heat_panels import pixels

FIRST, SLOW = Which(False, "gradcam"), Which(False, "occlusion")


class GatedEngine(BrightnessEngine):
    """Reads several films at once only while its gate is open."""

    gate = threading.Event()

    def predict(self, batch):
        if len(batch) > 1:
            assert self.gate.wait(20)
        return super().predict(batch)


@pytest.fixture
def gate():
    """The gate of all engines, shut; open again when the test is over, lest a thread wait behind it."""
    GatedEngine.gate.clear()
    yield GatedEngine.gate
    GatedEngine.gate.set()


class MirroredEngine(BrightnessEngine):
    """Looks at the other side."""

    def predict(self, batch):
        found = super().predict(batch[:, :, ::-1])
        return found | {"activation_maps": found["activation_maps"][..., ::-1]}


@pytest.fixture
def compared(make_window, load_predictor, bundle_folder, phantom, gate, qtbot):
    """A window with the comparison open; "mirrored" is a model that can be had, "broken" one that cannot."""
    plain = load_predictor("", "", None)

    def load(name, _device, _report):
        if name == "broken":
            raise UnusableModel(verbatim("It is broken."))
        engine = MirroredEngine() if name == "mirrored" else GatedEngine()
        return Predictor(Bundle(bundle_folder, plain.card), engine, "")

    window = make_window(load_predictor=load)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    window.menus.actions["compare_maps"].trigger()
    qtbot.waitUntil(lambda: bool(window.heatmaps.compare.shown()))
    return window


@pytest.fixture
def dialog(compared):
    return compared.heatmaps.compare


def coloured(tile) -> bool:
    return bool((np.ptp(pixels(tile.picture).astype(int), axis=2) > 30).sum() > 200)


def test_a_method_that_cannot_says_why_and_a_slow_one_what_it_costs_before_it_starts(
    compared, dialog, gate, qtbot
):
    compared.state.change_settings(heatmap_mode="smooth")
    assert coloured(dialog.tiles[FIRST])
    failed = dialog.tiles[Which(False, "eigencam")]
    wanted = str(messages.NO_FEATURES(name="phantom-reader", method="Eigen-CAM"))
    qtbot.waitUntil(lambda: wanted in failed.words.text())
    for name in ("gradcam++", "eigencam"):
        dialog.boxes[name].click()
    dialog.boxes["occlusion"].click()
    assert list(dialog.tiles) == [FIRST, SLOW]
    tile = dialog.tiles[SLOW]
    assert tile.words.text() == str(messages.SLOW(method="Occlusion", count=256))
    assert not compared.runner.jobs
    qtbot.mouseClick(tile.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tile.stop.isVisible())
    assert dialog.table.rowCount() == 0
    qtbot.mouseClick(tile.stop, Qt.MouseButton.LeftButton)
    assert dialog.comparison.cells[SLOW].work.progress is HeatProgress.OFFERED
    gate.set()
    qtbot.mouseClick(tile.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(dialog.shown()) == 2, timeout=20_000)
    assert dialog.table.item(0, 0).text().startswith(("0.", "1.", "−0."))
    # What was worked out here the viewer need not work out again, and the other way round.
    compared.state.choose_method("occlusion")
    assert compared.state.heat is dialog.comparison.cells[SLOW].explanation
    made = dialog.comparison.cells[SLOW].explanation
    dialog.close()
    assert not dialog.comparison.cells
    compared.menus.actions["compare_maps"].trigger()
    assert dialog.comparison.cells[SLOW].explanation is made


def test_what_is_being_worked_out_ends_with_the_window_and_with_the_film(compared, dialog, second, qtbot):
    dialog.boxes["occlusion"].click()
    dialog.tiles[SLOW].begin.click()
    qtbot.waitUntil(lambda: dialog.tiles[SLOW].stop.isVisible())
    dialog.close()
    assert not compared.runner.jobs
    compared.menus.actions["compare_maps"].trigger()
    dialog.tiles[SLOW].begin.click()
    qtbot.waitUntil(lambda: dialog.tiles[SLOW].stop.isVisible())
    GatedEngine.gate.set()
    compared.open([second])
    qtbot.waitUntil(lambda: [made.letterbox.width for _, made in dialog.shown()] == [260])
    assert dialog.comparison.cells[SLOW].work.progress is HeatProgress.OFFERED


def test_a_second_model_stands_below_on_the_same_film(compared, dialog, tmp_path, monkeypatch, qtbot):
    dialog.boxes["eigencam"].click()
    dialog.boxes["gradcam++"].click()
    compared.state.choose_class("normal")
    qtbot.waitUntil(lambda: dialog.second.count() > 1)  # the models that are installed
    dialog.comparison.use_second("mirrored")
    qtbot.waitUntil(lambda: len(dialog.shown()) == 2)
    names = [name for name, _ in dialog.shown()]
    assert names == ["A: Grad-CAM", "B: Grad-CAM"]
    titles = [tile.title.text() for tile in dialog.tiles.values()]
    assert titles == ["A: Grad-CAM  ·  phantom-reader", "B: Grad-CAM  ·  mirrored"]
    one, other = (made.map_of("normal") for _, made in dialog.shown())
    np.testing.assert_allclose(one, other, atol=1e-5)  # it looks at the other side of a mirrored film
    assert dialog.table.item(0, 0).text() == "1.00  the same"
    saved = [tmp_path / "maps.png", tmp_path / "maps.npz"]
    for path, button in zip(saved, (dialog.picture, dialog.numbers), strict=True):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, path=path: (str(path), ""))
        button.click()
        qtbot.waitUntil(lambda path=path: path.exists() and not compared.runner.jobs)
    picture = cv2.imread(str(saved[0]))
    assert picture.shape[1] == 2 * (512 + 8)
    assert picture.shape[0] > 640
    assert (np.ptp(picture.astype(int), axis=2) > 30).sum() > 1000
    with np.load(saved[1]) as numbers:
        np.testing.assert_array_equal(numbers["gradcam.map"], one)
        np.testing.assert_array_equal(numbers["second.gradcam.map"], other)
    dialog.comparison.use_second("broken")
    qtbot.waitUntil(lambda: "It is broken." in dialog.problem.text())
    assert (dialog.second.currentData(), list(dialog.tiles)) == ("", [FIRST])


def test_an_unlike_film_shows_no_heat_until_asked(compared, dialog, tmp_path, qtbot):
    path = tmp_path / "white.png"
    cv2.imwrite(str(path), np.full((90, 80), 250, np.uint8))
    compared.state.change_settings(heatmap_mode="smooth")
    compared.open([path])
    qtbot.waitUntil(lambda: compared.state.shown.path == path and dialog.anyway.isVisible())
    assert not dialog.shown()
    assert not coloured(dialog.tiles[FIRST])
    dialog.anyway.click()
    qtbot.waitUntil(lambda: coloured(dialog.tiles[FIRST]))
