"""The left side of the window: a search field over the study list."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from cxrview.gui.panels.study_model import KEY, SEARCHED, StudyModel
from cxrview.gui.panels.study_tree import StudyTree, file_beside, study_beside
from cxrview.gui.state import AppState, Entry, Shown
from cxrview.gui.theme import Theme

MOST_UNFOLDED = 500  # files; in longer lists only what is shown unfolds


class SearchField(QLineEdit):
    """A search field that Esc empties and then leaves, and from which ↓ leads into the list.

    Signals:
        left: the user wants to go on; carries whether into the list.
    """

    left = Signal(bool)

    def __init__(self) -> None:
        super().__init__(placeholderText="Search name, ID, date or file", clearButtonEnabled=True)
        self.setAccessibleName("Search the study list")
        self.setAcceptDrops(False)  # dropped files are opened, not typed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit(False)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit(True)
        else:
            super().keyPressEvent(event)


class StudyPanel(QWidget):
    """Shows the entries, and tells which image the user wants to see.

    Signals:
        chosen: the user went to a row, or back to it; carries its path and frame.
        left: the user is done with searching.
    """

    chosen = Signal(object, int)
    left = Signal()

    def __init__(self, state: AppState, theme: Theme) -> None:
        super().__init__(objectName="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state = state
        self.search = SearchField()
        self.model = StudyModel(theme)
        self._filter = QSortFilterProxyModel(
            self, recursiveFilteringEnabled=True, filterRole=SEARCHED, autoAcceptChildRows=True
        )
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._filter.setSourceModel(self.model)
        self.tree = StudyTree(self._filter, theme)
        self.hint = QLabel("No files opened", objectName="muted", alignment=Qt.AlignmentFlag.AlignHCenter)
        self._lay_out()
        self.search.textChanged.connect(self._search)
        self.search.left.connect(self._leave_search)
        self.tree.chosen.connect(self._choose)
        self.model.group_added.connect(self._unfold)
        state.entries_added.connect(self._add)
        state.entries_cleared.connect(self._clear)
        state.entry_changed.connect(self.model.change)
        state.shown_changed.connect(self._follow)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(8, 10, 0, 0)
        search_row = QVBoxLayout()
        search_row.setContentsMargins(0, 0, 8, 0)
        search_row.addWidget(self.search)
        column.addLayout(search_row)
        column.addWidget(self.hint)
        column.addWidget(self.tree, 1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self.tree.delegate.theme = theme
        self.model.set_theme(theme, self._state.entries)

    def next_file(self, path: Path, by: int) -> Path | None:
        """Return the file after (1) or before (-1) `path` in the list as it is seen, or None."""
        return _path(file_beside(self._filter, self._index(path), by))

    def next_study(self, path: Path, by: int) -> Path | None:
        """Return the first file of the next (1) or previous (-1) study or folder that is seen, or None."""
        return _path(study_beside(self._filter, self._index(path), by))

    def _index(self, path: Path, frame: int = 0) -> QModelIndex:
        return self._filter.mapFromSource(self.model.index_of(path, frame))

    def _add(self, entries: list[Entry]) -> None:
        self.model.add(entries)
        self.hint.setVisible(False)

    def _unfold(self, group: QStandardItem) -> None:
        if len(self._state.entries) <= MOST_UNFOLDED:
            self.tree.expand(self._filter.mapFromSource(group.index()))

    def _clear(self) -> None:
        self.model.empty()
        self.hint.setVisible(True)

    def _search(self, text: str) -> None:
        self._filter.setFilterFixedString(text)
        if text:
            self.tree.expandAll()
        self._follow(self._state.shown)

    def _leave_search(self, into_list: bool) -> None:
        first = file_beside(self._filter, QModelIndex(), 1)
        if not into_list:
            self.left.emit()
        elif first.isValid():
            self.tree.setFocus()
            if not self.tree.currentIndex().isValid():
                self.tree.setCurrentIndex(first)
                self._choose(first)

    def _choose(self, index: QModelIndex) -> None:
        key = index.data(KEY)
        if key is not None:
            self.chosen.emit(*key)

    def _follow(self, shown: Shown) -> None:
        """Mark the row of what is shown, if it is in sight, without asking for it again."""
        index = self._index(shown.path, shown.frame) if shown.path is not None else QModelIndex()
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
        else:
            self.tree.selectionModel().clear()


def _path(index: QModelIndex) -> Path | None:
    key = index.data(KEY)
    return key[0] if key is not None else None
