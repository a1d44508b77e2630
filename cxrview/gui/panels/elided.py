"""A line of text that is shortened where there is no room, instead of making the window wider."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

LEAST = 24  # pixels


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
