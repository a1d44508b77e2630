"""The films of a stored batch as Qt's tables want them: numbers in memory, rows read page by page."""

from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from cxrview.batch.rows import Row
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import ORDER, Wanted
from cxrview.gui.batch.columns import Column, columns_of, of_model, text, tip
from cxrview.gui.theme import wrapped
from cxrview.i18n import tr

LEARNT = 1000  # films, after which no more is learnt of empty columns
PAGE, PAGES = 100, 40  # rows that are read at once, and how many such pages are kept
ROW = Qt.ItemDataRole.UserRole
AnyIndex = QModelIndex | QPersistentModelIndex


class Films(QAbstractTableModel):
    """What is wanted of a store, in the order that is wanted.

    Signals:
        wanted_changed: other films are shown, or in another order; carries Wanted.
        grown: there are more or fewer films, as the batch goes on.
    """

    wanted_changed = Signal(object)
    grown = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.store: BatchStore | None = None
        self.columns: list[Column] = []
        self.labels: dict[str, str] = {}
        self.wanted = Wanted()
        self.model_hidden = False  # then no cell says what the model said
        self.numbers: NDArray[np.int64] = np.empty(0, np.int64)
        self.empty: frozenset[str] = frozenset()  # columns in which the first films have nothing
        self._last = 0  # the number of the newest film that was looked at
        self._pages: OrderedDict[int, dict[int, Row]] = OrderedDict()

    def show_store(self, store: BatchStore | None) -> None:
        """Show another batch, or none. The one before is closed. Raises BatchUnusable."""
        numbers = store.numbers() if store is not None else np.empty(0, np.int64)
        self.beginResetModel()
        if self.store is not None:
            self.store.close()
        self.store, self.wanted, self.numbers = store, Wanted(), numbers
        self._pages.clear()
        if store is not None:
            self._last, self.empty = store.last(), store.empty_columns()
            self.labels = dict(store.about.get("labels", {}))
            self.columns = columns_of(store.class_names, self.labels)
        self.endResetModel()
        self.wanted_changed.emit(self.wanted)

    def want(self, wanted: Wanted) -> None:
        """Show what is `wanted`. Raises BatchUnusable."""
        if self.store is None or wanted == self.wanted:
            return
        numbers = self.store.numbers(wanted)
        self.beginResetModel()
        self.wanted, self.numbers = wanted, numbers
        self._pages.clear()
        self.endResetModel()
        self.wanted_changed.emit(wanted)

    def refresh(self) -> None:
        """Take in what the batch has read since. Raises BatchUnusable."""
        if self.store is None or self.store.last() == self._last:
            return
        self._last = self.store.last()
        numbers, known = self.store.numbers(self.wanted), len(self.numbers)
        if len(numbers) >= known and np.array_equal(numbers[:known], self.numbers):
            if len(numbers) > known:
                self.beginInsertRows(QModelIndex(), known, len(numbers) - 1)
                self.numbers = numbers
                self._pages.pop(known // PAGE, None)
                self.endInsertRows()
        else:
            self.beginResetModel()
            self.numbers = numbers
            self._pages.clear()
            self.endResetModel()
        if known < LEARNT:
            self.empty = self.store.empty_columns()
        self.grown.emit()

    def row_of(self, number: int) -> int:
        """Return the row of the film with this number, -1 if it is not shown."""
        found = np.flatnonzero(self.numbers == number)
        return int(found[0]) if len(found) else -1

    def film(self, row: int) -> Row | None:
        """Return what the store has of the film in `row`; None for one that has just gone."""
        if self.store is None:
            return None
        page = row // PAGE
        if page not in self._pages:
            self._pages[page] = self.store.rows(self.numbers[page * PAGE : (page + 1) * PAGE].tolist())
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(page)
        return self._pages[page].get(int(self.numbers[row]))

    def written(self, row: int, column: int) -> str:
        """Return what stands in a cell."""
        film = self.film(row)
        key = self.columns[column].key
        if film is None or self.hides(key):
            return ""
        return text(film, key, int(self.numbers[row]), self.labels)

    def hides(self, key: str) -> bool:
        """Whether a column must not be seen now."""
        return self.model_hidden and of_model(key)

    # What Qt asks

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.numbers)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.written(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if self.columns[index.column()].right
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        film = self.film(index.row()) if role in (ROW, Qt.ItemDataRole.ToolTipRole) else None
        if role == ROW:
            return film
        key = self.columns[index.column()].key
        return wrapped(tip(film, key)) if film is not None and not self.hides(key) else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if not column.sortable else column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("Sort by {column}").format(column=column.title) if column.sortable else column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 is the order in which the films were read. Raises BatchUnusable."""
        key = self.columns[column].key if 0 <= column < len(self.columns) else ORDER
        if key == ORDER or (self.columns[column].sortable and not self.hides(key)):
            down = key != ORDER and order is Qt.SortOrder.DescendingOrder
            self.want(replace(self.wanted, order=key, descending=down))
