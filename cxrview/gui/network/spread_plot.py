"""How numbers are spread: a plot of how many there are of each size. It imports pyqtgraph."""

import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy

from cxrview.explain.network.figures import NumberSpread
from cxrview.gui import theme as themes
from cxrview.gui.widgets.plot import DecimalAxis, PlainAxis, PlainPlot
from cxrview.i18n import tr

WIDTH, HEIGHT = 70, 42  # pixels for the numbers beside and below
FILLED = 90  # of 255


class SpreadPlot(PlainPlot):
    """Columns over an axis of numbers."""

    def __init__(self, name: str) -> None:
        super().__init__(PlainAxis("left"), DecimalAxis("bottom"), (WIDTH, HEIGHT))
        self.spread: NumberSpread | None = None
        self._columns: pg.PlotDataItem | None = None
        self.name_axis("left", tr("how many"))
        self.setAccessibleName(name)
        self.setMinimumHeight(140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def recolour(self) -> None:
        super().recolour()
        self.show_spread(self.spread)

    def show_spread(self, spread: NumberSpread | None) -> None:
        """Draw `spread`, or nothing."""
        if self._columns is not None:
            self.removeItem(self._columns)
            self._columns = None
        self.spread = spread
        if spread is None:
            return
        colour = QColor(themes.current().accent)
        fill = QColor(colour)
        fill.setAlpha(FILLED)
        self._columns = self.plot(
            list(spread.edges),
            list(spread.counts),
            stepMode="center",
            fillLevel=0,
            pen=pg.mkPen(colour, width=1.5),
            brush=fill,
        )
        low, high = spread.edges[0], spread.edges[-1]
        self.box.setRange(
            xRange=(low, high), yRange=(0, 1.05 * max(1, *spread.counts)), padding=0.02, disableAutoRange=True
        )
