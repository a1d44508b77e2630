"""The model library: the list, the chosen model beside it, and what can be done."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.bundle.messages import NONE_INSTALLED
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.library.actions import ACTIONS, menu_of
from cxrview.gui.library.compare import compared
from cxrview.gui.library.comparison import ComparisonTable
from cxrview.gui.library.detail import ModelDetail
from cxrview.gui.library.library import Library, Listing
from cxrview.gui.library.model_list import ModelList
from cxrview.gui.panels.prediction import model_line
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import say, tr, trn
from cxrview.message import verbatim

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel
    from cxrview.gui.session.model_choice import ModelChoice

BUTTONS = ("library_use", "library_verify", "library_export", "library_delete")
LINKS = ("library_card", "library_report", "library_folder", "library_rename")


class LibraryWindow(ClosedByEscape, QWidget):
    """Not modal. Bundles dropped on it are imported.

    Signals:
        card_shown: a dialog with a model's card has been opened; carries it.
        closed: the user closed it.
    """

    closed = Signal()
    card_shown = Signal(object)

    def __init__(
        self,
        state: AppState,
        models: "ModelChoice",
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Model library"))
        self.setObjectName("libraryWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.resize(fitted(QSize(1240, 720), self))
        self._state, self._is_listed = state, False
        self._verified: dict[str, str] = {}  # what was wrong with a model when it was verified here
        self.library = Library(models, runner, self)
        self.commands = WindowActions(self, ACTIONS, self)
        self.search = QLineEdit(
            placeholderText=tr("Search the models"),
            accessibleName=tr("Search the models"),
            clearButtonEnabled=True,
        )
        self.list = ModelList()
        by_name = self.commands
        self.detail = ModelDetail([by_name[n] for n in BUTTONS], [by_name[n] for n in LINKS])
        self.comparison = ComparisonTable()
        self.hint = QLabel(objectName="muted", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.side = QStackedWidget(objectName="panel")
        self.side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.said = QLabel(objectName="dataNote", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.undo_button = QPushButton(tr("Undo"), autoDefault=False)
        self.import_button = QPushButton(tr("Import…"), autoDefault=False)
        self._lay_out()
        self._connect()
        self.undo_button.hide()
        self._show_selected()

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=8)
        top.addWidget(self.search, 1)
        top.addWidget(self.import_button)
        foot = QHBoxLayout(spacing=8)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.undo_button)
        left = QWidget()
        column = QVBoxLayout(left, spacing=10)
        column.setContentsMargins(16, 14, 14, 12)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        self.hint.setContentsMargins(30, 30, 30, 30)
        for page in (self.detail, self.comparison, self.hint):
            self.side.addWidget(page)
        splitter = QSplitter(childrenCollapsible=False)
        splitter.setHandleWidth(1)
        splitter.addWidget(left)
        splitter.addWidget(self.side)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([840, 400])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)

    def _connect(self) -> None:
        library = self.library
        self.search.textChanged.connect(self.list.search)
        self.search.returnPressed.connect(self.list.setFocus)
        self.list.selected.connect(self._show_selected)
        self.list.use_wanted.connect(self.commands["library_use"].trigger)
        self.list.rename_wanted.connect(library.rename)
        self.list.menu_wanted.connect(self._open_menu)
        self.detail.notes_wanted.connect(library.set_notes)
        self.import_button.clicked.connect(self.commands["library_import"].trigger)
        self.undo_button.clicked.connect(library.undo)
        library.listed.connect(self._show_listing)
        library.said.connect(self.say)
        library.undoable_changed.connect(self.undo_button.setVisible)
        library.verified.connect(self._note_verified)
        library.arrived.connect(self._expect)
        self._state.model_changed.connect(self._model_changed)

    def say(self, line: str, tone: str) -> None:
        """Say one line below the list; `tone` is "", "busy" or "error"."""
        self.said.setText(line)
        self.said.setProperty("tone", tone)
        self.said.style().polish(self.said)

    @property
    def chosen(self) -> "list[InstalledModel]":
        """The selected models, in the order in which they were selected."""
        return self.list.chosen

    def _show_listing(self, listing: Listing) -> None:
        self._is_listed = True
        entries = [
            entry
            if entry.problem
            else dataclasses.replace(entry, problem=verbatim(self._verified.get(entry.name, "")))
            for entry in listing.entries
        ]
        self.list.show_entries(entries, listing.default)
        self._show_selected()

    def _note_verified(self, name: str, problem: str) -> None:
        self._verified[name] = problem
        self.library.refresh()

    def _model_changed(self, _info: object) -> None:
        self._show_selected()

    def _expect(self, name: str) -> None:
        """Choose `name` when it is listed; what was found wrong with another of that name is forgotten."""
        self._verified.pop(name, None)
        self.list.choose_when_there(name)

    def _show_selected(self) -> None:
        chosen, default = self.chosen, self.list.default
        if len(chosen) == 1:
            is_default = chosen[0].folder == default
            self.detail.show_entry(chosen[0], is_default)
            how = self.library.how_used(chosen[0].name, is_default)
            self.detail.show_use(self._in_use() if how else "", how == "for now")
            self.side.setCurrentWidget(self.detail)
        else:
            self.detail.keep_notes()
        if len(chosen) == 2:
            left, right = chosen
            self.comparison.show_sections(compared(left, right), left.name, right.name)
            self.side.setCurrentWidget(self.comparison)
        elif len(chosen) != 1:
            self.hint.setText(self._hint(len(chosen)))
            self.side.setCurrentWidget(self.hint)
        self.commands.refresh()

    def _in_use(self) -> str:
        """Return on what the model in use runs, or why it does not."""
        info = self._state.model
        return info.problem or (model_line(info, None) if info.card is not None else "")

    def _hint(self, count: int) -> str:
        if count > 2:
            words = trn(
                "{count} model is selected. Two can be compared.",
                "{count} models are selected. Two can be compared.",
                count,
            )
            return words.format(count=count)
        if not self._is_listed:
            return ""
        if not self.list.entries:
            here = tr("Import one, or drop a model's folder or .zip file here.")
            return f"{say(NONE_INSTALLED)} {here}"
        return tr("Choose a model to see what it is, or two to compare them.")

    def _open_menu(self, menu_place: QPoint) -> None:
        menu_of(self).popup(menu_place)

    def delete(self, entry: "InstalledModel") -> None:
        """Delete a model; what verifying it has found is forgotten."""
        self._verified.pop(entry.name, None)
        self.library.delete(entry.name, entry.folder)

    def import_paths(self, paths: list[Path]) -> None:
        """Import the models in `paths`; a card stands for the folder that it lies in."""
        self.library.bring_in([path.parent if path.name == "card.json" else path for path in paths])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.import_paths(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.list.setFocus()
        self.library.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.detail.keep_notes()
        self.library.close()
        super().closeEvent(event)
        self.closed.emit()
