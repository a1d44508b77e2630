"""The list as a widget: several can be selected, Enter uses one, F2 renames it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from cxrview.gui.library.rows import NUMBER, ModelRows, SearchedRows
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel

WIDTHS = {
    "judged": 104,
    "status": 92,
    "network": 94,
    "classes": 58,
    "macro_f1": 116,
    "macro_auc": 116,
    "size": 62,
    "date": 90,
}
ROW = 30  # pixels


class ModelList(QTreeView):
    """The models that fit the search.

    Signals:
        selected: others are selected now.
        use_wanted: the user wants the one that is current to be used.
        rename_wanted: carries the name and the new one.
        menu_wanted: carries the place of the menu on the screen.
    """

    selected = Signal()
    use_wanted = Signal()
    rename_wanted = Signal(str, str)
    menu_wanted = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__(rootIsDecorated=False, uniformRowHeights=True, sortingEnabled=True)
        self.setAccessibleName(tr("Models"))
        self.setAllColumnsShowFocus(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIconSize(QSize(16, 16))
        self.rows = ModelRows(self.devicePixelRatioF())
        self.searched = SearchedRows(self.rows)
        self.setModel(self.searched)
        self.setItemDelegateForColumn(0, _NameDelegate(self))
        self._order: list[str] = []  # of selection
        self._awaited = ""  # to be chosen when it is listed
        self.rows.rename_wanted.connect(self.rename_wanted)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.sortByColumn(NUMBER["status"], Qt.SortOrder.AscendingOrder)
        self._set_widths()

    def _set_widths(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.moveSection(header.visualIndex(NUMBER["judged"]), header.visualIndex(NUMBER["macro_f1"]))
        scale = self.fontMetrics().averageCharWidth() / 8  # the widths were measured in 9 points
        for name, width in WIDTHS.items():
            self.setColumnWidth(NUMBER[name], round(width * max(1.0, scale)))

    @property
    def entries(self) -> "list[InstalledModel]":
        """All that is installed."""
        return self.rows.entries

    @property
    def default(self) -> Path | None:
        """The folder of the default."""
        return self.rows.default

    @property
    def chosen(self) -> "list[InstalledModel]":
        """The selected models, in the order in which they were selected."""
        by_name = {entry.name: entry for entry in self.entries}
        return [by_name[name] for name in self._order if name in by_name]

    def search(self, text: str) -> None:
        """Show what fits `text`, and select the first of it if nothing shown is selected."""
        self.searched.search(text)
        if not self.selectionModel().hasSelection() and self.searched.rowCount():
            self._select([self.searched.index(0, 0).data()])

    def show_entries(self, entries: "Sequence[InstalledModel]", default: Path | None) -> None:
        """Show `entries`. What was selected stays so, as far as it is there; at first it is the default."""
        before, row = list(self._order), self.currentIndex().row()
        self.rows.show_entries(entries, default)
        names = [entry.name for entry in entries]
        if self._awaited in names:
            before, self._awaited = [self._awaited], ""
        kept = [name for name in before if name in names]
        if not kept and self.searched.rowCount():
            used = next((entry.name for entry in entries if entry.folder == default), "")
            near = self.searched.index(min(max(row, 0), self.searched.rowCount() - 1), 0).data()
            kept = [used if used and not before else near]
        if kept != self._order or not self.selectionModel().hasSelection():
            self._select(kept)

    def choose_when_there(self, name: str) -> None:
        """Select `name` when it is listed next."""
        self._awaited = name

    def choose_also(self, folder: Path | None) -> None:
        """Select the model in `folder` besides what is selected."""
        names = [entry.name for entry in self.entries if entry.folder == folder]
        self._select([*self._order, *names])

    def edit_name(self) -> None:
        """Edit the name of the selected model."""
        rows = self.selectionModel().selectedRows(0)
        if rows:
            self.setFocus()
            self.edit(rows[0])

    def _select(self, names: Sequence[str]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        model = self.selectionModel()
        by_name = {self.searched.index(row, 0).data(): row for row in range(self.searched.rowCount())}
        indexes = [self.searched.index(by_name[name], 0) for name in names if name in by_name]
        model.clearSelection()
        for index in indexes:
            model.select(index, flags.Select | flags.Rows)
        if indexes:
            model.setCurrentIndex(indexes[-1], flags.NoUpdate)
            self.scrollTo(indexes[-1])

    def _selection_changed(self) -> None:
        names = [index.data() for index in self.selectionModel().selectedRows(0)]
        kept = [name for name in self._order if name in names]
        self._order = kept + [name for name in names if name not in kept]
        self.selected.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.state() != QAbstractItemView.State.EditingState:  # it ends there what is being typed
                self.use_wanted.emit()
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            self.use_wanted.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(place)


class _NameDelegate(QStyledItemDelegate):
    """Edits a name in a line that a screen reader knows."""

    def createEditor(self, parent: QWidget, _option: object, _index: object) -> QLineEdit:  # noqa: N802
        return QLineEdit(parent, accessibleName=tr("New name"))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), ROW))
