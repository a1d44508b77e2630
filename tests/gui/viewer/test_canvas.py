"""The image on the screen: its pixels, its window, its zoom, and the heatmap over it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from cxrview.annotations.units import Scale
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.overlay import overlay
from cxrview.gui.commands import view
from cxrview.imaging import VoiFunction, Window, filters, render
from cxrview.imaging.presets import presets
from tests.gui.conftest import make_phantom, write_png
from tests.gui.dicom_files import write_dicom
from tests.gui.stalls import own_seconds


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
    corner = canvas.placement.area.topLeft().toPoint()
    height, width = window.state.shown.radiograph.shape
    grabbed = array(canvas.grab().toImage())
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
    actual.state.change_settings(heatmap_mode="smooth")
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
    actual.state.change_settings(heatmap_mode="smooth")
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
    centre = actual.canvas.rect().center()
    drag(qtbot, actual.canvas, centre, QPoint(0, -80))
    raised = actual.state.voi
    assert raised.width == default.width
    assert raised.center < default.center
    assert on_screen(actual).mean() > before.mean() + 5  # upwards is brighter
    drag(qtbot, actual.canvas, centre, QPoint(60, 0), Qt.MouseButton.RightButton)
    assert actual.state.voi.width > raised.width
    assert np.array_equal(on_screen(actual)[..., 0], render(actual.state.shown.radiograph, actual.state.voi))
    qtbot.keyClick(actual, Qt.Key.Key_0)
    assert actual.state.voi == default


def test_upwards_is_brighter_for_monochrome1_as_well(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert window.state.shown.radiograph.inverted
    window.reading.heatmap.opacity.setValue(0)
    before = array(window.canvas.grab().toImage()).mean()
    viewport = window.canvas
    drag(qtbot, viewport, viewport.rect().center(), QPoint(0, -60), Qt.MouseButton.RightButton)
    QApplication.processEvents()
    assert array(viewport.grab().toImage()).mean() > before


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
        area, room = canvas.placement.area, QRectF(canvas.rect())
        assert room.adjusted(-2, -2, 2, 2).contains(area)
        assert max(area.width() / room.width(), area.height() / room.height()) > 0.95


def test_the_wheel_zooms_and_leaves_the_point_under_it_in_place(opened):
    canvas = opened.canvas
    place = QPointF(canvas.rect().center()) + QPointF(60, 40)
    before, zoom = canvas.placement.to_image.map(place), canvas.zoom
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.zoom > zoom * 1.3
    after = canvas.placement.to_image.map(place)
    assert (after - before).manhattanLength() < 2 / zoom


def test_the_pan_tool_moves_the_image_with_the_mouse(actual, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_P)
    canvas = actual.canvas
    before = canvas.placement.area.topLeft()
    drag(qtbot, canvas, canvas.rect().center(), QPoint(40, -30))
    assert canvas.placement.area.topLeft() - before == QPointF(40, -30)


def test_another_button_does_not_end_a_drag(actual, qtbot):
    viewport = actual.canvas
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
    middle = canvas.placement.area.center().toPoint()
    assert (middle - canvas.rect().center()).manhattanLength() <= 3
    before = canvas.zoom
    view.zoom_in(window.bench)
    assert canvas.zoom >= before


def test_the_zoom_tool_zooms_with_the_mouse(actual, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_Z)
    viewport = actual.canvas
    drag(qtbot, viewport, viewport.rect().center(), QPoint(0, -100))
    assert actual.canvas.zoom > 1.5


def test_windows_of_the_file_are_offered(window, chest_pa, qtbot):
    window.open([chest_pa])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    offered = {action.text(): action for action in window.menus.windows.actions()}
    names = ("Auto", "Lung", "Soft tissue", "Bone", "Full range")
    assert [name for name in names if f"{name} window" not in offered] == []
    offered["Bone window"].trigger()
    assert isinstance(window.state.voi, Window)
    assert window.state.voi.explanation == "Bone"
    for function in (VoiFunction.SIGMOID, VoiFunction.LINEAR):
        qtbot.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
        assert window.state.voi.function is function
        assert window.menus.actions["sigmoid"].isChecked() is (function is VoiFunction.SIGMOID)


@pytest.mark.parametrize(
    ("key", "shift", "name"),
    [
        (Qt.Key.Key_W, True, "Auto"),
        (Qt.Key.Key_U, False, "Lung"),
        (Qt.Key.Key_S, False, "Soft tissue"),
        (Qt.Key.Key_B, False, "Bone"),
        (Qt.Key.Key_F, True, "Full range"),
    ],
)
def test_keys_give_the_window_presets(opened, key, shift, name, qtbot):
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(opened, key, modifier)
    assert opened.state.voi == dict(presets(opened.state.shown.radiograph))[name]


def test_the_hand_opens_when_another_image_comes_during_a_drag(actual, second, qtbot):
    qtbot.keyClick(actual, Qt.Key.Key_P)
    viewport = actual.canvas
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=viewport.rect().center())
    assert viewport.cursor().shape() is Qt.CursorShape.ClosedHandCursor
    actual.open([second])
    qtbot.waitUntil(lambda: actual.state.shown.path == second)
    assert viewport.cursor().shape() is Qt.CursorShape.OpenHandCursor
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton)  # Qt remembers it for the next test


def test_actual_size_follows_the_pixel_spacing_and_the_screen(window, tmp_path, qtbot):
    path = write_dicom(tmp_path / "film.dcm", pixels=make_phantom(), ImagerPixelSpacing=[0.5, 0.5])
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    canvas = window.canvas
    millimetres = canvas.placement.area.width() / canvas.screen().physicalDotsPerInchX() * 25.4
    assert millimetres == pytest.approx(0.5 * window.state.shown.radiograph.shape[1], rel=0.01)
    window.state.active.hand_scale = Scale(1.0, 1.0, "mm")  # calibrated by hand: that goes before
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    millimetres = canvas.placement.area.width() / canvas.screen().physicalDotsPerInchX() * 25.4
    assert millimetres == pytest.approx(window.state.shown.radiograph.shape[1], rel=0.01)


@pytest.mark.timed
def test_filters_of_a_large_film_do_not_stop_the_window_and_come_out_in_full(window, tmp_path, qtbot):
    pixels = np.random.default_rng(0).integers(0, 4096, (2600, 2200)).astype(np.uint16)
    window.state.change_settings(heatmap_visible=False)
    window.open([write_dicom(tmp_path / "film.dcm", pixels=pixels)])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    begin = own_seconds()
    qtbot.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    window.canvas.repaint()
    assert own_seconds() - begin < 0.05
    radiograph = window.state.shown.radiograph
    expected = filters.apply(render(radiograph, window.state.voi), frozenset({"clahe"}))
    corner = window.canvas.placement.to_image.map(QPointF(400, 300)).toPoint()

    def shown() -> np.ndarray:
        return array(window.canvas.grab().toImage())[300:400, 400:500, 0]

    wanted = expected[corner.y() : corner.y() + 100, corner.x() : corner.x() + 100]
    qtbot.waitUntil(lambda: np.array_equal(shown(), wanted))
