"""What is drawn is kept, taken back, listed and changed."""

import sqlite3
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from cxrview.annotations.annotation import (
    Angle,
    Annotation,
    CardiothoracicRatio,
    EllipseRoi,
    FreehandRoi,
    Length,
    Point,
    RectangleRoi,
    Text,
)
from cxrview.annotations.messages import STORE_DAMAGED, STORE_UNUSABLE
from cxrview.annotations.store import Store, StoreUnusable
from cxrview.gui.session.measuring import layer_of
from cxrview.gui.viewer.annotate.handles import handles, on_widget
from cxrview.i18n import say
from cxrview.messages import IN_USE_BY_ANOTHER
from tests.gui.conftest import make_phantom, write_png

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
LINE = Length(points=(Point(60, 100), Point(160, 200)))
COPIED = "Kind\tLabel\tQuantity\tValue\tUnit\nLength\t\tLength\t141.4\tpx"


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


@pytest.fixture
def film(window, phantom, qtbot):
    """A window on the phantom, 300 × 240 pixels without spacing."""
    return show(window, phantom, qtbot)


def show(window, path, qtbot):
    window.open([path])
    qtbot.waitUntil(lambda: window.state.shown.path == path and bool(window.measuring.key))
    window.canvas.setFocus()
    return window


def draw(window, annotation: Annotation = LINE) -> Annotation:
    window.annotations.add(window.measuring.key, annotation, "Length")
    return annotation


def rows(window) -> list[tuple[str, str]]:
    """Return what the list shows."""
    items = window.measurements.list
    found = (items.topLevelItem(row) for row in range(items.topLevelItemCount()))
    return [(item.text(0), item.text(1)) for item in found]


def at(window, x: float, y: float) -> QPoint:
    return on_widget(Point(x, y), window.canvas.placement).toPoint()


def drag(window, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(window.canvas, LEFT, NONE, start)
    QTest.mouseMove(window.canvas, end)
    QTest.mouseRelease(window.canvas, LEFT, NONE, end)


def kept(window) -> tuple[Annotation, ...]:
    """Return what the store has for the image on the screen; nothing while the window is making it."""
    path = window.annotations._store.path
    try:
        return Store(path).annotations(window.measuring.key).annotations
    except StoreUnusable:
        return ()


# Keeping


def test_what_is_drawn_is_there_again_after_a_restart(make_window, phantom, qtbot):
    first = show(make_window(), phantom, qtbot)
    draw(first)
    first.close()
    first.runner.close(wait=True)
    second = show(make_window(), phantom, qtbot)
    qtbot.waitUntil(lambda: second.measuring.items() == (LINE,))
    assert rows(second) == [("Length", "141.4 px")]


def test_a_copy_elsewhere_has_the_same_annotations(film, tmp_path, qtbot):
    draw(film)
    qtbot.waitUntil(lambda: kept(film) == (LINE,))
    copy = tmp_path / "elsewhere" / "copy.png"
    copy.parent.mkdir()
    copy.write_bytes(film.state.shown.path.read_bytes())
    show(film, copy, qtbot)
    assert film.measuring.items() == (LINE,)


def test_each_image_has_its_own(film, second, phantom, qtbot):
    draw(film)
    show(film, second, qtbot)
    assert film.measuring.items() == ()
    assert rows(film) == []
    assert not film.menus.actions["undo"].isEnabled()
    show(film, phantom, qtbot)
    assert film.measuring.items() == (LINE,)


def test_what_another_window_draws_is_not_overwritten(film, qtbot):
    draw(film)
    qtbot.waitUntil(lambda: kept(film) == (LINE,))
    code = """if True:
        import sys; from pathlib import Path
        from cxrview.annotations.annotation import Length, Point
        from cxrview.annotations.store import Change, Store
        line = Length(points=(Point(1, 1), Point(2, 2)), id="other")
        Store(Path(sys.argv[1])).write([Change(sys.argv[2], line.id, line)])
    """
    path = str(film.annotations._store.path)
    subprocess.run([sys.executable, "-c", code, path, film.measuring.key], check=True)
    moved = LINE.moved(5, 5)
    film.annotations.replace(film.measuring.key, moved, "length")
    qtbot.waitUntil(lambda: {item.id for item in kept(film)} == {LINE.id, "other"})
    qtbot.waitUntil(lambda: moved in kept(film))


def test_a_damaged_store_is_said_once_and_work_goes_on(make_window, home, phantom, qtbot):
    (home / "reading.sqlite").write_bytes(b"no database" * 999)
    window = make_window()
    said = []
    window.measuring.said.connect(said.append)
    show(window, phantom, qtbot)
    draw(window)
    qtbot.waitUntil(lambda: bool(said))
    draw(window, LINE.moved(1, 1))
    window.annotations.save()
    assert window.measuring.items()
    assert len(said) == 1
    assert said[0].startswith(f"reading.sqlite {say(STORE_DAMAGED)}")
    assert (home / "reading.sqlite").read_bytes() == b"no database" * 999
    window.annotations.give_up()  # closing would ask


def test_what_could_not_be_kept_is_kept_later(film, qtbot):
    draw(film)
    qtbot.waitUntil(lambda: kept(film) == (LINE,))
    film.annotations._store._patience = 0.05
    holder = sqlite3.connect(film.annotations._store.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    said = []
    film.measuring.said.connect(said.append)
    film.annotations.replace(film.measuring.key, LINE.moved(3, 3), "length")
    qtbot.waitUntil(lambda: bool(said))
    assert say(IN_USE_BY_ANOTHER) in said[0]
    holder.execute("ROLLBACK")
    holder.close()
    film.annotations.save()
    qtbot.waitUntil(lambda: kept(film) == (LINE.moved(3, 3),))


def test_what_is_drawn_while_the_store_cannot_be_read_is_kept_later(make_window, home, phantom, qtbot):
    (home / "reading.sqlite").mkdir()
    window = show(make_window(), phantom, qtbot)
    draw(window)
    window.annotations.save()
    said = say(STORE_UNUSABLE(reason="unable to open database file"))
    qtbot.waitUntil(lambda: said in window.statusBar().message.text())
    qtbot.waitUntil(lambda: not window.annotations._saving)  # that has failed too
    (home / "reading.sqlite").rmdir()
    window.annotations.save()
    qtbot.waitUntil(lambda: kept(window) == (LINE,))


# Taking back


def test_undo_and_redo_say_what_they_do(film):
    undo, redo = film.menus.actions["undo"], film.menus.actions["redo"]
    assert not undo.isEnabled()
    draw(film)
    assert undo.text() == "&Undo: Length"
    QTest.keyClick(film, Qt.Key.Key_Z, CTRL)
    assert film.measuring.items() == ()
    assert redo.text() == "&Redo: Length"
    QTest.keyClick(film, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert film.measuring.items() == (LINE,)


def test_looking_at_images_leaves_no_history_behind(film, phantom, second, qtbot):
    for path in (second, phantom, second):
        show(film, path, qtbot)
    assert film.annotations.undo_group.stacks() == []
    draw(film)
    assert film.menus.actions["undo"].isEnabled()
    show(film, phantom, qtbot)
    assert not film.menus.actions["undo"].isEnabled()  # nothing was done to this one
    show(film, second, qtbot)
    assert film.menus.actions["undo"].text() == "&Undo: Length"


def test_nothing_is_taken_back_on_an_image_that_is_not_shown_any_more(film):
    draw(film)
    assert film.menus.actions["undo"].isEnabled()
    film.session.close_all()
    assert not film.menus.actions["undo"].isEnabled()


def test_what_was_taken_back_is_not_kept(film, qtbot):
    draw(film)
    qtbot.waitUntil(lambda: kept(film) == (LINE,))
    film.menus.actions["undo"].trigger()
    qtbot.waitUntil(lambda: kept(film) == ())


def test_all_go_at_once_and_come_back_at_once(film):
    draw(film)
    draw(film, EllipseRoi(points=points((10, 10), (50, 40))))
    film.menus.actions["clear_annotations"].trigger()
    assert film.measuring.items() == ()
    assert not film.menus.actions["clear_annotations"].isEnabled()
    film.menus.actions["undo"].trigger()
    assert len(film.measuring.items()) == 2


# Changing with the mouse and by key


def test_a_handle_is_dragged(film):
    draw(film)
    drag(film, at(film, 160, 200), at(film, 180, 120))
    (line,) = film.measuring.items()
    assert line.points[0] == LINE.points[0]
    assert line.points[1] == pytest.approx((180, 120), abs=1)
    film.menus.actions["undo"].trigger()
    assert film.measuring.items() == (LINE,)


def test_the_whole_is_dragged_by_its_line(film):
    draw(film)
    drag(film, at(film, 110, 150), at(film, 130, 140))
    (line,) = film.measuring.items()
    ways = {tuple(np.subtract(new, old).round(3)) for new, old in zip(line.points, LINE.points, strict=True)}
    assert len(ways) == 1
    assert ways.pop() == pytest.approx((20, -10), abs=1)


def test_a_plate_is_dragged_away_and_stays_with_the_image(film):
    draw(film)
    layer = layer_of(film.canvas)
    place = layer.sights(film.canvas.placement)[0].place.center().toPoint()
    drag(film, place, place + QPoint(60, 80))
    (line,) = film.measuring.items()
    assert line.points == LINE.points
    moved = layer.sights(film.canvas.placement)[0].place.center().toPoint()
    assert (moved - place - QPoint(60, 80)).manhattanLength() <= 2


@pytest.mark.parametrize(
    "annotation",
    [
        RectangleRoi(points=points((60, 80), (160, 200))),
        EllipseRoi(points=points((60, 80), (160, 200))),
        Angle(points=points((60, 80), (100, 100), (60, 200))),
        CardiothoracicRatio(points=points((60, 80), (160, 80), (40, 120), (200, 120))),
        FreehandRoi(points=points((60, 80), (160, 80), (160, 200), (60, 200))),
    ],
    ids=lambda annotation: annotation.kind,
)
def test_every_handle_goes_where_it_is_dragged(film, annotation):
    for index in range(len(handles(annotation))):
        film.measuring.clear()
        draw(film, annotation)
        film.annotations.select(annotation.id)
        before = handles(annotation)[index]
        drag(film, at(film, *before), at(film, *before) + QPoint(12, 17))
        (changed,) = film.measuring.items()
        way = film.canvas.placement.to_image.map(12.0, 17.0)
        start = film.canvas.placement.to_image.map(0.0, 0.0)
        expected = np.add(before, np.subtract(way, start))
        after = handles(changed)[index]
        free = [0, 1] if annotation.kind != "ellipse" else [index % 2]  # a side of an ellipse moves one way
        assert np.allclose(np.array(after)[free], expected[free], atol=1)


def test_a_tool_for_looking_does_not_move_what_lies_beside_the_line(film):
    draw(film, RectangleRoi(points=points((60, 80), (160, 200))))
    before = film.state.voi
    drag(film, at(film, 110, 140), at(film, 130, 150))  # inside it
    assert film.state.voi != before
    assert film.measuring.items()[0].points == points((60, 80), (160, 200))


def test_arrow_keys_move_a_handle_by_pixels_and_page_otherwise(film, second, qtbot):
    film.open([second])
    qtbot.waitUntil(lambda: film.state.shown.path == second)
    show(film, film.state.shown.path, qtbot)
    draw(film)
    film.annotations.select(LINE.id)
    layer = layer_of(film.canvas)
    QTest.keyClick(film.canvas, Qt.Key.Key_Return)  # the first handle
    QTest.keyClick(film.canvas, Qt.Key.Key_Right)
    QTest.keyClick(film.canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert film.measuring.items()[0].points == (Point(61, 90), LINE.points[1])
    film.menus.actions["undo"].trigger()  # both steps at once
    assert film.measuring.items()[0].points == LINE.points
    for _ in range(2):
        QTest.keyClick(film.canvas, Qt.Key.Key_Return)
    assert layer.active == -1
    QTest.keyClick(film.canvas, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: film.state.shown.path != second)


def test_delete_removes_what_is_selected(film):
    delete = film.menus.actions["delete_annotation"]
    draw(film)
    assert not delete.isEnabled()
    QTest.mouseClick(film.canvas, LEFT, NONE, at(film, 110, 150))
    assert delete.isEnabled()
    QTest.keyClick(film, Qt.Key.Key_Delete)
    assert film.measuring.items() == ()


def test_delete_in_the_study_list_is_about_the_list(film):
    key = film.measuring.key
    draw(film)
    film.annotations.select(LINE.id)
    film.studies.tree.setFocus()
    QTest.keyClick(film.studies.tree, Qt.Key.Key_Delete)
    assert film.annotations.of(key) == (LINE,)
    assert not film.state.entries


def test_n_goes_from_one_to_the_next(film):
    draw(film)
    other = draw(film, LINE.moved(5, 5).__class__(points=points((1, 1), (50, 1))))
    seen = []
    for _ in range(3):
        QTest.keyClick(film, Qt.Key.Key_N)
        seen.append(film.annotations.selected)
    assert seen == [LINE.id, other.id, LINE.id]


def test_a_double_click_writes_a_label(film, qtbot):
    draw(film)
    QTest.mouseDClick(film.canvas, LEFT, NONE, at(film, 110, 150))
    editor = layer_of(film.canvas).editor
    qtbot.waitUntil(editor.hasFocus)
    QTest.keyClicks(editor, "rib")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert film.measuring.items()[0].label == "rib"
    assert rows(film)[0][0] == "rib"


def test_a_text_without_words_goes(film):
    note = draw(film, Text(points=points((50, 50)), label="here"))
    film.annotations.select(note.id)
    film.measuring.rename()
    editor = layer_of(film.canvas).editor
    editor.clear()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert film.measuring.items() == ()


# Seeing


def test_what_is_hidden_is_not_seen_and_not_taken(film):
    plain = film.canvas.grab().toImage()
    draw(film)
    assert film.canvas.grab().toImage() != plain
    QTest.keyClick(film, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert not film.menus.actions["show_annotations"].isChecked()
    assert film.canvas.grab().toImage() == plain
    QTest.mouseClick(film.canvas, LEFT, NONE, at(film, 110, 150))
    assert film.annotations.selected == ""


def test_both_viewports_show_what_is_drawn_on_the_image(film, qtbot):
    film.menus.actions["twins"].trigger()
    views = [canvas.view for canvas in film.viewports.canvases]
    qtbot.waitUntil(lambda: all(view.shown.radiograph is not None for view in views))
    qtbot.waitUntil(lambda: all(film.annotations.key(view) for view in views))
    draw(film)
    assert [len(layer_of(canvas).items()) for canvas in film.viewports.canvases] == [1, 1]
    film.menus.actions["one"].trigger()
    draw(film, EllipseRoi(points=points((1, 1), (9, 9))))  # the other canvas is gone
    assert len(film.measuring.items()) == 2


def test_plates_keep_off_their_lines_and_off_each_other(film):
    for shift in range(4):
        draw(film, Length(points=points((60, 60 + 14 * shift), (160, 60 + 14 * shift))))
    sights = layer_of(film.canvas).sights(film.canvas.placement)
    for sight in sights:
        assert not sight.shape.touches(sight.place)
        assert not any(sight.place.intersects(other.place) for other in sights if other is not sight)


def test_plates_have_the_same_size_at_every_zoom(film):
    draw(film)
    layer = layer_of(film.canvas)
    before = layer.sights(film.canvas.placement)[0].place.size()
    film.canvas.set_zoom(film.canvas.zoom * 2)
    assert layer.sights(film.canvas.placement)[0].place.size() == before


# The list


def test_the_list_says_what_there_is(film):
    assert film.measurements.empty.isVisible()
    draw(film)
    draw(film, Text(points=points((5, 5)), label="R"))
    assert rows(film) == [("Length", "141.4 px"), ("R", "")]
    assert not film.measurements.empty.isVisible()
    film.measurements.fold.click()
    assert not film.measurements.list.isVisible()


def test_a_row_selects_and_is_brought_into_view(film):
    far = draw(film, Length(points=points((1, 1), (20, 1))))
    film.canvas.set_zoom(8.0)
    film.canvas.set_placement(8.0, QPointF(240, 300))
    assert not film.canvas.rect().contains(at(film, 10, 1))
    item = film.measurements.list.topLevelItem(0)
    place = film.measurements.list.visualItemRect(item).center()
    QTest.mouseClick(film.measurements.list.viewport(), LEFT, NONE, place)
    assert film.annotations.selected == far.id
    assert film.canvas.rect().contains(at(film, 10, 1))


def test_a_row_is_renamed_in_place(film, qtbot):
    draw(film)
    items = film.measurements.list
    items.setFocus()
    items.editItem(items.topLevelItem(0), 0)
    editor = items.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "aorta")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: film.measuring.items()[0].label == "aorta")
    film.menus.actions["undo"].trigger()
    assert rows(film)[0][0] == "Length"


def test_values_are_copied_from_the_menu_and_from_the_list(film):
    draw(film)
    film.menus.actions["copy_values"].trigger()
    assert QGuiApplication.clipboard().text() == COPIED
    QGuiApplication.clipboard().clear()
    film.measurements.list.setFocus()
    QTest.keyClick(film.measurements.list, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == COPIED
    film.annotations.select(LINE.id)
    QTest.keyClick(film.measurements.list, Qt.Key.Key_Delete)
    assert film.measuring.items() == ()


# Speed


def test_a_large_region_is_measured_behind_the_window(window, tmp_path, qtbot):
    pixels = make_phantom(0, 1200, 1200).astype(np.uint16) * 200
    show(window, write_png(tmp_path / "large.png", pixels), qtbot)
    turns = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    outline = [Point(600 + 550 * np.cos(turn), 600 + 550 * np.sin(turn)) for turn in turns]
    draw(window, FreehandRoi(points=tuple(outline)))
    assert rows(window) == [("Freehand region", "…")]  # nothing was counted in this thread
    qtbot.waitUntil(lambda: rows(window)[0][1].startswith("mean"))
    y, x = np.mgrid[:1200, :1200] + 0.5
    inside = pixels[(x - 600) ** 2 + (y - 600) ** 2 <= 550**2]
    ((_, result),) = window.measuring.results()
    assert result.quantities[0].value == pytest.approx(inside.mean(), rel=1e-4)
