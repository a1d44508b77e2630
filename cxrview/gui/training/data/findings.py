"""The findings of the data report: a sentence each, the images behind it, and what helps."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.datasets import catalogue
from cxrview.datasets.report import FINAL, message_of
from cxrview.datasets.survey import short_name
from cxrview.gui.theme import wrapped
from cxrview.gui.training.data.files import FileList
from cxrview.gui.training.data.fixes import Fix, fixes, settled
from cxrview.gui.widgets.themed import IconLabel
from cxrview.gui.widgets.wrapped_label import WrappedLabel
from cxrview.i18n import mark, say, tr, trn
from cxrview.training.config import TrainingConfig

AT_ONCE = 8  # findings shown before the window gets its turn
UNBROKEN = 30  # characters, after which a line may end anywhere
BREAK = "\u200b"
LONG = 60  # characters of a file's name in a sentence, beyond which its folders are left out
ICONS = {"block": "circle-x", "warning": "triangle-alert", "info": "info", "allowed": "triangle-alert"}
COLOURS = {"block": "error", "warning": "warning", "info": "muted", "allowed": "warning"}
NAMES = {
    "block": mark("Stops the training"),
    "warning": mark("Warning"),
    "info": mark("Note"),
    "allowed": mark("Overridden"),
}


class FindingRow(QFrame):
    """One finding.

    Signals:
        fix_asked: carries the Fix that was pressed.
        allowed: carries the kind and whether the training may go on in spite of it.
        show_files: carries files, as the report names them.
    """

    fix_asked = Signal(object)
    allowed = Signal(str, bool)
    show_files = Signal(list)

    def __init__(
        self, finding: Mapping[str, Any], config: TrainingConfig, side_of: Mapping[str, str]
    ) -> None:
        super().__init__(objectName="finding")
        finding = {**finding, "text": say(message_of(finding))}
        self.finding, self.kind = finding, finding["kind"]
        self.icon = IconLabel(side=18)
        self.icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text = WrappedLabel(_shortened(finding))
        whole = self.text.text().replace(BREAK, "") == finding["text"]
        self.text.setToolTip("" if whole else wrapped(finding["text"]))
        self.note = QLabel(settled(finding, config), objectName="muted", wordWrap=True)
        self.note.setVisible(bool(self.note.text()))
        self.buttons: dict[str, QPushButton] = {}
        self.override: QCheckBox | None = None
        self.files: FileList | None = None
        self._side_of = side_of
        self._lay_out(fixes(finding, config, side_of))
        self.show_allowed(self.kind in config.data.allow)

    def _lay_out(self, offered: Sequence[Fix]) -> None:
        row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(12, 10, 12, 10)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(spacing=5)
        row.addLayout(self._column, 1)
        self._column.addWidget(self.text)
        self._column.addWidget(self.note)
        actions = QHBoxLayout(spacing=18)
        if self.finding["files"] and self.kind != "unreadable":
            self._button(actions, "show", tr("Show images"), "").clicked.connect(
                lambda: self.show_files.emit(list(self.finding["files"]))
            )
        if self.finding["files"]:
            count = len(self.finding["files"])
            words = trn("List the file", "List the {count} files", count).format(count=count)
            self._button(actions, "list", words, "").clicked.connect(self._list_files)
        for fix in offered:
            button = self._button(actions, fix.action, fix.text, fix.tip)
            button.clicked.connect(lambda _on, fix=fix: self.fix_asked.emit(fix))
        actions.addStretch()
        if self.buttons:
            self._column.addLayout(actions)
        if self.finding["severity"] == "block":
            self._column.addWidget(self._final() if self.kind in FINAL else self._override())

    def _button(self, row: QHBoxLayout, name: str, text: str, tip: str) -> QPushButton:
        button = self.buttons[name] = QPushButton(text, objectName="link", toolTip=tip)
        button.setAccessibleDescription(f"{self.finding['text']} {tip}".strip())
        row.addWidget(button)
        return button

    def _final(self) -> QWidget:
        return QLabel(tr("No model can be made like this."), objectName="muted", wordWrap=True)

    def _override(self) -> QWidget:
        box = self.override = QCheckBox(tr("Go on in spite of this; the model's card will say so"))
        box.setAccessibleDescription(self.finding["text"])
        box.clicked.connect(lambda on: self.allowed.emit(self.kind, on))
        return box

    @property
    def tone(self) -> str:
        """The severity, or "allowed"."""
        return str(self.property("tone"))

    def show_allowed(self, allowed: bool) -> None:
        """Show whether the training may go on in spite of it."""
        severity = self.finding["severity"]
        tone = "allowed" if severity == "block" and allowed and self.kind not in FINAL else severity
        self.setProperty("tone", tone)
        if self.override is not None:
            self.override.setChecked(allowed)
        self.icon.setAccessibleName(tr(NAMES[tone]))
        self.icon.setToolTip(tr(NAMES[tone]))
        self.icon.show_icon(ICONS[tone], COLOURS[tone])
        self.style().polish(self)

    def stops(self) -> list[QWidget]:
        """Return what takes the focus, in order."""
        override = [self.override] if self.override is not None else []
        inside = (
            [self.files.list, self.files.show_button, self.files.action] if self.files is not None else []
        )
        return [*self.buttons.values(), *override, *inside]

    def _list_files(self) -> None:
        if self.files is None:
            self.files = FileList(tr("Leave out"), tr("Files of this finding"))
            self.files.show_files(_remarks(self.finding, self._side_of))
            self.files.chosen.connect(self._exclude)
            self.files.show_asked.connect(self.show_files)
            self._column.addWidget(self.files)
        else:
            self.files.setVisible(self.files.isHidden())

    def _exclude(self, files: list[str]) -> None:
        self.fix_asked.emit(Fix("exclude", "", "", tuple(files)))


def _shortened(finding: Mapping[str, Any]) -> str:
    """Return the sentence with the folders of long paths left out."""
    text = finding["text"]
    for file in finding["files"]:
        if len(file) > LONG and file in text:
            text = text.replace(file, short_name(file))
    return re.sub(rf"\S{{{UNBROKEN}}}(?=\S)", lambda part: f"{part[0]}{BREAK}", text)


def _remarks(finding: Mapping[str, Any], side_of: Mapping[str, str]) -> dict[str, str]:
    """Return for each file what is wrong with it, or which side it is on, or which file it is a copy of."""
    details = finding["details"]
    if finding["kind"] == "unreadable":
        reasons = finding.get("reasons", {})
        said = {file: say(catalogue.read(reason)) for file, reason in reasons.items()}
        return {file: said.get(file, str(details.get(file, ""))) for file in finding["files"]}
    remarks = {file: side_of.get(file, "") for file in finding["files"]}
    for one, other, *_ in details.get("pairs", ()):
        words = tr("as {file}").format(file=short_name(other))
        remarks[one] = ", ".join(filter(None, (side_of.get(one, ""), words)))
    return remarks


class FindingList(QWidget):
    """All findings, the worst first.

    Signals:
        fix_asked, allowed, show_files: those of FindingRow.
        filled: all rows are there.
    """

    filled = Signal()

    fix_asked = Signal(object)
    allowed = Signal(str, bool)
    show_files = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[FindingRow] = []
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._config = TrainingConfig()
        self._side_of: Mapping[str, str] = {}
        self._turn = QTimer(self, singleShot=True, interval=0, timeout=self._add_some)
        self._inside = QWidget()
        self._column = QVBoxLayout(self, spacing=0)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._inside)

    def show_findings(
        self, findings: Sequence[Mapping[str, Any]], config: TrainingConfig, side_of: Mapping[str, str]
    ) -> None:
        """Show `findings` in place of those before; of many, the first at once and the others in turns."""
        focus = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self._inside.setParent(None)
        self._inside.deleteLater()
        self._inside = QWidget()
        self._lines = QVBoxLayout(self._inside, spacing=6)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._inside)
        self.rows, self._waiting = [], deque(findings)
        self._config, self._side_of = config, side_of
        self._add_some()
        if had_focus and self.rows and self.rows[0].buttons:
            next(iter(self.rows[0].buttons.values())).setFocus()

    def show_allowed(self, config: TrainingConfig) -> None:
        """Show which findings the training may go on in spite of."""
        self._config = config
        for row in self.rows:
            row.show_allowed(row.kind in config.data.allow)

    def _add_some(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            row = FindingRow(self._waiting.popleft(), self._config, self._side_of)
            row.fix_asked.connect(self.fix_asked)
            row.allowed.connect(self.allowed)
            row.show_files.connect(self.show_files)
            self._lines.addWidget(row)
            self.rows.append(row)
        if self._waiting:
            self._turn.start()
        else:
            self.filled.emit()
