"""The manual: pages that lie beside the program, their list, and a search through all of them."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from cxrview import i18n, paths
from cxrview.gui.actions.secondary import attend
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.dialogs import pages
from cxrview.gui.dialogs.manual_actions import ACTIONS
from cxrview.gui.dialogs.manual_text import dressed
from cxrview.gui.widgets.themed import Themed
from cxrview.gui.widgets.window_size import fitted
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

SIZE = QSize(940, 680)
SUFFIX = ".md"


def manual() -> dict[str, str]:
    """Return the pages of the manual by name, in their order, as Markdown: in the user's language or English.

    A person's own language has them in a folder beside its file, as far as they are translated.
    """
    found, language = {}, i18n.language()
    own = (paths.user_translations() / language, paths.resources() / "help" / language)
    for path in sorted((paths.resources() / "help" / "en").glob(f"*{SUFFIX}")):
        translated = next((folder / path.name for folder in own if (folder / path.name).is_file()), path)
        found[path.stem.partition("-")[2]] = translated.read_text("utf-8", errors="replace")
    return found


class HelpWindow(Themed, QDialog):
    """Stays beside the work: it is not modal, and F1 brings it back."""

    def __init__(self, bench: Workbench, over: QWidget | None = None) -> None:
        super().__init__(over or bench.window, windowTitle=tr("cxrview – manual"))
        self._bench = bench
        self._texts = manual()
        self._name = ""
        self.search = QLineEdit(
            placeholderText=tr("Search the manual"),
            accessibleName=tr("Search the manual"),
            clearButtonEnabled=True,
        )
        self.contents = QListWidget(objectName="pages", accessibleName=tr("Contents"))
        self.browser = QTextBrowser(objectName="manual", openLinks=False, accessibleName=tr("Page"))
        self.found = QLabel(objectName="muted", wordWrap=True)
        self.found.setContentsMargins(12, 4, 12, 10)
        for name, text in self._texts.items():
            item = QListWidgetItem(text.partition("\n")[0].lstrip("# "), self.contents)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, self.fontMetrics().height() * 2))
        sidebar = QWidget(objectName="chrome")
        sidebar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sidebar.setFixedWidth(250)
        left = QVBoxLayout(sidebar, spacing=0)
        left.setContentsMargins(0, 0, 0, 0)
        top = QVBoxLayout()
        top.setContentsMargins(12, 12, 12, 4)
        top.addWidget(self.search)
        left.addLayout(top)
        left.addWidget(self.contents)
        left.addWidget(self.found)
        row = QHBoxLayout(self, spacing=0)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(sidebar)
        row.addWidget(self.browser, 1)
        self.resize(fitted(SIZE, self))
        self.contents.currentItemChanged.connect(self._turn)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._next)
        self.browser.anchorClicked.connect(self._follow)
        self.commands = WindowActions(self, ACTIONS, self)
        self.commands.follow(bench.state, bench.shortcuts)
        attend(self, bench, "")

    def open(self, name: str = "") -> None:
        """Show the window, on the page `name`; without one where it was left."""
        self._go_to(name or self._name or next(iter(self._texts)))
        self.show()
        self.activateWindow()

    def recolour(self) -> None:
        if self._name:
            self._show_page(self._name, again=True)

    def _turn(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._show_page(item.data(Qt.ItemDataRole.UserRole))

    def _follow(self, link: QUrl) -> None:
        name = link.toString().removesuffix(SUFFIX)
        if name in self._texts:
            self._go_to(name)

    def _go_to(self, name: str) -> None:
        """Show the page whatever was searched before: a search that it does not hold is over."""
        if not self._holds(name, self.search.text()):
            self.search.clear()
        self._show_page(name, again=True)

    def _holds(self, name: str, query: str) -> bool:
        return query.casefold() in self._text(name).casefold()

    def _text(self, name: str) -> str:
        """Return the page `name`; the one about keys lists those in use."""
        keys = (
            pages.keys(self._bench.shortcuts, self._bench.state.settings.shortcuts) if name == "keys" else ""
        )
        return f"{self._texts[name]}\n\n{keys}"

    def _show_page(self, name: str, again: bool = False) -> None:
        if name == self._name and not again:
            return
        self._name = name
        self.browser.setDocument(dressed(self._text(name), self.browser))
        self._mark()
        for row in range(self.contents.count()):
            if self.contents.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.contents.setCurrentRow(row)

    def _find(self, query: str) -> None:
        """Show only the pages that hold what is searched, and turn to the first if this one does not."""
        hits = []
        for row in range(self.contents.count()):
            item = self.contents.item(row)
            name = item.data(Qt.ItemDataRole.UserRole)
            item.setHidden(not self._holds(name, query))
            hits += [] if item.isHidden() else [name]
        self.found.setText("" if hits else tr("No page holds these words."))
        if query and hits and self._name not in hits:
            self._show_page(hits[0])
        self._mark()

    def _mark(self) -> None:
        """Mark what is searched on this page and go to the first place."""
        places, query, document = [], self.search.text(), self.browser.document()
        cursor = document.find(query) if query else QTextCursor()
        while not cursor.isNull():
            place = QTextEdit.ExtraSelection()
            place.cursor = QTextCursor(cursor)
            place.format.setBackground(self.palette().highlight())
            place.format.setForeground(self.palette().highlightedText())
            places.append(place)
            cursor = document.find(query, cursor)
        self.browser.setExtraSelections(places)
        if places:
            self.browser.setTextCursor(_start_of(places[0].cursor))
            self.browser.ensureCursorVisible()

    def _next(self) -> None:
        """Go to the next place, and on to the next page that has one."""
        query = self.search.text()
        if not query or self.browser.find(query):
            return
        shown = [row for row in range(self.contents.count()) if not self.contents.item(row).isHidden()]
        if shown:
            later = [row for row in shown if row > self.contents.currentRow()]
            self.contents.setCurrentRow((later or shown)[0])
            self.browser.moveCursor(QTextCursor.MoveOperation.Start)
            self.browser.find(query, QTextDocument.FindFlag(0))


def _start_of(cursor: QTextCursor) -> QTextCursor:
    start = QTextCursor(cursor)
    start.setPosition(cursor.selectionStart())
    return start
