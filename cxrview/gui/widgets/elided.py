"""Text on one line that is shortened where there is no room, instead of making the window wider."""

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
)

from cxrview.gui.theme import wrapped

LEAST = 24  # pixels
BESIDE_ICON = 6  # pixels that the style leaves between icon and text, and before it


_FILE = re.compile(r"\S*[\w-]\.\w{1,8}$")  # "scan.png", and also a UID, of which the end tells most


def elision(words: str) -> Qt.TextElideMode:
    """Return where to cut `words`: names of files in the middle, for their ends tell them apart."""
    return Qt.TextElideMode.ElideMiddle if _FILE.search(words) else Qt.TextElideMode.ElideRight


class ElidedLabel(QLabel):
    """A label of one plain line; `text()` is the whole of it, and shown by the pointer where it is cut.

    `policy` is how it takes width.
    """

    def __init__(self, policy: QSizePolicy.Policy) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self.setSizePolicy(policy, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.toolTip():
            cut = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
            QToolTip.showText(event.globalPos(), wrapped(self.text()) if cut else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        line = " ".join(self.text().split())
        words = painter.fontMetrics().elidedText(line, elision(line), area.width())
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
