"""The menu of the picture comes at a short click with the right button, which windows when it is dragged."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from cxrview.annotations.annotation import Length, Point

RIGHT = Qt.MouseButton.RightButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def menu(qapp):
    """Returns the open menu, or None; it is closed after the test."""
    yield QApplication.activePopupWidget
    if QApplication.activePopupWidget() is not None:
        QApplication.activePopupWidget().close()


def click(qtbot, canvas, way: QPoint) -> None:
    middle = canvas.rect().center()
    qtbot.mousePress(canvas, RIGHT, pos=middle)
    qtbot.mouseMove(canvas, middle + way)
    qtbot.mouseRelease(canvas, RIGHT, pos=middle + way)


def test_a_short_click_brings_the_menu_and_leaves_the_window_as_it_was(opened, menu, qtbot):
    before = opened.state.voi
    click(qtbot, opened.canvas, QPoint(2, 1))
    assert isinstance(menu(), QMenu)
    assert opened.state.voi == before
    offered = menu().actions()
    assert opened.menus.windows.menuAction() in offered
    next(action for action in offered if action is opened.menus.actions["invert"]).trigger()
    assert opened.state.inverted


def test_a_drag_windows_and_brings_no_menu(opened, menu, qtbot):
    before = opened.state.voi
    click(qtbot, opened.canvas, QPoint(60, 10))
    assert menu() is None
    assert opened.state.voi != before


def test_a_drag_that_comes_back_brings_no_menu(opened, menu, qtbot):
    canvas, middle = opened.canvas, opened.canvas.rect().center()
    qtbot.mousePress(canvas, RIGHT, pos=middle)
    for way in (QPoint(50, 0), QPoint(0, 0)):
        qtbot.mouseMove(canvas, middle + way)
    qtbot.mouseRelease(canvas, RIGHT, pos=middle)
    assert menu() is None


def test_the_menu_key_brings_the_menu(opened, menu):
    place = opened.canvas.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, opened.canvas.mapToGlobal(place))
    QApplication.sendEvent(opened.canvas, event)
    assert isinstance(menu(), QMenu)


def test_there_is_no_menu_without_an_image(window, menu, qtbot):
    click(qtbot, window.canvas, QPoint(0, 0))
    assert menu() is None


def test_what_was_clicked_on_is_selected_and_can_be_removed(opened, menu, qtbot):
    canvas = opened.canvas
    qtbot.waitUntil(lambda: opened.measuring.key != "")
    middle = canvas.placement.to_image.map(QPointF(canvas.rect().center()))
    line = Length(points=(Point(middle.x() - 40, middle.y()), Point(middle.x() + 40, middle.y())))
    opened.annotations.add(opened.measuring.key, line, "Length")
    opened.annotations.select("")
    click(qtbot, canvas, QPoint(0, 0))
    remove = opened.menus.actions["delete_annotation"]
    assert remove in menu().actions()
    assert remove.isEnabled()
    remove.trigger()
    assert opened.annotations.of(opened.measuring.key) == ()
