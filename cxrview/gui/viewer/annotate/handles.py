"""The places by which an annotation is taken, and what it becomes when one of them is moved."""

import dataclasses

from PySide6.QtCore import QPointF

from cxrview.annotations.annotation import Annotation, EllipseRoi, FreehandRoi, Point, RectangleRoi
from cxrview.gui.viewer.view_transform import ViewTransform

MOST_CORNERS = 24  # an outline of more points was drawn in one go, and is taken as a whole


def handles(annotation: Annotation) -> tuple[Point, ...]:
    """Return the handles of `annotation` in image coordinates; an outline drawn in one go has none."""
    if isinstance(annotation, FreehandRoi) and len(annotation.points) > MOST_CORNERS:
        return ()
    if isinstance(annotation, RectangleRoi):
        (x0, y0), (x1, y1) = annotation.points
        return (Point(x0, y0), Point(x1, y0), Point(x1, y1), Point(x0, y1))
    if isinstance(annotation, EllipseRoi):
        (x0, y0), (x1, y1) = annotation.points
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return (Point(x0, y), Point(x, y0), Point(x1, y), Point(x, y1))
    return annotation.points


def with_handle(annotation: Annotation, index: int, to: Point) -> Annotation:
    """Return `annotation` with the handle at `index` moved to the image point `to`."""
    if not isinstance(annotation, RectangleRoi | EllipseRoi):
        return annotation.with_point(index, to)
    (x0, y0), (x1, y1) = annotation.points
    if isinstance(annotation, RectangleRoi):
        x0, x1 = (to.x, x1) if index in (0, 3) else (x0, to.x)
        y0, y1 = (to.y, y1) if index in (0, 1) else (y0, to.y)
    else:
        x0, y0, x1, y1 = (
            to[index % 2] if side == index else old for side, old in enumerate((x0, y0, x1, y1))
        )
    return dataclasses.replace(annotation, points=(Point(x0, y0), Point(x1, y1)))


def on_widget(point: Point, placement: ViewTransform) -> QPointF:
    """Return where an image point lies on the widget."""
    return placement.to_widget.map(QPointF(point.x, point.y))


def on_image(place: QPointF, placement: ViewTransform) -> Point:
    """Return the image point under `place` on the widget, or the nearest one of the image."""
    point = placement.to_image.map(place)
    x, y = point.x(), point.y()
    return Point(min(max(x, 0.0), float(placement.columns)), min(max(y, 0.0), float(placement.rows)))
