"""What stands on the plate of an annotation, and where the plates of an image stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from cxrview.annotations.annotation import REGIONS, Annotation, CalibrationLine, Text
from cxrview.annotations.units import scale_of
from cxrview.gui.viewer.annotate.drawing import EDGE, Plate, find_place, fitted, plate_size
from cxrview.gui.viewer.annotate.handles import on_widget
from cxrview.gui.viewer.annotate.shapes import Shape, shape_of
from cxrview.gui.viewer.annotate.values import Values
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import fixed, tr

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph


@dataclass(frozen=True)
class Sight:
    """One annotation as it is seen: its lines, its words and where they stand (empty: nowhere)."""

    annotation: Annotation
    shape: Shape
    plate: Plate
    place: QRectF


def plate_of(annotation: Annotation, result_lines: Sequence[str], remark: str) -> Plate:
    """Return the plate of `annotation` whose numbers read `result_lines`."""
    if isinstance(annotation, Text):
        return Plate(lines=tuple(annotation.label.splitlines()))
    if isinstance(annotation, CalibrationLine):
        known = tr("{length} mm known").format(length=fixed(annotation.known_mm, 1))
        return Plate(annotation.label, (known,), (tr("the scale of this image"),))
    lines = tuple(result_lines)
    split = 3 if isinstance(annotation, REGIONS) else 1
    return Plate(annotation.label, lines[:split], lines[split:], remark)


def see(
    annotations: Sequence[Annotation],
    scaling: Sequence[Annotation],
    radiograph: "Radiograph",
    placement: ViewTransform,
    values: Values,
    font: QFont,
) -> list[Sight]:
    """Return how `annotations` are seen; those in `scaling` may calibrate the image.

    Plates keep off their own lines and off each other as far as there is room.
    """
    scale = scale_of(radiograph, scaling)
    shapes = [shape_of(annotation, placement) for annotation in annotations]
    area = QRectF(EDGE, EDGE, placement.width - 2 * EDGE, placement.height - 2 * EDGE)
    sights: list[Sight] = []
    taken: list[QRectF] = []
    for annotation, shape in zip(annotations, shapes, strict=True):
        result = values.of(annotation, radiograph, scale)
        plate = fitted(plate_of(annotation, result.lines, result.remark), font, area.width())
        place = QRectF()
        if not plate.is_empty and (annotation.plate is not None or shape.bounds().intersects(area)):
            size = plate_size(plate, font)
            if annotation.plate is None:
                place = find_place(
                    shape, size, area, taken, [other for other in shapes if other is not shape]
                )
            else:
                middle = on_widget(annotation.plate, placement)
                place = QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)
            taken.append(place)
        sights.append(Sight(annotation, shape, plate, place))
    return sights
