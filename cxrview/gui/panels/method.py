"""By which method heatmaps are made: the choice, and what there is to say while one is not there yet."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from cxrview.explain.methods import METHODS
from cxrview.gui.state import AppState
from cxrview.gui.theme import wrapped
from cxrview.gui.view_state import HeatProgress, HeatWork
from cxrview.gui.widgets.elided import ElidedChoice
from cxrview.gui.widgets.link import link_button
from cxrview.gui.widgets.settle import settle
from cxrview.i18n import say, tr


class MethodChoice(QWidget):
    """The words about the method that is chosen; `choice` is laid out by whoever has the room for it.

    Signals:
        wanted: the user wants what takes long.
        unwanted: the user stops what is being worked out.
    """

    wanted = Signal()
    unwanted = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        tip = tr("The method by which the heatmap is made")
        self.choice = ElidedChoice(accessibleName=tip)
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel must not take the focus
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        for name, method in METHODS.items():
            self.choice.addItem(method.title, name)
            self.choice.setItemData(
                self.choice.count() - 1, wrapped(say(method.meaning)), Qt.ItemDataRole.ToolTipRole
            )
        self.words = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.begin = link_button(tr("Work it out"))
        self.stop = link_button(tr("Stop"))
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.begin, self.stop):
            column.addWidget(widget)
        self.choice.activated.connect(lambda _index: state.choose_method(self.choice.currentData()))
        self.begin.clicked.connect(self.wanted)
        self.stop.clicked.connect(self.unwanted)
        state.method_changed.connect(self._show_method)
        state.heat_work_changed.connect(self._show_work)
        state.reading_changed.connect(lambda _reading: self._show_work(state.heat_work))
        self._show_method(state.method)
        self._show_work(state.heat_work)

    def _show_method(self, method: str) -> None:
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self.choice.findData(method))
        meaning = say(METHODS[method].meaning)
        self.choice.setToolTip(wrapped(meaning))
        self.choice.setAccessibleDescription(meaning)
        self._show_work(self._state.heat_work)

    def _show_work(self, work: HeatWork) -> None:
        self.words.setText(work.words)
        self.begin.setVisible(work.progress is HeatProgress.OFFERED)
        self.stop.setVisible(work.progress is HeatProgress.WORKING)
        self.setVisible(work.progress is not HeatProgress.NONE)
        settle(self)
