"""The drawing of a histogram with the window over it, whose ends and middle can be dragged."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.actions.keys import COMMANDS, MOVING
from cxrview.gui.viewer.corner_text import voi_text
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph, Voi
    from cxrview.imaging.histogram import Histogram

HEIGHT = 92  # of the bars
STRIP = 7  # of the grey levels under them
GAP = 4
INSET = 6.0  # at both sides, so that the handles are whole
GRASP = 7  # pixels around an end in which it can be taken
ROOM = 0.04  # of the values' range, left free at both sides
STEP, FINE = 0.02, 0.002  # of the values' range, for a key


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values lie on the widget: `low` at pixel `left`, `high` at pixel `right`."""

    low: float
    high: float
    left: float
    right: float

    def pixel(self, value: float) -> float:
        """Return where `value` lies; beyond the axis it is at its end."""
        share = (value - self.low) / (self.high - self.low)
        return self.left + min(1.0, max(0.0, share)) * (self.right - self.left)

    def value(self, pixel: float) -> float:
        """Return the value at `pixel`, also beyond the axis."""
        return self.low + (pixel - self.left) / (self.right - self.left) * (self.high - self.low)


class HistogramPlot(QWidget):
    """Draws bars (their height is the logarithm of the number of pixels), the curve from values to
    brightness, and the grey levels that it makes.

    Signals:
        voi_chosen: the user has moved the window; carries it.
        reset_asked: the user wants the image's own window back.
    """

    voi_chosen = Signal(object)
    reset_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.histogram: Histogram | None = None
        self._radiograph: Radiograph | None = None
        self._voi: Voi | None = None
        self._inverted = False
        self._held = ""  # "low", "high" or "both" while it is dragged
        self._start: tuple[float, float, float] = (0.0, 0.0, 0.0)  # value under the mouse, the window's ends
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Window on the histogram"))
        self.setToolTip(tr("Drag an end of the window, or all of it. Arrow keys move and widen it."))

    @property
    def axis(self) -> Axis | None:
        """The values' axis, while there is a histogram."""
        if self.histogram is None:
            return None
        low, high = self.histogram.low, self.histogram.high
        room = (high - low) * ROOM
        return Axis(low - room, high + room, INSET, self.width() - INSET)

    def show_histogram(self, radiograph: "Radiograph | None", histogram: "Histogram | None") -> None:
        """Draw `histogram`, which is that of `radiograph`, or nothing."""
        self._radiograph, self.histogram = radiograph, histogram
        self._held = ""
        self.update()

    def show_voi(self, voi: "Voi | None", inverted: bool) -> None:
        """Draw the curve of `voi`; `inverted` says that the user has swapped black and white."""
        self._voi, self._inverted = voi, inverted
        self.setAccessibleDescription(voi_text(voi))
        self.update()

    def ends(self) -> tuple[float, float] | None:
        """Return the values where the window begins and ends, or the one that stands for a LUT."""
        if self._voi is None or self._radiograph is None:
            return None
        from cxrview.gui.viewer.windowing import as_window
        from cxrview.imaging import presets

        return presets.ends(as_window(self._voi, self._radiograph))

    def sizeHint(self) -> QSize:
        return QSize(220, HEIGHT + GAP + STRIP)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        axis, ends = self.axis, self.ends()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = QRectF(0.5, 0.5, self.width() - 1, HEIGHT - 1)
        painter.setPen(QPen(QColor(themes.current().accent if self.hasFocus() else themes.current().line), 1))
        painter.setBrush(QColor(themes.current().field))
        painter.drawRoundedRect(field, 4, 4)
        if axis is not None and ends is not None:
            self._paint_window(painter, axis, ends)
            self._paint_bars(painter, axis)
            self._paint_curve(painter, axis, ends)
        painter.end()

    def _paint_window(self, painter: QPainter, axis: Axis, ends: tuple[float, float]) -> None:
        left, right = (axis.pixel(end) for end in ends)
        inside = QColor(themes.current().accent)
        inside.setAlphaF(0.12)
        painter.fillRect(QRectF(left, 1.5, max(1.0, right - left), HEIGHT - 3), inside)

    def _paint_bars(self, painter: QPainter, axis: Axis) -> None:
        import numpy as np

        assert self.histogram is not None
        heights = np.log1p(self.histogram.counts)
        heights = heights / max(float(heights.max()), 1e-9) * (HEIGHT - 10)
        bottom = HEIGHT - 1.0
        outline = [QPointF(axis.pixel(self.histogram.low), bottom)]
        for place, height in enumerate(heights.tolist()):
            start = axis.pixel(self.histogram.low + place * self.histogram.width)
            end = axis.pixel(self.histogram.low + (place + 1) * self.histogram.width)
            outline += [QPointF(start, bottom - height), QPointF(end, bottom - height)]
        outline.append(QPointF(outline[-1].x(), bottom))
        colour = QColor(themes.current().muted)
        colour.setAlphaF(0.75)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF(outline))

    def _paint_curve(self, painter: QPainter, axis: Axis, ends: tuple[float, float]) -> None:
        levels = self.levels(axis)
        step = (axis.right - axis.left) / (len(levels) - 1)
        height = HEIGHT - 12
        points = [
            QPointF(axis.left + place * step, HEIGHT - 6 - level * height)
            for place, level in enumerate(levels)
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        accent = QColor(themes.current().accent)
        for end in ends:
            x = axis.pixel(end)
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 2), QPointF(x, HEIGHT - 2))
        painter.setPen(QPen(accent, 1.8))
        painter.drawPolyline(points)
        painter.setPen(QPen(QColor(themes.current().field), 1.2))
        painter.setBrush(accent)
        for end in ends:
            place = min(len(points) - 1, max(0, round((axis.pixel(end) - axis.left) / step)))
            painter.drawEllipse(QPointF(axis.pixel(end), points[place].y()), 4.2, 4.2)
        strip = QRectF(axis.left, HEIGHT + GAP, axis.right - axis.left, STRIP)
        shades = QLinearGradient(strip.topLeft(), strip.topRight())
        for place in range(0, len(levels), max(1, len(levels) // 48)):
            grey = round(levels[place] * 255)
            shades.setColorAt(place / (len(levels) - 1), QColor(grey, grey, grey))
        painter.setPen(QPen(QColor(themes.current().line), 1))
        painter.setBrush(shades)
        painter.drawRoundedRect(strip, 2, 2)

    def levels(self, axis: Axis) -> list[float]:
        """Return the brightness, 0…1, of the values along the axis, one for each pixel of the widget."""
        import numpy as np

        from cxrview.imaging.render import apply_voi

        assert self._voi is not None
        values = np.linspace(axis.low, axis.high, max(2, self.width()))
        levels = apply_voi(values, self._voi)
        swapped = self._radiograph is not None and self._radiograph.inverted is not self._inverted
        shades: list[float] = (1 - levels if swapped else levels).tolist()
        return shades

    # Mouse and keys

    def _part_at(self, x: float) -> str:
        """Return what of the window lies at `x`: "low", "high" or "both"."""
        axis, ends = self.axis, self.ends()
        if axis is None or ends is None:
            return ""
        left, right = (axis.pixel(end) for end in ends)
        nearest = "low" if abs(x - left) <= abs(x - right) else "high"
        if right - left < 3 * GRASP and left - GRASP < x < right + GRASP:  # a third is left for all of it
            third = (right - left) / 3
            return "both" if left + third < x < right - third else nearest
        distance = min(abs(x - left), abs(x - right))
        return nearest if distance <= GRASP or not left < x < right else "both"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        axis, ends = self.axis, self.ends()
        if event.button() is Qt.MouseButton.LeftButton and axis is not None and ends is not None:
            x = event.position().x()
            self._held = self._part_at(x)
            self._start = (axis.value(x), *ends)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        axis, x = self.axis, event.position().x()
        if axis is None:
            return
        if not self._held:
            across = self._part_at(x) != "both"
            self.setCursor(Qt.CursorShape.SizeHorCursor if across else Qt.CursorShape.OpenHandCursor)
            return
        start, low, high = self._start
        by = axis.value(x) - start
        self._choose(low + by if self._held != "high" else low, high + by if self._held != "low" else high)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = ""

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._held = ""
        self.reset_asked.emit()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in MOVING
            and not event.modifiers() & COMMANDS
        ):
            event.accept()  # otherwise an arrow would go to the next image
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        axis, ends = self.axis, self.ends()
        moves: dict[int, tuple[float, float]] = {
            Qt.Key.Key_Left: (-1, -1),
            Qt.Key.Key_Right: (1, 1),
            Qt.Key.Key_Up: (-0.5, 0.5),
            Qt.Key.Key_Down: (0.5, -0.5),
        }
        if axis is None or ends is None or event.key() not in moves:
            super().keyPressEvent(event)
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = (axis.high - axis.low) * (FINE if fine else STEP)
        low, high = (end + step * sign for end, sign in zip(ends, moves[event.key()], strict=True))
        self._choose(low, high)

    def _choose(self, low: float, high: float) -> None:
        from cxrview.gui.viewer.windowing import as_window
        from cxrview.imaging import presets

        assert self._voi is not None
        assert self.histogram is not None
        assert self._radiograph is not None
        window = as_window(self._voi, self._radiograph)
        least = self.histogram.width / 16 if self.histogram.width < 1 else 1.0
        if high - low < least:
            if self._held == "low":
                low = high - least
            elif self._held == "high":
                high = low + least
            else:
                low, high = (low + high - least) / 2, (low + high + least) / 2
        self.voi_chosen.emit(presets.with_ends(window, low, high))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
