"""Beside the reading of the sample radiograph: that it is wrong, and the way to the page that says why."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.gui.state import AppState
from cxrview.i18n import say, tr
from cxrview.inference import sample


class SampleNote(QWidget):
    """Is there only where the sample is shown and the model has no name for what it shows."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.why = QPushButton(tr("Why it can only be wrong…"), objectName="link", autoDefault=False)
        self.why.setCursor(Qt.CursorShape.PointingHandCursor)
        column = QVBoxLayout(self, spacing=2)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self.why, 0, Qt.AlignmentFlag.AlignLeft)
        state.shown_changed.connect(lambda _shown: self._settle())
        state.model_changed.connect(lambda _model: self._settle())
        state.hiding_changed.connect(self._settle)
        self._settle()

    def _settle(self) -> None:
        remark = sample.remark(self._state.shown.path, self._state.model.card)
        self.words.setText("" if self._state.hides_here else say(remark))
        self.setVisible(bool(self.words.text()))
