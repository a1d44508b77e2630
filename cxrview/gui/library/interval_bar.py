"""A figure as a dot with its interval as a line, on a track from 0 to 1."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.library.facts import Figure

HEIGHT = 18
DOT = 4.0  # radius
TRACK = 3.0


class IntervalBar(QWidget):
    """Draws one figure; what it says stands beside it as text."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self._figure = figure
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(110, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current().line))
        track = QRectF(DOT, middle - TRACK / 2, self.width() - 2 * DOT, TRACK)
        painter.drawRoundedRect(track, TRACK / 2, TRACK / 2)
        figure, colour = self._figure, QColor(themes.current().accent)
        if figure.low is not None and figure.high is not None:
            soft = QColor(colour)
            soft.setAlpha(130)
            painter.setPen(QPen(soft, TRACK + 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(
                QPointF(self._across(figure.low), middle), QPointF(self._across(figure.high), middle)
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(self._across(figure.value), middle), DOT, DOT)
        painter.end()

    def _across(self, value: float) -> float:
        return DOT + min(1.0, max(0.0, value)) * (self.width() - 2 * DOT)
