"""The image canvas of one viewport: the radiograph, what lies over it, and the mouse."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from cxrview.gui.state import AppState
from cxrview.gui.theme import plain_tip
from cxrview.gui.view_state import Shown, ViewStage, ViewState
from cxrview.gui.viewer.corners import Corners
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.tools import PanTool, Tool, WindowTool
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.drawn import Drawn

WHEEL_STEP = 1.0015  # zoom for one eighth of a degree
NOTCH = 120  # eighths of a degree
MOST_ZOOM = 32.0  # device pixels per image pixel
FIT_MARGIN = 4  # logical pixels around a fitted image
LOADING_DELAY = 150  # ms before "Reading …" appears, so that quick files do not flicker
# Fractions of the canvas by which the image moves.
PAN_KEYS = {
    Qt.Key.Key_Left: (0.1, 0.0),
    Qt.Key.Key_Right: (-0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
PAGE_KEYS = {Qt.Key.Key_PageUp: (0.0, 0.8), Qt.Key.Key_PageDown: (0.0, -0.8)}
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Drag(NamedTuple):
    """Who has the mouse while `button` is down."""

    taker: Layer | Tool
    button: Qt.MouseButton


class Canvas(QWidget):
    """Shows what its ViewState says. The right button always windows, the middle one always pans.

    Signals:
        placement_changed: zoomed, moved, turned, or of another size; carries whether the user did it.
        activated: the user turned to this canvas, with the mouse or by key.
        opacity_turned: the wheel was turned with Shift; carries the notches.
        drawn_coarsely: carries what a worker can do so that `draw_anew` draws finely, or None if it is fine.
        frames_turned: the wheel was turned with Ctrl; carries by how many images to go on.
    """

    placement_changed = Signal(bool)
    activated = Signal()
    opacity_turned = Signal(float)
    frames_turned = Signal(int)
    drawn_coarsely = Signal(object)

    def __init__(self, view: ViewState, state: AppState, tool: Tool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view, self._state = view, state
        self.tool = tool
        self.layers: list[Layer] = []
        self.corners = Corners(self, state)
        self.placement = ViewTransform(1, 1, 1.0, 1, 1, 1.0, 1.0, QPointF(0.5, 0.5))
        self.fitted = True
        self.pointer: QPointF | None = None  # where the mouse is, while it is over the canvas
        self._drag: Drag | None = None
        self._lent: dict[Qt.MouseButton, Tool] = {
            Qt.MouseButton.RightButton: WindowTool(),
            Qt.MouseButton.MiddleButton: PanTool(),
        }
        self._drawn: Drawn | None = None
        self._ring = False  # the focus came by key, so it is shown
        self._loading = QTimer(self, singleShot=True, interval=LOADING_DELAY, timeout=self.update)
        self._dress()
        view.shown_changed.connect(self._show)
        view.orientation_changed.connect(self._adapt)
        for signal in (
            view.voi_changed,
            view.inverted_changed,
            view.filters_changed,
            view.reading_changed,
            view.heat_class_changed,
            view.heat_shown_changed,
            view.heat_changed,
            state.settings_changed,
            state.peeking_changed,
            state.heat_asked_changed,
        ):
            signal.connect(self.refresh)
        self._show(view.shown)

    def _dress(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(120, 120))
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName(tr("Radiograph"))
        self.setCursor(self.tool.cursor)

    def called(self, path: Path) -> str:
        """Return what the file at `path` may be called."""
        return self._state.called(path)

    def origin(self, path: Path) -> Path:
        """Return the file that the user knows `path` by: the archive, if it was unpacked from one."""
        entry = self._state.entries.get(path)
        return entry.origin if entry is not None else path

    def set_tool(self, tool: Tool) -> None:
        """Let the left mouse button do `tool`."""
        if tool is not self.tool:
            self.tool.drop(self)
            self.tool = tool
            self.setCursor(tool.cursor)
            self.update()

    def refresh(self, *_news: object) -> None:
        """Draw anew, and say the same to a screen reader."""
        self.setAccessibleDescription(self.corners.words())
        self.update()

    # Zoom and place

    @property
    def zoom(self) -> float:
        """Device pixels per image column."""
        return self.placement.zoom

    def has_image(self) -> bool:
        """Whether there is a radiograph to zoom and move."""
        return self.view.shown.radiograph is not None

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom to `zoom` device pixels per image column; `anchor` (widget, default middle) stays put."""
        if not self.has_image():
            return
        fit = self.placement.fit_zoom(FIT_MARGIN)
        bounded = min(max(zoom, min(fit / 2, 1.0)), max(MOST_ZOOM, fit))
        middle = QPointF(self.width() / 2, self.height() / 2)
        self.fitted = False
        self._place(self.placement.zoomed(bounded, anchor if anchor is not None else middle), True)

    def fit(self, by_user: bool = True) -> None:
        """Show the whole image, as large as it goes, and keep doing so when the canvas changes size."""
        place = self.placement
        middle = QPointF(place.columns / 2, place.rows / 2)
        self.fitted = True
        zoom = place.fit_zoom(FIT_MARGIN)
        self._place(dataclasses.replace(place, zoom=zoom, centre=middle), by_user)

    def move_by(self, way: QPointF) -> None:
        """Move the image by `way` logical pixels; its middle half stays in reach."""
        if self.has_image():
            self.fitted = False
            self._place(self._within(self.placement.moved(way)), True)

    def set_placement(self, zoom: float, centre: QPointF) -> None:
        """Show the image point `centre` in the middle at `zoom`; not counted as done by the user."""
        if self.has_image():
            self.fitted = False
            self._place(self._within(dataclasses.replace(self.placement, zoom=zoom, centre=centre)), False)

    def _within(self, placement: ViewTransform) -> ViewTransform:
        x = min(max(placement.centre.x(), 0.0), float(placement.columns))
        y = min(max(placement.centre.y(), 0.0), float(placement.rows))
        return dataclasses.replace(placement, centre=QPointF(x, y))

    def _place(self, placement: ViewTransform, by_user: bool) -> None:
        if placement != self.placement:
            self.placement = placement
            self.placement_changed.emit(by_user)
            self.refresh()

    def _show(self, shown: Shown) -> None:
        """Take over another image, or none: an old picture never stands beside a new name."""
        self._end_drag()
        self.tool.drop(self)
        self._drawn = None
        radiograph = shown.radiograph
        if shown.stage is ViewStage.LOADING:
            self._loading.start()
        if radiograph is not None:
            rows, columns = radiograph.shape
            same = (rows, columns) == (self.placement.rows, self.placement.columns)
            self.placement = dataclasses.replace(
                self._sized(), rows=rows, columns=columns, pixel_aspect=radiograph.pixel_aspect
            )
            if self.fitted or not same:
                self.fit(by_user=False)
        self.refresh()

    def _adapt(self, *_news: object) -> None:
        """Take over the canvas's size, screen and orientation."""
        self._place(self._sized(), False)
        if self.fitted:
            self.fit(by_user=False)

    def _sized(self) -> ViewTransform:
        """Return the placement for the canvas's present size, screen and orientation."""
        return dataclasses.replace(
            self.placement,
            width=max(1, self.width()),
            height=max(1, self.height()),
            ratio=self.devicePixelRatioF(),
            orientation=self.view.orientation,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    # Painting

    def event(self, event: QEvent) -> bool:
        whole = self.corners.whole(event.pos()) if isinstance(event, QHelpEvent) else ""
        if whole and isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), plain_tip(whole), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.placement.ratio != self.devicePixelRatioF():  # moved to another screen
            self._adapt()
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self.has_image():
            self.paint_image(painter, self.placement, QRectF(self.rect()))
            self.tool.paint(self, painter, self.placement)
            painter.resetTransform()
        self.corners.draw(painter, self.rect(), loading=not self._loading.isActive())
        if self._ring:
            painter.setPen(self.palette().link().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def paint_image(
        self,
        painter: QPainter,
        placement: ViewTransform,
        clip: QRectF,
        leave_out: frozenset[str] = frozenset(),
    ) -> None:
        """Paint picture and layers as `placement` says, as far as they lie in `clip` (logical pixels);
        without the layers whose kind is in `leave_out`.
        """
        drawn = self._draw(placement, clip)
        if drawn is not None:
            painter.drawImage(drawn.corner, drawn.image)
        self.paint_layers(painter, placement, leave_out)

    def paint_layers(self, painter: QPainter, placement: ViewTransform, leave_out: frozenset[str]) -> None:
        """Paint the layers whose kind is not in `leave_out`."""
        for layer in self.layers:
            if layer.kind not in leave_out:
                painter.save()
                layer.paint(painter, placement)
                painter.restore()

    def _draw(self, placement: ViewTransform, clip: QRectF) -> "Drawn | None":
        """Return the picture as it is seen inside `clip`, drawn before if nothing has changed."""
        from cxrview.gui.viewer import drawn
        from cxrview.imaging.pyramid import Look

        view = self.view
        smooth = self._state.settings.smooth or placement.zoom < 1  # smaller is always smooth
        device = drawn.device_rect(placement.area.intersected(clip), placement.ratio)
        if view.shown.levels is None or view.voi is None or device.isEmpty():
            return None
        look = Look(view.voi, view.inverted, view.filters, smooth)
        if placement is not self.placement:  # the lens and its like are drawn beside it
            return drawn.draw(view.shown.levels, look, placement, device)
        if self._drawn is None or self._drawn.of != (view.shown.levels, look, placement, device):
            self._drawn = drawn.draw(view.shown.levels, look, placement, device)
            self.drawn_coarsely.emit(self._drawn.refine)
        return self._drawn

    def draw_anew(self) -> None:
        """Draw the picture again: it can be finer now."""
        self._drawn = None
        self.update()

    # Mouse and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        event.accept()
        if not turn or not self.has_image():
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.opacity_turned.emit(turn / NOTCH)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.frames_turned.emit(-1 if turn > 0 else 1)
        else:
            self.set_zoom(self.zoom * WHEEL_STEP**turn, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        if not self.has_image() or self._drag is not None:
            return
        button = event.button()
        tool = self._lent.get(button)
        if button is Qt.MouseButton.LeftButton:
            layer = next((layer for layer in reversed(self.layers) if layer.press(event)), None)
            if layer is not None:
                self._drag = Drag(layer, button)
                return
            tool = self.tool
        if tool is not None:
            self._drag = Drag(tool, button)
            tool.press(self, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = event.position()
        if self._drag is None:
            self._hover(event)
        elif isinstance(self._drag.taker, Tool):
            self._drag.taker.move(self, event)
        else:
            self._drag.taker.move(event)
        if self._state.settings.corner_technique:
            self.update(self.corners.value_place())

    def _hover(self, event: QMouseEvent) -> None:
        if not self.has_image():
            return
        found = (layer.hover(event) for layer in reversed(self.layers))
        cursor = next((cursor for cursor in found if cursor is not None), self.tool.cursor)
        if cursor != self.cursor().shape():
            self.setCursor(cursor)
        self.tool.hover(self, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is None or event.button() is not self._drag.button:
            return
        taker = self._drag.taker
        if isinstance(taker, Tool):
            taker.release(self, event)
        else:
            taker.release(event)
        self._end_drag()

    def _end_drag(self) -> None:
        self._drag = None
        self.setCursor(self.tool.cursor)  # a drag that another image ends sees no release

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self.has_image():
            return
        if any(layer.double_click(event) for layer in reversed(self.layers)):
            return
        if not self.tool.double_click(self, event):
            self.fit()

    def leaveEvent(self, _event: object) -> None:
        self.pointer = None
        self.update(self.corners.value_place())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let layers and the tool have the key, pan what does not fit; all else is for the window."""
        if self.has_image() and (
            any(layer.key(event) for layer in reversed(self.layers)) or self.tool.key(self, event)
        ):
            return
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        way = (PAN_KEYS if shift else PAGE_KEYS).get(Qt.Key(event.key()))
        if way is None or self.fitted or not self.has_image():
            event.ignore()
        else:
            self.move_by(QPointF(way[0] * self.width(), way[1] * self.height()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring = event.reason() in BY_KEY
        self.activated.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring = False
        self.update()
