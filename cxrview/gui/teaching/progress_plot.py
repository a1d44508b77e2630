"""Figures of one session after the other: a dot each, with its interval, in the colour of its set.

It imports pyqtgraph, and with it NumPy: import it where figures are about to be drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from cxrview.evaluation.bootstrap import Interval
from cxrview.gui import theme as themes
from cxrview.gui.widgets.plot import DecimalAxis, PlainAxis, PlainPlot, whole_numbers, whole_step
from cxrview.i18n import tr

LEAST = QSize(240, 180)
GRID = 130
ROOM = 0.08  # of the range of values, above and below


@dataclass(frozen=True, slots=True)
class SessionDot:
    """Session `number`, from 1, came to `value`; sessions of one set have one `colour`."""

    number: int
    value: float
    interval: Interval | None
    colour: int

    @property
    def ends(self) -> Interval:
        """From where to where it reaches."""
        return self.interval or (self.value, self.value)


class ProgressPlot(PlainPlot):
    """Dots with intervals; those of one colour are joined. The values reach from `low` to `high`, or fit."""

    def __init__(self, name: str, upward: str, low: float = math.nan, high: float = math.nan) -> None:
        super().__init__(DecimalAxis("left"), _SessionAxis("bottom"), (58, 42))
        self._limits = (low, high)
        self.dots: tuple[SessionDot, ...] = ()
        self._drawn: list[pg.GraphicsObject] = []
        self.item.getAxis("left").setGrid(GRID)
        self.name_axis("left", upward)
        self.name_axis("bottom", tr("Session"))
        self.setMinimumSize(LEAST)
        self.setAccessibleName(name)

    def recolour(self) -> None:
        super().recolour()
        self.show_dots(self.dots)

    def show_dots(self, dots: Sequence[SessionDot]) -> None:
        """Draw `dots` in place of those before."""
        for item in self._drawn:
            self.removeItem(item)
        self._drawn, self.dots = [], tuple(dot for dot in dots if not math.isnan(dot.value))
        for colour in dict.fromkeys(dot.colour for dot in self.dots):
            self._draw([dot for dot in self.dots if dot.colour == colour], colour)
        low, high = self._range()
        last = max((dot.number for dot in dots), default=1)
        self.box.setRange(xRange=(0.5, max(last, 2) + 0.5), yRange=(low, high), padding=0)
        self.viewport().update()

    def _draw(self, dots: Sequence[SessionDot], number: int) -> None:
        colour = QColor(themes.current().class_colour(number))
        for dot in dots:
            reach = self.plot([dot.number] * 2, list(dot.ends), pen=pg.mkPen(colour, width=1.5))
            self._drawn.append(reach)
        joined = self.plot(
            [dot.number for dot in dots],
            [dot.value for dot in dots],
            pen=pg.mkPen(colour, width=1),
            symbol="o",
            symbolSize=8,
            symbolBrush=pg.mkBrush(colour),
            symbolPen=None,
        )
        self._drawn.append(joined)

    def _range(self) -> Interval:
        ends = [end for dot in self.dots for end in dot.ends] or [0.0, 1.0]
        room = max(max(ends) - min(ends), 0.05) * ROOM
        low, high = self._limits
        return (
            min(ends) - room if math.isnan(low) else min(low, min(ends)),
            max(ends) + room if math.isnan(high) else max(high, max(ends)) + room / 2,
        )


class _SessionAxis(PlainAxis):
    """Whole numbers only."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        return [(whole_step(low, high, size), 0)]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:  # noqa: N802
        return whole_numbers(values)
