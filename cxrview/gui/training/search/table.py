"""The trials of a search as a table: what each tried, and how good it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from cxrview.evaluation.names import METRICS, called
from cxrview.gui import theme as themes
from cxrview.gui.theme import plain_tip
from cxrview.gui.training.search.texts import best_of, value_text
from cxrview.gui.training.texts import figure
from cxrview.i18n import say, tr
from cxrview.training.names import SEARCHED, TRIAL_STATES
from cxrview.training.run.progress import RunProgress

Index = QModelIndex | QPersistentModelIndex
FIXED = ("number", "state", "value")
SORT = Qt.ItemDataRole.UserRole
SIDE = 16  # of an icon
WIDTHS = {"number": 76, "state": 180, "value": 90}


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial as it is shown. `state` is "running" or what events.Trial says."""

    number: int
    state: str
    note: str  # how far a running one is
    value: float | None
    parameters: dict[str, Any]
    problem: str
    best: bool


def rows_of(progress: RunProgress, alive: bool) -> list[TrialRow]:
    """Return the trials that are over and, of a search that is `alive`, the one that is running."""
    best = best_of(progress)
    rows = [
        TrialRow(
            *(trial.number, trial.state, "", trial.value, trial.parameters, say(trial.problem)),
            best=best is not None and trial.number == best.number,
        )
        for trial in progress.trials
    ]
    running = progress.trial
    if alive and running is not None and all(running.number != row.number for row in rows):
        reached = [epoch.metrics.get("val_macro_f1") for epoch in progress.epochs]
        values = [value for value in reached if value is not None and value == value]
        total = progress.started.total_epochs if progress.started is not None else 0
        note = tr("epoch {number} of {total}").format(number=len(progress.epochs) + 1, total=total)
        note = note if len(progress.epochs) < total else ""
        value = max(values, default=None)
        rows.append(TrialRow(running.number, "running", note, value, running.parameters, "", best=False))
    return rows


class TrialModel(QAbstractTableModel):
    """The rows; its columns are what is searched, behind number, state and value."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self._ratio = ratio
        self.rows: list[TrialRow] = []
        self.columns: tuple[str, ...] = FIXED

    def show_rows(self, rows: Sequence[TrialRow]) -> None:
        """Show `rows`; they become more, and only the last ones change."""
        searched = tuple(name for name in SEARCHED if any(name in row.parameters for row in rows))
        columns = (*FIXED, *searched)
        if columns != self.columns or len(rows) < len(self.rows):
            self.beginResetModel()
            self.rows, self.columns = list(rows), columns
            self.endResetModel()
            return
        more = len(rows) - len(self.rows)
        if more:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(rows) - 1)
        changed = [place for place, (old, new) in enumerate(zip(self.rows, rows, strict=False)) if old != new]
        self.rows = list(rows)
        if more:
            self.endInsertRows()
        for place in changed:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(columns) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way is Qt.Orientation.Horizontal and section < len(self.columns):
            name = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                fixed = {"number": tr("Trial"), "state": tr("State"), "value": say(METRICS["macro_f1"])}
                return fixed.get(name) or say(SEARCHED[name])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, name = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, name)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(row.problem) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
            case Qt.ItemDataRole.DecorationRole if name == "number" and row.best:
                return QIcon(themes.pixmap("circle-check", themes.current().good, SIDE, self._ratio))
            case Qt.ItemDataRole.FontRole if row.best:
                font = QFont()
                font.setWeight(QFont.Weight.DemiBold)
                return font
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, name)
            case Qt.ItemDataRole.AccessibleTextRole if name == "number" and row.best:
                return tr("Trial {number}, the best").format(number=row.number)
            case _ if role == SORT:
                return self._key(row, name)
        return None

    @staticmethod
    def _text(row: TrialRow, name: str) -> str:
        match name:
            case "number":
                return str(row.number)
            case "state" if row.state == "running":
                return f"{tr('Running')}, {row.note}" if row.note else tr("Running")
            case "state":
                return say(called(TRIAL_STATES, row.state))
            case "value":
                return figure(row.value)
        return value_text(name, row.parameters[name]) if name in row.parameters else "–"

    @staticmethod
    def _key(row: TrialRow, name: str) -> Any:
        """Return what the column is sorted by; a trial without a value stands below all others."""
        match name:
            case "number":
                return row.number
            case "value":
                return row.value if row.value is not None else -1.0
            case "state":
                return row.state
        value = row.parameters.get(name, "")
        return value if isinstance(value, int | float) else str(value)

    def _colour(self, row: TrialRow, name: str) -> QColor | None:
        if row.state == "failed" and name == "state":
            return QColor(themes.current().error)
        return QColor(themes.current().muted) if row.state in ("pruned", "failed") else None


class TrialTable(QTreeView):
    """Sortable; the row that is selected is shown in the plots as well.

    Signals:
        selected: carries the number of a trial.
        use_wanted: the user wants the recipe of the selected trial.
    """

    selected = Signal(int)
    use_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(rootIsDecorated=False, uniformRowHeights=True, sortingEnabled=True)
        self.setAccessibleName(tr("Trials"))
        self.setAllColumnsShowFocus(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(120)
        self.trials = TrialModel(self.devicePixelRatioF())
        self.sorted = QSortFilterProxyModel()
        self.sorted.setSortRole(SORT)
        self.sorted.setSourceModel(self.trials)
        self.setModel(self.sorted)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.selectionModel().currentRowChanged.connect(lambda *_rows: self._say_selected())
        self.trials.modelReset.connect(self._set_widths)
        self._set_widths()

    def _set_widths(self) -> None:
        for column, name in enumerate(self.trials.columns):
            self.setColumnWidth(column, WIDTHS.get(name, 130))

    def show_rows(self, rows: Sequence[TrialRow]) -> None:
        """Show `rows`; the selection stays."""
        chosen = self.chosen
        self.trials.show_rows(rows)
        if chosen is not None and self.chosen is None:
            self.choose(chosen.number)

    @property
    def chosen(self) -> TrialRow | None:
        """The selected trial."""
        index = self.sorted.mapToSource(self.currentIndex())
        return self.trials.rows[index.row()] if index.isValid() else None

    def choose(self, number: int) -> None:
        """Select the trial `number`."""
        for row, trial in enumerate(self.trials.rows):
            if trial.number == number:
                index = self.sorted.mapFromSource(self.trials.index(row, 0))
                self.setCurrentIndex(index)
                self.scrollTo(index)

    def _say_selected(self) -> None:
        if self.chosen is not None:
            self.selected.emit(self.chosen.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.use_wanted.emit()
            return
        super().keyPressEvent(event)


def _alignment(name: str) -> Qt.AlignmentFlag:
    right = name in ("value", "batch_size", "learning_rate")
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
