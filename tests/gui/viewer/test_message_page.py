"""The page that stands in for an image, in viewports of every size."""

from itertools import pairwise

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from cxrview.gui import theme
from cxrview.gui.viewer.message_page import MessagePage

SENTENCE = "This file has pixels that are no picture of anything (JPEG 2000); it may be damaged or cut. " * 2
LARGE = (900, 700)


@pytest.fixture
def page(qtbot, qapp) -> MessagePage:
    theme.apply(qapp, theme.DARK)
    page = MessagePage([QAction("Try again", qapp), QAction("Open…", qapp)])
    page.set_icon("file-x", "#e5676b")
    page.setMinimumSize(60, 60)  # as a viewport lets it
    qtbot.addWidget(page)
    page.resize(*LARGE)
    page.show()
    qtbot.waitExposed(page)
    page.say("broken.dcm", SENTENCE, "/a/folder/of/films/broken.dcm")
    return page


def parts(page: MessagePage) -> list:
    """Return what can be seen on the page, from above."""
    buttons = page.findChild(QPushButton).parentWidget()
    widgets = [page._icon, page.title, page.text, page.detail, buttons]
    return [widget for widget in widgets if widget.isVisible()]


@pytest.mark.parametrize(
    "size", [LARGE, (520, 380), (320, 240), (220, 300), (160, 185), (150, 130), (90, 90)]
)
def test_nothing_on_the_page_overlaps(page, qtbot, size):
    page.resize(*size)
    qtbot.wait(1)  # the layout is made when the events are
    places = [widget.geometry() for widget in parts(page)]
    assert page.title in parts(page)
    assert page.text in parts(page)
    for above, below in pairwise(places):
        assert above.bottom() < below.top()


def test_what_has_no_room_is_in_the_tool_tip(page, qtbot):
    assert len(parts(page)) == 5
    assert page.toolTip() == ""
    page.resize(160, 185)
    assert page.detail not in parts(page)
    assert "broken.dcm" in page.toolTip()
    page.resize(*LARGE)
    assert len(parts(page)) == 5
    assert page.toolTip() == ""


def test_the_page_is_the_same_however_often_it_was_resized(page):
    before = page.text.height()
    for width in (300, 700, 200, LARGE[0]):
        page.resize(width, LARGE[1])
    assert page.text.height() == before
