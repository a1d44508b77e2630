"""The batch window: the batches of this computer at the left, the chosen one or a new one beside them."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.batch.run_folder import BatchFolder, BatchRequest
from cxrview.batch.table import check_format
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui import theme as themes
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.batch import texts
from cxrview.gui.batch.actions import ACTIONS
from cxrview.gui.batch.page import BatchPage
from cxrview.gui.batch.runs import BatchRuns, BatchState
from cxrview.gui.batch.setup import BatchSetup
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr

FOLDER = Qt.ItemDataRole.UserRole
LEFT, LEAST = 205, 200  # pixels of the list


class BatchWindow(QWidget):
    """Not modal. Closing it changes nothing of a batch that is read.

    Signals:
        closed: the user closed it.
    """

    closed = Signal()

    def __init__(
        self,
        state: AppState,
        runs: BatchRuns,
        runner: TaskRunner,
        listed: Callable[[], list[Path]],
        choice: Callable[[], tuple[str, str]],
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowTitle(tr("Batches"))
        self.setObjectName("batchWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(fitted(QSize(1280, 800), self))
        self._runs = runs
        self.new = QPushButton(tr("New batch"), icon=themes.icon("image-plus"))
        self.list = QListWidget(objectName="pages", accessibleName=tr("Batches"))
        self.setup = BatchSetup(state, listed, choice)
        self.page = BatchPage(runner)
        self.stack = QStackedWidget(objectName="panel")
        self.stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.commands = WindowActions(self, ACTIONS, self)
        self._lay_out()
        self._connect()
        state.settings_changed.connect(lambda _settings: self._name_again())
        state.hiding_changed.connect(lambda: self.page.hide_model(state.settings.hide_model))
        self.page.hide_model(state.settings.hide_model)
        self.refresh()
        self.show_setup()

    def _lay_out(self) -> None:
        left = QWidget(objectName="rail")
        left.setMinimumWidth(LEAST)
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left, spacing=8)
        column.setContentsMargins(12, 14, 0, 0)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 12, 0)
        top.addWidget(self.new)
        column.addLayout(top)
        column.addWidget(QLabel(tr("Earlier batches"), objectName="heading"))
        column.addWidget(self.list, 1)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for page in (self.setup, self.page):
            self.stack.addWidget(page)
        splitter = QSplitter(childrenCollapsible=False)
        splitter.setHandleWidth(1)
        splitter.addWidget(left)
        splitter.addWidget(self.stack)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([LEFT, 1050])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)

    def _connect(self) -> None:
        self.new.clicked.connect(self.show_setup)
        self.list.itemSelectionChanged.connect(self._chosen)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.setup.begun.connect(self.begin)
        self.page.pause_asked.connect(lambda paused: self._tried(lambda: self._runs.pause(paused)))
        self.page.stop_asked.connect(lambda: self._tried(self._runs.stop))
        self.page.go_on_asked.connect(self._go_on)
        self._runs.changed.connect(self._follow)
        self._runs.ended.connect(self._follow)
        self._runs.listed.connect(self.refresh)

    @property
    def shown(self) -> BatchFolder | None:
        """The batch that is shown; None where a new one is put together."""
        return self.page.folder if self.stack.currentWidget() is self.page else None

    def refresh(self) -> None:
        """List the batches, newest first."""
        chosen = self.shown
        self.list.blockSignals(True)  # what is chosen stays so
        self.list.clear()
        folders = self._runs.listing()
        for place, folder in enumerate(folders):
            item = QListWidgetItem()
            item.setData(FOLDER, folder)
            item.setSizeHint(QSize(0, 46))
            self.list.addItem(item)
            self._write(item, len(folders) - place)
            if folder == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def show_setup(self) -> None:
        """Put a new batch together."""
        self.list.clearSelection()
        self.page.let_go()
        self.setup.refresh()
        self.stack.setCurrentWidget(self.setup)
        self.commands.refresh()

    def begin(self, request: BatchRequest) -> None:
        """Begin a batch and show it; say so where that cannot be."""
        try:
            if request.out:
                check_format(Path(request.out))
            folder = self._runs.begin(request)
        except CxrviewError as error:
            self.setup.complain(error_text.whole(error))
            return
        self.show_folder(folder)

    def show_folder(self, folder: BatchFolder) -> None:
        """Show a batch, if it is listed."""
        for place in range(self.list.count()):
            if self.list.item(place).data(FOLDER) == folder:
                self.list.setCurrentRow(place)
                if self.shown != folder:
                    self._chosen()

    def _chosen(self) -> None:
        item = self.list.currentItem()
        if item is None or not item.isSelected():
            return
        folder: BatchFolder = item.data(FOLDER)
        state = self._runs.state_of(folder)
        self.stack.setCurrentWidget(self.page)
        self.page.show_batch(state, texts.title(folder, self._number(item)))
        self.commands.refresh()

    def _number(self, item: QListWidgetItem) -> int:
        return self.list.count() - self.list.row(item)

    def _follow(self, state: BatchState) -> None:
        if self.shown == state.folder:
            self.page.follow(state)
        for place in range(self.list.count()):
            item = self.list.item(place)
            if item.data(FOLDER) == state.folder:
                self._write(item, self._number(item))

    def _write(self, item: QListWidgetItem, number: int) -> None:
        folder: BatchFolder = item.data(FOLDER)
        state = self._runs.state_of(folder)
        now = f"{100 * state.fraction:.0f} %" if state.is_alive else texts.begun(folder)
        item.setText(f"{texts.title(folder, number)}\n{now}")
        item.setToolTip(texts.state_line(state))

    def _name_again(self) -> None:
        self.refresh()
        self.setup.show_sources()
        item = self.list.currentItem()
        if self.shown is not None and item is not None:
            self.page.rename(texts.title(self.shown, self._number(item)))

    def _go_on(self) -> None:
        folder = self.shown
        if folder is not None:
            self._tried(lambda: self._runs.go_on(folder))

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except CxrviewError as error:
            self.page.note.setText(error_text.whole(error))

    def _show_menu(self, place: QPoint) -> None:
        item = self.list.itemAt(place)
        if item is None:
            return
        menu = QMenu(self)
        delete = menu.addAction(tr("Delete this batch…"), lambda: self._delete(item.data(FOLDER)))
        delete.setEnabled(not self._runs.state_of(item.data(FOLDER)).is_alive)
        menu.popup(self.list.mapToGlobal(place))

    def _delete(self, folder: BatchFolder) -> None:
        asked = tr("Delete this batch? The films themselves and exported tables stay.")
        kinds = QMessageBox.StandardButton
        if QMessageBox.question(self, "cxrview", asked, kinds.Yes | kinds.No) == kinds.Yes:
            if self.shown == folder:
                self.show_setup()
            self._runs.forget(folder)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # as in a dialog; what is read goes on
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.page.evaluation.audit.leave()
        self.closed.emit()
