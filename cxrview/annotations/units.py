"""How long a pixel is, and how far that can be relied on: the unit is part of every measurement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxrview.annotations.annotation import Annotation, CalibrationLine, calibration_of
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

PIXELS = mark("px")
BY_HAND = mark("mm, calibrated by hand")
MILLIMETRES = mark("mm")
AT_DETECTOR = mark("mm at detector")
AREAS = {  # the unit of an area, by that of a length
    PIXELS: mark("px²"),
    BY_HAND: mark("mm², calibrated by hand"),
    MILLIMETRES: mark("mm²"),
    AT_DETECTOR: mark("mm² at detector"),
    "mm, calibrated for geometric magnification": mark("mm², calibrated for geometric magnification"),
    "mm, calibrated with an object of known size": mark("mm², calibrated with an object of known size"),
    "mm, corrected with the estimated magnification": mark("mm², corrected with the estimated magnification"),
}
# How each source of a spacing is named beside a length; the same words as imaging.SpacingSource has.
SOURCES = {
    "PIXEL_SPACING": MILLIMETRES,
    "CALIBRATED_GEOMETRY": mark("mm, calibrated for geometric magnification"),
    "CALIBRATED_FIDUCIAL": mark("mm, calibrated with an object of known size"),
    "MAGNIFICATION_CORRECTED": mark("mm, corrected with the estimated magnification"),
    "IMAGER": AT_DETECTOR,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a pixel: `row` from one row to the next, `column` from one column to the next.

    `unit` says in what, and where that comes from ("mm at detector"). Without any spacing the unit is px,
    the width of a pixel, so that `row` is the pixel aspect.
    """

    row: float
    column: float
    unit: str

    @property
    def short_unit(self) -> str:
        """The bare unit, "mm" or "px"."""
        return PIXELS if self.unit == PIXELS else MILLIMETRES

    @property
    def area_unit(self) -> str:
        """The unit of an area on this scale: "mm² at detector"."""
        return AREAS[self.unit]


def scale_of(radiograph: "Radiograph", annotations: Sequence[Annotation] = ()) -> Scale:
    """Return the scale of an image: calibrated by hand among `annotations`, the file's own, or pixels."""
    line = calibration_of(annotations)
    calibrated = calibrated_scale(line, radiograph.pixel_aspect) if line is not None else None
    return calibrated or file_scale(radiograph)


def file_scale(radiograph: "Radiograph") -> Scale:
    """Return the scale that the file gives, or pixels."""
    spacing = radiograph.spacing
    if spacing is None:
        return Scale(radiograph.pixel_aspect, 1.0, PIXELS)
    return Scale(spacing.row, spacing.column, SOURCES[spacing.source.name])


def calibrated_scale(line: CalibrationLine, pixel_aspect: float) -> Scale | None:
    """Return the scale by which `line` is as long as it is known to be; None if its ends coincide.

    `pixel_aspect` is the height of a pixel divided by its width.
    """
    (x0, y0), (x1, y1) = line.points
    widths = math.hypot(x1 - x0, (y1 - y0) * pixel_aspect)
    if widths <= 0:
        return None
    column = line.known_mm / widths
    return Scale(column * pixel_aspect, column, BY_HAND)
