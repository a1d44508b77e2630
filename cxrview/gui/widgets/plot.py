"""What all plots have in common: nothing that pyqtgraph offers besides, colours of the theme, plain numbers.

It imports pyqtgraph, and with it NumPy: import it where something is about to be drawn.
"""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsView

from cxrview.gui import theme as themes
from cxrview.gui.widgets.themed import Themed
from cxrview.i18n import fixed

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
APART = 42  # pixels between two whole numbers on an axis
SMALL = 0.85  # of the font, for words within a plot


class PlainAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis with no prefix of a unit."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)


class DecimalAxis(PlainAxis):
    """Decimal numbers in the user's language."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        levels: list[tuple[float, float]] = super().tickSpacing(low, high, size)
        return levels[:1]

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:  # noqa: N802
        decimals = max(1, min(4, len(f"{spacing:.4f}".rstrip("0").partition(".")[2])))
        return [fixed(value, decimals) for value in values]


class PlainPlot(Themed, pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot without buttons, menu, gestures, frame and focus, in the colours of the theme.

    Subclasses that paint before or behind the curves set `paints`, so that all is painted anew.
    """

    axis_colour = "line"  # a token of the theme
    paints = False

    def __init__(self, left: PlainAxis, bottom: PlainAxis, room: tuple[int, int]) -> None:
        """`room` are pixels for the numbers and words at the left, and below."""
        super().__init__(axisItems={"left": left, "bottom": bottom})
        self.item = self.getPlotItem()
        self.box = self.item.getViewBox()
        self._words: dict[str, str] = {}  # by side
        self.item.hideButtons()
        self.item.setMenuEnabled(False)
        self.item.setMouseEnabled(False, False)
        self.box.disableAutoRange()
        left.setWidth(room[0])
        bottom.setHeight(room[1])
        for axis in (left, bottom):
            axis.setStyle(tickLength=-4, tickTextOffset=6)
        self.setCacheMode(
            QGraphicsView.CacheModeFlag.CacheNone
        )  # what is painted behind the curves changes too
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAntialiasing(True)
        if self.paints:
            self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self._draw_axes()

    def recolour(self) -> None:
        self._draw_axes()

    def _draw_axes(self) -> None:
        theme = themes.current()
        self.setBackground(theme.panel)
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.setPen(pg.mkPen(getattr(theme, self.axis_colour)))
            axis.setTextPen(pg.mkPen(theme.muted))
        for side, words in self._words.items():
            self.item.setLabel(side, words, color=theme.muted)
        self.viewport().update()

    def name_axis(self, side: str, words: str) -> None:
        """Put `words` beside the axis at `side`."""
        self._words[side] = words
        self.item.setLabel(side, words, color=themes.current().muted)

    @property
    def frame(self) -> QRectF:
        """Where the curves are, in the scene."""
        return QRectF(self.box.sceneBoundingRect())

    def place_of(self, x: float, y: float) -> QPointF:
        """Return where a point of the axes lies in the scene."""
        return QPointF(self.box.mapViewToScene(QPointF(x, y)))


def small(font: QFont) -> QFont:
    """Return `font` as it is for words within a plot."""
    font = QFont(font)
    font.setPointSizeF(max(6.5, font.pointSizeF() * SMALL))
    return font


def whole_step(low: float, high: float, size: float) -> int:
    """Return how far apart the numbers are on an axis of `size` pixels from `low` to `high`."""
    room = max(1.0, size / APART)
    return next((step for step in STEPS if (high - low) / step <= room), STEPS[-1])


def whole_numbers(values: Sequence[float]) -> list[str]:
    """Return the numbers of things that are counted from 1."""
    return [str(round(value)) if value >= 1 else "" for value in values]
