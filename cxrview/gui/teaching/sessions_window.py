"""What was read so far: a line a session, with its results, and the way to go on with one."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui import error_text
from cxrview.gui.theme import wrapped
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.dates import minute
from cxrview.gui.widgets.window_size import fitted
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.teaching.results_page import ResultsPage
    from cxrview.gui.teaching.teaching import Teaching
    from cxrview.teaching.sessions import SessionInfo


class SessionsWindow(ClosedByEscape, QWidget):
    """The sessions, the latest first."""

    def __init__(self, bench: Workbench, teaching: "Teaching") -> None:
        super().__init__(bench.window, Qt.WindowType.Window)
        self.setWindowTitle(tr("My readings"))
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(fitted(QSize(860, 480), self))
        self._bench, self._teaching = bench, teaching
        self.sessions: list[SessionInfo] = []
        columns = (tr("Set"), tr("Reader"), tr("Begun"), tr("Films"))
        self.table = QTableWidget(0, len(columns), accessibleName=tr("My readings"))
        self.table.setHorizontalHeaderLabels(columns)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.said = QLabel(objectName="muted", wordWrap=True)
        self.go_on = QPushButton(tr("Go on reading"), autoDefault=False, clicked=self._go_on)
        self.results = QPushButton(tr("Results"), autoDefault=False, clicked=self._show_results)
        self.compare = QPushButton(tr("Compare readers"), autoDefault=False, clicked=self._compare)
        self.compare.setToolTip(wrapped(tr("Choose the sessions of several readers of one set")))
        self.progress = QPushButton(tr("Progress"), autoDefault=False, clicked=self._show_progress)
        self.progress.setToolTip(wrapped(tr("AUC and time a film over all sessions of this reader")))
        foot = QHBoxLayout(spacing=8)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.progress)
        foot.addWidget(self.compare)
        foot.addWidget(self.go_on)
        foot.addWidget(self.results)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(18, 16, 18, 14)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.table.itemActivated.connect(lambda _item: self._show_results())
        self._refresh()

    def refresh(self) -> None:
        """Look again which sessions there are."""

        def work(_report: Report) -> "list[SessionInfo]":
            return self._teaching.sessions.all()

        self._bench.runner.start(
            tr("Looking for readings"),
            work,
            done=self._fill,
            failed=self._failed,
            lane="teaching",
            quiet=True,
        )

    @property
    def selected(self) -> "list[SessionInfo]":
        """The sessions that are selected."""
        return [self.sessions[index.row()] for index in self.table.selectionModel().selectedRows()]

    @property
    def chosen(self) -> "SessionInfo | None":
        """The session that is selected, if it is one."""
        selected = self.selected
        return selected[0] if len(selected) == 1 else None

    def _fill(self, sessions: "list[SessionInfo]") -> None:
        self.sessions = sessions
        self.table.setRowCount(len(sessions))
        for row, one in enumerate(sessions):
            films = tr("{passed} of {films}").format(passed=one.passed, films=one.films)
            for column, text in enumerate((one.title, one.reader, minute(one.begun.timestamp()), films)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        for column in (1, 2, 3):
            self.table.resizeColumnToContents(column)
        self.said.setText("" if sessions else tr("Nothing was read yet. Begin with Teach › Introduction."))
        if sessions:
            self.table.selectRow(0)
        self._refresh()

    def _refresh(self) -> None:
        chosen = self.chosen
        self.results.setEnabled(chosen is not None)
        self.go_on.setEnabled(chosen is not None and not chosen.is_done)
        selected = self.selected
        self.progress.setEnabled(len({one.reader for one in selected}) == 1)
        same = len({one.set_id for one in selected}) == 1 and len({one.reader for one in selected}) > 1
        self.compare.setEnabled(same)

    def _compare(self) -> None:
        self._teaching.compare(self.selected, self)

    def _show_progress(self) -> None:
        self._teaching.show_progress(self.selected[0].reader, self)

    def _go_on(self) -> None:
        if self.chosen is not None:
            self._teaching.read(Path(self.chosen.set_file))

    def _show_results(self) -> None:
        if self.chosen is not None:
            self._teaching.open_results(self.chosen, self)

    def _failed(self, error: Exception) -> None:
        self.said.setText(error_text.whole(error))


class ResultsWindow(ClosedByEscape, QWidget):
    """A page of results in a window of its own."""

    def __init__(self, page: "ResultsPage", parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Results"))
        self.resize(fitted(QSize(1100, 760), self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
