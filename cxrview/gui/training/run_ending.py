"""How a run ended, and what can be done now."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from cxrview.gui.theme import Theme
from cxrview.gui.training.process import Outcome
from cxrview.gui.training.run_texts import outcome_text
from cxrview.gui.training.runs import Run
from cxrview.words import tr

ICONS = {"finished": ("circle-check", "good"), "stopped": ("info", "muted")}
FAILURE = ("triangle-alert", "warning")


class RunEnding(QFrame):
    """A sentence with buttons; hidden while the run is alive."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(objectName="runEnding")
        self._theme = theme
        self._kind = ""
        self.icon = QLabel()
        self.what = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="heading")
        self.advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="muted")
        for label in (self.what, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.resume = QPushButton(tr("Resume"))
        self.finish = QPushButton(tr("Finish with the best epoch"))
        self.finish.setToolTip(tr("No more epochs: make the model of the best one so far."))
        self.again = QPushButton(tr("Train again"))
        self.again.setToolTip(tr("Begin another run. This one stays where it is."))
        self.result = QPushButton(tr("Show the result"), objectName="primary")
        words = QVBoxLayout(spacing=2)
        words.addWidget(self.what)
        words.addWidget(self.advice)
        row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(14, 12, 14, 12)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for button in (self.resume, self.finish, self.again, self.result):
            row.addWidget(button)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self._theme = theme
        name, colour = ICONS.get(self._kind, FAILURE)
        self.icon.setPixmap(theme.pixmap(name, getattr(theme, colour), 20, self.devicePixelRatioF()))

    def show_run(self, run: Run) -> None:
        """Tell how `run` ended."""
        self.setVisible(not run.is_running)
        if run.is_running:
            return
        progress = run.progress
        outcome = run.outcome or Outcome("stopped", resumable=True)
        if run.outcome is None and progress.finished is not None:
            outcome = Outcome("finished")
        self._kind = outcome.kind
        what, advice = outcome_text(outcome, progress)
        self.what.setText(what)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        done = outcome.kind == "finished"
        goes_on = not done and (outcome.resumable or outcome.kind == "stopped")
        self.resume.setVisible(goes_on)
        self.finish.setVisible(goes_on and bool(progress.epochs))
        self.again.setVisible(True)
        self.result.setVisible(done)
        self.set_theme(self._theme)
