"""Plots of shares against shares: ROC, precision against recall, calibration.

It imports pyqtgraph, and with it NumPy: import it where a result is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from cxrview.gui import theme as themes
from cxrview.gui.widgets.plot import PlainAxis, PlainPlot
from cxrview.i18n import fixed

LEAST = QSize(220, 220)
AXIS_WIDTH, AXIS_HEIGHT = 58, 46
OVERHANG = 30  # pixels by which a number may reach beyond the end of its axis
ROOM = 0.025  # beyond 0 and 1, so that what lies on an edge can be seen
REACH = 14  # pixels from the point at which the mouse takes it
HANDLE, MARK = 6.5, 4.0  # radii in pixels
Numbers = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A curve in the colour of class `number`, None for no class; `faint` ones lie in the background."""

    x: Numbers
    y: Numbers
    number: int | None
    faint: bool = False
    sizes: Sequence[float] = ()  # pixels, of a dot for each point


class SharePlot(PlainPlot):
    """A square from 0 to 100 % on both axes, with a point that can be dragged along `track`.

    Signals:
        dragged: carries the number of the nearest point of the track.
        activated: the user wants to see what is behind a point; carries its number.
    """

    dragged = Signal(int)
    activated = Signal(int)
    axis_colour, paints = "faint", True

    def __init__(self, name: str, across: str, upward: str) -> None:
        super().__init__(_ShareAxis("left"), _ShareAxis("bottom"), (AXIS_WIDTH, AXIS_HEIGHT))
        self._lines: list[pg.PlotDataItem] = []
        self._shown: Sequence[ShareLine] = ()
        self.track: tuple[Numbers, Numbers] = ((), ())
        self.place = -1  # on the track; -1 for none
        self.marks: Sequence[tuple[float, float]] = ()
        self.guide: tuple[tuple[float, float], tuple[float, float]] | None = None  # a dashed line
        self._dragging = False
        self.name_axis("bottom", across)
        self.name_axis("left", upward)
        self.box.setRange(xRange=(-ROOM, 1 + ROOM), yRange=(-ROOM, 1 + ROOM), padding=0)
        self.item.showGrid(x=True, y=True, alpha=0.12)
        self.item.layout.setContentsMargins(0, 6, 20, 3)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)

    def recolour(self) -> None:
        super().recolour()
        self.show_lines(self._shown)

    def show_lines(self, lines: Sequence[ShareLine]) -> None:
        """Draw `lines`, the first ones below."""
        for item in self._lines:
            self.removeItem(item)
        self._lines, self._shown = [], lines
        theme = themes.current()
        for line in lines:
            colour = QColor(theme.accent if line.number is None else theme.class_colour(line.number))
            if line.faint:
                colour.setAlpha(70)
            item = self.plot(
                list(line.x), list(line.y), pen=pg.mkPen(colour, width=1.5 if line.faint else 2.5)
            )
            if line.sizes:
                item.setSymbol("o")
                item.setSymbolSize(list(line.sizes))
                item.setSymbolBrush(colour)
                item.setSymbolPen(None)
            self._lines.append(item)
        self.viewport().update()

    def show_point(self, place: int) -> None:
        """Put the point at number `place` of the track."""
        self.place = place
        self.viewport().update()

    def pixel(self, x: float, y: float) -> QPointF:
        """Return where a pair of shares lies in the widget."""
        return QPointF(self.mapFromScene(self.place_of(x, y)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and len(self.track[0]):
            self._dragging = True
            self._drag(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._drag(event.position())
        elif self.place >= 0:
            handle = self.pixel(self.track[0][self.place], self.track[1][self.place])
            away = (handle - event.position()).manhattanLength()
            cursor = Qt.CursorShape.OpenHandCursor if away < REACH else Qt.CursorShape.CrossCursor
            self.viewport().setCursor(cursor)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and len(self.track[0]):
            self.activated.emit(self._nearest(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        event.accept()

    def _drag(self, position: QPointF) -> None:
        self.dragged.emit(self._nearest(position))

    def _nearest(self, position: QPointF) -> int:
        """Return the point of the track that is nearest to `position`; of several, the middle one."""
        start, end = self.pixel(0, 0), self.pixel(1, 1)
        across = start.x() + (end.x() - start.x()) * np.asarray(self.track[0]) - position.x()
        upward = start.y() + (end.y() - start.y()) * np.asarray(self.track[1]) - position.y()
        away = across**2 + upward**2
        nearest = np.flatnonzero(away <= away.min() + 1e-6)
        return int(nearest[len(nearest) // 2])

    def drawBackground(self, painter: QPainter, area: QRectF) -> None:
        super().drawBackground(painter, area)
        if self.guide is not None:
            painter.setPen(QPen(QColor(themes.current().faint), 1, Qt.PenStyle.DashLine))
            start, end = self.guide
            painter.drawLine(self.place_of(*start), self.place_of(*end))

    def drawForeground(self, painter: QPainter, area: QRectF) -> None:
        super().drawForeground(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(themes.current().panel))
        painter.setPen(QPen(QColor(themes.current().muted), 1.5))
        for x, y in self.marks:
            painter.drawEllipse(self.place_of(x, y), MARK, MARK)
        if 0 <= self.place < len(self.track[0]):
            x, y = float(self.track[0][self.place]), float(self.track[1][self.place])
            painter.setBrush(QColor(themes.current().accent))
            painter.setPen(QPen(QColor(themes.current().on_accent), 2))
            painter.drawEllipse(self.place_of(x, y), HANDLE, HANDLE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.viewport().update()


class _ShareAxis(PlainAxis):
    """Whole percentages."""

    def boundingRect(self) -> QRectF:  # noqa: N802
        over = OVERHANG if self.orientation == "bottom" else 0
        return QRectF(super().boundingRect()).adjusted(-over, 0, over, 0)

    def tickSpacing(self, _low: float, _high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        return [(0.25 if size > 150 else 0.5, 0)]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:  # noqa: N802
        return [f"{fixed(100 * value, 0)} %" if -0.01 <= value <= 1.01 else "" for value in values]
