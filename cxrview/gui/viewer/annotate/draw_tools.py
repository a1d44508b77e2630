"""The tools that draw: press and drag, or click and click, as one likes."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from cxrview.annotations.annotation import (
    Annotation,
    CalibrationLine,
    CardiothoracicRatio,
    EllipseRoi,
    FreehandRoi,
    Length,
    Point,
    RectangleRoi,
    Text,
)
from cxrview.annotations.results import NAMES
from cxrview.gui.viewer.annotate.constrain import held_square, held_straight
from cxrview.gui.viewer.annotate.drawing import draw_hint, draw_plate, draw_shape
from cxrview.gui.viewer.annotate.handles import on_image, on_widget
from cxrview.gui.viewer.annotate.layer import AnnotationLayer
from cxrview.gui.viewer.annotate.plates import see
from cxrview.gui.viewer.annotate.shapes import shape_of
from cxrview.gui.viewer.tools import Tool
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas

SLOP = 4.0  # logical pixels that a hand moves in a click
STEP = 2.0  # logical pixels between the points of an outline
SNAP = 5.0  # logical pixels off the horizontal that count as meant to be on it
BOXES = (RectangleRoi, EllipseRoi)
# What to do next, by the number of points that are there.
HINTS: dict[str, dict[int, str]] = {
    "angle": {
        0: mark("1 of 3: the end of one arm"),
        1: mark("2 of 3: the vertex"),
        2: mark("3 of 3: the end of the other arm"),
    },
    "cobb": {
        0: mark("1 of 2: along the upper end plate of the upper vertebra"),
        2: mark("2 of 2: along the lower end plate of the lower vertebra"),
    },
    "ctr": {
        0: mark("1 of 2: the heart at its widest, from border to border"),
        2: mark("2 of 2: the thorax at its widest, between the inner borders of the ribs"),
    },
    "freehand": {0: mark("Drag around the region, or click its corners and double-click the last")},
    "calibration": {0: mark("Along something whose length you know")},
    "text": {0: mark("Click where the text belongs")},
}
# Where the points begin when a shape is drawn by key, in logical pixels from the middle of the canvas.
BY_KEY: dict[str, tuple[tuple[int, int], ...]] = {
    "length": ((-60, 0), (60, 0)),
    "calibration": ((-60, 0), (60, 0)),
    "arrow": ((-30, 0), (40, 40)),
    "angle": ((-60, 0), (0, 50), (60, 0)),
    "cobb": ((-60, -60), (60, -50), (-60, 60), (60, 50)),
    "ctr": ((-60, 20), (70, 30), (-120, 60), (120, 60)),
    "rectangle": ((-60, -40), (60, 40)),
    "ellipse": ((-60, -40), (60, 40)),
    "freehand": ((-60, 0), (-30, -45), (30, -45), (60, 0), (30, 45), (-30, 45)),
    "point": ((0, 0),),
    "text": ((0, 0),),
}


class DrawTool(Tool):
    """Draws annotations of one kind. `layer_of` finds the annotation layer of a canvas.

    `leave` is called when Esc is pressed and nothing is half done, `say` with a sentence for the user.
    """

    cursor = Qt.CursorShape.CrossCursor
    has_keys = True

    def __init__(
        self,
        kind: type[Annotation],
        layer_of: Callable[["Canvas"], AnnotationLayer],
        leave: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.kind, self.name = kind, kind.kind
        self._layer_of, self._leave, self._say = layer_of, leave, say
        self._canvas: Canvas | None = None
        self._points: list[Point] = []
        self._floating: Point | None = None  # follows the mouse and is not placed yet
        self._pressed: QPointF | None = None
        self._began = False  # the press that is on began a line

    @property
    def is_drawing(self) -> bool:
        """Whether something is half done."""
        return bool(self._points)

    # Mouse

    def press(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Begin a shape or the next of its lines, once the image's annotations are known."""
        if self._canvas is not canvas:
            self._forget()
        layer = self._layer_of(canvas)
        if not layer.key_of_image:  # the file is still being looked up
            return
        if not self._points:
            layer.annotations.set_shown(True)
            layer.annotations.select("")
        self._canvas, self._pressed = canvas, event.position()
        point = self._point(canvas, event)
        self._began = self._starts_line()
        if self._began:
            self._points.append(point)
        self._floating = point if self.kind.count != 1 else None
        canvas.update()

    def move(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Draw on: an outline grows, anything else follows the mouse."""
        if canvas is not self._canvas or self._pressed is None:
            return
        point = self._point(canvas, event)
        if self.kind.count == 1:
            self._points = [point]
        elif self.kind is FreehandRoi and (self._began or len(self._points) > 1):
            last = on_widget(self._points[-1], canvas.placement)
            if (event.position() - last).manhattanLength() >= STEP:
                self._points.append(point)
            self._floating = None
        else:
            self._floating = point
        canvas.update()

    def hover(self, canvas: "Canvas", event: QMouseEvent) -> None:
        if canvas is self._canvas and self._points and not self._starts_line():
            self._floating = self._point(canvas, event)
        if self._points or self.name in HINTS:
            canvas.update()

    def release(self, canvas: "Canvas", event: QMouseEvent) -> None:
        """Set the point; the last one of its kind ends the shape."""
        if canvas is not self._canvas or self._pressed is None:
            return
        dragged = (event.position() - self._pressed).manhattanLength() > SLOP
        self._pressed = None
        if self.kind is FreehandRoi:
            self._release_outline(dragged)
        elif self.kind.count > 1 and (dragged or not self._began) and self._floating is not None:
            if self._is_apart(canvas, self._floating):
                self._points.append(self._floating)
            self._floating = None
        if self.kind.count and len(self._points) == self.kind.count:
            self._finish(canvas, self._points)
        canvas.update()

    def _release_outline(self, dragged: bool) -> None:
        if self._began and (dragged or len(self._points) >= 3):  # drawn in one go, perhaps all around
            self._finish_outline()
        elif not self._began and self._floating is not None:
            self._points.append(self._floating)
            self._floating = None

    def double_click(self, canvas: "Canvas", event: QMouseEvent) -> bool:
        if self.kind is FreehandRoi and self._points:
            self._finish_outline()
        return True  # a quick second click must not fit the image

    def _finish_outline(self) -> None:
        canvas, points = self._canvas, self._points
        if canvas is not None and len(points) >= 3:
            self._finish(canvas, points)
        else:
            self._forget()

    def _starts_line(self) -> bool:
        """Whether the next press begins a line rather than ending one."""
        return not self._points or (self.kind.count == 4 and len(self._points) == 2)

    def _is_apart(self, canvas: "Canvas", point: Point) -> bool:
        places = (on_widget(each, canvas.placement) for each in (self._points[-1], point))
        start, end = places
        return (end - start).manhattanLength() > 1

    def _point(self, canvas: "Canvas", event: QMouseEvent) -> Point:
        """Return the image point under the mouse, held straight with Shift or near the horizontal."""
        place = event.position()
        if self._points and not self._starts_line():
            anchor = on_widget(self._points[-1], canvas.placement)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                place = (held_square if self.kind in BOXES else held_straight)(anchor, place)
            elif self.kind is CardiothoracicRatio and abs(place.y() - anchor.y()) <= SNAP:
                place = QPointF(place.x(), anchor.y())
        return on_image(place, canvas.placement)

    # From points to an annotation

    def _make(self, canvas: "Canvas", points: list[Point]) -> Annotation:
        """Return the annotation of `points`; a line that is not calibrated yet is a length."""
        if self.kind is CalibrationLine:
            return Length(points=tuple(points))
        if self.kind is CardiothoracicRatio:
            sideways = canvas.view.orientation.quarters % 2 == 1
            return CardiothoracicRatio(points=tuple(points), sideways=sideways)
        return self.kind(points=tuple(points))

    def _finish(self, canvas: "Canvas", points: list[Point]) -> None:
        if self.kind in (CalibrationLine, Text):
            self._ask(canvas, list(points))
            return
        self._add(canvas, self._make(canvas, points))

    def _add(self, canvas: "Canvas", annotation: Annotation) -> None:
        self._forget()
        layer = self._layer_of(canvas)
        layer.annotations.add(layer.key_of_image, annotation, tr(NAMES[annotation.kind]))
        layer.annotations.select(annotation.id)

    def _ask(self, canvas: "Canvas", points: list[Point]) -> None:
        """Ask for the words, or for the known length, that belong to `points`."""
        layer = self._layer_of(canvas)
        place = on_widget(points[-1], canvas.placement) + QPointF(10, 10)

        def take(text: str) -> None:
            if self.kind is Text:
                self._take_text(canvas, points, text)
            else:
                self._take_length(canvas, points, text)

        what = tr("Text") if self.kind is Text else tr("Known length in mm")
        layer.editor.ask(place, what, "", take, self.kind is Text, lambda: self.drop(canvas))

    def _take_text(self, canvas: "Canvas", points: list[Point], text: str) -> None:
        if text.strip():
            self._add(canvas, Text(points=tuple(points), label=text.strip()))
        self._forget()

    def _take_length(self, canvas: "Canvas", points: list[Point], text: str) -> None:
        self._forget()
        canvas.update()
        try:
            line = CalibrationLine(points=tuple(points), known_mm=millimetres(text))
        except ValueError:
            self._say(tr("“{text}” is not a length in mm; the scale stays as it was.").format(text=text))
            return
        self._add(canvas, line)

    # Keys

    def wants(self, canvas: "Canvas", event: QKeyEvent) -> bool:
        """Whether a key is for this tool rather than for the window's shortcuts: Esc leaves it."""
        return event.key() == Qt.Key.Key_Escape and canvas.has_image()

    def key(self, canvas: "Canvas", event: QKeyEvent) -> bool:
        """Return whether it was for the tool: Esc drops the shape or leaves the tool, Return makes one."""
        if event.key() == Qt.Key.Key_Escape:
            if self._points:
                self.drop(canvas)
            else:
                self._leave()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._points:
            self._draw_by_key(canvas)
            return True
        return False

    def _draw_by_key(self, canvas: "Canvas") -> None:
        """Put a shape into the middle, its first handle ready for the arrow keys."""
        layer = self._layer_of(canvas)
        if not layer.key_of_image:
            return
        middle = QPointF(canvas.width() / 2, canvas.height() / 2)
        places = (middle + QPointF(*away) for away in BY_KEY[self.name])
        points = [on_image(place, canvas.placement) for place in places]
        layer.annotations.set_shown(True)
        self._canvas, self._points = canvas, points
        self._finish(canvas, points)
        layer.active = 0
        canvas.update()

    def drop(self, canvas: "Canvas") -> None:
        if canvas is self._canvas:
            self._forget()
            self._layer_of(canvas).editor.drop()
            canvas.update()

    def _forget(self) -> None:
        self._points, self._floating, self._pressed, self._canvas = [], None, None, None

    # Painting

    def paint(self, canvas: "Canvas", painter: QPainter, placement: ViewTransform) -> None:
        if canvas is self._canvas and self._points:
            self._paint_half_done(canvas, painter, placement)
        if canvas is self._canvas or canvas.pointer is not None:
            draw_hint(painter, self.hint(canvas), canvas.width(), self._layer_of(canvas).font())

    def hint(self, canvas: "Canvas") -> str:
        """Return what to do next on `canvas`, or "" where that is plain."""
        steps = HINTS.get(self.name, {})
        there = len(self._points) if canvas is self._canvas else 0
        return tr(steps[max(step for step in steps if step <= there)]) if steps else ""

    def _paint_half_done(self, canvas: "Canvas", painter: QPainter, placement: ViewTransform) -> None:
        points = self._points + ([self._floating] if self._floating is not None else [])
        radiograph, layer = canvas.view.shown.radiograph, self._layer_of(canvas)
        enough = len(points) >= 3 if self.kind is FreehandRoi else len(points) == self.kind.count
        if not enough or radiograph is None or self.kind is Text:
            self._paint_lines(points, painter, placement)
            return
        annotation = dataclasses.replace(self._make(canvas, points), id="half done")
        others = layer.annotations.of(layer.key_of_image)
        for sight in see([annotation], others, radiograph, placement, layer.values, layer.font()):
            draw_shape(painter, sight.shape, True)
            if not sight.place.isEmpty():
                draw_plate(painter, sight.plate, sight.place, layer.font(), True)

    def _paint_lines(self, points: list[Point], painter: QPainter, placement: ViewTransform) -> None:
        """Paint what there is of a shape that lacks points: the lines already drawn."""
        if self.kind is CardiothoracicRatio and len(points) in (2, 3):
            rest = points[:2] if len(points) == 2 else points[2:]
            drawn: Annotation = CardiothoracicRatio(points=tuple(points + rest), sideways=_lies(placement))
            draw_shape(painter, shape_of(drawn, placement), True)
            return
        step = 2 if self.kind.count == 4 else 1
        for index in range(0, len(points) - 1, step):
            line = Length(points=(points[index], points[index + 1]))
            draw_shape(painter, shape_of(line, placement), True)


def _lies(placement: ViewTransform) -> bool:
    return placement.orientation.quarters % 2 == 1


def millimetres(text: str) -> float:
    """Return the length in `text`, with a point or a comma. Raises ValueError if there is none."""
    return float(text.strip().removesuffix("mm").strip().replace(",", "."))
