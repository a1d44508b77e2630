"""The lungs on the picture: their outline, and the width of the thorax that is offered for the ratio."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from cxrview.anatomy import LungFinder
from cxrview.annotations.annotation import ACCEPTED, DRAWN, MOVED, Point
from cxrview.errors import EngineUnavailable
from cxrview.gui.view_state import PredictionProgress
from cxrview.gui.viewer.annotate.handles import on_widget
from cxrview.gui.viewer.lungs_layer import LINE
from cxrview.inference.predictor import Predictor
from cxrview.message import Message
from cxrview.training.export.phantom import chest_phantom
from tests.gui.conftest import write_png

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
HEART = (170, 240), (290, 240)


@pytest.fixture
def chest(window, tmp_path, qtbot):
    """A window on a drawn chest of 400 × 400 pixels, with no heat on it."""
    window.resize(1500, 1000)
    window.state.change_settings(heatmap_visible=False)
    window.open([write_png(tmp_path / "chest.png", chest_phantom(400))])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None and bool(window.measuring.key))
    window.canvas.setFocus()
    return window


@pytest.fixture
def measured(chest, qtbot):
    """The same with the tool of the ratio in hand, and the thorax proposed."""
    chest.menus.actions["ctr"].trigger()
    chest.canvas.grab()
    qtbot.waitUntil(lambda: chest.lungs.thorax(chest.state.active) is not None)
    return chest


def refuse():
    raise EngineUnavailable(Message("broken", "The engine broke."))


def at(window, x: float, y: float) -> QPoint:
    return on_widget(Point(x, y), window.canvas.placement).toPoint()


def drag(window, *places: QPoint) -> None:
    QTest.mousePress(window.canvas, LEFT, NONE, places[0])
    for place in places[1:]:
        QTest.mouseMove(window.canvas, place)
    QTest.mouseRelease(window.canvas, LEFT, NONE, places[-1])


def draw_heart(window) -> None:
    drag(window, *(at(window, *end) for end in HEART))


def proposal(window) -> tuple[Point, Point]:
    line = window.viewports.tool.proposal(window.canvas)
    assert line is not None
    return line


def ratio(window):
    """Return the only annotation of the image and its result."""
    ((annotation, result),) = window.measuring.results()
    return annotation, result


def greenish(window) -> list[tuple[float, float]]:
    """Return the image points at which the canvas has the colour of the outline."""
    picture = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1, 4).astype(int)
    rows, columns = np.nonzero(pixels[..., 1] - pixels[..., 2] > (LINE.green() - LINE.red()) / 2)
    to_image, ratio = window.canvas.placement.to_image, picture.devicePixelRatio()
    points = [to_image.map(QPointF(x / ratio, y / ratio)) for x, y in zip(columns, rows, strict=True)]
    return [(point.x(), point.y()) for point in points]


def test_the_outline_comes_by_its_key_and_lies_around_the_lungs(chest, qtbot):
    assert not greenish(chest)
    assert not chest.menus.actions["lungs"].isChecked()
    QTest.keyClick(chest.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    assert chest.state.settings.show_lungs
    qtbot.waitUntil(lambda: len(greenish(chest)) > 100)
    points = greenish(chest)
    # The drawn lungs are ellipses around (120, 180) and (280, 180), 64 wide and 132 high to each side.
    for middle in (120, 280):
        near = [(abs(x - middle) / 64, abs(y - 180) / 132) for x, y in points if abs(x - middle) < 80]
        assert len(near) > 50
        assert all(0.5 < across**2 + down**2 < 2.2 for across, down in near)
    QTest.keyClick(chest.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    assert not greenish(chest)


def test_the_zones_are_lines_across_the_lungs(chest, qtbot):
    QTest.keyClick(chest.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(greenish(chest)) > 100)
    outline = len(greenish(chest))
    QTest.keyClick(chest.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(chest.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert chest.state.settings.show_zones
    assert len(greenish(chest)) > outline + 50  # what is inside the outline
    QTest.keyClick(chest.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert not greenish(chest)


def test_an_image_without_lungs_has_no_outline_and_the_window_says_so(window, phantom, tmp_path, qtbot):
    plain = write_png(tmp_path / "plain.png", chest_phantom(300)[:60, :60])
    window.state.change_settings(show_lungs=True)
    window.open([plain])
    qtbot.waitUntil(lambda: "No lungs" in window.bench.status.message.text())
    assert not greenish(window)


def test_what_a_reading_finds_is_not_looked_for_beside_it(
    make_window, tiny_lungs_bundle, tmp_path, qtbot, monkeypatch
):
    predictor = Predictor.load(str(tiny_lungs_bundle), "cpu")
    loads: list[str] = []
    monkeypatch.setattr(LungFinder, "load", lambda device: loads.append(device))
    window = make_window(load_predictor=lambda _model, _device, _report: predictor)
    window.resize(1500, 1000)
    window.state.change_settings(show_lungs=True, heatmap_visible=False)
    window.open([write_png(tmp_path / "chest.png", chest_phantom(400))])
    qtbot.waitUntil(lambda: len(greenish(window)) > 100)
    assert window.state.reading.prediction.anatomy is window.lungs.of(window.state.active)
    assert not loads


def test_where_the_reading_fails_the_lungs_are_looked_for(
    make_window, tiny_lungs_bundle, tmp_path, qtbot, monkeypatch
):
    predictor = Predictor.load(str(tiny_lungs_bundle), "cpu")
    monkeypatch.setattr(predictor.engine, "predict", lambda _batch: refuse())
    window = make_window(load_predictor=lambda _model, _device, _report: predictor)
    window.resize(1500, 1000)
    window.state.change_settings(show_lungs=True, heatmap_visible=False)
    window.open([write_png(tmp_path / "chest.png", chest_phantom(400))])
    qtbot.waitUntil(lambda: len(greenish(window)) > 100)
    assert window.state.reading.progress is PredictionProgress.FAILED


def test_a_click_on_the_proposed_thorax_takes_it(measured):
    draw_heart(measured)
    line = proposal(measured)
    middle = at(measured, (line[0].x + line[1].x) / 2, line[0].y)
    QTest.mouseClick(measured.canvas, LEFT, NONE, middle)
    annotation, result = ratio(measured)
    assert (annotation.thorax_by, annotation.points[2:]) == (ACCEPTED, line)
    assert line[0].x == pytest.approx(56, abs=20)
    assert line[1].x == pytest.approx(344, abs=20)
    assert result.lines[-1] == "thorax proposed by the lung network, accepted by the reader"


def test_return_takes_the_proposed_thorax(measured):
    draw_heart(measured)
    line = proposal(measured)
    QTest.keyClick(measured.canvas, Qt.Key.Key_Return)
    annotation, _ = ratio(measured)
    assert (annotation.thorax_by, annotation.points[2:]) == (ACCEPTED, line)


@pytest.mark.parametrize("end", [0, 1])
def test_an_end_of_the_proposed_thorax_can_be_moved_before_it_is_taken(measured, end):
    draw_heart(measured)
    line = proposal(measured)
    start = at(measured, *line[end])
    drag(measured, start, start + QPoint(0, 6), start + QPoint(25, 0))
    moved = proposal(measured)
    assert moved[1 - end] == line[1 - end]
    zoom = measured.canvas.placement.zoom
    assert moved[end].x - line[end].x == pytest.approx(25 / zoom, abs=1 / zoom)
    QTest.keyClick(measured.canvas, Qt.Key.Key_Return)
    annotation, result = ratio(measured)
    assert (annotation.thorax_by, annotation.points[2:]) == (MOVED, moved)
    assert result.lines[-1] == "thorax proposed by the lung network, moved by the reader"


def test_esc_drops_the_proposal_and_the_reader_draws_the_thorax(measured):
    draw_heart(measured)
    QTest.keyClick(measured.canvas, Qt.Key.Key_Escape)
    assert measured.viewports.tool.proposal(measured.canvas) is None
    drag(measured, at(measured, 60, 250), at(measured, 340, 250))
    annotation, result = ratio(measured)
    assert annotation.thorax_by == DRAWN
    assert not any("proposed" in line for line in result.lines)


def test_a_thorax_drawn_elsewhere_passes_over_the_proposal(measured):
    draw_heart(measured)
    drag(measured, at(measured, 60, 300), at(measured, 340, 300))
    annotation, _ = ratio(measured)
    assert annotation.thorax_by == DRAWN


def test_a_thorax_that_was_accepted_and_is_moved_later_says_so(measured):
    draw_heart(measured)
    QTest.keyClick(measured.canvas, Qt.Key.Key_Return)
    annotation, _ = ratio(measured)
    heart = at(measured, *HEART[0])
    drag(measured, heart, heart + QPoint(0, 5), heart + QPoint(-12, 0))
    assert ratio(measured)[0].thorax_by == ACCEPTED  # the heart was moved
    end = at(measured, *annotation.points[3])
    drag(measured, end, end + QPoint(0, 5), end + QPoint(12, 0))
    assert ratio(measured)[0].thorax_by == MOVED
