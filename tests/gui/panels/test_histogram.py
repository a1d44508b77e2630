"""The histogram panel: what it counts, and the window that is dragged over it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from cxrview.gui.panels.histogram_plot import HEIGHT, HistogramPlot
from cxrview.gui.state import ViewStage
from cxrview.imaging import Radiograph, VoiFunction, VoiLut, Window
from cxrview.imaging.histogram import histogram
from cxrview.imaging.presets import ends, spanning
from tests.imaging.phantoms import RAMP, lut, phantom, save

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def radiograph(values: np.ndarray, **more) -> Radiograph:
    return Radiograph(Path("made.dcm"), 0, 1, values, Window(1, 2), **more)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32])
def test_every_whole_number_is_counted_once(kind):
    values = np.random.default_rng(0).integers(max(-100, np.iinfo(kind).min), 120, (50, 60)).astype(kind)
    found = histogram(radiograph(values))
    assert found.width == 1
    numbers, counts = np.unique(values, return_counts=True)
    bins = (numbers - found.low).astype(int)
    np.testing.assert_array_equal(found.counts[bins], counts)
    assert found.counts.sum() == values.size
    assert (found.least, found.greatest) == (values.min(), values.max())


def test_wide_ranges_have_bins_of_whole_width():
    found = histogram(radiograph(np.arange(6000, dtype=np.uint16).reshape(60, 100)))
    assert found.width == 24  # 6000 values in at most 256 bins
    np.testing.assert_array_equal(found.counts, 24)  # an even ramp has no comb
    assert (found.low, found.high) == (-0.5, 5999.5)


def test_real_numbers_and_huge_ranges_are_counted():
    real = np.linspace(-1, 1, 10_000, dtype=np.float32).reshape(100, 100)
    found = histogram(radiograph(real))
    assert (len(found.counts), found.counts.sum()) == (256, 10_000)
    assert np.ptp(found.counts) <= 2
    huge = np.array([[-(2**31), 0, 2**31 - 1]], np.int32)
    assert histogram(radiograph(huge)).counts.sum() == 3


@pytest.mark.parametrize("values", [np.zeros((5, 5), np.uint16), np.full((5, 5), 7.5, np.float32)])
def test_one_value_is_one_bin(values):
    found = histogram(radiograph(values))
    assert found.counts.tolist() == [25]
    assert found.low < values[0, 0] < found.high


def test_padding_is_not_counted():
    values = np.full((10, 10), 5000, np.uint16)
    values[0] = np.arange(10)
    found = histogram(radiograph(values, padding=values == 5000))
    assert (found.counts.sum(), found.greatest) == (10, 9)


@pytest.fixture
def film(window, tmp_path, qtbot) -> HistogramPlot:
    """The plot of an even ramp from 0 to 4095, shown from 1000 to 3000."""
    path = save(phantom(RAMP, WindowCenter="2000.5", WindowWidth="2001"), tmp_path / "film.dcm")
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    plot = window.histogram.plot
    qtbot.waitUntil(lambda: plot.histogram is not None)
    return plot


def place(plot: HistogramPlot, value: float) -> QPoint:
    return QPoint(round(plot.axis.pixel(value)), HEIGHT // 2)


def drag(plot: HistogramPlot, qtbot, start: float, end: float) -> None:
    """Drag from one value to another."""
    qtbot.mousePress(plot, LEFT, NONE, place(plot, start))
    qtbot.mouseMove(plot, place(plot, (start + end) / 2))
    qtbot.mouseMove(plot, place(plot, end))
    qtbot.mouseRelease(plot, LEFT, NONE, place(plot, end))


def shown(window) -> tuple[float, float]:
    return ends(window.state.voi)


@pytest.fixture
def pixel(film) -> float:
    """How many values a pixel of the plot stands for."""
    return film.axis.value(1) - film.axis.value(0)


def test_it_is_folded_until_it_is_asked_for(window, opened, qtbot):
    panel, action = window.histogram, window.menus.actions["histogram"]
    assert not panel.plot.isVisible()
    assert panel.plot.histogram is None  # nothing is counted for nobody
    qtbot.mouseClick(panel.fold, LEFT)
    assert panel.plot.isVisible()
    assert action.isChecked()
    qtbot.waitUntil(lambda: panel.plot.histogram is not None)
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert not panel.plot.isVisible()
    assert not panel.fold.isChecked()


def test_it_stays_unfolded_the_next_time(make_window, qtbot):
    first = make_window()
    first.menus.actions["histogram"].trigger()
    first.close()
    second = make_window()
    assert second.histogram.fold.isChecked()
    assert second.menus.actions["histogram"].isChecked()


def test_it_shows_range_and_window_in_numbers(window, film):
    panel = window.histogram
    assert (panel.low.text(), panel.high.text()) == ("0", "4095")
    assert panel.window_words.text() == "W 2001  L 2000"
    assert film.accessibleDescription() == panel.window_words.text()
    window.state.set_voi(Window(1500, 700))
    assert panel.window_words.text() == "W 700  L 1500"


def test_ends_and_middle_are_dragged(window, film, pixel, qtbot):
    before = window.state.voi
    for start, end, wanted in (
        (1000, 400, (400, 3000)),
        (3000, 3600, (1000, 3600)),
        (2000, 2500, (1500, 3500)),
        (200, 700, (1500, 3000)),  # outside, the nearer end is meant
    ):
        window.state.set_voi(before)
        drag(film, qtbot, start, end)
        assert shown(window) == pytest.approx(wanted, abs=2 * pixel)
        assert window.state.voi.function is VoiFunction.LINEAR


def test_an_end_does_not_pass_the_other(window, film, qtbot):
    drag(film, qtbot, 1000, 3800)
    low, high = shown(window)
    assert low < high == pytest.approx(3000)


def test_a_double_click_brings_the_file_s_window_back(window, film, qtbot):
    drag(film, qtbot, 1000, 400)
    qtbot.mouseDClick(film, LEFT, NONE, place(film, 2000))
    assert window.state.voi == window.state.shown.radiograph.default_voi


def test_arrow_keys_move_and_widen_the_window(window, film, qtbot):
    film.setFocus()
    before, path = shown(window), window.state.shown.path
    qtbot.keyClick(film, Qt.Key.Key_Right)
    moved = shown(window)
    assert moved[0] - before[0] == pytest.approx(moved[1] - before[1]) == pytest.approx(88.5, abs=1)
    qtbot.keyClick(film, Qt.Key.Key_Left)
    assert shown(window) == pytest.approx(before)
    qtbot.keyClick(film, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    wider = shown(window)
    assert (before[0] - wider[0], wider[1] - before[1]) == pytest.approx((4.4, 4.4), abs=0.1)
    qtbot.keyClick(film, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert shown(window) == pytest.approx(before)
    assert window.state.shown.path == path  # the arrows have not gone to another image


def test_a_sigmoid_stays_one(window, film, qtbot):
    window.state.set_voi(Window(2000, 2000, VoiFunction.SIGMOID))
    drag(film, qtbot, 2000, 2400)
    assert window.state.voi.function is VoiFunction.SIGMOID
    assert window.state.voi.center == pytest.approx(2400, abs=30)


def test_the_curve_is_what_the_window_does(window, film):
    axis = film.axis
    for voi, bright in (
        (spanning(1000, 3000, False), [0, 0.5, 1]),
        (VoiLut(np.array([4095, 0], np.uint16), 2000, 12), [1, 1, 0]),
    ):
        window.state.set_voi(voi)
        levels = film.levels(axis)
        places = [round(axis.pixel(value)) for value in (900, 1990, 3100)]
        assert [levels[place] for place in places] == pytest.approx(bright, abs=0.02)
    window.state.set_voi(spanning(1000, 3000, False))
    window.state.set_inverted(True)
    assert film.levels(axis)[places[0]] == 1


def test_the_strip_shows_the_grey_levels(window, film, qtbot):
    def strip() -> list[int]:
        image = film.grab().toImage()
        return [image.pixelColor(place(film, value).x(), HEIGHT + 8).red() for value in (200, 2000, 3900)]

    assert strip() == pytest.approx([0, 127, 255], abs=12)
    window.state.set_inverted(True)
    assert strip() == pytest.approx([255, 127, 0], abs=12)


def test_a_lut_becomes_a_window_when_it_is_dragged(window, tmp_path, qtbot):
    dataset = phantom(RAMP)
    dataset.VOILUTSequence = [lut(list(range(0, 4096, 4)), 1000, 12, "CURVE")]
    window.histogram.set_open(True)
    window.open([save(dataset, tmp_path / "lut.dcm")])
    plot = window.histogram.plot
    qtbot.waitUntil(lambda: plot.histogram is not None)
    assert window.histogram.window_words.text() == "VOI LUT CURVE"
    drag(plot, qtbot, 1500, 1700)
    assert isinstance(window.state.voi, Window)
    assert shown(window) == pytest.approx((1200, 2223), abs=40)


def test_it_follows_the_image(window, film, tmp_path, qtbot):
    pixels = cv2.resize(np.arange(256, dtype=np.uint8)[None], (256, 200))
    other = save(phantom(pixels), tmp_path / "other.dcm")
    window.open([other])
    qtbot.waitUntil(lambda: window.state.shown.path == other)
    qtbot.waitUntil(lambda: film.histogram is not None and film.histogram.greatest == 255)
    assert window.histogram.high.text() == "255"
    window.session.close_all()
    qtbot.waitUntil(lambda: film.histogram is None)
    assert window.histogram.high.text() == ""


def test_the_bars_are_as_high_as_the_logarithm_of_their_counts(window, tmp_path, qtbot):
    values = np.repeat(np.arange(0, 20, dtype=np.uint8), 250)  # 250 pixels of each value
    values = np.concatenate([values, np.repeat(np.arange(100, 120, dtype=np.uint8), 5), values + 180])
    values = values[:10_000].reshape(100, 100)
    window.histogram.set_open(True)
    window.open([save(phantom(values), tmp_path / "bars.dcm")])
    plot = window.histogram.plot
    qtbot.waitUntil(lambda: plot.histogram is not None)
    window.state.set_voi(Window(-5000, 2))  # out of the way
    image = plot.grab().toImage()
    empty = image.pixelColor(place(plot, 150).x(), HEIGHT - 4)

    def height(value: float) -> int:
        x = place(plot, value).x()
        column = [image.pixelColor(x, y) for y in range(16, HEIGHT - 2)]
        return sum(colour.lightness() - empty.lightness() > 25 for colour in column)

    assert height(150) == 0
    assert height(10) >= HEIGHT - 25
    assert height(110) / (HEIGHT - 10) == pytest.approx(np.log1p(5) / np.log1p(250), abs=0.06)
