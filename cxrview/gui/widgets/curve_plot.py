"""The curves of a training: values by epoch, the phases as bands behind them, the best epoch as a line.

It imports pyqtgraph, and with it NumPy: import it where curves are about to be drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.widgets.plot import DecimalAxis, PlainAxis, PlainPlot, small, whole_numbers, whole_step
from cxrview.gui.widgets.themed import Themed
from cxrview.i18n import tr

EDGE = 3  # pixels around, where the focus is shown
LEAST = QSize(210, 190)
ROOM = 0.08  # of the values' range, above and below
FEW = 40  # epochs up to which every one has a dot
AXIS_WIDTH, AXIS_HEIGHT = 40, 38
BAND_TEXT = 16  # pixels at the top for the phases' names
GRID = 130  # how opaque its lines are, 0…255
SAMPLE = 16  # pixels of a curve's line in the legend
GAP = 14  # between two curves there
Row = tuple[str, str, bool, str]
"""Name, colour (a token of the theme), whether the line is dashed, and the value in words."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: `colour` is a token of the theme; `values` has an entry for each epoch, None where none is."""

    name: str
    colour: str
    values: Sequence[float | None]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A phase, from epoch `first` to `last`, both from 1."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Course:
    """What the curves of one run have in common. `best` and `stopped` (early, after it) are epochs, or 0."""

    bands: Sequence[Band] = ()
    total: int = 1
    best: int = 0
    stopped: int = 0


class CurvePlot(Themed, QWidget):
    """A titled plot. `ends` are those of the vertical axis, or None where the values set them.

    Left and Right go through the epochs, as the mouse does; the legend tells the values there.

    Signals:
        looked_at: an epoch to tell the values of, or 0.
    """

    looked_at = Signal(int)

    def __init__(
        self,
        title: str,
        words: Callable[[float | None], str],
        ends: tuple[float, float] | None = None,
    ) -> None:
        """`words` says a value, or that there is none."""
        super().__init__()
        self.title, self._words, self._ends = title, words, ends
        self._curves: Sequence[Curve] = ()
        self.course = Course()
        self.epoch = 0  # looked at
        self._lines: list[pg.PlotDataItem] = []
        self.legend = CurveLegend(title)
        self._view = _View(self)
        self._view.pointed.connect(self._point)
        layout = QVBoxLayout(self, spacing=4)
        layout.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        layout.addWidget(self.legend)
        layout.addWidget(self._view, 1)
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._draw()

    @property
    def drawn(self) -> dict[str, int]:
        """How many points each curve has."""
        return {
            curve.name: len(line.getData()[0]) if line.getData()[0] is not None else 0
            for curve, line in zip(self._curves, self._lines, strict=False)
        }

    def recolour(self) -> None:
        self._draw()

    def show_curves(self, curves: Sequence[Curve], course: Course) -> None:
        """Draw `curves` over the bands of `course`."""
        self._curves, self.course = curves, course
        self._draw()
        self.setAccessibleDescription(self.legend.spoken)

    def look_at(self, epoch: int) -> None:
        """Tell the values of `epoch`, or with 0 the newest."""
        if epoch != self.epoch:
            self.epoch = epoch
            self._tell()
            self._view.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(themes.current().accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(event.key())
        longest = self._longest
        if step is None or not longest:
            super().keyPressEvent(event)
            return
        self.looked_at.emit(min(longest, max(1, (self.epoch or longest + (step < 0)) + step)))

    @property
    def _longest(self) -> int:
        return max((len(curve.values) for curve in self._curves), default=0)

    def _point(self, epoch: int) -> None:
        self.looked_at.emit(epoch if 1 <= epoch <= self._longest else 0)

    def _draw(self) -> None:
        while len(self._lines) < len(self._curves):
            self._lines.append(self._view.plot([], []))
        for line, curve in zip(self._lines, self._curves, strict=False):
            self._draw_line(line, curve)
        low, high = self._ends or self._found_ends()
        right = max(self.course.total, 2) + 0.5
        self._view.box.setRange(xRange=(0.5, right), yRange=(low, high), padding=0)
        self._tell()
        self._view.viewport().update()

    def _draw_line(self, line: pg.PlotDataItem, curve: Curve) -> None:
        points = [(epoch, value) for epoch, value in enumerate(curve.values, 1) if value is not None]
        colour = QColor(getattr(themes.current(), curve.colour))
        line.setData(  # in one go, for every setter draws anew
            [epoch for epoch, _ in points],
            [value for _, value in points],
            pen=pg.mkPen(colour, width=2 * self.devicePixelRatioF(), style=_style(curve)),
            symbol="o" if len(points) <= FEW else None,
            symbolSize=5,
            symbolBrush=pg.mkBrush(colour),
            symbolPen=None,
        )

    def _found_ends(self) -> tuple[float, float]:
        values = [value for curve in self._curves for value in curve.values if value is not None]
        if not values:
            return 0.0, 1.0
        low, high = min(values), max(values)
        room = max(high - low, 0.01) * ROOM
        return (max(0.0, low - room) if low >= 0 else low - room), high + 2 * room

    def _tell(self) -> None:
        rows = [
            (curve.name, curve.colour, curve.dashed, self._words(_at(curve.values, self.epoch)))
            for curve in self._curves
        ]
        self.legend.tell(self.epoch, rows)


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
        return ", ".join(f"{name} {value}" for name, _, _, value in self._rows)

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
            for text, colour in ((name, themes.current().muted), (value, themes.current().text)):
                width = metrics.horizontalAdvance(text)
                painter.setPen(QColor(colour))
                painter.drawText(QRectF(left, top, width + 2, height), Qt.AlignmentFlag.AlignVCenter, text)
                left += width + 5
            left += GAP - 5


class _View(PlainPlot):
    """The curves; bands, best epoch and the epoch looked at are painted.

    Signals:
        pointed: the epoch under the mouse, or 0.
    """

    pointed = Signal(int)
    paints = True

    def __init__(self, owner: CurvePlot) -> None:
        self._owner = owner
        super().__init__(DecimalAxis("left"), _EpochAxis("bottom"), (AXIS_WIDTH, AXIS_HEIGHT))
        self.item.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        self.item.getAxis("left").setGrid(GRID)
        self.item.layout.setContentsMargins(0, 4, 12, 0)
        self.name_axis("bottom", tr("Epoch"))
        self.scene().sigMouseMoved.connect(self._moved)

    def drawBackground(self, painter: QPainter, area: QRectF) -> None:
        super().drawBackground(painter, area)
        course, theme, box = self._owner.course, themes.current(), self.frame
        painter.setFont(small(painter.font()))
        for number, band in enumerate(course.bands):
            left, right = self._across(band.first - 0.5), self._across(band.last + 0.5)
            stripe = QRectF(left, box.top(), right - left, box.height())
            if number % 2 == 0:
                tint = QColor(theme.accent)
                tint.setAlpha(20)
                painter.fillRect(stripe, tint)
            painter.setPen(QColor(theme.faint))
            name = painter.fontMetrics().elidedText(
                band.name, Qt.TextElideMode.ElideRight, round(stripe.width()) - 8
            )
            place = QRectF(left + 5, box.top() + 2, stripe.width(), BAND_TEXT)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, name if stripe.width() > 24 else "")

    def drawForeground(self, painter: QPainter, area: QRectF) -> None:
        super().drawForeground(painter, area)
        course, theme = self._owner.course, themes.current()
        if course.best:
            self._line(painter, course.best, QPen(QColor(theme.good), 1), tr("best"), 1)
        if course.stopped and course.stopped < course.total:
            pen = QPen(QColor(theme.muted), 1, Qt.PenStyle.DotLine)
            self._line(painter, course.stopped + 0.5, pen, tr("stopped early"), 2)
        if self._owner.epoch:
            self._line(painter, self._owner.epoch, QPen(QColor(theme.muted), 1), "", 1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(0)

    def _across(self, epoch: float) -> float:
        return self.place_of(epoch, 0.0).x()

    def _line(self, painter: QPainter, epoch: float, pen: QPen, text: str, row: int) -> None:
        """Draw a line at `epoch`, with `text` in the `row` (from 1) above the axis."""
        box, across = self.frame, self._across(epoch)
        painter.setPen(pen)
        painter.drawLine(QPointF(across, box.top()), QPointF(across, box.bottom()))
        painter.setFont(small(self.font()))
        width = painter.fontMetrics().horizontalAdvance(text)
        left = across + 4 if row > 1 or across - 4 - width < box.left() else across - 4 - width
        left = min(left, box.right() - width)
        up = 6 + (row - 1) * painter.fontMetrics().height()
        painter.drawText(QPointF(left, box.bottom() - up), text)

    def _moved(self, place: QPointF) -> None:
        if not self.frame.contains(place):
            self.pointed.emit(0)
            return
        self.pointed.emit(round(self.box.mapSceneToView(place).x()))


class _EpochAxis(PlainAxis):
    """Whole numbers only."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        return [(whole_step(low, high, size), 0)]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:  # noqa: N802
        return whole_numbers(values)


def _style(curve: Curve) -> Qt.PenStyle:
    return Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine


def _at(values: Sequence[float | None], epoch: int) -> float | None:
    """Return the value of `epoch`, with 0 the newest."""
    if not values or epoch > len(values):
        return None
    return values[epoch - 1]
