"""What a run said, line by line, to be read and copied."""

import time

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.training.runs import REMEMBERED, Run
from cxrview.gui.training.texts import log_line
from cxrview.gui.widgets import fonts
from cxrview.i18n import tr
from cxrview.training.run.events import Event, Stage, Step

HEIGHT = 150


class RunLog(QWidget):
    """A heading that unfolds the lines; they are added only while they are seen."""

    def __init__(self) -> None:
        super().__init__()
        self._run: Run | None = None
        self._shown = 0  # of all that the run said
        self._stage = ""
        self.fold = QToolButton(objectName="fold", text=tr("Log"), checkable=True)
        self.fold.setAccessibleName(tr("Log of the training"))
        self.copy = QToolButton(text=tr("Copy"), toolTip=tr("Copy the whole log"))
        self.copy.setAccessibleName(tr("Copy the whole log"))
        self.lines = QPlainTextEdit(readOnly=True, undoRedoEnabled=False)
        self.lines.setAccessibleName(tr("Log of the training"))
        self.lines.setMaximumBlockCount(REMEMBERED)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setFont(fonts.fixed())
        self.lines.setFixedHeight(HEIGHT)
        head = QHBoxLayout(spacing=6)
        head.addWidget(self.fold)
        head.addStretch()
        head.addWidget(self.copy)
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.lines)
        self.fold.setToolButtonStyle(self.fold.toolButtonStyle().ToolButtonTextBesideIcon)
        self.fold.toggled.connect(self._unfold)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.copy.setIcon(themes.icon("copy"))
        self._unfold(False)

    def show_run(self, run: Run) -> None:
        """Show what `run` has said since it was last shown."""
        if run is not self._run:
            self._run, self._shown, self._stage = run, 0, ""
            self.lines.clear()
        if self.fold.isChecked():
            self._add()

    def text(self) -> str:
        """Return the whole log."""
        return "\n".join(_lines(list(self._run.said), "")[0]) if self._run is not None else ""

    def _unfold(self, on: bool) -> None:
        self.lines.setVisible(on)
        self.copy.setVisible(on)
        self.fold.setIcon(themes.icon("chevron-down" if on else "chevron-right"))
        if on:
            self._add()

    def _add(self) -> None:
        run = self._run
        if run is None or run.count == self._shown:
            return
        new = min(run.count - self._shown, len(run.said))
        self._shown = run.count
        lines, self._stage = _lines(list(run.said)[-new:], self._stage)
        if lines:
            self.lines.appendPlainText("\n".join(lines))


def _lines(said: list[tuple[float, Event | str]], stage: str) -> tuple[list[str], str]:
    """Return the lines for `said`, a stage only where it begins, and the stage at the end."""
    lines = []
    for when, saying in said:
        if isinstance(saying, Stage):
            if saying.name == stage:
                continue
            stage = saying.name
        elif isinstance(saying, Step):
            continue
        if line := log_line(saying):
            lines.append(f"{time.strftime('%H:%M:%S', time.localtime(when))}  {line}")
    return lines, stage
