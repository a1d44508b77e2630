"""What the reading comes to, in large letters, and the operating point that decides it."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cxrview.gui.state import AppState
from cxrview.gui.theme import wrapped
from cxrview.gui.widgets.plain_label import plain_label
from cxrview.i18n import fixed, say, tr
from cxrview.inference import call as calls
from cxrview.inference.messages import POINTS


class CallBox(QWidget):
    """Reads the state's reading; changes the operating point. Hidden where bars say it all."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self.headline = plain_label("call")
        self.elsewhere = plain_label("muted")
        self.limit = plain_label("muted")
        self.point = QComboBox(accessibleName=tr("Operating point"))
        self.point.setToolTip(wrapped(tr("From where on the model calls the class that it watches")))
        self._points = QWidget()
        row = QHBoxLayout(self._points, spacing=10)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(tr("Operating point"), objectName="muted")
        label.setBuddy(self.point)
        row.addWidget(label)
        row.addWidget(self.point, 1)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.headline, self.elsewhere, self._points, self.limit):
            column.addWidget(widget)
        self.point.activated.connect(lambda _index: self._choose(self.point.currentData()))
        self.show_model()
        self.show_reading()

    def show_model(self) -> None:
        """Offer the operating points that the model in use has."""
        card = self._state.model.card
        there = calls.thresholds(card) if card is not None else {}
        with QSignalBlocker(self.point):
            self.point.clear()
            for name, words in POINTS.items():
                if name in there:
                    self.point.addItem(say(words), name)
        self._points.setVisible(len(there) > 1)
        self.setVisible(card is not None and calls.decides(card) and not self._state.hides_here)

    def show_reading(self) -> None:
        """Show what the reading in the active viewport comes to."""
        card, call = self._state.model.card, self._state.reading.call
        words, right, limit, spread = "", "", "", ""
        if card is not None and call is not None:
            label = self._state.model.label
            words = say(calls.headline(call, label))
            right = say(calls.right_elsewhere(call, card))
            limit = say(calls.called_from(call, card, label))
            told = card.elsewhere.get(call.point, {}).get(call.name)
            if told is not None and right:
                share = tr("95 % interval of this share: {low} to {high} %")
                spread = share.format(low=fixed(100 * told.low, 0), high=fixed(100 * told.high, 0))
        for part, text in ((self.headline, words), (self.elsewhere, right), (self.limit, limit)):
            part.setText(text)
            part.setVisible(bool(text))
        self.elsewhere.setToolTip(spread)
        if card is not None:
            self.point.setCurrentIndex(self.point.findData(calls.point_of(card, self._state.point)))

    def _choose(self, point: str) -> None:
        """Want `point` from now on; the one that this model takes by itself is left to each model."""
        card = self._state.model.card
        if card is not None:
            usual = point == calls.point_of(card)
            self._state.change_settings(operating_point=calls.AUTOMATIC if usual else point)
