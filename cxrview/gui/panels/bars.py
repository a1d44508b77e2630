"""Probability bars: one row a class, always in the model's order, so that nothing jumps about."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.theme import wrapped
from cxrview.i18n import fixed, percent, say, tr
from cxrview.inference.messages import CALLED_FROM

ROW_PADDING = 14  # around the text of a row
BAR_HEIGHT = 6
TICK = 2  # width of the mark from which on a class is called
MARKER_ROOM = 10  # left of the words; the panel lets it stand in its own margin


@dataclass(frozen=True, slots=True)
class Bar:
    """One class: its label, calibrated probability (None: not known), what it means, and from where on it is
    called (None: no such place).
    """

    name: str
    label: str
    probability: float | None = None
    meaning: str = ""
    threshold: float | None = None


class ProbabilityBars(QWidget):
    """Draws bars; the class of the heatmap is marked, and a click on a row asks for its heatmap.

    Signals:
        class_clicked: carries the class's name.
    """

    class_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._marked = ""
        self._doubtful = False
        self._called: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Probabilities"))

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown, top to bottom."""
        return self._bars

    def set_bars(self, bars: tuple[Bar, ...], called: tuple[str, ...] = (), doubtful: bool = False) -> None:
        """Show `bars`, those `called` in stronger letters; if they are `doubtful` they lose their colours."""
        self._bars, self._called, self._doubtful = bars, called, doubtful
        words = [f"{bar.label} {percent(bar.probability)}" for bar in bars if bar.probability is not None]
        self.setAccessibleDescription(", ".join(words))
        self.updateGeometry()
        self.update()

    def mark(self, name: str) -> None:
        """Mark the class whose heatmap is shown."""
        self._marked = name
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, self._row_height() * max(1, len(self._bars)))

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, bar in enumerate(self._bars):
            self._paint_row(painter, index, bar, bar.name in self._called)
        painter.end()

    def _paint_row(self, painter: QPainter, index: int, bar: Bar, strong: bool) -> None:
        theme, row = themes.current(), self._row(index)
        known = bar.probability is not None
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        value = percent(bar.probability) if bar.probability is not None else "–"
        ink = theme.text if known and not self._doubtful else theme.muted
        words = QRect(row.left() + MARKER_ROOM, row.top() + 3, row.width() - MARKER_ROOM, metrics.height())
        painter.setPen(QColor(ink))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
        room = words.width() - metrics.horizontalAdvance(value) - 10
        label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
        colour = QColor(theme.faint if self._doubtful or not known else theme.class_colour(index))
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(words.left(), words.bottom() + 4, words.width(), BAR_HEIGHT)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(track, 3, 3)
        if bar.probability is not None:
            painter.setBrush(colour)
            length = max(3.0, track.width() * bar.probability)
            painter.drawRoundedRect(QRectF(track.left(), track.top(), length, track.height()), 3, 3)
        if bar.threshold is not None:
            painter.setBrush(QColor(theme.muted))
            place = min(track.left() + track.width() * bar.threshold, track.right() - TICK)
            painter.drawRect(QRectF(place, track.top() - 2, TICK, track.height() + 4))
        if bar.name == self._marked and known:
            painter.setBrush(QColor(theme.text))
            painter.drawRoundedRect(QRectF(row.left() + 1, row.top() + 4, 3, row.height() - 8), 1.5, 1.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = event.position().toPoint().y() // self._row_height()
        if 0 <= index < len(self._bars) and self._bars[index].probability is not None:
            self.class_clicked.emit(self._bars[index].name)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            index = event.pos().y() // self._row_height()
            if 0 <= index < len(self._bars):
                QToolTip.showText(event.globalPos(), tool_tip(self._bars[index]), self, self._row(index))
                return True
        return super().event(event)

    def _row_height(self) -> int:
        return self.fontMetrics().height() + BAR_HEIGHT + ROW_PADDING

    def _row(self, index: int) -> QRect:
        return QRect(0, index * self._row_height(), self.width(), self._row_height())


def tool_tip(bar: Bar) -> str:
    """Return the calibrated value, from where on the class is called, and what it means."""
    value = ""
    if bar.probability is not None:
        words = tr("{label}: calibrated probability {probability}")
        value = words.format(label=bar.label, probability=fixed(bar.probability, 3))
    called = ""
    if bar.threshold is not None:
        called = say(CALLED_FROM(label=bar.label, percent=100 * bar.threshold))
    return wrapped("\n".join(part for part in (value, called, bar.meaning) if part))
