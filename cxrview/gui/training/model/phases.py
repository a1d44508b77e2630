"""The phases of a training as a table: what learns, how long, how fast; rows come, go and change places."""

import dataclasses
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.widgets.option_controls import OptionRow, rows_of
from cxrview.i18n import mark, tr
from cxrview.training.config import PhaseConfig
from cxrview.training.names import CHOICES, SEARCHED

BUTTONS = (
    ("up", "chevron-up", mark("Earlier")),
    ("down", "chevron-down", mark("Later")),
    ("remove", "x", mark("Remove this phase")),
)
HEADS = {
    "depth": mark("What learns"),
    "epochs": mark("Epochs"),
    "learning_rate": SEARCHED["learning_rate"].text,
    "schedule": mark("Schedule"),
    "warmup_epochs": mark("Warm-up"),
}


class PhaseTable(QWidget):
    """A row for each phase.

    Signals:
        edited: carries the new phases, a tuple of PhaseConfig.
        refused: what was typed is no value; carries a sentence.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._phases: tuple[PhaseConfig, ...] = ()
        self.rows: list[dict[str, OptionRow]] = []
        self.buttons: list[dict[str, QToolButton]] = []
        self._table = QWidget()
        self.add = QPushButton(tr("Add a phase"), objectName="link", autoDefault=False, clicked=self._add)
        self._column = QVBoxLayout(self, spacing=6)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._table)
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch(1)
        self._column.addLayout(foot)

    def show_value(self, phases: tuple[PhaseConfig, ...]) -> None:
        """Show `phases` without saying that they were changed."""
        if len(phases) != len(self.rows):
            self._phases = phases
            self._make_rows(len(phases))
        self._phases = phases
        for row, phase in zip(self.rows, phases, strict=True):
            for name, edit in row.items():
                edit.show_value(getattr(phase, name))

    def _make_rows(self, count: int) -> None:
        old, self._table = self._table, QWidget()
        grid = QGridLayout(self._table, horizontalSpacing=10, verticalSpacing=6)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, words in enumerate(HEADS.values(), 1):
            grid.addWidget(QLabel(tr(words), objectName="muted"), 0, column)
        self.rows, self.buttons = [], []
        for number in range(count):
            self._make_row(grid, number, count)
        grid.setColumnStretch(len(HEADS) + 2, 1)
        self._column.replaceWidget(old, self._table)
        old.hide()
        old.deleteLater()

    def _make_row(self, grid: QGridLayout, number: int, count: int) -> None:
        grid.addWidget(QLabel(f"{number + 1}"), number + 1, 0)
        row = rows_of(PhaseConfig, CHOICES)
        for column, name in enumerate(HEADS, 1):
            edit = row[name]
            edit.control.setAccessibleName(
                tr("Phase {number}: {what}").format(number=number + 1, what=tr(HEADS[name]))
            )
            edit.changed.connect(lambda value, name=name: self._change(number, name, value))
            edit.refused.connect(self.refused)
            grid.addWidget(edit, number + 1, column)
        tools, place = {}, QHBoxLayout(spacing=0)
        for name, icon, words in BUTTONS:
            button = tools[name] = QToolButton(objectName="small", toolTip=tr(words))
            button.setIcon(themes.icon(icon))
            button.setAccessibleName(f"{tr(words)} ({number + 1})")
            button.clicked.connect(lambda _on, name=name: self._rearrange(number, name))
            place.addWidget(button)
        tools["up"].setEnabled(number > 0)
        tools["down"].setEnabled(number < count - 1)
        tools["remove"].setEnabled(count > 1)
        grid.addLayout(place, number + 1, len(HEADS) + 1)
        self.rows.append(row)
        self.buttons.append(tools)

    def _change(self, number: int, name: str, value: Any) -> None:
        phases = list(self._phases)
        phases[number] = dataclasses.replace(phases[number], **{name: value})
        self.edited.emit(tuple(phases))

    def _rearrange(self, number: int, how: str) -> None:
        phases = list(self._phases)
        phase = phases.pop(number)
        if how != "remove":
            phases.insert(number + (1 if how == "down" else -1), phase)
        self.edited.emit(tuple(phases))

    def _add(self) -> None:
        self.edited.emit((*self._phases, self._phases[-1] if self._phases else PhaseConfig()))
