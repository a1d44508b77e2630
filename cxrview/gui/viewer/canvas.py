"""The image canvas: radiograph and heatmap, zoomed, moved and windowed with the mouse."""

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from cxrview.gui.state import AppState, Shown, Stage
from cxrview.gui.viewer import corner_text
from cxrview.gui.viewer.corner_text import doubt
from cxrview.gui.viewer.items import FieldFrame, new_layer

if TYPE_CHECKING:
    from cxrview.gui.viewer.export import Shot
    from cxrview.imaging import Radiograph, Voi
    from cxrview.inference.prediction import Prediction

BLACK = QColor(0, 0, 0)
WHEEL_STEP = 1.0015  # zoom for one eighth of a degree
MOST_ZOOM = 32.0  # device pixels per image pixel
FIT_MARGIN = 4  # logical pixels around a fitted image
LOADING_DELAY = 150  # ms before "Reading …" appears, so that quick files do not flicker


# Fractions of the viewport by which the image moves.
PAN_KEYS = {
    Qt.Key.Key_Left: (0.1, 0.0),
    Qt.Key.Key_Right: (-0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
PAGE_KEYS = {Qt.Key.Key_PageUp: (0.0, 0.8), Qt.Key.Key_PageDown: (0.0, -0.8)}
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Tool(Enum):
    """What the left mouse button does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"


CURSORS = {
    Tool.WINDOW: Qt.CursorShape.CrossCursor,
    Tool.PAN: Qt.CursorShape.OpenHandCursor,
    Tool.ZOOM: Qt.CursorShape.SizeVerCursor,
}


class Drag(NamedTuple):
    """A drag of the mouse, and how things were when it began."""

    tool: Tool
    button: Qt.MouseButton
    start: QPointF
    voi: "Voi | None"
    zoom: float


class Canvas(QGraphicsView):
    """Shows what the state says. The right button always windows, the middle one always pans.

    Signals:
        zoom_changed: carries the device pixels per image pixel.
    """

    zoom_changed = Signal(float)

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.tool = Tool.WINDOW
        self._fitted = True
        self._drag: Drag | None = None
        self._last = QPointF()
        self._ring = False  # the focus came by key, so it is shown
        self._heat: tuple[Prediction, str, Any] | None = None  # the class's heatmap, before colours
        self._reduced: Radiograph | None = None  # windowed instead of a large image while the mouse moves
        self.picture_layer, self.heat_layer = new_layer(0), new_layer(1)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.addItem(self.picture_layer)
        scene.addItem(self.heat_layer)
        self.field_frame = FieldFrame()
        scene.addItem(self.field_frame)
        self.setScene(scene)
        self._dress()
        self._repaint_soon = QTimer(self, singleShot=True, interval=0, timeout=self._render)
        self._heat_soon = QTimer(self, singleShot=True, interval=0, timeout=self._render_heat)
        self._loading = QTimer(self, singleShot=True, interval=LOADING_DELAY, timeout=self.viewport().update)
        state.shown_changed.connect(self._show)
        state.voi_changed.connect(self._repaint_soon.start)
        state.inverted_changed.connect(self._repaint_soon.start)
        for signal in (state.reading_changed, state.heat_class_changed, state.settings_changed):
            signal.connect(self._heat_soon.start)
        state.peeking_changed.connect(self._dim_heat)
        for signal in (state.shown_changed, state.reading_changed):
            signal.connect(self._describe)

    def _dress(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundBrush(BLACK)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(240, 240))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAccessibleName("Radiograph")
        self.setAcceptDrops(False)  # the window takes the files
        self.viewport().setAcceptDrops(False)
        self.set_tool(self.tool)

    def set_tool(self, tool: Tool) -> None:
        """Let the left mouse button do `tool`."""
        self.tool = tool
        self.viewport().setCursor(CURSORS[tool])

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel, across."""
        return self.transform().m11() * self.devicePixelRatioF()

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom to `zoom` device pixels per image pixel; `anchor` (viewport, default centre) stays put."""
        area = self.picture_layer.boundingRect()
        if area.isEmpty():
            return
        centre = QPointF(self.viewport().rect().center())
        anchor = anchor if anchor is not None else centre
        least = min(self._fit_zoom() / 2, 1.0)
        scale = min(max(zoom, least), max(MOST_ZOOM, self._fit_zoom())) / self.devicePixelRatioF()
        place = self._scene_point(anchor)
        self._fitted = False
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(place + (centre - anchor) / scale)
        self.zoom_changed.emit(self.zoom)

    def fit(self) -> None:
        """Show the whole image, as large as it goes, and keep doing so when the window changes size."""
        area = self.picture_layer.boundingRect()
        if area.isEmpty():
            return
        scale = self._fit_zoom() / self.devicePixelRatioF()
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(area.center())
        self._fitted = True
        self.zoom_changed.emit(self.zoom)

    def shot(self) -> "Shot | None":
        """Return what is shown at this moment, for export; None if there is no radiograph."""
        radiograph, voi = self._state.shown.radiograph, self._state.voi
        if radiograph is None or voi is None:
            return None
        from cxrview.gui.viewer.export import Heat, Shot

        reading, settings, name = self._state.reading.prediction, self._state.settings, self._state.heat_class
        heat = None
        if reading is not None and settings.heatmap_visible and settings.heatmap_opacity > 0:
            label = self._state.model.label(name)
            look = (settings.heatmap_colours, settings.heatmap_opacity, settings.heatmap_threshold)
            heat = Heat(reading, name, label, *look)
        return Shot(radiograph, voi, self._state.inverted, heat)

    def _fit_zoom(self) -> float:
        area = self.picture_layer.boundingRect()
        room = self.viewport().size() - QSize(2 * FIT_MARGIN, 2 * FIT_MARGIN)
        fraction = min(max(1, room.width()) / area.width(), max(1, room.height()) / area.height())
        return fraction * self.devicePixelRatioF()

    def _scene_point(self, point: QPointF) -> QPointF:
        inverted, _ = self.viewportTransform().inverted()
        return inverted.map(point)

    def _show(self, shown: Shown) -> None:
        """Take over another image, or none: an old picture never stands beside a new name."""
        self._drag, self._reduced = None, None
        self.viewport().setCursor(CURSORS[self.tool])  # a drag that ends here sees no release
        radiograph = shown.radiograph
        self.picture_layer.set_picture(shown.picture)
        self.heat_layer.set_image(None)
        if shown.stage is Stage.LOADING:
            self._loading.start()
        if radiograph is None:
            self.viewport().update()
            return
        height, width = radiograph.shape
        area = QRectF(0, 0, width, height * radiograph.pixel_aspect)
        if area != self.picture_layer.boundingRect():
            self.picture_layer.set_area(area)
            self.heat_layer.set_area(area)
            margin = 2 * max(area.width(), area.height())  # so that any place of any shape can be centred
            self.setSceneRect(area.adjusted(-margin, -margin, margin, margin))
            self._fitted = True
        if self._fitted:
            self.fit()
        self._repaint_soon.stop()  # the picture came with the file

    def _render(self) -> None:
        """Make the picture anew for another window."""
        radiograph, voi = self._state.shown.radiograph, self._state.voi
        if radiograph is None or voi is None:
            return
        from cxrview.gui.viewer.picture import picture, reduce

        shown = self._state.shown.picture
        if voi is radiograph.default_voi and not self._state.inverted and shown is not None:
            self.picture_layer.set_picture(shown)
        else:
            moving = self._drag is not None and self._drag.tool is Tool.WINDOW
            if moving and self._reduced is None:
                self._reduced = reduce(radiograph)
            source = self._reduced if moving and self._reduced is not None else radiograph
            self.picture_layer.set_picture(picture(source, voi, self._state.inverted))
        self.viewport().update()

    def _render_heat(self) -> None:
        prediction, settings = self._state.reading.prediction, self._state.settings
        name = self._state.heat_class
        self._dim_heat()
        if prediction is None or name not in prediction.class_names:
            self.heat_layer.set_image(None)
            return
        self.field_frame.frame(prediction, self.picture_layer.boundingRect())
        from cxrview.gui.viewer.picture import heat_image, heat_of

        if self._heat is None or self._heat[0] is not prediction or self._heat[1] != name:
            self._heat = (prediction, name, heat_of(prediction, name))
        image = heat_image(self._heat[2], settings.heatmap_colours, settings.heatmap_threshold)
        self.heat_layer.set_image(image)

    def _dim_heat(self) -> None:
        settings = self._state.settings
        self.heat_layer.setOpacity(settings.heatmap_opacity)
        visible = settings.heatmap_visible and settings.heatmap_opacity > 0 and not self._state.peeking
        self.heat_layer.setVisible(visible)
        self.field_frame.setVisible(visible and self._state.reading.prediction is not None)

    def drawForeground(self, painter: QPainter, _rect: QRectF) -> None:
        """Write into the corners, over the image and whatever its zoom."""
        shown = self._state.shown
        painter.resetTransform()
        area = self.viewport().rect()
        font = QFont(self.font())
        if shown.radiograph is not None:
            corner_text.draw(painter, area, self._corners(shown.radiograph), font, self._warning())
        elif shown.stage is Stage.LOADING and shown.path is not None and not self._loading.isActive():
            corner_text.draw(painter, area, {"tl": [f"Reading {shown.path.name} …"]}, font)
        if self._ring:
            painter.setPen(self.palette().link().color())
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _corners(self, radiograph: "Radiograph") -> dict[str, list[str]]:
        return corner_text.corners(radiograph, self._state.voi, self.zoom, self._state.inverted)

    def _warning(self) -> str:
        """Return the line that stays on the image when the reading is folded away."""
        prediction = self._state.reading.prediction
        return doubt(prediction) if prediction is not None and not prediction.in_domain else ""

    def _describe(self, *_news: object) -> None:
        """Say to a screen reader what stands in the corners."""
        radiograph = self._state.shown.radiograph
        words = self._corners(radiograph).values() if radiograph is not None else ()
        lines = [*(line for block in words for line in block), self._warning()]
        self.setAccessibleDescription(", ".join(line for line in lines if line))

    def paintEvent(self, event: QPaintEvent) -> None:
        # Qt complains about painting on an empty viewport, which splitters can make.
        if not self.viewport().size().isEmpty():
            super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        place = self._scene_point(QPointF(event.oldSize().width() / 2, event.oldSize().height() / 2))
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self.centerOn(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn and self._state.shown.radiograph is not None:
            self.set_zoom(self.zoom * WHEEL_STEP**turn, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        tools = {Qt.MouseButton.RightButton: Tool.WINDOW, Qt.MouseButton.MiddleButton: Tool.PAN}
        tool = tools.get(event.button(), self.tool)
        if self._state.shown.radiograph is None or self._drag is not None:
            return
        self._drag = Drag(tool, event.button(), event.position(), self._state.voi, self.zoom)
        self._last = event.position()
        if tool is Tool.PAN:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            return
        tool, _, start, voi, zoom = self._drag
        way = event.position() - start
        if tool is Tool.WINDOW:
            self._window_by(way, voi)
        elif tool is Tool.ZOOM:
            self.set_zoom(zoom * 1.006 ** (-way.y()), start)
        else:
            self._move_by(event.position() - self._last)
        self._last = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is None or event.button() is not self._drag.button:
            return
        tool, self._drag = self._drag.tool, None
        self.viewport().setCursor(CURSORS[self.tool])
        if tool is Tool.WINDOW:
            self._repaint_soon.start()  # now from every pixel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan what does not fit; all else is for the window."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        way = (PAN_KEYS if shift else PAGE_KEYS).get(Qt.Key(event.key()))
        if way is None or self._fitted or self._state.shown.radiograph is None:
            event.ignore()
        else:
            room = self.viewport().size()
            self._move_by(QPointF(way[0] * room.width(), way[1] * room.height()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring = event.reason() in BY_KEY
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ring = False
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.fit()

    def _window_by(self, way: QPointF, start: "Voi | None") -> None:
        radiograph = self._state.shown.radiograph
        if radiograph is None or start is None or way.isNull():
            return
        from cxrview.gui.viewer.picture import adjust

        side = max(400, self.viewport().height())
        # A lower centre is brighter, unless black and white are swapped.
        sign = 1 if radiograph.inverted is not self._state.inverted else -1
        self._state.set_voi(adjust(radiograph.default_voi, start, way.x() / side, -way.y() / side, sign))

    def _move_by(self, way: QPointF) -> None:
        self._fitted = False
        horizontal, vertical = self.horizontalScrollBar(), self.verticalScrollBar()
        horizontal.setValue(horizontal.value() - round(way.x()))
        vertical.setValue(vertical.value() - round(way.y()))
