"""The heatmap on the canvas obeys the settings, the viewport and the keys."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from cxrview.gui.view_state import PredictionProgress, PredictionState
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.heat_layer import HeatLayer
from cxrview.gui.viewer.heat_picture import HeatPicture
from cxrview.gui.viewer.view_transform import Orientation
from cxrview.imaging import Letterbox


def pixels(window) -> np.ndarray:
    """Return what the canvas shows, (h, w, 3)."""
    image = window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def coloured(window) -> int:
    """Return how many pixels of the canvas are in colour."""
    shown = pixels(window).astype(int)
    return int((np.ptp(shown, axis=2) > 12).sum())


def layer(window) -> HeatLayer:
    return next(each for each in window.canvas.layers if isinstance(each, HeatLayer))


def turn_wheel(window, notches: int, modifier: Qt.KeyboardModifier) -> None:
    canvas = window.canvas
    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle,
        canvas.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_a_heatmap_is_shown_and_every_way_hides_it(opened, qtbot):
    state = opened.state
    shown = coloured(opened)
    assert shown > 5000
    for hide, show in (
        (lambda: state.change_settings(heatmap_visible=False), lambda: qtbot.keyClick(opened, Qt.Key.Key_H)),
        (lambda: state.active.set_heat_shown(False), lambda: state.active.set_heat_shown(True)),
        (lambda: state.set_peeking(True), lambda: state.set_peeking(False)),
        (
            lambda: state.change_settings(heatmap_opacity=0.0),
            lambda: state.change_settings(heatmap_opacity=0.45),
        ),
    ):
        hide()
        assert coloured(opened) == 0
        show()
        assert coloured(opened) == shown


def test_the_heatmap_lies_over_the_same_place_when_the_image_is_turned(opened):
    """The disc at the left of the phantom is at the top after a turn to the right."""
    opened.state.choose_class("covid19")
    opened.state.change_settings(heatmap_threshold=0.8, heatmap_bar=False)

    def middle() -> tuple[float, float]:
        rows, columns = np.nonzero(np.ptp(pixels(opened).astype(int), axis=2) > 12)
        point = opened.canvas.placement.to_image.map(QPointF(columns.mean(), rows.mean()))
        return point.x(), point.y()

    before = middle()
    for orientation in (Orientation(1), Orientation(2, True), Orientation(3, True)):
        opened.state.active.set_orientation(orientation)
        assert middle() == pytest.approx(before, abs=2)
    opened.canvas.set_zoom(opened.canvas.zoom * 1.5)
    opened.canvas.move_by(QPointF(17, -9))
    assert middle() == pytest.approx(before, abs=2)


def test_shift_and_the_wheel_change_the_opacity_and_nothing_else(opened):
    zoom = opened.canvas.zoom
    turn_wheel(opened, 2, Qt.KeyboardModifier.ShiftModifier)
    assert opened.state.settings.heatmap_opacity == pytest.approx(0.55)
    turn_wheel(opened, -3, Qt.KeyboardModifier.ShiftModifier)
    assert opened.state.settings.heatmap_opacity == pytest.approx(0.4)
    turn_wheel(opened, -30, Qt.KeyboardModifier.ShiftModifier)
    assert opened.state.settings.heatmap_opacity == 0
    assert opened.canvas.zoom == zoom


def test_a_key_goes_through_the_ways_of_drawing(opened, qtbot):
    looks = [pixels(opened)]
    for mode in ("smooth", "cells", "contour"):
        qtbot.keyClick(opened, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
        assert opened.state.settings.heatmap_mode == mode
        assert opened.menus.actions[f"heatmap_{mode}"].isChecked()
        looks.append(pixels(opened))
    np.testing.assert_array_equal(looks[0], looks[3])
    assert (looks[0] != looks[1]).any()
    assert (looks[1] != looks[2]).any()


def test_the_grid_comes_and_goes(opened, qtbot):
    before = pixels(opened)
    qtbot.keyClick(opened, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    assert (pixels(opened) != before).any(-1).sum() > 1000
    qtbot.keyClick(opened, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    np.testing.assert_array_equal(pixels(opened), before)


def test_the_colour_scale_stands_at_the_right_edge_and_can_be_taken_away(opened):
    with_scale = pixels(opened)
    opened.menus.actions["heatmap_scale"].trigger()
    changed = np.argwhere((pixels(opened) != with_scale).any(-1))
    assert len(changed) > 1000
    height, width = with_scale.shape[:2]
    assert changed[:, 1].min() > width * 0.75
    assert abs(changed[:, 0].mean() - height / 2) < height * 0.1
    opened.menus.actions["heatmap"].trigger()
    assert opened.state.settings.heatmap_bar is False


def read_as(window, **changes) -> None:
    """Let the reading on the screen be another."""
    prediction = dataclasses.replace(window.state.reading.prediction, **changes)
    window.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))


def scale_area(window) -> QRectF:
    """Return where the colour scale stands on the canvas; empty if there is none."""
    window.state.change_settings(heatmap_bar=True)
    with_scale = pixels(window)
    window.state.change_settings(heatmap_bar=False)
    rows, columns = np.nonzero((pixels(window) != with_scale).any(-1))
    if not len(rows):
        return QRectF()
    return QRectF(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)


@pytest.mark.parametrize("crop", [(40, 40, 200, 240), (0, 60, 240, 230)])
def test_the_colour_scale_never_covers_the_lungs(opened, crop):
    """At some places of the film it goes beside them, and if there is no such place it stays away."""
    read_as(opened, letterbox=Letterbox.fit(300, 240, 224, crop=crop))
    canvas, shown = opened.canvas, 0
    left, top, right, bottom = crop
    for zoom in (1.0, 1.7, 3.0, 20.0):
        for way in (QPointF(0, 0), QPointF(150, 60), QPointF(-260, -90)):
            canvas.fit()
            canvas.set_zoom(canvas.zoom * zoom)
            canvas.move_by(way)
            chest = canvas.placement.to_widget.mapRect(QRectF(left, top, right - left, bottom - top))
            area = scale_area(opened)
            shown += not area.isEmpty()
            assert not area.intersects(chest)
    assert 3 <= shown < 12


def test_a_film_unlike_the_training_films_shows_no_heat_until_asked(opened, second, qtbot):
    shown = coloured(opened)
    read_as(opened, in_domain=False)
    assert shown > 1000
    assert not layer(opened).visible
    assert opened.reading.heatmap.withheld.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert layer(opened).visible
    assert not opened.reading.heatmap.withheld.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert not layer(opened).visible
    qtbot.mouseClick(opened.reading.heatmap.anyway, Qt.MouseButton.LeftButton)
    assert layer(opened).visible
    opened.open([second])  # asked for one film is not asked for the next
    qtbot.waitUntil(lambda: opened.state.shown.path == second and opened.state.reading.prediction is not None)
    read_as(opened, in_domain=False)
    assert not layer(opened).visible
    assert opened.menus.actions["heatmap_anyway"].isEnabled()
    assert not opened.menus.actions["heatmap_anyway"].isChecked()


def test_nothing_is_said_of_heat_that_is_not_shown(opened):
    opened.state.change_settings(heatmap_threshold=1.0, heatmap_mode="smooth")
    unit = opened.reading.heatmap.unit
    shown = unit.text()
    read_as(opened, in_domain=False)
    assert "nothing above" in shown
    assert "nothing above" not in unit.text()
    assert unit.text().startswith("scale:")
    opened.state.ask_for_heat()
    assert unit.text() == shown


def test_a_film_like_the_training_films_has_nothing_to_ask_for(opened):
    assert not opened.menus.actions["heatmap_anyway"].isEnabled()
    assert not opened.reading.heatmap.anyway.isVisible()


def test_side_by_side_neither_shows_the_heat_of_an_unlike_film_until_asked(opened, qtbot):
    opened.viewports.compare_heatmap()
    qtbot.waitUntil(lambda: all(view.reading.prediction is not None for view in opened.state.views))
    for view in opened.state.views:
        unlike = dataclasses.replace(view.reading.prediction, in_domain=False)
        view.set_reading(PredictionState(PredictionProgress.DONE, unlike))

    def visible() -> list[bool]:
        return [
            each.visible
            for canvas in opened.viewports.canvases
            for each in canvas.layers
            if isinstance(each, HeatLayer)
        ]

    assert visible() == [False, False]
    opened.menus.actions["heatmap_anyway"].trigger()
    assert sorted(visible()) == [False, True]


def test_a_pinned_class_stays_and_without_a_pin_the_reading_is_followed(opened, second, qtbot):
    state = opened.state
    pin = opened.reading.heatmap.pin
    qtbot.keyClick(opened, Qt.Key.Key_2)
    assert (state.heat_class, pin.isChecked()) == ("normal", True)
    assert layer(opened)._legend().title == "Normal, pinned"
    opened.open([second])
    qtbot.waitUntil(lambda: state.shown.path == second and state.reading.prediction is not None)
    assert state.heat_class == "normal"
    qtbot.mouseClick(pin, Qt.MouseButton.LeftButton)
    assert (state.heat_class, pin.isChecked()) == (state.reading.prediction.predicted, False)
    assert "pinned" not in layer(opened)._legend().title
    qtbot.keyClick(opened, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert (state.chosen_class, pin.isChecked()) == (state.heat_class, True)


def test_a_small_canvas_has_no_scale(opened):
    opened.resize(700, 400)
    opened.state.change_settings(heatmap_bar=True)
    canvas = opened.canvas
    canvas.resize(150, 150)
    before = pixels(opened)
    opened.state.change_settings(heatmap_bar=False)
    np.testing.assert_array_equal(pixels(opened), before)


def hover(window, x: float, y: float) -> str:
    """Move the mouse over the image point; return the tool tip of the canvas."""
    at = window.canvas.placement.to_widget.map(QPointF(x, y))
    place = window.canvas.mapToGlobal(at)
    nothing = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, at, place, nothing, nothing, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.canvas, event)
    return window.canvas.toolTip().replace("\n", " ")


def test_cells_say_their_share_and_smooth_colours_say_nothing(opened):
    opened.state.choose_class("covid19")
    assert hover(opened, 72, 150) == ""
    opened.state.change_settings(heatmap_mode="cells")
    prediction = opened.state.reading.prediction
    strongest = prediction.activation_maps.max()
    share = heat_scale.percent(prediction.activation_maps[0, 3, 2] / strongest)
    # 300 × 240 pixels stand in a square of 300: the third cell of seven begins at 85.7 - 30.
    assert hover(opened, 72, 150) == f"One of 7 × 7 cells: {share} (scale: all classes)."


def test_the_frame_around_what_the_model_sees_explains_itself(opened):
    prediction = dataclasses.replace(opened.state.reading.prediction, field=(0.2, 0.2, 0.8, 0.8))
    opened.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
    # The square is 300 image pixels wide and begins 30 to the left of the image.
    assert hover(opened, 30, 150) == "The model sees only what is inside the frame."
    assert hover(opened, 120, 150) == ""
    assert layer(opened).visible


def test_the_frame_is_named_where_it_is_drawn(opened, monkeypatch):
    opened.state.change_settings(heatmap_bar=False)
    read_as(opened, field=(0.2, 0.2, 0.8, 0.8), activation_maps=np.zeros((3, 7, 7), np.float32))
    named = pixels(opened)
    monkeypatch.setattr(HeatPicture, "name_frame", lambda *_: QRectF())
    opened.canvas.update()
    rows, columns = np.nonzero((pixels(opened) != named).any(-1))
    frame = opened.canvas.placement.to_widget.mapRect(layer(opened)._picture().frame)
    assert len(rows) > 100
    assert frame.bottom() <= rows.min() + 1 <= frame.bottom() + 4
    assert columns.mean() == pytest.approx(frame.center().x(), abs=4)


def test_the_name_of_the_frame_keeps_off_other_words(opened):
    read_as(opened, field=(0.2, 0.2, 0.8, 0.8))
    picture, placement = layer(opened)._picture(), opened.canvas.placement
    frame, paper = placement.to_widget.mapRect(picture.frame), QImage(9, 9, QImage.Format.Format_RGB32)
    painter = QPainter(paper)
    below = picture.name_frame(painter, placement)
    inside = picture.name_frame(painter, placement, [below])
    above = picture.name_frame(painter, placement, [below, inside])
    painter.end()
    assert below.top() > frame.bottom() > inside.bottom() > inside.top() > frame.top() > above.bottom()


def test_an_image_that_is_not_read_yet_has_no_heatmap(opened, second, qtbot):
    opened.state.active.set_reading(PredictionState(PredictionProgress.WAITING))
    assert not layer(opened).visible
    assert coloured(opened) == 0


def test_side_by_side_only_one_viewport_shows_the_heatmap(opened, qtbot):
    opened.viewports.compare_heatmap()
    qtbot.waitUntil(lambda: all(view.reading.prediction is not None for view in opened.state.views))
    shown = [
        next(each for each in canvas.layers if isinstance(each, HeatLayer)).visible
        for canvas in opened.viewports.canvases
    ]
    assert sorted(shown) == [False, True]


def test_a_new_viewport_shows_the_chosen_class(opened):
    opened.state.choose_class("pneumonia")
    assert opened.state.add_view().chosen_class == "pneumonia"
