"""Several viewports: layouts, which one commands are about, what ties them together, the second window."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from cxrview.gui.commands.film_only import FilmOnly
from cxrview.gui.state import Entry, Mark, ViewStage
from cxrview.gui.viewer.drag import packed
from cxrview.gui.viewer.view_transform import Orientation
from cxrview.imaging import Window
from tests.gui.conftest import make_phantom, write_png
from tests.gui.dicom_files import write_dicom
from tests.gui.viewer.test_canvas import drag


def shows(port, path: Path) -> bool:
    return port.view.shown.path == path and port.view.shown.stage is ViewStage.SHOWN


@pytest.fixture
def pair(opened, phantom, second, qtbot):
    """Two viewports side by side with two images of different size."""
    opened.resize(1500, 900)
    qtbot.keyClick(opened, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    left, right = opened.viewports.grid.viewports
    opened.state.set_active(right.view)
    opened.open([second])
    qtbot.waitUntil(lambda: shows(left, phantom) and shows(right, second))
    opened.state.set_active(left.view)
    return opened, left, right


@pytest.mark.parametrize(("key", "rows", "columns"), [("1", 1, 1), ("2", 1, 2), ("3", 2, 1), ("4", 2, 2)])
def test_keys_choose_the_layout(opened, key, rows, columns, phantom, qtbot):
    qtbot.keyClick(opened, key, Qt.KeyboardModifier.AltModifier)
    grid = opened.viewports.grid
    assert (grid.rows, grid.columns, len(grid.viewports)) == (rows, columns, rows * columns)
    assert shows(opened.stage, phantom)  # the active one keeps its image
    names = ("one", "two_columns", "two_rows", "four")
    assert [name for name in names if opened.menus.actions[name].isChecked()] == [names[int(key) - 1]]
    qtbot.keyClick(opened, "1", Qt.KeyboardModifier.AltModifier)
    assert len(opened.state.views) == 1
    assert shows(opened.stage, phantom)


def test_leaving_a_layout_keeps_the_active_image(pair, second, qtbot):
    window, _left, right = pair
    window.state.set_active(right.view)
    window.viewports.use("one")
    assert shows(window.stage, second)


def test_a_file_on_its_way_to_a_viewport_that_goes_is_not_being_read_any_more(pair, tmp_path, qtbot):
    window, _left, right = pair
    gate = threading.Event()
    window.runner.start("before", lambda _report: gate.wait(20), done=str, failed=pytest.fail)
    fourth = write_png(tmp_path / "fourth.png", make_phantom(4, 100, 90))
    window.state.add_entries([Entry(fourth)])
    window.session.select(fourth, 0, right.view)
    assert window.state.entries[fourth].mark is Mark.LOADING
    window.viewports.use("one")
    assert window.state.entries[fourth].mark is Mark.UNREAD
    gate.set()


def test_a_click_makes_a_viewport_the_active_one_and_panels_follow(pair, second, qtbot):
    window, left, right = pair
    qtbot.waitUntil(lambda: right.view.reading.prediction is not None)
    qtbot.mouseClick(right.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert window.state.active is right.view
    assert window.windowTitle().startswith(second.name)
    assert window.studies.tree.currentIndex().isValid()
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert (left.view.inverted, right.view.inverted) == (False, True)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    assert window.state.active is left.view
    assert not window.menus.actions["invert"].isChecked()


def test_an_empty_viewport_goes_on_from_what_another_one_shows(opened, phantom, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: shows(opened.stage, second))
    qtbot.keyClick(opened, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(opened, Qt.Key.Key_F6)
    left, right = opened.viewports.grid.viewports
    assert right.view.shown.stage is ViewStage.EMPTY
    qtbot.keyClick(opened, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: shows(right, phantom))
    assert shows(left, second)


def test_a_chosen_image_comes_into_the_active_viewport_only(pair, phantom, tmp_path, qtbot):
    window, left, right = pair
    third = write_png(tmp_path / "third.png", make_phantom(3, 100, 90))
    window.state.set_active(right.view)
    window.open([third])
    qtbot.waitUntil(lambda: shows(right, third))
    assert shows(left, phantom)


@pytest.mark.parametrize("wide", [1000, 1001])
def test_the_same_film_twice_fits_at_one_zoom_whatever_the_width(opened, wide, qtbot):
    opened.menus.actions["twins"].trigger()
    grid = opened.viewports.grid
    opened.resize(opened.width() + wide - grid.width(), opened.height())
    qtbot.waitUntil(lambda: grid.width() == wide)
    left, right = (port.canvas for port in grid.viewports)
    assert left.size() == right.size()
    assert left.zoom == right.zoom


def test_an_image_dropped_from_the_list_is_shown_where_it_was_dropped(pair, phantom, qtbot):
    window, left, right = pair
    window.state.set_active(left.view)
    data = packed(phantom, 0)
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    right.dropEvent(event)
    qtbot.waitUntil(lambda: shows(right, phantom))
    assert window.state.active is right.view


def test_synchronised_viewports_zoom_move_and_window_together(pair, qtbot):
    window, left, right = pair
    window.state.set_active(left.view)
    qtbot.keyClick(window, Qt.Key.Key_Y)
    left.canvas.set_zoom(left.canvas.zoom * 3, QPointF(100, 120))
    mine, other = left.canvas.placement, right.canvas.placement
    assert other.zoom / other.fit_zoom(4) == pytest.approx(mine.zoom / mine.fit_zoom(4))
    assert other.centre.x() / other.columns == pytest.approx(mine.centre.x() / mine.columns)
    default = left.view.voi
    drag(qtbot, left.canvas, QPoint(200, 200), QPoint(60, -40), Qt.MouseButton.RightButton)
    assert left.view.voi != default
    assert right.view.voi.width == pytest.approx(
        left.view.voi.width * right.view.shown.radiograph.default_voi.width / default.width
    )
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert right.canvas.fitted
    qtbot.keyClick(window, Qt.Key.Key_Y)
    left.canvas.set_zoom(left.canvas.zoom * 2)
    assert right.canvas.fitted


def test_another_image_in_one_viewport_leaves_the_window_of_the_other(pair, tmp_path, qtbot):
    window, left, right = pair
    window.viewports.synchronise(True)
    right.view.set_voi(Window(100, 50))
    chosen = right.view.voi
    window.state.set_active(left.view)
    third = write_png(tmp_path / "third.png", make_phantom(3, 100, 90))
    window.open([third])
    qtbot.waitUntil(lambda: shows(left, third))
    assert right.view.voi == chosen


def test_the_image_stands_beside_itself_with_its_heatmap(opened, phantom, second, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    left, right = opened.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(right, phantom) and right.view.reading.prediction is not None)
    assert (left.view.heat_shown, right.view.heat_shown) == (False, True)
    assert np.ptp(pixels(left.canvas), axis=2).max() == 0
    assert np.ptp(pixels(right.canvas), axis=2).max() > 30
    left.canvas.set_zoom(2.0)
    assert right.canvas.zoom == pytest.approx(2.0)
    for key in (Qt.Key.Key_Period, Qt.Key.Key_I):  # turned and inverted
        qtbot.keyClick(opened, key)
    assert right.view.orientation == left.view.orientation != Orientation()
    assert right.view.inverted
    opened.open([second])  # into the active, left one: its twin follows
    qtbot.waitUntil(lambda: shows(left, second) and shows(right, second))
    qtbot.keyClick(opened, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert len(opened.state.views) == 1
    assert opened.state.active.heat_shown
    assert not opened.state.arrangement.synchronised


def pixels(canvas) -> np.ndarray:
    QApplication.processEvents()
    image = canvas.grab().toImage().convertToFormat(canvas.grab().toImage().Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    grey = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)
    middle = canvas.rect().center()
    return grey[middle.y() - 60 : middle.y() + 60, middle.x() - 60 : middle.x() + 60]


def test_a_turned_and_windowed_image_gets_a_twin_that_looks_like_it(opened, phantom, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_Period)
    opened.state.set_voi(Window(120, 60))
    qtbot.keyClick(opened, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    left, right = opened.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(right, phantom))
    assert right.view.orientation == Orientation(1)
    assert right.view.voi == left.view.voi == Window(120, 60)


def test_the_second_window_has_a_viewport_of_its_own(opened, second, qtbot):
    opened.menus.actions["second_window"].trigger()
    other = opened.viewports.second
    qtbot.waitExposed(other)
    qtbot.mouseClick(other.viewport, Qt.MouseButton.LeftButton)
    assert opened.state.active is other.viewport.view
    opened.open([second])
    qtbot.waitUntil(lambda: shows(other.viewport, second))
    assert other.windowTitle().startswith(second.name)
    qtbot.keyClick(other, Qt.Key.Key_I)  # the keys work there too
    assert other.viewport.view.inverted
    other.close()
    assert not opened.menus.actions["second_window"].isChecked()
    assert len(opened.state.views) == 1
    assert not opened.state.active.inverted


def test_a_second_window_that_gets_the_focus_as_it_closes_does_not_stay_active(opened, second, qtbot):
    opened.menus.actions["second_window"].trigger()
    other = opened.viewports.second
    qtbot.waitExposed(other)
    other.viewport.activated.emit()
    other.close()
    other.viewport.activated.emit()  # as it comes from an X server
    assert opened.state.active is opened.stage.view
    with qtbot.waitSignal(other.viewport.view.destroyed):
        pass
    opened.viewports.use("two_columns")
    opened.state.set_active(opened.state.views[1])
    assert opened.viewports.active is opened.viewports.grid.viewports[1]


def test_closing_the_window_closes_the_second_one(opened, qtbot):
    opened.menus.actions["second_window"].trigger()
    other = opened.viewports.second
    qtbot.waitExposed(other)
    opened.close()
    assert not other.isVisible()


def test_frontal_and_lateral_of_a_study_go_side_by_side(window, tmp_path, qtbot):
    paths = {
        view: write_dicom(tmp_path / f"{view}.dcm", study="1.2.3", view=view, date="20260103")
        for view in ("LL", "PA")
    }
    window.open([paths["LL"], paths["PA"]])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and shows(window.stage, paths["LL"]))
    window.menus.actions["arrange"].trigger()
    left, right = window.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(left, paths["PA"]) and shows(right, paths["LL"]))


def test_the_image_and_the_one_before_it_go_side_by_side(window, tmp_path, qtbot):
    days = {"20260103": "1.2.3", "20251120": "1.2.4", "20240101": "1.2.5"}
    paths = {
        day: write_dicom(tmp_path / f"{day}.dcm", study=study, view="PA", date=day)
        for day, study in days.items()
    }
    window.open(list(paths.values()))
    qtbot.waitUntil(lambda: len(window.state.entries) == 3 and shows(window.stage, paths["20260103"]))
    window.menus.actions["arrange"].trigger()
    left, right = window.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(left, paths["20260103"]) and shows(right, paths["20251120"]))


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two patients; the file names have another order than the list."""
    for file, name, number, date in (
        ("1", "ROE^RICHARD", "2", "20250101"),
        ("2", "DOE^JANE", "1", "20240101"),
        ("3", "DOE^JANE", "1", "20260101"),
        ("4", "DOE^JANE", "1", "20250101"),
    ):
        where = tmp_path / "films"
        where.mkdir(exist_ok=True)
        write_dicom(where / f"{file}.dcm", name=name, patient_id=number, date=date)
    return tmp_path / "films"


def test_a_folder_opens_on_its_first_row_and_empty_panes_get_the_patients_next_films(window, folder, qtbot):
    window.open([folder])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.state.shown.path == folder / "3.dcm"  # Jane Doe's newest
    window.menus.actions["compare_prior"].trigger()
    left, right = window.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(left, folder / "3.dcm") and shows(right, folder / "4.dcm"))
    window.menus.actions["four"].trigger()
    ports = window.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(ports[2], folder / "2.dcm"))
    assert ports[3].view.shown.path is None  # it is nobody else's
    window.menus.actions["close_all"].trigger()
    assert len(window.viewports.grid.viewports) == 1
    assert window.state.shown.path is None
    window.open([folder / "1.dcm", folder / "3.dcm"])
    qtbot.waitUntil(lambda: window.state.shown.path == folder / "1.dcm")  # what was named first


def test_films_whose_files_name_no_study_are_not_put_together(window, tmp_path, qtbot):
    paths = [
        write_dicom(tmp_path / f"{view}.dcm", view=view, name=name, patient_id=name, StudyInstanceUID="")
        for view, name in (("PA", "DOE^JANE"), ("LL", "ROE^RICHARD"))
    ]
    window.open(paths)
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and window.state.shown.stage is ViewStage.SHOWN)
    window.menus.actions["arrange"].trigger()
    assert "no other view" in window.statusBar().message.text()
    assert len(window.state.views) == 1


def test_where_nothing_belongs_beside_the_image_that_is_said(opened):
    opened.menus.actions["arrange"].trigger()
    assert "no other view" in opened.statusBar().message.text()
    assert len(opened.state.views) == 1


def test_frames_run_and_stop_and_only_the_one_that_stands_is_read(window, tmp_path, qtbot):
    path = write_dicom(tmp_path / "loop.dcm", frames=6, frame_time=20)
    window.open([path])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    bar = window.stage.frames
    assert bar.isVisible()
    seen = set()
    window.state.shown_changed.connect(lambda shown: seen.add(shown.frame))
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(seen) == 6)  # round and round
    assert window.state.reading.prediction is None
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    bar.slider.setValue(3)
    qtbot.waitUntil(lambda: window.state.shown.frame == 3)
    assert bar.count.text() == "4 / 6"


def test_the_bar_of_frames_is_not_there_for_a_single_image(opened):
    assert not opened.stage.frames.isVisible()


def test_an_image_counts_as_seen_after_a_moment_on_the_screen(opened, phantom, qtbot):
    qtbot.waitUntil(lambda: opened.state.entries[phantom].seen)


def test_full_screen_is_for_the_window_that_has_the_focus(opened, qtbot):
    opened.menus.actions["second_window"].trigger()
    other = opened.viewports.second
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    opened.menus.actions["full_screen"].trigger()
    assert (opened.isFullScreen(), other.isFullScreen()) == (False, True)
    assert not opened.menus.actions["full_screen"].isChecked()
    qtbot.keyClick(other, Qt.Key.Key_Escape)
    assert not other.isFullScreen()
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    opened.menus.actions["full_screen"].trigger()
    assert (opened.isFullScreen(), other.isFullScreen()) == (True, False)


def test_full_screen_is_the_film_alone_with_panels_at_the_edges(opened, qtbot):
    film = opened.bench.part(FilmOnly)
    where = QPoint(400, 300)
    film._pointer = lambda: opened.mapToGlobal(where)
    sizes, canvas = opened.splitter.sizes(), opened.canvas
    opened.menus.actions["full_screen"].trigger()
    qtbot.waitUntil(lambda: film.is_on)
    around = (opened.studies, opened.reading, opened.menuBar(), opened.bench.toolbar, opened.statusBar())
    opened.statusBar().say("")
    film.look()
    assert not any(part.isVisible() for part in around)
    qtbot.waitUntil(lambda: canvas.size() == opened.size())
    for edge, shown in (
        (QPoint(0, 300), opened.studies),
        (QPoint(opened.width() - 1, 300), opened.reading),
        (QPoint(400, 0), opened.menuBar()),
        (QPoint(400, opened.height() - 1), opened.statusBar()),
    ):
        where = edge
        film.look()
        assert shown.isVisible()
        where = QPoint(opened.width() // 2, opened.height() // 2)
        film.look()
        assert not any(part.isVisible() for part in around)
    opened.menus.actions["studies"].trigger()  # with its key
    film.look()
    assert opened.studies.isVisible()
    assert canvas.size() == opened.size()  # it lies over the film
    opened.menus.actions["full_screen"].trigger()
    qtbot.waitUntil(lambda: not film.is_on)
    assert all(part.isVisible() for part in around)
    qtbot.waitUntil(lambda: opened.splitter.sizes() == sizes)
    opened.menus.actions["full_screen"].trigger()
    qtbot.waitUntil(lambda: film.is_on)
    opened.close()
    assert opened.geometry_store.value("studies") in (True, "true")  # at the next start it is there again
