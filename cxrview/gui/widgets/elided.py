"""Text on one line that is shortened where there is no room, instead of making the window wider."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

LEAST = 24  # pixels
BESIDE_ICON = 6  # pixels that the style leaves between icon and text, and before it


class ElidedLabel(QLabel):
    """A label of one plain line; `text()` is the whole of it. `policy` is how it takes width."""

    def __init__(self, policy: QSizePolicy.Policy) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self.setSizePolicy(policy, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        line = " ".join(self.text().split())
        words = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(area, self.alignment() | Qt.TextFlag.TextSingleLine, words)
        painter.end()


class ElidedChoice(QComboBox):
    """A choice whose chosen item ends in … where it does not fit; the style would cut through a letter."""

    def shown_text(self) -> str:
        """Return the chosen item as it is painted."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        icon = 0 if option.currentIcon.isNull() else self.iconSize().width() + BESIDE_ICON
        return self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room - icon)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text()
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
