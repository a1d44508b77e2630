"""Windows that open beside the main one begin no larger than the screen, as at 150 % on a laptop."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from cxrview.gui.widgets.window_size import FRAME, fitted

SMALL = QSize(640, 420)  # logical pixels


@pytest.fixture
def small_screen(opened, monkeypatch):
    """The window with an image, on a screen that has since become a small one."""
    monkeypatch.setattr(QScreen, "availableSize", lambda _screen: SMALL)
    return opened


def test_what_fits_has_the_size_that_is_wanted(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    assert fitted(QSize(300, 200), widget) == QSize(300, 200)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("manual", lambda window: window.help.window),
        ("about", lambda window: window.help.dialog),
        ("second_window", lambda window: window.viewports.second),
    ],
)
def test_a_window_is_no_larger_than_the_screen_at_first(small_screen, command, found, qtbot):
    small_screen.menus.actions[command].trigger()
    size = found(small_screen).size() + FRAME
    assert size.boundedTo(SMALL) == size
