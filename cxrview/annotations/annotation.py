"""What a reader draws on an image: lines, angles, regions, points and words, each a frozen value."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple, Self

DRAWN, ACCEPTED, MOVED = "drawn", "accepted", "moved"  # where the width of a thorax comes from


class Point(NamedTuple):
    """A place in image coordinates: `x` is the column, `y` the row; the first pixel covers 0…1 × 0…1."""

    x: float
    y: float


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Something drawn on one frame of an image. `points` are in image coordinates, in the order drawn.

    `plate` is where the reader has put the middle of its words; None lets the window choose. Raises
    ValueError if the number of points is wrong for the kind, or a coordinate is not finite.
    """

    points: tuple[Point, ...]
    label: str = ""
    plate: Point | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    created: datetime = field(default_factory=_now)

    kind: ClassVar[str] = ""
    count: ClassVar[int] = 0  # of points; 0 stands for three or more

    def __post_init__(self) -> None:
        wrong = len(self.points) != self.count if self.count else len(self.points) < 3
        if wrong:
            raise ValueError(f"{self.kind}: {len(self.points)} points")
        if not all(math.isfinite(number) for point in self.points for number in point):
            raise ValueError(f"{self.kind}: a coordinate is not finite")

    def moved(self, dx: float, dy: float) -> Self:
        """Return it as a whole shifted by `dx` columns and `dy` rows."""
        plate = Point(self.plate.x + dx, self.plate.y + dy) if self.plate is not None else None
        return replace(self, points=tuple(Point(x + dx, y + dy) for x, y in self.points), plate=plate)

    def with_point(self, index: int, point: Point) -> Self:
        """Return it with another point at `index`."""
        return replace(self, points=(*self.points[:index], point, *self.points[index + 1 :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(Annotation):
    """The distance of two points."""

    kind: ClassVar[str] = "length"
    count: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationLine(Annotation):
    """A line along something of known length, `known_mm`: it gives its image a scale, calibrated by hand."""

    known_mm: float

    kind: ClassVar[str] = "calibration"
    count: ClassVar[int] = 2

    def __post_init__(self) -> None:
        Annotation.__post_init__(self)
        if not (math.isfinite(self.known_mm) and self.known_mm > 0):
            raise ValueError(f"calibration: {self.known_mm} mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle(Annotation):
    """The angle at the second of three points."""

    kind: ClassVar[str] = "angle"
    count: ClassVar[int] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CobbAngle(Annotation):
    """The angle of two lines that need not meet: points 0 and 1, and points 2 and 3."""

    kind: ClassVar[str] = "cobb"
    count: ClassVar[int] = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CardiothoracicRatio(Annotation):
    """The width of the heart (points 0 and 1) and of the thorax (points 2 and 3).

    Widths are taken across the patient: along the rows of the image, or along its columns where it lies
    on its side (`sideways`), as the reader had turned it when drawing. `thorax_by` is DRAWN, ACCEPTED or
    MOVED: by the reader, or proposed by the lung network and taken as it was, or first moved by the reader.
    Raises ValueError if it is anything else.
    """

    sideways: bool = False
    thorax_by: str = DRAWN

    kind: ClassVar[str] = "ctr"
    count: ClassVar[int] = 4

    def __post_init__(self) -> None:
        Annotation.__post_init__(self)
        if self.thorax_by not in (DRAWN, ACCEPTED, MOVED):
            raise ValueError(f"ctr: a thorax that is {self.thorax_by}")

    def moved(self, dx: float, dy: float) -> Self:
        return replace(Annotation.moved(self, dx, dy), thorax_by=self._thorax_moved())

    def with_point(self, index: int, point: Point) -> Self:
        thorax_by = self._thorax_moved() if index >= 2 else self.thorax_by
        return replace(Annotation.with_point(self, index, point), thorax_by=thorax_by)

    def _thorax_moved(self) -> str:
        return MOVED if self.thorax_by == ACCEPTED else self.thorax_by


@dataclass(frozen=True, slots=True, kw_only=True)
class RectangleRoi(Annotation):
    """A rectangle along rows and columns between two opposite corners."""

    kind: ClassVar[str] = "rectangle"
    count: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipseRoi(Annotation):
    """The ellipse that fills the rectangle between two opposite corners."""

    kind: ClassVar[str] = "ellipse"
    count: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FreehandRoi(Annotation):
    """A closed outline; what lies inside an odd number of its loops belongs to it."""

    kind: ClassVar[str] = "freehand"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointValue(Annotation):
    """The value of the pixel under a point."""

    kind: ClassVar[str] = "point"
    count: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow(Annotation):
    """An arrow from the second point to the first, its tip."""

    kind: ClassVar[str] = "arrow"
    count: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Annotation):
    """Words (`label`) beside a place."""

    kind: ClassVar[str] = "text"
    count: ClassVar[int] = 1


KINDS: dict[str, type[Annotation]] = {
    each.kind: each
    for each in (
        Length,
        CalibrationLine,
        Angle,
        CobbAngle,
        CardiothoracicRatio,
        RectangleRoi,
        EllipseRoi,
        FreehandRoi,
        PointValue,
        Arrow,
        Text,
    )
}
REGIONS = (RectangleRoi, EllipseRoi, FreehandRoi)


def calibration_of(annotations: Sequence[Annotation]) -> CalibrationLine | None:
    """Return the line by which the image of `annotations` is calibrated: the newest, if there is one."""
    lines = [annotation for annotation in annotations if isinstance(annotation, CalibrationLine)]
    return max(lines, key=lambda line: (line.created, line.id), default=None)
