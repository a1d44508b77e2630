"""What the plots of a training have in common: nothing that pyqtgraph offers besides, and plain numbers.

It imports pyqtgraph, and with it NumPy: import it where something is about to be drawn.
"""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsView

from cxrview.words import fixed


def make_plain(plot: pg.PlotWidget, left: int, bottom: int) -> None:
    """Take away buttons, menu, frame and focus, and keep `left` and `bottom` pixels for the axes."""
    item = plot.getPlotItem()
    item.hideButtons()
    item.setMenuEnabled(False)
    item.setMouseEnabled(False, False)
    item.getViewBox().disableAutoRange()
    item.getAxis("left").setWidth(left)
    item.getAxis("bottom").setHeight(bottom)
    for side in ("left", "bottom"):
        item.getAxis(side).setStyle(tickLength=-4, tickTextOffset=6)
    plot.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)  # what is painted behind the curves changes too
    plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class DecimalAxis(pg.AxisItem):
    """Decimal numbers in the user's language, with no prefix of a unit."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        return super().tickSpacing(low, high, size)[:1]

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:  # noqa: N802
        decimals = max(1, min(4, len(f"{spacing:.4f}".rstrip("0").partition(".")[2])))
        return [fixed(value, decimals) for value in values]
