"""Help opens offline, lists the keys in use, and is complete in every language."""

import itertools
import re
from urllib.parse import urlparse

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication

from cxrview import environment, i18n, paths
from cxrview.gui.batch.similar import SimilarDialog
from cxrview.gui.commands import export
from cxrview.gui.commands.training import show_card
from cxrview.gui.dialogs.export import ExportDialog
from cxrview.gui.dialogs.help import HelpWindow
from cxrview.gui.library.card_dialog import ModelCardDialog

HELP = paths.resources() / "help"
NO, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
PAGES = sorted(HELP.glob("*/*.md"))


@pytest.fixture
def manual(window, qtbot):
    window.activateWindow()
    window.stage.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    return window.help.window


def test_f1_opens_the_manual_and_the_contents_turn_its_pages(manual, qtbot):
    assert manual.isVisible()
    assert not manual.isModal()
    assert "First steps" in manual.browser.toPlainText()
    manual.contents.setFocus()
    qtbot.keyClick(manual.contents, Qt.Key.Key_End)
    assert "not a medical device" in manual.browser.toPlainText()


def test_the_keys_in_use_are_listed(manual, window, qtbot):
    window.state.change_settings(shortcuts={"invert": ("Ctrl+J",)})
    window.menus.actions["keys"].trigger()
    text = manual.browser.toPlainText()
    assert "Ctrl+J\nInvert" in text
    assert "Right button, drag" in text


def test_a_search_shows_the_pages_that_hold_the_words_and_marks_them(manual, qtbot):
    qtbot.keyClicks(manual.search, "at detector")
    shown = [
        manual.contents.item(row).text()
        for row in range(manual.contents.count())
        if not manual.contents.item(row).isHidden()
    ]
    assert shown == ["Measuring"]
    assert "What the units mean" in manual.browser.toPlainText()
    assert len(manual.browser.extraSelections()) >= 1
    manual.search.clear()
    qtbot.keyClicks(manual.search, "zzqq")
    assert manual.found.text() == "No page holds these words."


def test_links_lead_to_pages(manual):
    manual.browser.anchorClicked.emit(QUrl("limits.md"))
    assert "What it cannot do" in manual.browser.toPlainText()


def test_a_page_that_is_asked_for_ends_a_search_that_it_does_not_hold(manual, window, qtbot):
    qtbot.keyClicks(manual.search, "at detector")
    window.menus.actions["keys"].trigger()
    assert "Keys and mouse" in manual.browser.toPlainText()
    assert manual.search.text() == ""
    assert manual.contents.currentItem().text() == "Keys and mouse"
    assert not manual.contents.currentItem().isHidden()
    qtbot.keyClicks(manual.search, "Ctrl")
    manual.open("keys")
    assert manual.search.text() == "Ctrl"
    assert len(manual.browser.extraSelections()) >= 1


def test_every_language_has_the_same_pages():
    names = {
        language: {page.name for page in PAGES if page.parent.name == language} for language in i18n.LANGUAGES
    }
    assert len(names["en"]) >= 10
    assert all(pages == names["en"] for pages in names.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_a_page_has_a_title_and_its_links_lead_somewhere_without_a_network(page):
    text = page.read_text("utf-8")
    assert text.startswith("# ")
    names = {other.stem.partition("-")[2] for other in page.parent.glob("*.md")}
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert not urlparse(link).scheme, link
        assert link.removesuffix(".md") in names, link


def test_about_lists_what_is_installed_and_copies_it(window, qtbot):
    window.menus.actions["about"].trigger()
    dialog = window.help.dialog
    qtbot.waitUntil(dialog.copy.isEnabled, timeout=10000)
    assert "not a medical device" in dialog.about.toPlainText()
    assert "Apache License 2.0" in dialog.about.toPlainText()
    assert "phantom-reader 0.1" in dialog.about.toPlainText()
    licences = dialog.licences.toPlainText()
    assert "pydicom" in licences
    assert "LGPL" in licences
    assert "Lucide" in licences
    assert "ISC License" in licences
    assert "not for commercial use (CC BY-NC 4.0)" in dialog.about.toPlainText()
    assert "Attribution-NonCommercial 4.0 International" in licences
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert copied.startswith("cxrview ")
    assert "OpenCV" in copied or "opencv" in copied


def test_every_package_that_cxrview_needs_has_a_licence():
    found = {package.name.lower(): package for package in environment.licences()}
    assert {"pydicom", "numpy", "openvino", "platformdirs"} <= found.keys()
    assert "cxrview" not in found
    assert "pytest" not in found  # of an extra
    assert [name for name, package in found.items() if not package.licence] == []


def test_an_open_page_follows_the_theme(manual, window):
    def heading() -> str:
        letters = manual.browser.document().begin().begin().fragment().charFormat()
        return letters.foreground().color().name()

    before = heading()
    window.state.change_settings(theme="light")
    assert heading() != before


def test_ctrl_f_goes_to_the_search_unless_another_key_is_wanted(manual, window, qtbot):
    manual.browser.setFocus()
    qtbot.keyClick(manual.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert manual.search.hasFocus()
    window.state.change_settings(shortcuts={"manual_search": ("Ctrl+J",)})
    manual.browser.setFocus()
    qtbot.keyClick(manual.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not manual.search.hasFocus()
    qtbot.keyClick(manual.browser, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert manual.search.hasFocus()


def opened_windows(window, qtbot):
    """Open every window but the main one; yield each with the page of the manual that it is about."""
    window.training.show()
    qtbot.waitUntil(lambda: window.training.window is not None)
    yield window.training.window, "training"
    window.training.show_library()
    library = window.training.library
    qtbot.waitUntil(lambda: bool(library.list.entries))
    yield library, "models"
    library.commands["library_card"].trigger()
    yield next(each for each in library.findChildren(ModelCardDialog)), "models"
    window.heatmaps.show_all_classes()
    yield window.heatmaps.all_classes, "heatmaps"
    window.heatmaps.show_model_view()
    yield window.heatmaps.model_view, "heatmaps"
    window.heatmaps.show_compare()
    yield window.heatmaps.compare, "heatmaps"
    window.heatmaps.show_cover()
    yield window.heatmaps.cover, "heatmaps"
    window.network.show()
    qtbot.waitUntil(lambda: window.network.window is not None)
    yield window.network.window, "network"
    window.menus.actions["similar"].trigger()
    yield window.findChild(SimilarDialog), "batch"
    window.preferences.show()
    yield window.preferences.dialog, "start"
    window.tags.show()
    yield window.tags.dialog, "formats"
    export.save_picture(window.bench)
    yield next(each for each in window.findChildren(ExportDialog)), "sharing"
    show_card(window.bench)
    yield next(each for each in window.findChildren(ModelCardDialog)), "models"
    window.help.about()
    yield window.help.dialog, "limits"


def press(qtbot, window, *key) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    qtbot.keyClick(window, *key)


def test_f1_opens_the_page_of_every_window_and_escape_and_ctrl_w_close_it(opened, qtbot):
    keys = itertools.cycle([(Qt.Key.Key_Escape, NO), (Qt.Key.Key_W, CTRL)])
    for (window, page), key in zip(opened_windows(opened, qtbot), keys, strict=False):
        press(qtbot, window, Qt.Key.Key_F1)
        inside = window.findChildren(HelpWindow)  # over a modal dialog
        manual = inside[0] if inside else opened.help.window
        assert manual._name == page, window
        press(qtbot, manual, *key)
        assert not manual.isVisible()
        press(qtbot, window, *key)
        assert not window.isVisible(), window
        assert opened.state.entries  # Ctrl+W there is not that of the main window
