"""The colour scale of the heatmap, lying, with its numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.explain.style import HeatStyle
from cxrview.gui.theme import wrapped
from cxrview.gui.viewer import heat_scale
from cxrview.i18n import tr

HEIGHT = 12  # of the bar, logical pixels
GAP = 3


class HeatBar(QWidget):
    """The scale from 0 to 100 %, as it looks over mid-grey.

    What is hidden is left out; the whole is dim while the heatmap is off, and empty before the first one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._style: HeatStyle | None = None
        self._image = QImage()
        self._shown = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Colour scale"))

    def set_style(self, style: HeatStyle, shown: bool, own: bool, method: str = heat_scale.USUAL) -> None:
        """Show the scale of `style`; dim it unless the heatmap is `shown`.

        `own`: it is that of one class; `method` is the name of what the heatmap is made by.
        """
        self.setToolTip(wrapped(heat_scale.meaning(own, method)))
        self.setAccessibleDescription(heat_scale.meaning(own, method))
        if (style, shown) != (self._style, self._shown):
            self._style, self._shown = style, shown
            self._image = heat_scale.scale_image(style, upright=False)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT + GAP + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = QRectF(0.5, 0.5, self.width() - 1, HEIGHT)  # whole lines at every scaling
        if self._style is not None:
            painter.setOpacity(1.0 if self._shown else 0.25)
            painter.drawImage(bar, self._image, QRectF(self._image.rect()))
            painter.setOpacity(1.0)
        painter.setPen(self.palette().mid().color())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        if self._style is not None:
            self._write_numbers(painter, bar, self._style)

    def _write_numbers(self, painter: QPainter, bar: QRectF, style: HeatStyle) -> None:
        painter.setPen(self.palette().placeholderText().color())
        metrics: QFontMetrics = painter.fontMetrics()
        taken = -GAP * 2.0  # the right end of the last number
        marks = heat_scale.ticks(style)
        last = heat_scale.percent(marks[-1])
        room = bar.width() - metrics.horizontalAdvance(last) - 2 * GAP
        for share in marks:
            text = heat_scale.percent(share)
            wide = metrics.horizontalAdvance(text)
            left = min(max(0.0, share * bar.width() - wide / 2), bar.width() - wide)
            if left >= taken + 2 * GAP and (share == marks[-1] or left + wide <= room):
                painter.drawText(int(left), round(bar.bottom()) + GAP + metrics.ascent(), text)
                taken = left + wide
