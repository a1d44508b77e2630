"""The preferences: a page for each group of settings, made from what the settings say of themselves."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.dialogs.model_page import ModelPage
from cxrview.gui.dialogs.shortcuts import ShortcutPage
from cxrview.gui.state import AppState
from cxrview.gui.widgets.option_controls import OptionRow, SwitchRow, row_for
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import tr
from cxrview.settings import PAGES, Settings

if TYPE_CHECKING:
    from cxrview.gui.actions.shortcuts import Shortcuts
    from cxrview.gui.session.model_choice import ModelChoice

Undo = Callable[[], None]
SIZE = QSize(800, 580)
INDENT = 24  # of the help below a switch, so that it stands under the words


class OptionPage(QWidget):
    """The settings of one group; a change holds at once."""

    def __init__(self, page: str, state: AppState, note: str = "") -> None:
        super().__init__()
        self._state = state
        self.rows: dict[str, OptionRow] = {}
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 8, 0)
        for field in dataclasses.fields(Settings):
            if field.metadata["page"] == page:
                self._add(field, column)
        if note:
            column.addSpacing(10)
            column.addWidget(QLabel(note, wordWrap=True, objectName="muted"))
        column.addStretch(1)
        state.settings_changed.connect(self.show_settings)
        self.show_settings(state.settings)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        for name, row in self.rows.items():
            row.show_value(getattr(settings, name))

    def restore(self) -> Undo | None:
        """Set everything of this page as it is when cxrview is new; return what undoes that, if anything."""
        fields = {field.name: field for field in dataclasses.fields(Settings) if field.name in self.rows}
        before = {name: getattr(self._state.settings, name) for name in fields}
        self._state.change_settings(**{name: field.default for name, field in fields.items()})
        same = all(before[name] == field.default for name, field in fields.items())
        return None if same else partial(self._state.change_settings, **before)

    def _add(self, field: "dataclasses.Field[Any]", column: QVBoxLayout) -> None:
        row = self.rows[field.name] = row_for(field)
        row.changed.connect(lambda value, name=field.name: self._state.change_settings(**{name: value}))
        switch = isinstance(row, SwitchRow)
        if not switch:
            label = QLabel(row.label)
            label.setBuddy(row.control)
            column.addWidget(label)
        column.addWidget(row, 0, Qt.AlignmentFlag.AlignLeft)
        if row.help:
            help_text = QLabel(row.help, wordWrap=True, objectName="optionHelp")
            help_text.setContentsMargins(INDENT if switch else 0, 0, 0, 0)
            column.addWidget(help_text)
        column.addSpacing(6 if switch and not row.help else 12)


Page = OptionPage | ModelPage | ShortcutPage


class PreferencesDialog(QDialog):
    """Pages at the right, their names at the left. Nothing has to be confirmed; defaults can be undone."""

    def __init__(
        self,
        parent: QWidget,
        state: AppState,
        models: "ModelChoice",
        settings_file: Path,
        shortcuts: "Shortcuts",
    ) -> None:
        super().__init__(parent, windowTitle=tr("Preferences"))
        self._state = state
        self._undo: Undo | None = None
        self.names = QListWidget(objectName="pages", accessibleName=tr("Pages"))
        self.names.setFixedWidth(190)
        self.stack = QStackedWidget()
        self.pages: dict[str, Page] = {}  # those that were looked at
        quiet = tr("cxrview opens no network connection: it looks for no updates and sends nothing.")
        where = tr("These settings are kept in {file}.").format(file=settings_file)
        notes = {"general": f"{quiet}\n{where}"}
        self._titles = {page: tr(title) for page, title in PAGES.items()} | {"shortcuts": tr("Shortcuts")}
        self._makers: dict[str, Callable[[], Page]] = {
            page: partial(OptionPage, page, state, notes.get(page, "")) for page in PAGES
        }
        self._makers |= {
            "model": partial(ModelPage, state, models),
            "shortcuts": partial(ShortcutPage, state, shortcuts),
        }
        for title in self._titles.values():
            item = QListWidgetItem(title, self.names)
            item.setSizeHint(QSize(0, self.fontMetrics().height() * 2))
        self.names.currentRowChanged.connect(self._turn_to)
        self._build()
        self.resize(fitted(SIZE, self))
        self.names.setCurrentRow(0)

    def show_page(self, name: str) -> None:
        """Turn to the page `name`."""
        self.names.setCurrentRow(list(self._makers).index(name))

    def _make(self, name: str) -> None:
        """Make the page `name`, which takes a while that need not be spent on pages nobody looks at."""
        page = self.pages[name] = self._makers[name]()
        whole = QWidget()
        column = QVBoxLayout(whole, spacing=14)
        column.setContentsMargins(24, 20, 16, 8)
        column.addWidget(QLabel(self._titles[name], objectName="pageTitle"))
        if name == "shortcuts":  # which scrolls by itself
            column.addWidget(page)
        else:
            area = QScrollArea(widgetResizable=True, objectName="panelScroll")
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            column.addWidget(area)
        self.stack.addWidget(whole)

    def _build(self) -> None:
        self.said = QLabel(objectName="muted")
        self.undo = QPushButton(tr("Undo"), objectName="link", clicked=self._take_back, autoDefault=False)
        self.restore = QPushButton(tr("Restore defaults"), clicked=self._restore, autoDefault=False)
        close = QPushButton(tr("Close"), clicked=self.reject, autoDefault=False)
        foot = QHBoxLayout(spacing=10)
        foot.setContentsMargins(16, 10, 16, 12)
        for widget in (self.restore, self.said, self.undo):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(close)
        middle = QHBoxLayout(spacing=0)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self.names)
        middle.addWidget(self.stack, 1)
        column = QVBoxLayout(self, spacing=0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(middle, 1)
        column.addWidget(QFrame(objectName="rule"))
        column.addLayout(foot)

    def _turn_to(self, row: int) -> None:
        name = list(self._makers)[row]
        if name not in self.pages:
            self._make(name)
        self.stack.setCurrentIndex(list(self.pages).index(name))
        self._forget()

    def _forget(self) -> None:
        self._undo = None
        self.said.clear()
        self.undo.hide()

    def _restore(self) -> None:
        self._undo = self.pages[list(self._makers)[self.names.currentRow()]].restore()
        same = self._undo is None
        self.said.setText(tr("This page has its defaults already.") if same else tr("Defaults restored."))
        self.undo.setVisible(not same)

    def _take_back(self) -> None:
        if self._undo is not None:
            self._undo()
        self.restore.setFocus()
        self._forget()
