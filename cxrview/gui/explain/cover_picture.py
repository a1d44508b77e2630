"""The film to be covered: with the mouse a place is drawn, with the arrow keys the last one is moved."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.gui.widgets.small_film import SmallFilm, placement_in
from cxrview.i18n import tr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxrview.explain.covered import Cover
    from cxrview.explain.grid import Area
    from cxrview.imaging import Letterbox, Radiograph
    from cxrview.imaging.pyramid import ImagePyramid

LEAST, USUAL = 260, 520  # logical pixels a side
SMALLEST = 4.0  # logical pixels a side: what is smaller was a click
STEP = 0.02  # of the longer side of the film, for one press of an arrow key
FIRST = 0.2  # of the shorter side: of a place that comes by key
LINE, CASING, HAIRLINE = QColor("#e4e9ee"), QColor(0, 0, 0, 150), QColor("#8a929c")
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CoverPicture(QWidget):
    """Shows the film in the file's own window, since that is how the model is given it.

    Signals:
        drawing: a place is being drawn; carries its Area on the film.
        drawn: it is drawn.
        given_up: it was too small, or is not wanted.
        last_moved: the last place is to be elsewhere, or of another size; carries its Area.
    """

    drawing = Signal(object)
    drawn = Signal(object)
    given_up = Signal()
    last_moved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._film = SmallFilm()
        self._of: tuple[Radiograph, ImagePyramid] | None = None
        self._orientation = Orientation()
        self._covers: tuple[Cover, ...] = ()
        self._changed: QImage | None = None
        self._box: Letterbox | None = None
        self._start: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("The film, to be covered"))
        self.setAccessibleDescription(
            tr(
                "Enter covers its middle. Arrow keys move what was covered last, and with Shift change its "
                "size."
            )
        )

    def sizeHint(self) -> QSize:
        return QSize(USUAL, USUAL)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, LEAST)

    def show_film(self, film: "tuple[Radiograph, ImagePyramid] | None", orientation: Orientation) -> None:
        """Show a film and its pyramid, turned so; None: nothing."""
        if film != self._of:
            self._changed = self._box = self._start = None
        self._of, self._orientation = film, orientation
        self.setEnabled(film is not None)
        self.update()

    def show_covers(self, covers: "tuple[Cover, ...]") -> None:
        """Outline what is covered."""
        self._covers = covers
        self.update()

    def show_changed(self, given: "NDArray[np.uint8]", box: "Letterbox") -> None:
        """Show in the places that are covered what the model was `given`, (S, S), by way of `box`."""
        from cxrview.gui.viewer.drawn import to_image

        inside = given[box.top : box.top + box.inner_height, box.left : box.left + box.inner_width]
        self._changed, self._box = to_image(np.ascontiguousarray(inside)).copy(), box
        self.update()

    # Drawing with the mouse, and by key

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._of is not None:
            self._start = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None and (area := self._between(self._start, event.position())) is not None:
            self.drawing.emit(area)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        start, self._start = self._start, None
        if start is None or event.button() != Qt.MouseButton.LeftButton:
            return
        area = self._between(start, event.position())
        if area is None:
            self.given_up.emit()
        else:
            self.drawn.emit(area)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._start is not None:
            self._start = None
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._of is not None:
            self.drawn.emit(self._middle())
        elif event.key() in ARROWS and self._covers and self._of is not None:
            larger = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.last_moved.emit(self._moved(self._covers[-1].area, ARROWS[Qt.Key(event.key())], larger))
        else:
            super().keyPressEvent(event)

    def _between(self, one: QPointF, other: QPointF) -> "Area | None":
        """Return the place between two points of the widget, on the film; None if it is too small."""
        from cxrview.explain.grid import Area

        placement = self._placement()
        if placement is None or min(abs(one.x() - other.x()), abs(one.y() - other.y())) < SMALLEST:
            return None
        film = QRectF(0, 0, placement.columns, placement.rows)
        place = placement.to_image.mapRect(QRectF(one, other).normalized()).intersected(film)
        return Area(place.left(), place.top(), place.right(), place.bottom()) if place.isValid() else None

    def _middle(self) -> "Area":
        from cxrview.explain.grid import Area

        assert self._of is not None  # asked before
        rows, columns = self._of[0].shape
        half = FIRST * min(rows, columns) / 2
        return Area(columns / 2 - half, rows / 2 - half, columns / 2 + half, rows / 2 + half)

    def _moved(self, area: "Area", way: tuple[int, int], larger: bool) -> "Area":
        """Return `area` moved one step the `way` on the screen, or grown (or shrunk) by it."""
        assert self._of is not None  # asked before
        step = STEP * max(self._of[0].shape)
        m11, m12, m21, m22 = self._orientation.linear()
        if larger:
            m11, m12, m21, m22 = (abs(part) for part in (m11, m12, m21, m22))
        # The matrix of a turn is taken back by its transpose.
        across, down = ((m11 * way[0] + m12 * way[1]) * step, (m21 * way[0] + m22 * way[1]) * step)
        if larger:
            right, bottom = (
                max(area.left + step, area.right + across),
                max(area.top + step, area.bottom + down),
            )
            return area._replace(right=right, bottom=bottom)
        return area._replace(
            left=area.left + across, right=area.right + across, top=area.top + down, bottom=area.bottom + down
        )

    # Painting

    def _placement(self) -> ViewTransform | None:
        if self._of is None:
            return None
        size = QRectF(self.rect()).size()
        return placement_in(size, self._of[0], self._orientation, self.devicePixelRatioF())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        placement = self._placement()
        if self._of is None or placement is None:
            return
        from cxrview.imaging.pyramid import Look

        radiograph, levels = self._of
        self._film.paint(painter, placement, levels, Look(radiograph.default_voi))
        paths = [placement.to_widget.map(_outline(cover)) for cover in self._covers]
        self._paint_changed(painter, placement, paths)
        self._paint_frame(painter, placement)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for path in paths:
            for colour, width in ((CASING, 3.0), (LINE, 1.0)):
                painter.setPen(QPen(colour, width))
                painter.drawPath(path)
        if self.hasFocus():
            painter.setPen(QPen(QColor(themes.current().accent), 2.0))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_changed(self, painter: QPainter, placement: ViewTransform, paths: list[QPainterPath]) -> None:
        """Paint, where it is covered, what the model was given there."""
        if self._changed is None or self._box is None:
            return
        left, top, right, bottom = self._box.crop
        inside = QPainterPath()
        for path in paths:
            inside = inside.united(path)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(inside)
        painter.setTransform(placement.to_widget, True)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._changed)
        painter.restore()

    def _paint_frame(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw hairlines around what the model is given, unless that is all."""
        if self._box is None or self._box.crop == (0, 0, self._box.width, self._box.height):
            return
        left, top, right, bottom = self._box.crop
        painter.setPen(QPen(HAIRLINE, 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(placement.to_widget.mapRect(QRectF(left, top, right - left, bottom - top)))


def _outline(cover: "Cover") -> QPainterPath:
    """Return the edge of a place, on the film."""
    area, path = cover.area, QPainterPath()
    place = QRectF(area.left, area.top, area.right - area.left, area.bottom - area.top)
    if cover.ellipse:
        path.addEllipse(place)
    else:
        path.addRect(place)
    return path
