"""Everything that takes the focus has a name for screen readers and can be reached by Tab."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import language
from cxrview.gui.actions.mnemonics import with_letters
from cxrview.gui.actions.table import MENUS, SHORTCUTS
from cxrview.i18n import tr
from cxrview.settings import PAGES

TAKES_FOCUS = Qt.FocusPolicy.TabFocus.value | Qt.FocusPolicy.ClickFocus.value


def name(widget: QWidget) -> str:
    """Return what a screen reader says of `widget`: its own name or its text."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()


def focusable(root: QWidget) -> list[QWidget]:
    """Return what can take the focus inside `root`, but for the parts that Qt makes of its own widgets."""
    found = []
    for widget in root.findChildren(QWidget):
        above = widget.parentWidget()
        inner = any(isinstance(parent, QComboBox) for parent in (above, above.parentWidget()))
        part = isinstance(widget.parent(), QAbstractScrollArea) and widget is widget.parent().viewport()
        qt_own = widget.objectName().startswith("qt_") or isinstance(widget, QMenuBar | QTabBar)
        says_nothing = isinstance(widget, QLabel) and not widget.text()  # and is not shown then
        if widget.focusPolicy().value & TAKES_FOCUS and not (inner or part or qt_own or says_nothing):
            found.append(widget)
    return found


def described(widget: QWidget) -> str:
    chain, parent = [], widget
    while parent is not None:
        chain.append(f"{type(parent).__name__}({parent.objectName()})")
        parent = parent.parentWidget()
    return " in ".join(chain[:4])


def nameless(root: QWidget, shown: bool = False) -> list[str]:
    """Describe what can take the focus inside `root` and has no name; with `shown` only what can be seen."""
    return [
        described(widget)
        for widget in focusable(root)
        if not name(widget).strip() and (widget.isVisible() or not shown)
    ]


def test_every_widget_of_the_window_that_takes_the_focus_has_a_name(opened):
    assert nameless(opened) == []


def test_every_widget_of_the_dialogs_that_takes_the_focus_has_a_name(opened):
    for page in (*PAGES, "shortcuts"):
        opened.preferences.show(page)
    opened.help.manual()
    opened.help.about()
    for dialog in (opened.preferences.dialog, opened.help.window, opened.help.dialog):
        assert nameless(dialog) == []


def test_the_check_above_finds_a_nameless_widget(qtbot):
    root = QWidget()
    qtbot.addWidget(root)
    QLineEdit(root)
    assert len(nameless(root)) == 1


def test_the_focus_is_seen_on_every_kind_of_control_whatever_its_state(window, qtbot):
    dialog = QDialog(window)
    column = QVBoxLayout(dialog)
    first, default = QPushButton("first", autoDefault=False), QPushButton("default", default=True)
    texts = [QLineEdit("line"), QPlainTextEdit("text"), QTextBrowser()]
    checked = [QCheckBox("box", checked=True), QRadioButton("radio", checked=True), QToolButton(text="tool")]
    others = [QComboBox(), QSpinBox(), QSlider(Qt.Orientation.Horizontal), QTableWidget(objectName="figures")]
    for widget in (first, default, *texts, *checked, *others):
        column.addWidget(widget)
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    unseen = []
    for widget in (default, *texts, *checked, *others):
        if isinstance(widget, QLineEdit | QPlainTextEdit | QTextBrowser):
            widget.setReadOnly(True)  # no cursor, which would do
        first.setFocus(Qt.FocusReason.TabFocusReason)
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.hasFocus()
        if widget.grab().toImage() == before:
            unseen.append(described(widget))
    assert unseen == []


def test_tab_goes_through_the_whole_window_and_back_to_the_start(opened, qtbot):
    opened.activateWindow()
    opened.stage.setFocus()
    seen = []
    for _ in range(200):
        widget = QApplication.focusWidget()
        if widget in seen:
            break
        seen.append(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    wanted = {
        widget
        for widget in focusable(opened)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    }
    proxies = {widget.focusProxy() for widget in wanted if widget.focusProxy() is not None}
    missed = [
        described(widget) for widget in wanted | proxies if widget not in seen and not widget.focusProxy()
    ]
    assert missed == []


def test_tab_goes_from_the_list_to_the_image_and_back(opened, qtbot):
    opened.activateWindow()
    opened.studies.tree.setFocus()
    qtbot.keyClick(opened.focusWidget(), Qt.Key.Key_Tab)
    assert opened.focusWidget() is opened.canvas
    qtbot.keyClick(opened.focusWidget(), Qt.Key.Key_Backtab)
    assert opened.focusWidget() is opened.studies.tree


def test_a_drawing_tool_brings_the_keys_from_the_list_to_the_image(opened, qtbot):
    opened.activateWindow()
    opened.studies.tree.setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_L)
    assert opened.focusWidget() is opened.canvas
    qtbot.waitUntil(lambda: bool(opened.measuring.key))
    qtbot.keyClick(opened.focusWidget(), Qt.Key.Key_Return)
    assert [item.kind for item in opened.measuring.items()] == ["length"]


@pytest.mark.parametrize("spoken", ["en", "de"])
def test_each_line_of_a_menu_has_a_letter_of_its_own(qapp, make_window, spoken):
    language.speak(qapp, spoken)
    try:
        window = make_window()
        letters = [_letter(menu.title()) for menu in window.menus.menus.values()]
        assert len(set(letters)) == len(letters)
        assert not set(letters) & {letter.casefold() for letter in SHORTCUTS.alt_letters()}
        for menu in window.menus.menus.values():
            menu.aboutToShow.emit()
            texts = [action.text() for action in menu.actions() if not action.isSeparator()]
            given = [_letter(text) for text in texts if _letter(text)]
            assert len(set(given)) == len(given), texts
    finally:
        language.speak(qapp, "en")


def test_letters_are_different_and_those_that_are_marked_come_first():
    assert with_letters(["&Open", "Other", "Öffnen", "oo"]) == ["&Open", "O&ther", "&Öffnen", "oo"]
    assert with_letters(["Save && go", "&Go"]) == ["&Save && go", "&Go"]
    assert with_letters(["File"], taken={"F"}) == ["F&ile"]


def test_menu_titles_are_translated(qapp):
    language.speak(qapp, "de")
    try:
        assert [tr(title) for title, _specs in MENUS.values()][:3] == ["Datei", "Bearbeiten", "Ansicht"]
    finally:
        language.speak(qapp, "en")


def _letter(text: str) -> str:
    place = text.replace("&&", "\0\0").find("&")
    return text[place + 1].casefold() if place >= 0 else ""
