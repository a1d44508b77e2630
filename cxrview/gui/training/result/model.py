"""The page of the finished model itself: its name, notes and limits."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.training.result.actions import ACTIONS
from cxrview.i18n import tr
from cxrview.training.run.result import RunResult


class ResultModelPage(QWidget):
    """Signals:
    save_asked: carries the name and the notes.
    """

    save_asked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._result: RunResult | None = None
        self.name = QLineEdit(accessibleName=tr("Name"))
        self.notes = QPlainTextEdit(accessibleName=tr("Notes"), tabChangesFocus=True)
        self.notes.setPlaceholderText(tr("What it was trained for, on what, and what you have seen of it"))
        self.notes.setMaximumHeight(130)
        self.save = QPushButton()
        self.place = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.limits = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText, objectName="muted")
        self.limits.setAlignment(Qt.AlignmentFlag.AlignTop)
        form = QFormLayout(horizontalSpacing=14, verticalSpacing=10)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Notes"), self.notes)
        buttons = QHBoxLayout(spacing=12)
        buttons.addWidget(self.save)
        buttons.addWidget(self.place, 1)
        form.addRow("", buttons)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addStretch()
        right = QVBoxLayout(spacing=8)
        right.addWidget(QLabel(tr("What it cannot do"), objectName="heading"))
        right.addWidget(self.limits)
        right.addStretch()
        row = QHBoxLayout(self, spacing=32)
        row.setContentsMargins(0, 14, 0, 4)
        row.addLayout(left, 3)
        row.addLayout(right, 2)
        self.save.clicked.connect(self.ask)
        self.name.returnPressed.connect(self.ask)
        self.name.textChanged.connect(lambda _text: self._refresh())
        self.notes.textChanged.connect(self._refresh)
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut  # the other pages have nothing to store
        self.commands = WindowActions(self, ACTIONS, self, context)

    def show_result(self, result: RunResult) -> None:
        """Show the card of `result`."""
        self._result = result
        self.name.setText(result.model.name if result.installed else result.card.name)
        self.notes.setPlainText(self._stored_notes)
        self.limits.setText("".join(f"<p>{escape(limit)}</p>" for limit in result.card.limits))
        self._refresh()

    @property
    def _stored_notes(self) -> str:
        notes = self._result.card.raw.get("notes", "") if self._result is not None else ""
        return notes if isinstance(notes, str) else ""

    def ask(self) -> None:
        """Ask for the name and the notes to be stored, if they can be."""
        if self.save.isEnabled():
            self.save_asked.emit(self.name.text().strip(), self.notes.toPlainText().strip())

    def _refresh(self) -> None:
        result = self._result
        if result is None:
            self.save.setEnabled(False)
            return
        name, notes = self.name.text().strip(), self.notes.toPlainText().strip()
        same = result.installed and name == result.model.name and notes == self._stored_notes.strip()
        self.save.setText(tr("Save") if result.installed else tr("Add to the library"))
        self.save.setEnabled(bool(name) and not same)
        words = tr("In the library.") if result.installed else tr("Not in the library yet.")
        self.place.setText(words)
        self.place.setToolTip(str(result.model))
