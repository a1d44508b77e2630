"""How a search ended, and what can be done now."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from cxrview.gui.theme import Theme
from cxrview.gui.training.process import Outcome
from cxrview.gui.training.runs import Run
from cxrview.gui.training.search_texts import best_of, ending_text
from cxrview.words import tr

ICONS = {"finished": ("circle-check", "good"), "stopped": ("info", "muted")}
FAILURE = ("triangle-alert", "warning")


class SearchEnding(QFrame):
    """A sentence with buttons; hidden while the search is alive."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(objectName="runEnding")
        self._theme, self._kind = theme, ""
        self.icon = QLabel()
        self.what = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="heading")
        self.advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="muted")
        self.resume = QPushButton(tr("Resume"), autoDefault=False)
        self.bundle = QPushButton(tr("Make a model of the best"), autoDefault=False)
        self.again = QPushButton(tr("Search again"), autoDefault=False)
        self.result = QPushButton(tr("Show the result"), objectName="primary", autoDefault=False)
        words = QVBoxLayout(spacing=2)
        words.addWidget(self.what)
        words.addWidget(self.advice)
        row = QHBoxLayout(self, spacing=10)
        row.setContentsMargins(14, 12, 14, 12)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for button in (self.resume, self.bundle, self.again, self.result):
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
        outcome = run.outcome or Outcome("finished" if progress.searched is not None else "stopped")
        self._kind = outcome.kind
        what, advice = ending_text(outcome, progress)
        self.what.setText(what)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        self.resume.setVisible(progress.searched is None)
        self.bundle.setVisible(best_of(progress) is not None and progress.finished is None)
        self.result.setVisible(progress.finished is not None)
        self.set_theme(self._theme)
