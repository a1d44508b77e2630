"""How the check of the images stands, in a line, with what can be done about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout

from cxrview.gui.training.data import check as data_check
from cxrview.gui.training.data.check import DataCheck
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr

ICONS = {
    "busy": ("scan-search", "muted"),
    "good": ("circle-check", "good"),
    "warning": ("triangle-alert", "warning"),
    "error": ("circle-x", "error"),
}


class StatusLine(QFrame):
    """An icon, a sentence, a bar while something is under way.

    Signals:
        cancelled: the check is not to go on.
        again: the images are to be looked at again.
        undone: the last change is to be taken back.
    """

    cancelled = Signal()
    again = Signal()
    undone = Signal()

    def __init__(self) -> None:
        super().__init__(objectName="dataStatus")
        self.tone = "busy"
        self.icon = IconLabel(side=20)
        self.text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.detail = ElidedLabel(QSizePolicy.Policy.Ignored)
        self.detail.setObjectName("muted")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(tr("Progress of the check"))
        self.undo = QPushButton(tr("Undo"), objectName="link")
        self.cancel = QPushButton(tr("Cancel"))
        self.check_again = QPushButton(tr("Check again"))
        words = QVBoxLayout(spacing=5)
        for widget in (self.text, self.bar, self.detail):
            words.addWidget(widget)
        row = QHBoxLayout(self, spacing=12)
        row.setContentsMargins(12, 9, 12, 9)
        row.addWidget(self.icon)
        row.addLayout(words, 1)
        for button in (self.undo, self.cancel, self.check_again):
            row.addWidget(button)
        self.undo.hide()
        self.cancel.clicked.connect(self.cancelled)
        self.check_again.clicked.connect(self.again)
        self.undo.clicked.connect(self.undone)

    def say(self, tone: str, text: str, again: bool = False) -> None:
        """Show a sentence that is no state of the check: a search that can be cancelled, or begun again."""
        self._show(tone, text, busy=False)
        self.cancel.setVisible(not again)
        self.check_again.setVisible(again)

    def show_check(self, check: DataCheck, verdict: tuple[str, str]) -> None:
        """Show how `check` stands; `verdict` is tone and sentence for when it is done."""
        had_focus = self.cancel.hasFocus() or self.check_again.hasFocus()
        if check.is_busy:
            self._show("busy", tr("Looking at the images…"), busy=True)
            self.bar.setRange(0, 1000 if check.fraction >= 0 else 0)
            self.bar.setValue(round(1000 * max(0.0, check.fraction)))
            self.detail.setText(check.text or " ")
        elif check.state == data_check.REFUSED:
            self._show("error", f"{check.problem} {check.advice}".strip(), busy=False)
        elif check.state == data_check.CANCELLED:
            words = tr(
                "The check was cancelled. Without it, nobody knows whether the images are fit to learn from."
            )
            self._show("warning", words, busy=False)
        else:
            self._show(*verdict, busy=False)
        self.cancel.setVisible(check.is_busy)
        self.check_again.setVisible(not check.is_busy)
        if had_focus:
            (self.cancel if check.is_busy else self.check_again).setFocus()

    def _show(self, tone: str, text: str, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.detail.setVisible(busy)
        if text != self.text.text():
            self.text.setText(text)
        if tone != self.tone or self.icon.pixmap().isNull():
            self.tone = tone
            self.icon.show_icon(*ICONS[tone])
