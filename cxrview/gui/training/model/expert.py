"""Every entry of the network and of the recipe: a control, what it means, and why a value is refused."""

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from cxrview.errors import InvalidRequest
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.model.labels import HELP
from cxrview.gui.training.model.phases import PhaseTable
from cxrview.gui.widgets.option_controls import OptionRow, SwitchRow, rows_of
from cxrview.i18n import tr
from cxrview.training import config as configuration
from cxrview.training.config import ModelConfig, RecipeConfig
from cxrview.training.names import CHOICES

ELSEWHERE = ("name", "architecture", "start")  # of the network, on the first page
WIDEST = 1300  # of the page, on wide screens
SOLVER_FIELD = "recipe.optimizer"


class ExpertPanel(QScrollArea):
    """What is refused stays in its control, with the reason beside it, and is not taken over.

    Signals:
        problems_changed: another set of values is refused.
    """

    problems_changed = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="panelScroll")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._draft = draft
        self.edits: dict[str, OptionRow] = {}
        self.reasons: dict[str, QLabel] = {}
        self.problems: dict[str, str] = {}  # by entry; of what is in the controls and nowhere else
        self.phases = PhaseTable()
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=8)
        column.setContentsMargins(24, 16, 24, 24)
        column.addWidget(QLabel(tr("Phases"), objectName="heading"))
        column.addWidget(self.phases)
        self._add_reason("recipe.phases", column)
        for table, kind, title, besides in (
            ("recipe", RecipeConfig, tr("How it learns"), ("phases",)),
            ("model", ModelConfig, tr("Network"), ELSEWHERE),
        ):
            column.addSpacing(14)
            column.addWidget(QLabel(title, objectName="heading"))
            column.addLayout(self._table(table, rows_of(kind, CHOICES, besides)))
        column.addStretch(1)
        inside.setMaximumWidth(WIDEST)
        self.setWidget(inside)
        self.phases.edited.connect(lambda value: self._take("recipe", "phases", value))
        self.phases.refused.connect(lambda why: self.show_problem("recipe.phases", why))
        draft.changed.connect(self._show)
        self._show(frozenset(("model", "recipe")))

    def show_problem(self, entry: str, why: str, *, kept: bool = False) -> None:
        """Show `why` beside `entry`, or nothing for "". `kept`: the value is in the draft all the same."""
        self.reasons[entry].setText(why)
        self.reasons[entry].setVisible(bool(why))
        before = dict(self.problems)
        if why and not kept:
            self.problems[entry] = why
        else:
            self.problems.pop(entry, None)
        if self.problems != before:
            self.problems_changed.emit()

    def _table(self, table: str, edits: dict[str, OptionRow]) -> QGridLayout:
        grid = QGridLayout(horizontalSpacing=18, verticalSpacing=7)
        grid.setColumnStretch(2, 1)
        for number, (name, edit) in enumerate(edits.items()):
            entry = f"{table}.{name}"
            self.edits[entry] = edit
            if not isinstance(edit, SwitchRow):
                label = QLabel(edit.label, wordWrap=True)
                label.setFixedWidth(250)
                label.setBuddy(edit.control)
                grid.addWidget(label, 2 * number, 0)
                grid.addWidget(edit, 2 * number, 1)
            else:
                grid.addWidget(edit, 2 * number, 0, 1, 2)
            words = QLabel(tr(HELP.get(entry, "")), objectName="optionHelp", wordWrap=True)
            edit.control.setAccessibleDescription(words.text())
            grid.addWidget(words, 2 * number, 2)
            self._add_reason(entry, grid, 2 * number + 1)
            edit.changed.connect(lambda value, name=name: self._take(table, name, value))
            edit.refused.connect(lambda why, entry=entry: self.show_problem(entry, why))
        return grid

    def _add_reason(self, entry: str, layout: QVBoxLayout | QGridLayout, row: int = 0) -> None:
        reason = self.reasons[entry] = QLabel(objectName="fieldProblem", wordWrap=True)
        reason.hide()
        if isinstance(layout, QGridLayout):
            layout.addWidget(reason, row, 1, 1, 2)
        else:
            layout.addWidget(reason)

    def _take(self, table: str, name: str, value: Any) -> None:
        """Take over a value, unless the configuration makes no sense with it."""
        values = configuration.as_dict(self._draft.config)
        values[table][name] = value
        if name == "phases":
            values[table][name] = [dataclasses.asdict(phase) for phase in value]
        entry = f"{table}.{name}"
        try:
            config = configuration.parse(values)
        except InvalidRequest as error:
            self.show_problem(entry, error_text.whole(error))
            return
        self.show_problem(entry, "")
        self._draft.set_config(config)

    def _show(self, tables: frozenset[str]) -> None:
        config = self._draft.config
        for entry, edit in self.edits.items():
            table, name = entry.split(".")
            if table in tables and entry not in self.problems:
                edit.show_value(getattr(getattr(config, table), name))
        if "recipe" in tables and "recipe.phases" not in self.problems:
            self.phases.show_value(config.recipe.phases)

    def forget_problems(self) -> None:
        """Show what the draft holds in place of what was refused."""
        for entry in tuple(self.problems):
            self.show_problem(entry, "")
        self._show(frozenset(("model", "recipe")))
