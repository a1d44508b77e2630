"""The trials of a search as points: by their number, or by what they tried.

It imports pyqtgraph, and with it NumPy: import it where points are about to be drawn.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cxrview.evaluation.names import METRICS
from cxrview.gui import theme as themes
from cxrview.gui.training.search.table import TrialRow
from cxrview.gui.training.search.texts import rate_text, value_text
from cxrview.gui.training.texts import figure
from cxrview.gui.widgets.plot import DecimalAxis, PlainAxis, PlainPlot, whole_step
from cxrview.gui.widgets.themed import Themed
from cxrview.i18n import say, tr
from cxrview.message import NOTHING
from cxrview.training.names import SEARCHED

LEAST = QSize(240, 170)
REACH = 12.0  # pixels around a point within which a click is meant for it
AXIS_WIDTH, AXIS_HEIGHT = 58, 44
NUMBER = "number"


class TrialPlot(Themed, QWidget):
    """Macro F1 over the number of the trial or over one of `names`, which the user chooses.

    Filled points are complete, hollow ones were cut short or run; the best is marked, and of trials in order
    a line tells the best so far.

    Signals:
        pointed: the user clicked on a trial; carries its number.
    """

    pointed = Signal(int)

    def __init__(self, by_number: bool) -> None:
        super().__init__()
        self._by_number = by_number
        self._rows: Sequence[TrialRow] = ()
        self._values: list[Any] = []  # of the axis, where it has no numbers
        self.number = 0  # of the trial that is looked at
        self.title = QLabel(tr("Trial by trial") if by_number else tr("By"), objectName="heading")
        self.by = QComboBox(accessibleName=tr("What the plot goes by"))
        self.by.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        policy = self.by.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that both plots have one height
        self.by.setSizePolicy(policy)
        self.by.setVisible(not by_number)
        self._view = _View()
        self._line = self._view.plot([], [])
        self._points = pg.ScatterPlotItem(pxMode=True)
        self._view.addItem(self._points)
        self._lay_out()
        self.by.activated.connect(lambda _index: self._draw())
        self._view.clicked.connect(self._click)
        self._draw()

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=8)
        top.addWidget(self.title)
        top.addWidget(self.by)
        top.addStretch()
        column = QVBoxLayout(self, spacing=4)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self._view, 1)
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def drawn(self) -> dict[int, tuple[float, float]]:
        """Where the trials are drawn: across and upwards, in the units of the axes."""
        return {point.data(): (point.pos().x(), point.pos().y()) for point in self._points.points()}

    @property
    def parameter(self) -> str:
        """What the plot goes by."""
        return NUMBER if self._by_number else self.by.currentData() or ""

    def recolour(self) -> None:
        self._draw()

    def show_rows(self, rows: Sequence[TrialRow], number: int) -> None:
        """Draw `rows` and mark the trial `number`."""
        self._rows, self.number = [row for row in rows if row.value is not None], number
        searched = [name for name in SEARCHED if any(name in row.parameters for row in rows)]
        if searched != [self.by.itemData(index) for index in range(self.by.count())]:
            before = self.by.currentData()
            self.by.clear()
            for name in searched:
                self.by.addItem(say(SEARCHED[name]), name)
            self.by.setCurrentIndex(max(0, self.by.findData(before)))
        self._draw()

    def _draw(self) -> None:
        name = self.parameter
        rows = [row for row in self._rows if name == NUMBER or name in row.parameters]
        found = {row.parameters[name] for row in rows} if name not in (NUMBER, "") else set()
        self._values = sorted(found, key=lambda value: (isinstance(value, str), value))
        places = [(self._across(row, name), row.value) for row in rows if row.value is not None]
        self._points.setData(
            pos=places,
            data=[row.number for row in rows],
            size=[13 if row.best or row.number == self.number else 9 for row in rows],
            brush=[self._brush(row) for row in rows],
            pen=[self._pen(row) for row in rows],
        )
        self._draw_best(rows if name == NUMBER else ())
        self._scale(name, places)
        across = tr("Trial") if name == NUMBER else say(SEARCHED.get(name, NOTHING))
        self._view.name_axis("bottom", across)
        self._view.item.getAxis("bottom").resizeEvent()  # or the text stays where the one before was centred
        self._view.setAccessibleName(f"{self.title.text()} {self.by.currentText()}".strip())
        self._view.setAccessibleDescription(", ".join(f"{row.number}: {figure(row.value)}" for row in rows))

    def _colour(self, row: TrialRow) -> str:
        theme = themes.current()
        return theme.good if row.best else theme.accent if row.state == "complete" else theme.muted

    def _brush(self, row: TrialRow) -> QBrush:
        return _brush(self._colour(row)) if row.state == "complete" else _HOLLOW

    def _pen(self, row: TrialRow) -> QPen:
        looked_at = row.number == self.number
        return _pen(themes.current().text if looked_at else self._colour(row), 2.0 if looked_at else 1.5)

    def _across(self, row: TrialRow, name: str) -> float:
        if name == NUMBER:
            return float(row.number)
        value = row.parameters[name]
        return math.log10(value) if name == "learning_rate" else float(self._values.index(value))

    def _draw_best(self, rows: Sequence[TrialRow]) -> None:
        across: list[float] = []
        upwards: list[float] = []
        best = -1.0
        for row in rows:
            if row.state == "complete" and row.value is not None and row.value > best:
                across += [row.number, row.number] if across else [row.number]
                upwards += [best, row.value] if upwards else [row.value]
                best = row.value
        if across:
            across.append(rows[-1].number)
            upwards.append(best)
        self._line.setData(across, upwards)
        soft = QColor(themes.current().good)
        soft.setAlpha(150)
        self._line.setPen(pg.mkPen(soft, width=1.5))

    def _scale(self, name: str, places: Sequence[tuple[float, float]]) -> None:
        bottom = self._view.item.getAxis("bottom")
        names = [value_text(name, value) for value in self._values]
        bottom.tell(name, names)
        left = [place[0] for place in places] or [1.0]
        up = [place[1] for place in places] or [0.0, 1.0]
        room = max(0.02, (max(up) - min(up)) * 0.12)
        beside = {NUMBER: 0.6, "learning_rate": 0.15}.get(name, 0.6)
        self._view.box.setRange(
            xRange=(min(left) - beside, max(left) + beside),
            yRange=(max(0.0, min(up) - room), min(1.02, max(up) + room)),
            padding=0,
        )

    def _click(self, place: QPointF) -> None:
        near = [
            (math.hypot(scene.x() - place.x(), scene.y() - place.y()), number)
            for number, (x, y) in self.drawn.items()
            for scene in (self._view.place_of(x, y),)
        ]
        distance, number = min(near, default=(math.inf, 0))
        if distance <= REACH:
            self.pointed.emit(number)

    def place_of(self, number: int) -> QPointF:
        """Return where the trial `number` is drawn, in the coordinates of `view`."""
        return self._view.place_of(*self.drawn[number])

    @property
    def view(self) -> QWidget:
        """What takes the mouse."""
        viewport: QWidget = self._view.viewport()
        return viewport


_HOLLOW = QBrush(QColor(0, 0, 0, 0))


@lru_cache
def _brush(colour: str) -> QBrush:
    brush: QBrush = pg.mkBrush(colour)
    return brush


@lru_cache
def _pen(colour: str, width: float) -> QPen:
    pen: QPen = pg.mkPen(colour, width=width)
    return pen


class _View(PlainPlot):
    """The points, which can be clicked on.

    Signals:
        clicked: carries the place in the scene.
    """

    clicked = Signal(QPointF)

    def __init__(self) -> None:
        # The table beside it is for the keyboard.
        super().__init__(DecimalAxis("left"), _Axis("bottom"), (AXIS_WIDTH, AXIS_HEIGHT))
        self.item.layout.setContentsMargins(0, 4, 8, 3)
        self.name_axis("left", say(METRICS["macro_f1"]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self.mapToScene(event.position().toPoint()))


class _Axis(PlainAxis):
    """Numbers of trials, learning rates by their magnitude, or names."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self._name, self._names = NUMBER, list[str]()

    def tell(self, name: str, names: Sequence[str]) -> None:
        """Take over what the axis is about, and the names of its places."""
        self._name, self._names = name, list(names)
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802
        if self._name == "learning_rate":
            factors = (1, 2, 5) if high - low < 2 else (1, 3) if high - low < 3 else (1,)
            ticks = [
                power + math.log10(factor)
                for power in range(math.floor(low), math.ceil(high) + 1)
                for factor in factors
            ]
            return [(1.0, [tick for tick in ticks if low <= tick <= high])]
        if self._name != NUMBER:
            return [(1.0, [float(place) for place in range(len(self._names))])]
        step = whole_step(low, high, size)
        first = math.ceil(max(1.0, low) / step) * step
        return [(step, [float(tick) for tick in range(first, math.floor(high) + 1, step)])]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:  # noqa: N802
        if self._name == "learning_rate":
            return [rate_text(10**value) for value in values]
        if self._name != NUMBER:
            return [self._names[round(value)] for value in values]
        return [str(round(value)) for value in values]
