"""One batch: how far it is, its films in a table, and, with labels, how often the model is right."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.batch.run_folder import BatchFolder
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import Wanted
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui import theme as themes
from cxrview.gui.batch import table_file, texts
from cxrview.gui.batch.evaluation import BatchEvaluation, labels_of
from cxrview.gui.batch.filter_bar import BatchFilterBar
from cxrview.gui.batch.runs import BatchState
from cxrview.gui.batch.table import BatchTable
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets import identity
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import say, tr, trn

ICON = QSize(16, 16)


class BatchPage(QWidget):
    """Shows a stored batch, whether it is being read or not.

    Signals:
        open_asked: carries the number of a film that the user wants to see.
        open_paths_asked: carries paths of films that the user wants to see.
        similar_asked: carries the number of a film whose like the user wants to see.
        pause_asked: the user wants it to wait, or to go on.
        stop_asked: the user wants it to stop.
        go_on_asked: the user wants the rest to be read.
    """

    open_asked = Signal(int)
    open_paths_asked = Signal(list)
    similar_asked = Signal(int)
    pause_asked = Signal(bool)
    stop_asked = Signal()
    go_on_asked = Signal()

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._runner = runner
        self.folder: BatchFolder | None = None
        self.state: BatchState | None = None
        self.title = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.title.setObjectName("pageTitle")
        self.line = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.line.setObjectName("dataNote")
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.pause = QPushButton(icon=themes.icon("pause"))
        self.stop = QPushButton(tr("Stop"), icon=themes.icon("square"))
        self.go_on = QPushButton(tr("Read the rest"), icon=themes.icon("play"))
        self.table = BatchTable(runner)
        self.filter = BatchFilterBar()
        self.count = QLabel(objectName="muted")
        self.note = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.note.setObjectName("dataNote")
        self.columns = QPushButton(tr("Columns…"))
        self.similar = QPushButton(tr("Similar films…"), icon=themes.icon("scan-search"))
        self.copy = QPushButton(tr("Copy rows"), icon=themes.icon("copy"))
        self.export = QPushButton(tr("Export table…"), icon=themes.icon("file-text"))
        self.evaluation = BatchEvaluation(runner)
        self.tabs = QTabWidget(documentMode=True, accessibleName=tr("Pages"))
        self.nothing = QLabel(objectName="muted", alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout(spacing=8)
        words = QVBoxLayout(spacing=2)
        words.addWidget(self.title)
        words.addWidget(self.line)
        head.addLayout(words, 1)
        for button in (self.go_on, self.pause, self.stop):
            head.addWidget(button)
        foot = QHBoxLayout(spacing=8)
        foot.addWidget(self.count)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.filter.folders)
        for button in (self.columns, self.similar, self.copy, self.export):
            button.setIconSize(ICON)
            foot.addWidget(button)
        films = QWidget()
        column = QVBoxLayout(films, spacing=8)
        column.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing, 1)
        column.addLayout(foot)
        self.tabs.addTab(films, tr("Films"))
        self.tabs.addTab(self.evaluation, tr("Evaluation"))
        for widget in (self.tabs, self.tabs.tabBar()):
            widget.setAccessibleName(tr("Parts of the batch"))
        whole = QVBoxLayout(self, spacing=8)
        whole.setContentsMargins(18, 14, 18, 12)
        whole.addLayout(head)
        whole.addWidget(self.bar)
        whole.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        self.pause.clicked.connect(lambda: self.pause_asked.emit(self.state is None or not self.state.paused))
        self.stop.clicked.connect(self.stop_asked)
        self.go_on.clicked.connect(self.go_on_asked)
        self.table.open_asked.connect(self.open_asked)
        self.table.films.grown.connect(self._say_count)
        self.table.films.wanted_changed.connect(lambda _wanted: self._say_count())
        self.table.selectionModel().selectionChanged.connect(lambda *_news: self._offer_copy())
        self.filter.changed.connect(self._want)
        self.columns.clicked.connect(self.show_columns)
        self.similar.clicked.connect(self.ask_similar)
        self.copy.clicked.connect(self.copy_rows)
        self.export.clicked.connect(self.ask_where)
        self.evaluation.open_asked.connect(self.open_paths_asked)
        self.tabs.currentChanged.connect(
            lambda _number: (
                self.evaluation.entered() if self.tabs.currentWidget() is self.evaluation else None
            )
        )

    def show_batch(self, state: BatchState, title: str) -> None:
        """Show another batch."""
        self.folder = state.folder
        self.note.setText("")
        self.title.setText(title)
        self._show_store(None)
        self.tabs.setCurrentIndex(0)
        with suppress(CxrviewError):
            self.evaluation.show_batch(state.folder, labels_of(state.folder))
        self.follow(state)

    def let_go(self) -> None:
        """Show no batch any more, and close its store."""
        self.folder = self.state = None
        self._show_store(None)

    def follow(self, state: BatchState) -> None:
        """The batch that is shown has gone on, or has ended."""
        self.state = state
        self.line.setText(texts.state_line(state))
        self.line.setToolTip("\n".join(map(say, state.warnings)))
        self.bar.setVisible(state.is_alive)
        self.bar.setValue(round(1000 * state.fraction))
        self.pause.setVisible(state.is_alive)
        self.pause.setText(tr("Go on") if state.paused else tr("Pause"))
        self.pause.setIcon(themes.icon("play" if state.paused else "pause"))
        self.pause.setEnabled(state.is_running and not state.stopping)
        self.stop.setVisible(state.is_alive)
        self.stop.setEnabled(not state.stopping)
        self.go_on.setVisible(state.can_go_on)
        try:
            if self.table.films.store is None and state.folder.store.exists():
                self._show_store(BatchStore.open(state.folder.store))
            self.table.films.refresh()
            self._offer_copy()
        except CxrviewError as error:
            if not state.is_alive:  # else it is just being made
                self.note.setText(error_text.whole(error))
        self._say_count()

    def rename(self, title: str) -> None:
        """Whose films these are may be seen, or no longer."""
        self.title.setText(title)
        self.table.lay_out_columns()
        self.table.films.layoutChanged.emit()

    def hide_model(self, hidden: bool) -> None:
        """Let nothing be seen of what the model said, or let it be seen again."""
        self.table.hide_model(hidden)
        self.filter.hide_model(hidden)
        self.similar.setVisible(not hidden)
        self.tabs.setTabVisible(self.tabs.indexOf(self.evaluation), not hidden)
        if hidden and self.folder is not None:
            self.evaluation.show_batch(self.folder, self.evaluation.labels.line.text())

    # What the user does

    def show_columns(self) -> None:
        """Offer the columns."""
        self.table.column_menu().popup(self.columns.mapToGlobal(self.columns.rect().topLeft()))

    def ask_similar(self) -> None:
        """Ask for films that are like the one that is chosen in the table."""
        row = self.table.currentIndex().row()
        if self.similar.isEnabled() and not self.table.films.model_hidden and row >= 0:
            self.similar_asked.emit(int(self.table.films.numbers[row]))

    def copy_rows(self) -> None:
        """Copy the selected rows, and say how many."""
        if count := self.table.copy_rows():
            words = trn(
                "Copied {count} row with its headers", "Copied {count} rows with their headers", count
            )
            self.note.setText(words.format(count=count))

    def ask_where(self) -> None:
        """Let the user choose where the table is written to, and write it."""
        if self.table.films.store is None:
            return
        path = table_file.ask(self, tr("Export the table"))
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the films that are shown, in their order, to the table `path`."""
        films = self.table.films
        store = films.store
        if store is None:
            return
        self.note.setText(tr("Exporting…"))
        self._runner.start(
            tr("Exporting a table"),
            partial(table_file.write, store.path, films.wanted, path, identity.hidden(), films.model_hidden),
            done=lambda count: self.note.setText(
                trn("Exported {count} row to {name}", "Exported {count} rows to {name}", count).format(
                    count=count, name=path.name
                )
            ),
            failed=lambda error: self.note.setText(error_text.whole(error)),
            lane="export",
        )

    def _show_store(self, store: BatchStore | None) -> None:
        self.table.show_store(store)
        self.filter.show_store(store)
        self._offer_copy()

    def _want(self, _wanted: Wanted) -> None:
        films = self.table.films
        try:
            films.want(self.filter.joined(films.wanted))
        except CxrviewError as error:
            self.note.setText(error_text.whole(error))
        self.table.lay_out_columns()

    def _say_count(self) -> None:
        films = self.table.films
        here, there = len(films.numbers), films.store is not None
        total = films.store.count()[0] if films.store is not None else 0
        self.count.setText(texts.shown(here, total, films.wanted.is_filtered) if there else "")
        self.table.setVisible(here > 0)
        self.nothing.setVisible(not here)
        waiting = self.state is not None and self.state.is_alive
        empty = tr("The films appear here as they are read.") if waiting else tr("No film was read.")
        self.nothing.setText(tr("No film matches") if total else empty)
        for button in (self.export, self.columns):
            button.setEnabled(there)

    def _offer_copy(self) -> None:
        chosen = self.table.selectionModel().hasSelection()
        self.copy.setEnabled(chosen)
        # While a batch is read it grows under the search.
        self.similar.setEnabled(chosen and self.state is not None and not self.state.is_alive)
