"""Drawing on the image with the mouse and by key: what it says is what was drawn."""

import hashlib
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrview.annotations.annotation import CalibrationLine, CardiothoracicRatio, FreehandRoi, Length, Point
from cxrview.gui.session.measuring import layer_of
from cxrview.gui.viewer.annotate.handles import on_widget
from cxrview.gui.viewer.view_transform import Orientation
from tests.imaging.phantoms import phantom, save

LEFT, NONE, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
ORIENTATIONS = [Orientation(*each) for each in itertools.product(range(4), (False, True))]
VALUES = (np.arange(400)[:, None] * 3 + np.arange(300)[None]).astype(np.uint16)  # 3 a row, 1 a column


@pytest.fixture
def film(window, tmp_path, qtbot):
    """A window on a film of 400 × 300 pixels, 0.4 mm high and 0.2 mm wide, larger than the canvas needs."""
    path = save(
        phantom(VALUES, PixelSpacing=[0.4, 0.2], ViewPosition="PA", Modality="CR"), tmp_path / "film.dcm"
    )
    window.resize(1500, 1000)
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.radiograph is not None and bool(window.measuring.key))
    window.canvas.setFocus()
    return window


def at(window, x: float, y: float) -> QPoint:
    """Return the place on the canvas nearest to an image point."""
    return on_widget(Point(x, y), window.canvas.placement).toPoint()


def under(window, place: QPoint) -> QPointF:
    """Return the image point under a place on the canvas."""
    return window.canvas.placement.to_image.map(QPointF(place))


def use(window, name: str) -> None:
    window.menus.actions[name].trigger()


def drag(window, *places: QPoint, modifier=NONE) -> None:
    """Press at the first place, move over the others and release at the last."""
    QTest.mousePress(window.canvas, LEFT, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(window.canvas, place)
    QTest.mouseRelease(window.canvas, LEFT, modifier, places[-1])


def click(window, *places: QPoint) -> None:
    for place in places:
        QTest.mouseMove(window.canvas, place)
        QTest.mouseClick(window.canvas, LEFT, NONE, place)


def drawn(window):
    """Return the only annotation of the image and what it says."""
    ((annotation, result),) = window.measuring.results()
    return annotation, result


def numbers(result) -> dict[str, float]:
    return {quantity.name: quantity.value for quantity in result.quantities}


def millimetres(first: QPointF, second: QPointF) -> float:
    away = second - first
    return float(np.hypot(away.x() * 0.2, away.y() * 0.4))


def turned(film, zoom: float):
    """Yield each of the eight ways in which the image can lie, with nothing drawn on it yet."""
    for orientation in ORIENTATIONS:
        film.measuring.clear()
        film.state.active.set_orientation(orientation)
        film.canvas.set_zoom(zoom)
        yield orientation


@pytest.mark.parametrize("zoom", [1.0, 2.6])
def test_a_length_is_right_however_the_image_lies(film, zoom):
    use(film, "length")
    for _ in turned(film, zoom):
        places = at(film, 110, 150), at(film, 190, 230)
        drag(film, *places)
        _, result = drawn(film)
        length = numbers(result)["Length"]
        assert length == pytest.approx(millimetres(*(under(film, place) for place in places)), abs=1e-6)
        assert length == pytest.approx(millimetres(QPointF(110, 150), QPointF(190, 230)), abs=0.4 / zoom)
        assert result.summary.endswith(" mm")


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_a_rectangle_says_what_its_pixels_are_however_the_image_lies(film, zoom):
    use(film, "rectangle")
    for _ in turned(film, zoom):
        drag(film, at(film, 100, 150), at(film, 160, 190))
        annotation, result = drawn(film)
        (x0, y0), (x1, y1) = annotation.points
        columns, rows = sorted((round(x0), round(x1))), sorted((round(y0), round(y1)))
        assert (*columns, *rows) == pytest.approx((100, 160, 150, 190), abs=1)
        pixels, said = VALUES[slice(*rows), slice(*columns)], numbers(result)
        assert (said["Minimum"], said["Maximum"]) == (pixels.min(), pixels.max())
        assert said["Pixels"] == pixels.size
        assert said["Mean"] == pytest.approx(pixels.mean())
        assert said["Area"] == pytest.approx(abs(x1 - x0) * abs(y1 - y0) * 0.08)


@pytest.mark.parametrize("zoom", [1.2, 2.5])
def test_angles_are_those_of_the_patient_however_the_image_lies(film, zoom):
    use(film, "angle")
    for _ in turned(film, zoom):
        click(film, at(film, 190, 200), at(film, 130, 200), at(film, 190, 230))  # 12 mm across and down
        _, result = drawn(film)
        assert numbers(result)["Angle"] == pytest.approx(45, abs=1.5 / zoom)


@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_the_cardiothoracic_ratio_is_guided_in_two_steps_however_the_image_lies(film, zoom):
    use(film, "ctr")
    for orientation in turned(film, zoom):
        sideways = orientation.quarters % 2 == 1
        upright = ((120, 180), (180, 200), (90, 210), (210, 210))
        lying = ((130, 130), (150, 190), (120, 100), (140, 220))
        places = [at(film, *end) for end in (lying if sideways else upright)]
        drag(film, *places[:2])
        assert not film.measuring.items()
        drag(film, *places[2:])
        annotation, result = drawn(film)
        assert isinstance(annotation, CardiothoracicRatio)
        assert annotation.sideways is sideways
        assert numbers(result)["Cardiothoracic ratio"] == pytest.approx(0.5, abs=0.01)
        assert not result.remark  # a PA film


def test_press_and_drag_and_two_clicks_draw_the_same(film):
    places = at(film, 50, 60), at(film, 200, 220)
    use(film, "length")
    drag(film, *places)
    first, _ = drawn(film)
    QTest.keyClick(film, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not film.measuring.items()
    click(film, *places)
    second, _ = drawn(film)
    assert first.points == second.points


def test_a_value_is_there_while_one_draws(film, qtbot):
    use(film, "length")
    places = at(film, 50, 60), at(film, 200, 220)
    QTest.mousePress(film.canvas, LEFT, NONE, places[0])
    QTest.mouseMove(film.canvas, places[1])
    before = film.canvas.grab().toImage()
    QTest.mouseMove(film.canvas, places[1] - QPoint(40, 40))
    assert film.canvas.grab().toImage() != before
    assert not film.measuring.items()
    QTest.keyClick(film.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(film.canvas, LEFT, NONE, places[1])
    assert not film.measuring.items()


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_the_cobb_angle_takes_two_lines_however_the_image_lies(film, zoom):
    use(film, "cobb")
    for _ in turned(film, zoom):
        assert film.canvas.tool.hint(film.canvas).startswith("1 of 2")
        drag(film, at(film, 100, 160), at(film, 200, 160))
        assert film.canvas.tool.hint(film.canvas).startswith("2 of 2")
        drag(film, at(film, 200, 240), at(film, 100, 265))  # 20 mm across, 10 mm down
        _, result = drawn(film)
        assert numbers(result)["Cobb angle"] == pytest.approx(26.57, abs=1.2 / zoom)


def test_an_outline_holds_what_it_encloses(film):
    use(film, "freehand")
    corners = [(100, 100), (160, 100), (160, 140), (100, 140)]
    click(film, *(at(film, *corner) for corner in corners))
    QTest.mouseDClick(film.canvas, LEFT, NONE, at(film, *corners[-1]))
    annotation, result = drawn(film)
    assert isinstance(annotation, FreehandRoi)
    assert numbers(result)["Area"] == pytest.approx(60 * 40 * 0.08, rel=0.03)
    assert numbers(result)["Pixels"] == pytest.approx(60 * 40, rel=0.03)


@pytest.mark.parametrize("zoom", [1.5, 2.5])
def test_an_outline_is_drawn_in_one_go_however_the_image_lies(film, zoom):
    use(film, "freehand")
    turns = np.linspace(0, 2 * np.pi, 40)  # back to where it began
    for _ in turned(film, zoom):
        drag(film, *(at(film, 150 + 50 * np.cos(turn), 200 + 25 * np.sin(turn)) for turn in turns))
        annotation, result = drawn(film)
        assert len(annotation.points) > 30
        assert numbers(result)["Area"] == pytest.approx(np.pi * 50 * 25 * 0.08, rel=0.03)
        assert numbers(result)["Mean"] == pytest.approx(VALUES[200, 150], abs=6)


@pytest.mark.parametrize("zoom", [1.5, 2.5])
def test_ellipse_point_and_arrow_however_the_image_lies(film, zoom):
    for _ in turned(film, zoom):
        use(film, "ellipse")
        drag(film, at(film, 100, 160), at(film, 160, 200))
        use(film, "point")
        place = at(film, 180.5, 180.5)
        click(film, place)
        use(film, "arrow")
        drag(film, at(film, 150, 230), at(film, 170, 250))
        (_, ellipse), (_, point), (arrow, _) = film.measuring.results()
        assert numbers(ellipse)["Area"] == pytest.approx(np.pi * 30 * 20 * 0.08, rel=0.04)
        assert numbers(ellipse)["Mean"] == pytest.approx(VALUES[180, 130], abs=6)
        column, row = int(under(film, place).x()), int(under(film, place).y())
        assert numbers(point) == {"Value": VALUES[row, column], "Column": column, "Row": row}
        assert (column, row) == (180, 180)
        assert arrow.points[0] == pytest.approx((150, 230), abs=0.6)


def test_arrow_keys_move_a_handle_as_the_screen_shows_it(film):
    for _ in turned(film, 2.0):
        line = Length(points=(Point(150, 200), Point(170, 200)))
        film.annotations.add(film.measuring.key, line, "Length")
        film.annotations.select(line.id)
        layer_of(film.canvas).active = 0
        before = on_widget(line.points[0], film.canvas.placement)
        QTest.keyClick(film.canvas, Qt.Key.Key_Right)
        way = on_widget(film.measuring.items()[0].points[0], film.canvas.placement) - before
        assert way.x() > 1
        assert way.y() == pytest.approx(0, abs=1e-6)


def test_text_is_written_where_it_is_clicked(film, qtbot):
    use(film, "text")
    click(film, at(film, 100, 100))
    editor = layer_of(film.canvas).editor
    qtbot.waitUntil(editor.hasFocus)
    QTest.keyClicks(editor, "left hilum")  # l, h and i are commands of the window
    QTest.keyClick(editor, Qt.Key.Key_Return)
    annotation, _ = drawn(film)
    assert annotation.label == "left hilum"
    assert not editor.isVisible()
    assert not film.state.inverted


@pytest.mark.parametrize("keys", [("", Qt.Key.Key_Return), ("half", Qt.Key.Key_Escape)])
def test_no_text_no_annotation(film, keys):
    use(film, "text")
    click(film, at(film, 100, 100))
    editor = layer_of(film.canvas).editor
    QTest.keyClicks(editor, keys[0])
    QTest.keyClick(editor, keys[1])
    assert not film.measuring.items()
    assert not film.canvas.tool.is_drawing


def test_a_line_of_known_length_calibrates_what_is_measured(film):
    use(film, "length")
    drag(film, at(film, 50, 300), at(film, 150, 300))
    use(film, "calibration")
    drag(film, at(film, 50, 100), at(film, 100, 100))
    editor = layer_of(film.canvas).editor
    QTest.keyClicks(editor, "25,0 mm")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    (_, length), (line, _) = film.measuring.results()
    assert isinstance(line, CalibrationLine)
    assert line.known_mm == 25
    assert numbers(length)["Length"] == pytest.approx(50, abs=1)
    assert length.lines[0].endswith("mm, calibrated by hand")
    assert film.measurements.scale.text() == "Lengths are in mm, calibrated by hand."
    assert "mm, calibrated by hand" in film.canvas.corners.words()
    use(film, "uncalibrate")
    assert "0.4 × 0.2 mm" in film.canvas.corners.words()
    assert drawn(film)[1].summary.endswith(" mm")
    film.menus.actions["undo"].trigger()
    assert len(film.measuring.items()) == 2


def test_what_is_no_length_calibrates_nothing(film):
    use(film, "calibration")
    drag(film, at(film, 50, 100), at(film, 100, 100))
    editor = layer_of(film.canvas).editor
    QTest.keyClicks(editor, "long")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert not film.measuring.items()
    assert "“long” is not a length in mm" in film.statusBar().message.text()


def test_a_second_calibration_takes_the_place_of_the_first(film):
    key = film.measuring.key
    for known in (10, 20):
        points = (Point(0, 0), Point(50, 0))
        film.annotations.add(key, CalibrationLine(points=points, known_mm=known), "calibration")
    assert [line.known_mm for line in film.measuring.items()] == [20]
    film.annotations.undo_group.undo()
    assert [line.known_mm for line in film.measuring.items()] == [10]


def test_shift_holds_a_line_straight(film):
    use(film, "length")
    start, end = at(film, 100, 100), at(film, 200, 100) + QPoint(0, 9)
    QTest.mousePress(film.canvas, LEFT, SHIFT, start)
    move(film, end, SHIFT)
    QTest.mouseRelease(film.canvas, LEFT, SHIFT, end)
    first, second = drawn(film)[0].points
    assert first.y == pytest.approx(second.y)


def test_shift_makes_a_box_square_in_millimetres(film):
    use(film, "rectangle")
    start, end = at(film, 100, 100), at(film, 200, 120)
    QTest.mousePress(film.canvas, LEFT, SHIFT, start)
    move(film, end, SHIFT)
    QTest.mouseRelease(film.canvas, LEFT, SHIFT, end)
    (x0, y0), (x1, y1) = drawn(film)[0].points
    assert (x1 - x0) * 0.2 == pytest.approx((y1 - y0) * 0.4)


def move(window, place: QPoint, modifier=NONE) -> None:
    """Move the mouse with the left button and `modifier` held, which QTest cannot."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), window.canvas.mapToGlobal(QPointF(place)), LEFT, LEFT, modifier
    )
    QApplication.sendEvent(window.canvas, event)


def test_points_stay_on_the_image(film):
    use(film, "length")
    drag(film, at(film, 10, 10), QPoint(3, 3))
    assert drawn(film)[0].points[1] == (0, 0)


def test_the_next_image_drops_what_is_half_done(film, second, qtbot):
    use(film, "angle")
    click(film, at(film, 100, 100))
    assert film.canvas.tool.is_drawing
    film.open([second])
    qtbot.waitUntil(lambda: film.state.shown.path == second and bool(film.measuring.key))
    assert not film.canvas.tool.is_drawing
    assert not film.measuring.items()


@pytest.mark.parametrize(
    "name", ["length", "angle", "cobb", "ctr", "rectangle", "ellipse", "freehand", "point", "arrow"]
)
def test_everything_can_be_drawn_and_moved_by_key(film, name):
    use(film, name)
    QTest.keyClick(film.canvas, Qt.Key.Key_Return)
    before, _ = drawn(film)
    assert before.kind == name
    QTest.keyClick(film.canvas, Qt.Key.Key_Right)
    after, _ = drawn(film)
    assert after.points != before.points
    assert film.state.shown.path.name == "film.dcm"  # Right did not page


def test_esc_lets_go_step_by_step(film):
    use(film, "length")
    click(film, at(film, 100, 100))
    QTest.keyClick(film.canvas, Qt.Key.Key_Escape)
    assert not film.canvas.tool.is_drawing
    film.menus.actions["stop"].setEnabled(True)  # as while something runs
    QTest.keyClick(film.canvas, Qt.Key.Key_Escape)
    assert film.canvas.tool.name == "window"
    assert film.menus.actions["window"].isChecked()


def test_the_file_is_never_written(film):
    path = film.state.shown.path
    before = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns
    use(film, "length")
    drag(film, at(film, 50, 60), at(film, 200, 220))
    film.annotations.save()
    film.close()
    film.runner.close(wait=True)
    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == before
    assert isinstance(film.annotations.of(film.measuring.key)[0], Length)
