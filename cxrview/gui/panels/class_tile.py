"""One class of the small multiples: the picture with its heatmap, its name and its probability."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from cxrview.gui import theme as themes
from cxrview.gui.viewer import corner_text
from cxrview.gui.viewer.corner_text import broken
from cxrview.gui.widgets.small_film import SmallFilm, placement_in
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.explain.style import HeatStyle
    from cxrview.gui.view_state import ViewState
    from cxrview.gui.viewer.heat_picture import HeatPicture

BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
EDGE = 2  # of the frame around the chosen one
GAP = 4
CORNER = 4
SWATCH = 8
REMARK = 10  # pixels, the height of the type on the picture
SAMPLES = 256  # of the heatmap; the tiles are small
TALLEST = 1.25  # a tile's picture is at most so much higher than wide


class ClassTile(QAbstractButton):
    """A picture to click on; checked while its class is the one on the canvas."""

    def __init__(self, name: str, label: str, value: str, number: int) -> None:
        super().__init__()
        self.name, self.label, self.value = name, label, value
        self._number = number  # of the class, which gives it its colour
        self._view: ViewState | None = None
        self._film = SmallFilm()
        self._heat: HeatPicture | None = None
        self._opacity = 0.0
        self.remark = ""  # why there is nothing to be seen
        self._ring = False  # the focus came by key, so it is shown
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(label)
        self.setAccessibleName(
            tr("{label}, probability {probability}").format(label=label, probability=value)
        )
        self.setToolTip(tr("{label}: show its heatmap on the image").format(label=label))

    def show_class(self, view: "ViewState", style: "HeatStyle", withheld: bool) -> None:
        """Show the picture of `view` with this class's heatmap, unless that is `withheld`."""
        from cxrview.explain.paint import is_empty
        from cxrview.gui.viewer import heat_scale
        from cxrview.gui.viewer.heat_picture import HeatPicture

        heat = view.heat
        known = heat is not None and self.name in heat.class_names
        self._view, self._opacity = view, 0.0 if withheld else style.opacity
        empty = heat is not None and known and is_empty(heat, self.name, style)
        self.remark = heat_scale.nothing(style) if empty and not withheld else ""
        self.setAccessibleDescription(self.remark)
        plain = dataclasses.replace(style, opacity=1.0)
        old = self._heat
        if heat is None or not known:
            self._heat = None
        elif old is None or old.explanation is not heat or old.style != plain:
            self._heat = HeatPicture(heat, self.name, plain, SAMPLES)
        self.update()

    def height_for(self, width: int, shape: tuple[float, float]) -> int:
        """Return the height of a tile of `width` with a picture of `shape` (width, height)."""
        room = width - 2 * EDGE
        return round(min(TALLEST, shape[1] / shape[0]) * room) + 2 * EDGE + GAP + self._words_height(width)

    def sizeHint(self) -> QSize:
        return QSize(120, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 40)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring = event.reason() in BY_KEY

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring = False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE - GAP - self._words_height(self.width()))
        outline = QPainterPath()
        outline.addRoundedRect(area, CORNER, CORNER)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(area, Qt.GlobalColor.black)
        if not area.isEmpty():
            self._paint_picture(painter, area)
        painter.restore()
        self._paint_edge(painter, area)
        self._paint_words(painter)

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        view = self._view
        if view is None or view.voi is None:
            return
        radiograph, levels = view.shown.radiograph, view.shown.levels
        if radiograph is None or levels is None:
            return
        from cxrview.imaging.pyramid import Look

        placement = placement_in(area.size(), radiograph, view.orientation, self.devicePixelRatioF())
        painter.translate(area.topLeft())
        self._film.paint(painter, placement, levels, Look(view.voi, view.inverted, view.filters))
        # A tile that is still there after its image has gone shows no heat of the one before.
        if self._heat is not None and self._heat.explanation is view.heat:
            self._heat.paint(painter, placement, self._opacity)
        painter.translate(-area.topLeft())
        if self.remark:
            self._write_remark(painter, area)

    def _write_remark(self, painter: QPainter, area: QRectF) -> None:
        """Write at the bottom of the picture, in as many lines as it takes, why nothing is drawn on it."""
        font = QFont(self.font())
        font.setPixelSize(REMARK)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        lines = broken(self.remark, metrics, int(area.width()) - 2 * GAP)
        high = len(lines) * metrics.height()
        place = QRectF(area.left(), area.bottom() - high - 2, area.width(), high + 2)
        painter.fillRect(place, corner_text.PLATE)
        painter.setPen(corner_text.INK)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "\n".join(lines))
        painter.setFont(self.font())

    def _paint_edge(self, painter: QPainter, area: QRectF) -> None:
        colour = themes.current().accent if self.isChecked() else themes.current().line
        if self.underMouse() and not self.isChecked():
            colour = themes.current().muted
        width = 2.0 if self.isChecked() else 1.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRoundedRect(area.adjusted(-0.5, -0.5, 0.5, 0.5), CORNER, CORNER)
        if self._ring:
            painter.setPen(QPen(QColor(themes.current().accent), 1.0, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), CORNER - 1, CORNER - 1)

    def _paint_words(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        words = self.rect().adjusted(EDGE, self.height() - self._words_height(self.width()), -EDGE, 0)
        row, beside = metrics.height(), SWATCH + GAP
        two = (
            self._words_height(self.width()) > row + GAP
        )  # then the swatch goes with the value, and the name has room
        value_width = metrics.horizontalAdvance(self.value)
        room = words.width() - (0 if two else beside + value_width + GAP)
        label = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(themes.current().text if self.isEnabled() else themes.current().faint))
        painter.drawText(words.left() + (0 if two else beside), words.top() + metrics.ascent(), label)
        left = words.left() + beside if two else words.right() - value_width + 1
        painter.setPen(QColor(themes.current().muted if two else themes.current().text))
        painter.drawText(left, words.top() + (row if two else 0) + metrics.ascent(), self.value)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current().class_colour(self._number)))
        top = words.top() + (row if two else 0) + (row - SWATCH) / 2
        painter.drawRoundedRect(QRectF(words.left(), top, SWATCH, SWATCH), 2, 2)

    def _words_height(self, width: int) -> int:
        """Return the height of the words: name over value where they do not fit on one line of `width`."""
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(f"{self.label}  {self.value}") + SWATCH + 2 * GAP
        return metrics.height() * (2 if wide > width - 2 * EDGE else 1) + 2
