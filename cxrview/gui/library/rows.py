"""The list of models: one row each, to be searched, sorted and renamed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QIcon

from cxrview.evaluation.names import METRICS
from cxrview.gui import theme as themes
from cxrview.gui.library import facts
from cxrview.gui.theme import plain_tip
from cxrview.gui.widgets import fonts
from cxrview.gui.widgets.dates import day
from cxrview.i18n import mark, say, tr

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel

Index = QModelIndex | QPersistentModelIndex
COLUMNS = (
    ("name", mark("Name")),
    ("status", mark("Status")),
    ("network", mark("Network")),
    ("classes", mark("Classes")),
    ("macro_f1", METRICS["macro_f1"].text),
    ("macro_auc", METRICS["macro_auc"].text),
    ("size", mark("Size")),
    ("date", mark("Date")),
    ("judged", mark("Judged by")),  # stands before the figures, which are nothing without it
)
NUMBER = {name: number for number, (name, _) in enumerate(COLUMNS)}
RIGHT = {"judged", "macro_f1", "macro_auc", "size", "date", "classes"}
SORT = Qt.ItemDataRole.UserRole
SIDE = 16  # of an icon


class ModelRows(QAbstractTableModel):
    """What is installed. The names of the user's models can be edited.

    Signals:
        rename_wanted: carries the name and the new one.
    """

    rename_wanted = Signal(str, str)

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self._ratio = ratio
        self.entries: list[InstalledModel] = []
        self.default: Path | None = None

    def show_entries(self, entries: "Sequence[InstalledModel]", default: Path | None) -> None:
        """Show `entries`; `default` is the folder of the one in use."""
        titles = (entry.card.title for entry in entries if entry.card is not None)
        fonts.ensure_for((*titles, *(entry.name for entry in entries)))
        same = [entry.name for entry in entries] == [entry.name for entry in self.entries]
        if same:  # the selection and what is being edited stay
            self.entries, self.default = list(entries), default
            self._say_all_changed()
            return
        self.beginResetModel()
        self.entries, self.default = list(entries), default
        self.endResetModel()

    def _say_all_changed(self) -> None:
        if self.entries:
            last = self.index(len(self.entries) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way is not Qt.Orientation.Horizontal:
            return None
        name, title = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(name)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        entry = self.entries[index.row()]
        if index.column() == 0 and not entry.bundled and entry.card is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        entry, new = self.entries[index.row()], str(value).strip()
        if role == Qt.ItemDataRole.EditRole and new and new != entry.name:
            self.rename_wanted.emit(entry.name, new)
        return False  # the list is read again when it is done

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, (name, _) = self.entries[index.row()], COLUMNS[index.column()]
        is_default = entry.folder == self.default
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(entry, name, is_default)
            case Qt.ItemDataRole.EditRole:
                return entry.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(say(entry.problem) or _tip(entry, name))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
            case Qt.ItemDataRole.DecorationRole if name == "name":
                return self._icon(entry, is_default)
            case Qt.ItemDataRole.FontRole if name == "name" and is_default:
                font = QFont()
                font.setWeight(QFont.Weight.DemiBold)
                return font
            case Qt.ItemDataRole.ForegroundRole if name == "status" and entry.problem:
                return QColor(themes.current().error)
            case Qt.ItemDataRole.AccessibleTextRole if name == "name":
                return f"{entry.name}, {facts.status_text(entry, is_default)}"
            case _ if role == SORT:
                return _key(entry, name, is_default)
        return None

    def _icon(self, entry: "InstalledModel", is_default: bool) -> QIcon:
        theme = themes.current()
        if entry.problem:
            return QIcon(themes.pixmap("triangle-alert", theme.error, SIDE, self._ratio))
        if is_default:
            return QIcon(themes.pixmap("circle-check", theme.accent, SIDE, self._ratio))
        return QIcon(themes.pixmap("layers", theme.faint, SIDE, self._ratio))


class SearchedRows(QSortFilterProxyModel):
    """The rows that fit the search: every word of it stands somewhere in the row."""

    def __init__(self, rows: ModelRows) -> None:
        super().__init__()
        self._rows = rows
        self._words: list[str] = []
        self.setSourceModel(rows)
        self.setSortRole(SORT)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def search(self, text: str) -> None:
        """Show what fits `text`."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:  # noqa: N802
        rows = self._rows
        entry = rows.entries[row]
        shown = [rows.data(rows.index(row, column)) for column in range(rows.columnCount())]
        title = entry.card.title if entry.card is not None else ""
        text = " ".join((*shown, title, entry.notes, *facts.class_labels(entry))).casefold()
        return all(word in text for word in self._words)


def _alignment(name: str) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if name in RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _text(entry: "InstalledModel", name: str, is_default: bool) -> str:
    match name:
        case "name":
            return entry.name
        case "status":
            return facts.status_text(entry, is_default)
        case "network":
            return facts.network_text(entry)
        case "classes":
            return str(len(entry.card.classes)) if entry.card is not None else "–"
        case "size":
            return facts.size_text(entry.bytes)
        case "date":
            return day(entry.time)
        case "judged":
            return facts.judged_text(entry.card)
    return facts.interval_text(facts.figure_of(entry.card, name))


def _tip(entry: "InstalledModel", name: str) -> str:
    if name == "classes":
        return ", ".join(facts.class_labels(entry))
    if name in facts.FIGURES or name == "judged":
        return facts.figures_note(entry.card)
    return entry.card.title if entry.card is not None else ""


def _key(entry: "InstalledModel", name: str, is_default: bool) -> Any:
    """Return what the column is sorted by: numbers as numbers, and what is not known last."""
    match name:
        case "size":
            return entry.bytes
        case "date":
            return entry.time
        case "judged":
            return facts.test_images(entry.card)
        case "classes":
            return len(entry.card.classes) if entry.card is not None else 0
        case "status":  # what can be used stands above what cannot
            return 3 if entry.problem else 0 if is_default else 1 + entry.bundled
        case _ if name in facts.FIGURES:
            figure = facts.figure_of(entry.card, name)
            return figure.value if figure is not None else -1.0
    return _text(entry, name, is_default)
