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


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", [(320, 420), (240, 320), (900, 300)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_empty_window_keeps_its_buttons(qtbot, qapp, language, size, scale):
    words = {
        "en": ("Open…", "Open folder…", "Open sample radiograph"),
        "de": ("Öffnen…", "Ordner öffnen…", "Beispielaufnahme öffnen"),
    }[language]
    page = MessagePage([QAction(text, qapp) for text in words])
    page.setMinimumSize(60, 60)
    font = page.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    for part in (page, *page.findChildren(QPushButton), page.title, page.text):
        part.setFont(font)
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    page.say("Drop chest radiographs here", SENTENCE)
    qtbot.wait(1)
    first = page.findChildren(QPushButton)[0]
    assert first.isVisible()
    seen = [button for button in page.findChildren(QPushButton) if button.isVisible()]
    for button in seen:
        assert page.rect().contains(button.rect().translated(button.mapTo(page, button.rect().topLeft())))
        assert button.width() >= button.sizeHint().width()
    if scale == 1.0:
        assert len(seen) == 3
