"""The annotations of one canvas: shown, selected, moved, changed and removed."""

import dataclasses
import itertools
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from cxrview.annotations.annotation import Annotation, EllipseRoi, Point, RectangleRoi, Text, calibration_of
from cxrview.annotations.results import NAMES
from cxrview.annotations.units import calibrated_scale
from cxrview.gui.session.annotations import Annotations, renamed
from cxrview.gui.viewer.annotate.constrain import held_straight
from cxrview.gui.viewer.annotate.drawing import draw_handles, draw_leader, draw_plate, draw_shape
from cxrview.gui.viewer.annotate.editor import LineEditor
from cxrview.gui.viewer.annotate.handles import handles, on_image, on_widget, with_handle
from cxrview.gui.viewer.annotate.plates import Sight, see
from cxrview.gui.viewer.annotate.values import Values
from cxrview.gui.viewer.layer import Layer
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.gui.widgets import fonts
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas

NEAR = 9.0  # logical pixels from the middle of a handle
ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
LONG_STEP = 10  # image pixels
OWN_KEYS = (*ARROWS, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
_runs = itertools.count(1)


class AnnotationPart(Enum):
    """What of an annotation is under the pointer."""

    HANDLE = Qt.CursorShape.PointingHandCursor
    BODY = Qt.CursorShape.SizeAllCursor
    PLATE = Qt.CursorShape.OpenHandCursor


@dataclass(frozen=True)
class Grip:
    """Where an annotation is held."""

    annotation: Annotation
    part: AnnotationPart
    handle: int = -1
    off: QPointF = dataclasses.field(default_factory=QPointF)  # from the pointer to the place held


class AnnotationLayer(Layer):
    """Paints what is drawn on the image of its canvas, and takes the mouse over it.

    `active` is the handle that the arrow keys move; -1 for none, so that they go on paging.
    """

    kind = "annotations"

    def __init__(self, canvas: "Canvas", annotations: Annotations, values: Values) -> None:
        super().__init__(canvas)
        self.annotations, self.values = annotations, values
        self.active = -1
        self._hovered = ""
        self._grip: Grip | None = None
        self._start = QPointF()
        self._moved: Annotation | None = None  # what is being dragged, as it is now
        self._run = 0
        self._sights: tuple[tuple[object, ...], list[Sight]] | None = None  # worked out last, and of what
        self.editor = LineEditor(canvas)
        _Ears(self)  # the canvas keeps it

    @property
    def key_of_image(self) -> str:
        """The key of the image on this canvas."""
        return self.annotations.key(self.canvas.view)

    def selected(self) -> Annotation | None:
        """Return the selected annotation if it is on this image."""
        found = (item for item in self.items() if item.id == self.annotations.selected)
        return next(found, None)

    def items(self) -> list[Annotation]:
        """Return what is seen on this image, the one being dragged as it is now."""
        if not self.annotations.shown:
            return []
        moved = self._moved
        items = self.annotations.of(self.key_of_image)
        return [moved if moved is not None and item.id == moved.id else item for item in items]

    def sights(self, placement: ViewTransform) -> list[Sight]:
        """Return how the annotations are seen under `placement`."""
        radiograph = self.canvas.view.shown.radiograph
        if radiograph is None:
            return []
        items = self.items()
        of = (radiograph, placement, items, self.values.arrivals, self.font())
        if placement is not self.canvas.placement:  # for an export, or under the lens
            return see(items, items, radiograph, placement, self.values, self.font())
        if self._sights is None or self._sights[0] != of:
            self._sights = (of, see(items, items, radiograph, placement, self.values, self.font()))
        return self._sights[1]

    def font(self) -> QFont:
        """Return the font of the plates, in screen units whatever the zoom."""
        return self.canvas.font()

    def paint(self, painter: QPainter, placement: ViewTransform) -> None:
        """Draw the shapes, lines to plates that were moved, and the plates; handles on the screen only."""
        own = (
            isinstance(painter.device(), QWidget) and placement is self.canvas.placement
        )  # no export, no lens
        sights = self.sights(placement)
        for sight in sights:
            chosen = own and sight.annotation.id in (self.annotations.selected, self._hovered)
            draw_shape(painter, sight.shape, chosen)
        for sight in sights:
            if sight.annotation.plate is not None:
                draw_leader(painter, sight.shape, sight.place)
        for sight in sights:
            chosen = own and sight.annotation.id == self.annotations.selected
            if not sight.place.isEmpty():
                draw_plate(painter, sight.plate, sight.place, self.font(), chosen)
            if chosen:
                draw_handles(painter, sight.shape.handles, self.active)

    # Mouse

    def grip_at(self, place: QPointF) -> Grip | None:
        """Return what is under `place`; handles go before lines, lines before plates, the newest first.

        A tool that draws begins on a plate as on the image.
        """
        sights = self.sights(self.canvas.placement)[::-1]
        sights.sort(key=lambda sight: sight.annotation.id != self.annotations.selected)
        for sight in sights:
            for index, handle in enumerate(sight.shape.handles):
                if (handle - place).manhattanLength() <= NEAR:
                    return Grip(sight.annotation, AnnotationPart.HANDLE, index, handle - place)
        for sight in sights:
            if sight.shape.is_under(place):
                return Grip(sight.annotation, AnnotationPart.BODY)
        draws = hasattr(self.canvas.tool, "is_drawing")
        for sight in sights:
            if sight.place.contains(place) and not draws:
                return Grip(sight.annotation, AnnotationPart.PLATE, off=sight.place.center() - place)
        return None

    def press(self, event: QMouseEvent) -> bool:
        """Select what is under the mouse, to be dragged; select nothing where nothing is."""
        if getattr(self.canvas.tool, "is_drawing", False):
            return False
        grip = self.grip_at(event.position())
        if grip is None:
            self.annotations.select("")
            return False
        self.annotations.select(grip.annotation.id)
        self.active = grip.handle
        self._grip, self._start = grip, event.position()
        self.canvas.setCursor(grip.part.value)
        self.canvas.update()
        return True

    def pick(self, place: QPointF) -> None:
        if not getattr(self.canvas.tool, "is_drawing", False):
            grip = self.grip_at(place)
            self.annotations.select(grip.annotation.id if grip is not None else "")
            self.canvas.update()

    def move(self, event: QMouseEvent) -> None:
        if self._grip is not None and event.position() != self._start:
            self._moved = self._dragged(self._grip, event)
            self.canvas.update()

    def _dragged(self, grip: Grip, event: QMouseEvent) -> Annotation:
        placement, annotation = self.canvas.placement, grip.annotation
        if grip.part is AnnotationPart.HANDLE:
            place = event.position() + grip.off
            straight = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if straight and not isinstance(annotation, RectangleRoi | EllipseRoi) and grip.handle >= 0:
                place = held_straight(self._neighbour(annotation, grip.handle), place)
            return with_handle(annotation, grip.handle, on_image(place, placement))
        if grip.part is AnnotationPart.PLATE:
            point = placement.to_image.map(event.position() + grip.off)
            return dataclasses.replace(annotation, plate=Point(point.x(), point.y()))
        way = placement.to_image.map(event.position()) - placement.to_image.map(self._start)
        return annotation.moved(way.x(), way.y())

    def _neighbour(self, annotation: Annotation, index: int) -> QPointF:
        """Return the place to which the point at `index` is joined by a line."""
        points = annotation.points
        other = index + 1 if index % 2 == 0 and index + 1 < len(points) else index - 1
        return on_widget(points[other], self.canvas.placement)

    def release(self, event: QMouseEvent) -> None:
        grip, moved = self._grip, self._moved
        self._grip, self._moved = None, None
        if moved is not None and grip is not None:
            self.annotations.replace(self.key_of_image, moved, _name(moved))
        self.canvas.update()

    def double_click(self, event: QMouseEvent) -> bool:
        """Edit the words of what is under the mouse."""
        if getattr(self.canvas.tool, "is_drawing", False):
            return False
        grip = self.grip_at(event.position())
        if grip is None:
            return False
        self.annotations.select(grip.annotation.id)
        self.edit()
        return True

    def hover(self, event: QMouseEvent) -> Qt.CursorShape | None:
        """Mark what is under the mouse, and return the cursor for it."""
        drawing = getattr(self.canvas.tool, "is_drawing", False)
        grip = None if drawing else self.grip_at(event.position())
        hovered = grip.annotation.id if grip is not None else ""
        if hovered != self._hovered:
            self._hovered = hovered
            self.canvas.update()
        return grip.part.value if grip is not None else None

    # Keys

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the selected annotation rather than for the window's shortcuts."""
        if self.selected() is None or event.key() not in OWN_KEYS:
            return False
        return event.key() not in ARROWS or self.active >= 0

    def key(self, event: QKeyEvent) -> bool:
        """Let go of what is selected, edit its words, move its active handle, or go on to the next handle."""
        chosen = self.selected()
        if chosen is None or not self.wants(event):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.annotations.select("")
        elif event.key() == Qt.Key.Key_F2:
            self.edit()
        elif event.key() in ARROWS:
            self._nudge(chosen, Qt.Key(event.key()), event.modifiers())
        else:
            count = len(handles(chosen))
            self.active = (self.active + 2) % (count + 1) - 1  # none, the first, …, the last, none
            self._run = next(_runs)
        self.canvas.update()
        return True

    def _nudge(self, chosen: Annotation, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        """Move the active handle by image pixels, the way the arrow points on the screen."""
        step = LONG_STEP if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
        placement = self.canvas.placement
        m11, m12, m21, m22 = placement.orientation.linear()
        way = ARROWS[key] * step
        dx, dy = way.x() * m11 + way.y() * m12, way.x() * m21 + way.y() * m22
        points = handles(chosen)
        if self.active >= len(points):
            return
        x, y = points[self.active]
        to = Point(
            min(max(x + dx, 0.0), float(placement.columns)), min(max(y + dy, 0.0), float(placement.rows))
        )
        moved = with_handle(chosen, self.active, to)
        self._run = self._run or next(_runs)
        self.annotations.replace(self.key_of_image, moved, _name(moved), self._run)

    def edit(self) -> None:
        """Let the user write the label of the selected annotation."""
        chosen = self.selected()
        sight = next((each for each in self.sights(self.canvas.placement) if each.annotation is chosen), None)
        if chosen is None or sight is None:
            return
        key = self.key_of_image

        def rename(text: str) -> None:
            if isinstance(chosen, Text) and not text.strip():
                self.annotations.remove(key, [chosen.id], tr("Removal"))
            else:
                self.annotations.replace(key, renamed(chosen, text), tr("Label"))

        place = (
            sight.place
            if not sight.place.isEmpty()
            else QRectF(sight.shape.bounds().center(), sight.place.size())
        )
        self.editor.ask(place.topLeft(), tr("Label"), chosen.label, rename)

    def forget_handle(self) -> None:
        """Another annotation is selected: no handle is taken."""
        self.active, self._run = -1, 0

    def let_go(self) -> None:
        """Another image came: let go of what is held and half written."""
        self._grip = self._moved = None
        self._hovered = ""
        self._sights = None  # it holds the radiograph
        self.editor.drop()


class _Ears(QObject):
    """Hears for a layer, as long as its canvas lives, and keeps some keys from the window's shortcuts.

    The arrow keys move a handle instead of paging, and Esc lets go instead of stopping what runs.
    """

    def __init__(self, layer: AnnotationLayer) -> None:
        super().__init__(layer.canvas)
        self._layer = layer
        layer.canvas.installEventFilter(self)
        annotations = layer.annotations
        annotations.changed.connect(self.draw)
        annotations.key_known.connect(self.draw)
        annotations.shown_changed.connect(self.draw)
        annotations.selected_changed.connect(self.take_selection)
        layer.values.arrived.connect(self.draw)
        layer.canvas.view.shown_changed.connect(self.let_go)

    def draw(self, *_news: object) -> None:
        """Draw anew, on the scale that holds now."""
        layer = self._layer
        radiograph = layer.canvas.view.shown.radiograph
        drawn = layer.annotations.of(layer.key_of_image)
        fonts.ensure_for(each.label for each in drawn)
        line = calibration_of(drawn)
        scale = None
        if radiograph is not None and line is not None:
            scale = calibrated_scale(line, radiograph.pixel_aspect)
        layer.canvas.view.hand_scale = scale
        layer.canvas.refresh()

    def take_selection(self, _id: str) -> None:
        """Show what is selected now."""
        self._layer.forget_handle()
        self._layer.canvas.update()

    def let_go(self, _shown: object) -> None:
        """Let go of the image that was here."""
        self._layer.let_go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            canvas = self._layer.canvas
            wanted = getattr(canvas.tool, "wants", None)
            if self._layer.wants(event) or (wanted is not None and wanted(canvas, event)):
                event.accept()
                return True
        return super().eventFilter(watched, event)


def _name(annotation: Annotation) -> str:
    return tr(NAMES[annotation.kind])
