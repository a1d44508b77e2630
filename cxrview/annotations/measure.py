"""Lengths, angles and widths from points in image coordinates and the size of a pixel."""

import math
from collections.abc import Sequence

from cxrview.annotations.annotation import CardiothoracicRatio, Point
from cxrview.annotations.units import Scale

Vector = tuple[float, float]  # in the unit of a scale


def length(points: Sequence[Point], scale: Scale) -> float:
    """Return the distance of two points in the unit of `scale`."""
    first, second = points
    return math.hypot((second.x - first.x) * scale.column, (second.y - first.y) * scale.row)


def angle(points: Sequence[Point], scale: Scale) -> float:
    """Return the angle at the second of three points in degrees, 0…180; 0 where two of them coincide.

    It is the true angle in the plane of the image: without a spacing the pixel aspect holds, which is in
    `scale` as well.
    """
    first, vertex, last = points
    return _between(_way(vertex, first, scale), _way(vertex, last, scale))


def cobb_angle(points: Sequence[Point], scale: Scale) -> float:
    """Return the angle of the lines 0–1 and 2–3 in degrees, 0…180, whichever way they were drawn.

    Cobb 1948 measures between the end plates (or their perpendiculars, which is the same). Both are followed
    towards the same side of the spine, which runs from the middle of one to the middle of the other: so a
    curve beyond 90° shows its angle and not, as in viewers that take the smaller one, the supplement. Where
    a line lies along the spine, neither side is meant and it is the smaller angle.
    """
    upper, lower = _way(points[0], points[1], scale), _way(points[2], points[3], scale)
    spine = _way(_middle(*points[:2]), _middle(*points[2:]), scale)
    turn = _between(upper, lower)
    sides = _cross(spine, upper) * _cross(spine, lower)
    return min(turn, 180.0 - turn) if sides == 0 else turn if sides > 0 else 180.0 - turn


def widths(drawn: CardiothoracicRatio, scale: Scale) -> tuple[float, float]:
    """Return the transverse diameters of heart and thorax in the unit of `scale`.

    Danzer 1919: greatest distances across the patient, so each line counts by its extent in that
    direction alone; its ends may lie at different heights, as the borders of the heart do.
    """
    heart, thorax = drawn.points[:2], drawn.points[2:]
    if drawn.sideways:
        return abs(heart[1].y - heart[0].y) * scale.row, abs(thorax[1].y - thorax[0].y) * scale.row
    return abs(heart[1].x - heart[0].x) * scale.column, abs(thorax[1].x - thorax[0].x) * scale.column


def cardiothoracic_ratio(drawn: CardiothoracicRatio) -> float | None:
    """Return the width of the heart divided by that of the thorax; None if the thorax has no width.

    Both lie along one axis, so that neither spacing nor pixel aspect is needed.
    """
    heart, thorax = widths(drawn, Scale(1.0, 1.0, ""))
    return heart / thorax if thorax > 0 else None


def _way(start: Point, end: Point, scale: Scale) -> Vector:
    return (end.x - start.x) * scale.column, (end.y - start.y) * scale.row


def _middle(start: Point, end: Point) -> Point:
    return Point((start.x + end.x) / 2, (start.y + end.y) / 2)


def _cross(first: Vector, second: Vector) -> float:
    return first[0] * second[1] - first[1] * second[0]


def _between(first: Vector, second: Vector) -> float:
    """Return the angle of two directions in degrees; by atan2, which is exact near 0° and 180° too."""
    dot = first[0] * second[0] + first[1] * second[1]
    return abs(math.degrees(math.atan2(_cross(first, second), dot)))
