"""The batch in the status bar: how far it is, and at the end that it has ended."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cxrview.batch.events import BatchFailed, BatchStopped
from cxrview.gui import theme as themes
from cxrview.gui.batch import texts
from cxrview.gui.batch.runs import BatchRuns, BatchState
from cxrview.gui.theme import wrapped
from cxrview.gui.training.indicator import Ring
from cxrview.i18n import tr


class BatchIndicator(QWidget):
    """Hidden as long as nothing is read. What has ended stays until it is looked at or put away.

    Signals:
        asked: the user wants to see the batch; carries its BatchState.
    """

    asked = Signal(object)

    def __init__(self, runs: BatchRuns) -> None:
        super().__init__()
        self._state: BatchState | None = None
        self.ring = Ring()
        self.button = QToolButton(
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextOnly, accessibleName=tr("Show the batch")
        )
        self.dismiss = QToolButton(toolTip=tr("Put away"), accessibleName=tr("Put away"))
        self.dismiss.setIcon(themes.icon("x"))
        row = QHBoxLayout(self, spacing=4)
        row.setContentsMargins(4, 0, 4, 0)
        for widget in (self.ring, self.button, self.dismiss):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.button.clicked.connect(self._ask)
        self.dismiss.clicked.connect(self.hide)
        runs.changed.connect(self.show_state)
        runs.ended.connect(self.show_state)
        self.hide()

    def show_state(self, state: BatchState) -> None:
        """Say how far the batch is, or that it has ended."""
        self._state = state
        self.ring.setVisible(state.is_alive)
        self.ring.set_fraction(state.fraction)
        self.dismiss.setVisible(not state.is_alive)
        self.button.setText(_text(state))
        self.button.setAccessibleName(_text(state))
        self.button.setToolTip(wrapped(texts.state_line(state)))
        self.setVisible(
            state.is_alive or not isinstance(state.ended, BatchStopped)
        )  # that the user has just done

    def _ask(self) -> None:
        if self._state is not None:
            if not self._state.is_alive:
                self.hide()
            self.asked.emit(self._state)


def _text(state: BatchState) -> str:
    if state.is_alive:
        share = f"{100 * state.fraction:.0f} %"
        words = tr("Batch paused at {share}") if state.paused else tr("Batch: {share}")
        return words.format(share=share)
    if isinstance(state.ended, BatchFailed):
        return tr("Batch failed: show why")
    return tr("Batch finished: show it") if state.ended is not None else tr("Batch was cut off: show it")
