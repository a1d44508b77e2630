"""The image on the screen: its pixels, its window, its zoom, and the heatmap over it."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from cxrview.explain.colour import blend, colour_table
from cxrview.explain.overlay import overlay
from cxrview.imaging import VoiFunction, Window, render
from tests.gui.conftest import make_phantom, write_png


def array(image: QImage) -> np.ndarray:
    """Return the pixels of `image`, (h, w, 3) uint8 RGB."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    stride = image.bytesPerLine()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), stride)
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def on_screen(window) -> np.ndarray:
    """Return what the canvas shows of the image at actual pixels, without the corner texts' edges."""
    QApplication.processEvents()
    canvas = window.canvas
    corner = canvas.mapFromScene(QPointF(0, 0))
    height, width = window.state.shown.radiograph.shape
    grabbed = array(canvas.viewport().grab().toImage())
    return grabbed[corner.y() : corner.y() + height, corner.x() : corner.x() + width]


def drag(qtbot, widget, start: QPoint, way: QPoint, button=Qt.MouseButton.LeftButton) -> None:
    """Press at `start`, move by `way` in two steps, and release."""
    qtbot.mousePress(widget, button, pos=start)
    for step in (way / 2, way):
        qtbot.mouseMove(widget, start + step)
    qtbot.mouseRelease(widget, button, pos=start + way)


@pytest.fixture
def actual(opened):
    """The phantom on the screen, one pixel to a pixel, larger than nothing in its way."""
    opened.resize(1400, 1000)
    opened.menus.actions["actual"].trigger()
    assert opened.canvas.zoom == 1
    return opened


def test_zero_opacity_shows_the_plain_image_exactly(actual):
    actual.reading.heatmap.opacity.setValue(0)
    expected = render(actual.state.shown.radiograph, actual.state.voi)
    assert np.array_equal(on_screen(actual), np.repeat(expected[..., None], 3, axis=2))


def test_the_heatmap_on_the_screen_is_the_blend_of_picture_and_overlay(actual):
    shown, settings = actual.state.shown, actual.state.settings
    heat = overlay(actual.state.reading.prediction, actual.state.heat_class)
    picture = render(shown.radiograph, actual.state.voi)
    table = colour_table(settings.heatmap_colours)
    expected = blend(picture, heat, table, settings.heatmap_opacity, settings.heatmap_threshold)
    seen = on_screen(actual)
    # On the screen the edge of what is hidden is a pixel wide and smooth.
    edge = np.abs(heat - settings.heatmap_threshold) < 0.03
    assert edge.mean() < 0.1
    assert np.abs(seen.astype(int) - expected)[~edge].max() <= 3
    assert np.abs(expected.astype(int) - picture[..., None]).max() > 50  # there is something to see


def test_h_hides_and_shows_the_heatmap(actual, qtbot):
    with_heatmap = on_screen(actual)
    qtbot.keyClick(actual, Qt.Key.Key_H)
    assert not actual.state.settings.heatmap_visible
    plain = on_screen(actual)
    assert np.array_equal(plain[..., 0], render(actual.state.shown.radiograph, actual.state.voi))
    qtbot.keyClick(actual, Qt.Key.Key_H)
    assert np.array_equal(on_screen(actual), with_heatmap)


def test_holding_space_peeks_under_the_heatmap(actual, qtbot):
    with_heatmap = on_screen(actual)
    qtbot.keyPress(actual.canvas, Qt.Key.Key_Space)
    assert np.array_equal(on_screen(actual)[..., 0], render(actual.state.shown.radiograph, actual.state.voi))
    qtbot.keyRelease(actual.canvas, Qt.Key.Key_Space)
    assert np.array_equal(on_screen(actual), with_heatmap)


def test_the_heatmap_comes_back_when_the_focus_goes_while_space_is_held(actual, qtbot):
    actual.canvas.setFocus()
    qtbot.keyPress(actual.canvas, Qt.Key.Key_Space)
    assert actual.state.peeking
    actual.studies.search.setFocus()
    assert not actual.state.peeking


def test_number_keys_choose_the_class_of_the_heatmap(actual, qtbot):
    assert actual.state.heat_class == "covid19"  # the bright disc lies at the left
    left = on_screen(actual)
    qtbot.keyClick(actual, Qt.Key.Key_3)
    assert actual.state.heat_class == "pneumonia"
    assert actual.reading.heatmap.class_choice.currentText() == "Other pneumonia"
    right = on_screen(actual)
    plain = render(actual.state.shown.radiograph, actual.state.voi)
    third = plain.shape[1] // 3
    assert np.array_equal(right[:, :third, 0], plain[:, :third])
    assert not np.array_equal(left[:, :third, 0], plain[:, :third])


def test_a_click_on_a_bar_chooses_its_class(opened, qtbot):
    bars = opened.reading.bars
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(50, bars.height() - 5))
    assert opened.state.heat_class == "pneumonia"


def test_threshold_hides_what_is_weak(actual):
    actual.reading.heatmap.threshold.setValue(100)
    plain = render(actual.state.shown.radiograph, actual.state.voi)
    coloured = np.ptp(on_screen(actual), axis=2) > 0
    assert coloured.mean() < 0.05
    actual.reading.heatmap.threshold.setValue(0)
    assert (np.ptp(on_screen(actual), axis=2) > 0).mean() > 0.4
    assert plain.shape == coloured.shape


def test_bracket_keys_change_the_opacity(opened, qtbot):
    before = opened.state.settings.heatmap_opacity
    qtbot.keyClick(opened, Qt.Key.Key_BracketRight)
    assert opened.state.settings.heatmap_opacity == pytest.approx(before + 0.1)
    qtbot.keyClick(opened, Qt.Key.Key_BracketLeft)
    assert opened.state.settings.heatmap_opacity == pytest.approx(before)
    assert opened.reading.heatmap.opacity.value() == round(before * 100)


def test_colours_change_with_the_choice(actual):
    before = on_screen(actual)
    combo = actual.reading.heatmap.colours
    combo.setCurrentIndex(combo.findData("viridis"))
    combo.activated.emit(combo.currentIndex())
    assert actual.state.settings.heatmap_colours == "viridis"
    assert not np.array_equal(on_screen(actual), before)


def test_dragging_changes_the_window_and_reset_brings_it_back(actual, qtbot):
    actual.reading.heatmap.opacity.setValue(0)
    default = actual.state.voi
    before = on_screen(actual)
    centre = actual.canvas.viewport().rect().center()
    drag(qtbot, actual.canvas.viewport(), centre, QPoint(0, -80))
    raised = actual.state.voi
    assert raised.width == default.width
    assert raised.center < default.center
    assert on_screen(actual).mean() > before.mean() + 5  # upwards is brighter
    drag(qtbot, actual.canvas.viewport(), centre, QPoint(60, 0), Qt.MouseButton.RightButton)
    assert actual.state.voi.width > raised.width
    assert np.array_equal(on_screen(actual)[..., 0], render(actual.state.shown.radiograph, actual.state.voi))
    qtbot.keyClick(actual, Qt.Key.Key_0)
    assert actual.state.voi == default


def test_upwards_is_brighter_for_monochrome1_as_well(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert window.state.shown.radiograph.inverted
    window.reading.heatmap.opacity.setValue(0)
    before = array(window.canvas.viewport().grab().toImage()).mean()
    viewport = window.canvas.viewport()
    drag(qtbot, viewport, viewport.rect().center(), QPoint(0, -60), Qt.MouseButton.RightButton)
    QApplication.processEvents()
    assert array(viewport.grab().toImage()).mean() > before


def test_a_huge_image_is_windowed_on_a_reduced_copy_and_then_in_full(opened, tmp_path, qtbot):
    import cv2

    path = tmp_path / "huge.png"
    huge = cv2.resize(opened.state.shown.radiograph.values, (4000, 4000))
    path.write_bytes(cv2.imencode(".png", huge)[1].tobytes())
    opened.open([path])
    qtbot.waitUntil(lambda: opened.state.shown.path == path and opened.state.reading.prediction is not None)
    viewport = opened.canvas.viewport()
    centre = viewport.rect().center()
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, pos=centre)
    qtbot.mouseMove(viewport, centre + QPoint(30, 30))
    QApplication.processEvents()
    sizes = [image.width() for image in opened.canvas.picture_layer._images]
    assert sizes[0] <= 2300
    qtbot.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=centre + QPoint(30, 30))
    QApplication.processEvents()
    assert opened.canvas.picture_layer._images[0].width() == 4000


def test_invert_swaps_black_and_white_and_back(actual, qtbot):
    actual.reading.heatmap.opacity.setValue(0)
    before = on_screen(actual)
    qtbot.keyClick(actual, Qt.Key.Key_I)
    assert np.array_equal(on_screen(actual), 255 - before)
    assert actual.menus.actions["invert"].isChecked()
    qtbot.keyClick(actual, Qt.Key.Key_I)
    assert np.array_equal(on_screen(actual), before)


def test_reset_undoes_inversion_however_often(actual, qtbot):
    actual.reading.heatmap.opacity.setValue(0)
    qtbot.keyClick(actual, Qt.Key.Key_I)
    for _ in range(2):
        qtbot.keyClick(actual, Qt.Key.Key_0)
        assert not actual.state.inverted
    actual.menus.actions["actual"].trigger()
    assert np.array_equal(on_screen(actual)[..., 0], render(actual.state.shown.radiograph, actual.state.voi))


def test_fit_shows_the_whole_image_and_follows_the_window(opened, qtbot):
    canvas = opened.canvas
    opened.menus.actions["actual"].trigger()
    qtbot.keyClick(opened, Qt.Key.Key_F)
    for size in ((1300, 900), (900, 600)):
        opened.resize(*size)
        QApplication.processEvents()
        area = canvas.mapFromScene(canvas.picture_layer.boundingRect()).boundingRect()
        room = canvas.viewport().rect()
        assert room.adjusted(-2, -2, 2, 2).contains(area)
        assert max(area.width() / room.width(), area.height() / room.height()) > 0.95


def test_the_wheel_zooms_and_leaves_the_point_under_it_in_place(opened):
    canvas = opened.canvas
    place = QPointF(canvas.viewport().rect().center()) + QPointF(60, 40)
    before, zoom = canvas.mapToScene(place.toPoint()), canvas.zoom
    event = QWheelEvent(
        place,
        canvas.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    assert canvas.zoom > zoom * 1.3
    after = canvas.mapToScene(place.toPoint())
    assert (after - before).manhattanLength() < 2 / zoom


def test_the_pan_tool_moves_the_image_with_the_mouse(actual, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_P)
    canvas = actual.canvas
    before = canvas.mapFromScene(QPointF(0, 0))
    drag(qtbot, canvas.viewport(), canvas.viewport().rect().center(), QPoint(40, -30))
    assert canvas.mapFromScene(QPointF(0, 0)) - before == QPoint(40, -30)


def test_another_button_does_not_end_a_drag(actual, qtbot):
    viewport = actual.canvas.viewport()
    centre, left = viewport.rect().center(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=centre)
    qtbot.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=centre)
    before = actual.state.voi
    qtbot.mouseMove(viewport, centre + QPoint(40, 40))
    assert actual.state.voi != before
    qtbot.mouseRelease(viewport, left, pos=centre)


@pytest.mark.parametrize(("height", "width"), [(60, 3000), (3000, 60), (8, 8)])
def test_odd_shapes_are_centred_and_never_jump(window, tmp_path, height, width, qtbot):
    window.open([write_png(tmp_path / "odd.png", make_phantom(0, height, width))])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    canvas = window.canvas
    middle = canvas.mapFromScene(canvas.picture_layer.boundingRect().center())
    assert (middle - canvas.viewport().rect().center()).manhattanLength() <= 3
    before = canvas.zoom
    window.zoom_in()
    assert canvas.zoom >= before


def test_a_frame_shows_what_the_model_sees(actual):
    canvas, reading = actual.canvas, actual.state.reading.prediction
    assert canvas.field_frame.rect().isEmpty()  # this model sees all of it
    inner = dataclasses.replace(reading, field=(0.1, 0.25, 0.9, 0.75))
    area = canvas.picture_layer.boundingRect()
    canvas.field_frame.frame(inner, area)
    rect, side = canvas.field_frame.rect(), area.height()  # an upright image fills the height of the square
    assert rect.top() == pytest.approx(0.25 * side, abs=2)
    assert rect.height() == pytest.approx(0.5 * side, abs=2)
    assert rect.width() == pytest.approx(min(area.width(), 0.8 * side), abs=2)
    actual.menus.actions["heatmap"].trigger()
    QApplication.processEvents()
    assert not canvas.field_frame.isVisible()


def test_the_zoom_tool_zooms_with_the_mouse(actual, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_Z)
    viewport = actual.canvas.viewport()
    drag(qtbot, viewport, viewport.rect().center(), QPoint(0, -100))
    assert actual.canvas.zoom > 1.5


def test_windows_of_the_file_are_offered(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    offered = {action.text(): action for action in window.menus.windows.actions()}
    assert [
        name for name in ("Auto", "Lung", "Soft tissue", "Bone", "Full range") if name not in offered
    ] == []
    offered["Bone"].trigger()
    assert isinstance(window.state.voi, Window)
    assert window.state.voi.explanation == "Bone"
    offered["&S-shaped curve"].trigger()
    assert window.state.voi.function is VoiFunction.SIGMOID
    assert offered["&S-shaped curve"].isChecked()


def test_export_writes_what_is_shown_at_full_size(opened, tmp_path, monkeypatch, qtbot):
    target = tmp_path / "out"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    opened.reading.heatmap.opacity.setValue(0)
    opened.menus.actions["export"].trigger()
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Saved out.png.")
    exported = array(QImage(str(target.with_suffix(".png"))))
    plain = render(opened.state.shown.radiograph, opened.state.voi)
    height = plain.shape[0]
    assert np.array_equal(exported[:height], np.repeat(plain[..., None], 3, axis=2))
    assert exported[height:].max() > 100  # the caption


def test_export_says_when_the_file_cannot_be_written(opened, tmp_path, monkeypatch, qtbot):
    target = tmp_path / "no such folder" / "out.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    opened.menus.actions["export"].trigger()
    qtbot.waitUntil(lambda: "could not be written" in opened.statusBar().message.text())


def test_copy_puts_the_picture_with_its_heatmap_on_the_clipboard(opened, qtbot):
    opened.menus.actions["copy"].trigger()
    qtbot.waitUntil(lambda: opened.statusBar().message.text() == "Copied the picture.")
    copied = array(QGuiApplication.clipboard().image())
    height, width = opened.state.shown.radiograph.shape
    copied = copied[:height]
    assert copied.shape[:2] == (height, width)
    assert (np.ptp(copied, axis=2) > 0).mean() > 0.4


def test_the_hand_opens_when_another_image_comes_during_a_drag(actual, second, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_P)
    viewport = actual.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    assert viewport.cursor().shape() is Qt.CursorShape.ClosedHandCursor
    actual.open([second])
    qtbot.waitUntil(lambda: actual.state.shown.path == second)
    assert viewport.cursor().shape() is Qt.CursorShape.OpenHandCursor
