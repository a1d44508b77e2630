"""Above a plot: its title, and what each curve is and says at the epoch that is looked at."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.training.run_texts import figure
from cxrview.words import tr

SAMPLE = 16  # pixels of a curve's line
GAP = 14
Row = tuple[str, str, bool, float | None]
"""Name, colour (a token of the theme), whether the line is dashed, and the value."""


class CurveLegend(QWidget):
    """Two lines: the title with the epoch, and the curves."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._epoch = 0
        self._rows: Sequence[Row] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def tell(self, epoch: int, rows: Sequence[Row]) -> None:
        """Show the values of `epoch`; 0 stands for the newest."""
        self._epoch, self._rows = epoch, rows
        self.update()

    @property
    def spoken(self) -> str:
        """What it shows, in words."""
        return ", ".join(f"{name} {figure(value)}" for name, _, _, value in self._rows)

    def sizeHint(self) -> QSize:
        return QSize(200, 2 * self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.fontMetrics().height()
        bold = self.font()
        bold.setWeight(bold.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(themes.current().text))
        painter.drawText(QPointF(0, painter.fontMetrics().ascent()), self._title)
        if self._epoch:
            text = tr("Epoch {number}").format(number=self._epoch)
            left = painter.fontMetrics().horizontalAdvance(self._title) + GAP
            painter.setFont(self.font())
            painter.setPen(QColor(themes.current().muted))
            painter.drawText(QPointF(left, painter.fontMetrics().ascent()), text)
        painter.setFont(self.font())
        self._draw_rows(painter, float(height + 4), height)
        painter.end()

    def _draw_rows(self, painter: QPainter, top: float, height: int) -> None:
        left = 0.0
        metrics = painter.fontMetrics()
        for name, token, dashed, value in self._rows:
            style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(getattr(themes.current(), token)), 2, style))
            painter.drawLine(QPointF(left, top + height / 2), QPointF(left + SAMPLE, top + height / 2))
            left += SAMPLE + 5
            for text, colour in ((name, themes.current().muted), (figure(value), themes.current().text)):
                width = metrics.horizontalAdvance(text)
                painter.setPen(QColor(colour))
                painter.drawText(QRectF(left, top, width + 2, height), Qt.AlignmentFlag.AlignVCenter, text)
                left += width + 5
            left += GAP - 5
