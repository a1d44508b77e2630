"""The status bar: what this program is not for, which model reads, and what is running."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.panels.prediction import model_line
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.theme import plain_tip, wrapped
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import mark, tr, trn

NOTICE = mark("For research and teaching, not for diagnosis")
TEXT_WIDTH = 260
BUSY_DELAY = 200  # ms before work is shown, so that quick work does not flicker


class StatusBar(QStatusBar):
    """One line at the bottom of the window."""

    def __init__(self, state: AppState, runner: TaskRunner) -> None:
        super().__init__(sizeGripEnabled=False)
        self._state, self._runner = state, runner
        self.notice = QLabel(tr(NOTICE), objectName="notice")
        self.message = ElidedLabel(QSizePolicy.Policy.Ignored)
        self._forget = QTimer(self, singleShot=True, timeout=self._clear_message)
        self.model = ElidedLabel(QSizePolicy.Policy.Preferred)
        self.busy = QWidget()
        self.busy_text = QLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(80)
        self.cancel = QToolButton(
            toolTip=tr("Stop what is running"), accessibleName=tr("Stop what is running")
        )
        self.cancel.setAutoRaise(True)
        self.cancel.setIcon(themes.icon("x"))
        row = QHBoxLayout(self.busy, spacing=6)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.busy_text, self._bar, self.cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(self.notice)
        self.addWidget(self.message, 1)
        self.addPermanentWidget(self.busy)
        self.addPermanentWidget(self.model)
        self.busy.hide()
        self._show_soon = QTimer(self, singleShot=True, interval=BUSY_DELAY, timeout=self.busy.show)
        state.model_changed.connect(self._show_model)
        state.reading_changed.connect(self._show_model)
        runner.changed.connect(self._show_jobs)
        self._show_model()

    def say(self, text: str, seconds: int = 8, details: str = "") -> None:
        """Show `text` for a while, beside the notice (Qt's own messages would cover it)."""
        self.message.setText(text)
        self.message.setToolTip(wrapped(details or text))
        self._forget.start(seconds * 1000)

    def _clear_message(self) -> None:
        self.message.setText("")
        self.message.setToolTip("")

    def _show_model(self) -> None:
        model = self._state.model
        loading = model.card is None and not model.problem  # which is said beside it
        self.model.setText("" if loading else model_line(model, self._state.reading.prediction))
        self.model.setToolTip(wrapped(model.problem or model.reason))

    def _show_jobs(self) -> None:
        jobs = self._runner.jobs
        if not jobs:
            self._show_soon.stop()
            self.busy.hide()
            self.busy_text.setText("")
            self.busy_text.setToolTip("")
            return
        if self.busy.isHidden() and not self._show_soon.isActive():
            self._show_soon.start()
        newest = jobs[-1]
        title = self.fontMetrics().elidedText(newest.title, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH)
        count = trn("{count} task", "{count} tasks", len(jobs)).format(count=len(jobs))
        self.busy_text.setText(title if len(jobs) == 1 else f"{title} · {count}")
        self.busy_text.setToolTip(plain_tip("\n".join(f"{job.title} {job.text}".strip() for job in jobs)))
        self._bar.setVisible(newest.fraction > 0)
        self._bar.setValue(round(max(0.0, newest.fraction) * 100))
