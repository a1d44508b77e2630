"""The image beside the same with its heatmap, or beside its mirror image, whichever the user turns to."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from cxrview.gui.commands import image
from cxrview.gui.state import Entry, ViewStage
from cxrview.gui.viewer.view_transform import Orientation
from tests.gui.conftest import make_phantom, write_png
from tests.gui.viewer.test_viewports import shows


@pytest.fixture
def twins(opened, phantom, qtbot):
    """A window with the phantom beside itself, and the two viewports."""
    qtbot.keyClick(opened, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    plain, heated = opened.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(heated, phantom) and heated.view.reading.prediction is not None)
    return opened, plain, heated


def test_an_image_chosen_for_the_one_with_the_heatmap_comes_into_both(twins, second, qtbot):
    window, plain, heated = twins
    window.state.set_active(heated.view)
    window.open([second])
    qtbot.waitUntil(lambda: shows(plain, second) and shows(heated, second))


def test_the_plain_image_stands_on_the_left_and_the_heatmap_is_shown(opened, phantom, second, qtbot):
    opened.state.change_settings(heatmap_visible=False)
    qtbot.keyClick(opened, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    opened.state.set_active(opened.viewports.grid.viewports[1].view)
    opened.open([second])
    qtbot.waitUntil(lambda: shows(opened.stage, second))
    qtbot.keyClick(opened, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    left, right = opened.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(left, second) and shows(right, second))
    assert opened.state.settings.heatmap_visible
    assert (left.view.heat_shown, right.view.heat_shown) == (False, True)
    qtbot.waitUntil(lambda: left.mapTo(opened, QPoint()).x() < right.mapTo(opened, QPoint()).x())


def test_paging_on_either_side_keeps_them_together(twins, phantom, second, qtbot):
    window, plain, heated = twins
    window.open([second])
    qtbot.waitUntil(lambda: shows(plain, second) and shows(heated, second))
    for port, step, path in ((heated, -1, phantom), (plain, 1, second), (heated, -1, phantom)):
        window.state.set_active(port.view)
        window.session.step(step)
        qtbot.waitUntil(lambda path=path: shows(plain, path) and shows(heated, path))
        assert (plain.view.heat_shown, heated.view.heat_shown) == (False, True)


def test_what_is_done_to_the_one_with_the_heatmap_is_done_to_both(twins, qtbot):
    window, plain, heated = twins
    window.state.set_active(heated.view)
    for key in (Qt.Key.Key_Period, Qt.Key.Key_I):  # turned and inverted
        qtbot.keyClick(window, key)
    image.use_clahe(window.bench, True)
    for view in (plain.view, heated.view):
        assert (view.orientation, view.inverted, view.filters) == (Orientation(1), True, {"clahe"})


def test_a_file_that_cannot_be_read_does_not_stand_beside_the_image_before_it(twins, tmp_path, qtbot):
    window, plain, heated = twins
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    window.open([broken])
    qtbot.waitUntil(lambda: plain.view.shown.stage is ViewStage.FAILED)
    assert plain.view.shown.path == broken
    assert heated.view.shown.stage is ViewStage.EMPTY
    third = write_png(tmp_path / "third.png", make_phantom(3, 100, 90))
    window.open([third])
    qtbot.waitUntil(lambda: shows(plain, third) and shows(heated, third))


def test_an_image_of_the_second_window_does_not_empty_them(opened, phantom, second, qtbot):
    opened.menus.actions["second_window"].trigger()
    other = opened.viewports.second
    qtbot.waitExposed(other)
    opened.state.set_active(other.viewport.view)
    opened.open([second])
    qtbot.waitUntil(lambda: shows(other.viewport, second))
    opened.menus.actions["twins"].trigger()
    plain, heated = opened.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(plain, phantom) and shows(heated, phantom))
    assert shows(other.viewport, second)


def test_closing_everything_empties_both(twins, qtbot):
    window, plain, heated = twins
    window.session.close_all()
    assert plain.view.shown.stage is heated.view.shown.stage is ViewStage.EMPTY


def test_an_image_wanted_beside_the_one_on_the_screen_parts_them(twins, phantom, second, qtbot):
    window, plain, heated = twins
    window.state.add_entries([Entry(second)])
    window.studies.beside.emit(second, 0)
    qtbot.waitUntil(lambda: shows(plain, phantom) and shows(heated, second))
    assert not window.state.arrangement.twins


def test_the_mirror_image_shows_the_other_side_of_what_is_looked_at(opened, phantom, qtbot):
    window = opened
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    plain, mirror = window.viewports.grid.viewports
    qtbot.waitUntil(lambda: shows(mirror, phantom))
    assert window.menus.actions["mirror"].isChecked()
    assert mirror.view.orientation == plain.view.orientation.flipped()
    assert not plain.view.heat_shown
    assert not mirror.view.heat_shown
    plain.canvas.set_zoom(3.0, QPointF(10, 20))  # so that this point of the widget stays
    left, right = plain.canvas.placement, mirror.canvas.placement
    assert left.zoom == pytest.approx(right.zoom)
    assert left.centre.x() != pytest.approx(left.columns / 2, abs=2)
    assert right.centre.x() == pytest.approx(right.columns - left.centre.x())
    assert right.centre.y() == pytest.approx(left.centre.y())
    qtbot.keyClick(window, Qt.Key.Key_Period)  # turned a quarter, both of them
    assert mirror.view.orientation == plain.view.orientation.flipped()
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    assert len(window.viewports.viewports) == 1
    assert not window.menus.actions["mirror"].isChecked()
    assert window.canvas.view.heat_shown
