"""What a drawn annotation says: its numbers with their units, for the image, the list and the clipboard."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxrview.annotations import measure
from cxrview.annotations.annotation import (
    ACCEPTED,
    DRAWN,
    MOVED,
    REGIONS,
    Angle,
    Annotation,
    CalibrationLine,
    CardiothoracicRatio,
    CobbAngle,
    Length,
    PointValue,
)
from cxrview.annotations.units import PIXELS, Scale
from cxrview.i18n import fixed, mark, tr
from cxrview.safe_text import guarded

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

NAMES = {
    "length": mark("Length"),
    "calibration": mark("Calibration"),
    "angle": mark("Angle"),
    "cobb": mark("Cobb angle"),
    "ctr": mark("Cardiothoracic ratio"),
    "rectangle": mark("Rectangle"),
    "ellipse": mark("Ellipse"),
    "freehand": mark("Freehand region"),
    "point": mark("Point value"),
    "arrow": mark("Arrow"),
    "text": mark("Text"),
}
HOUNSFIELD = mark("HU")
RESCALED = mark("stored value after rescale")
LUMINANCE = mark("luminance")
MAGNIFIED = mark("AP view: the heart is magnified, so the ratio is larger than on a PA film.")
VIEW_UNKNOWN = mark("The file does not say whether this is PA; on an AP film the heart is magnified.")
WIDTHS_OF_THORAX = {
    DRAWN: mark("Width of the thorax"),
    ACCEPTED: mark("Width of the thorax, proposed by the lung network, accepted by the reader"),
    MOVED: mark("Width of the thorax, proposed by the lung network, moved by the reader"),
}
PROPOSED = {
    ACCEPTED: mark("thorax proposed by the lung network, accepted by the reader"),
    MOVED: mark("thorax proposed by the lung network, moved by the reader"),
}
NOT_FRONTAL = mark("The file says {view}; the ratio is meant for PA films.")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a measurement: English words that `tr` knows, the value, its unit, and decimals shown."""

    name: str
    value: float
    unit: str
    decimals: int = 1

    @property
    def number(self) -> str:
        """The value as shown, without the unit."""
        return fixed(self.value, self.decimals)


@dataclass(frozen=True, slots=True)
class MeasurementResult:
    """What an annotation says. `lines` are for the image, `summary` for a list that names the scale itself.

    `remark` is a whole sentence on how far to rely on it, or empty.
    """

    quantities: tuple[Quantity, ...] = ()
    lines: tuple[str, ...] = ()
    summary: str = ""
    remark: str = ""


def value_unit(radiograph: "Radiograph") -> str:
    """Return what the pixel values are: HU on CT, luminance in colour, else stored values after rescale."""
    if radiograph.rgb is not None:
        return LUMINANCE
    return HOUNSFIELD if radiograph.identity.modality == "CT" else RESCALED


def result_of(annotation: Annotation, radiograph: "Radiograph", scale: Scale) -> MeasurementResult:
    """Return what `annotation` says about `radiograph` on `scale`; regions read their pixels."""
    if isinstance(annotation, Length | CalibrationLine):
        return _length(annotation, scale)
    if isinstance(annotation, Angle):
        return _angle(Quantity(mark("Angle"), measure.angle(annotation.points, scale), "°"))
    if isinstance(annotation, CobbAngle):
        return _angle(Quantity(mark("Cobb angle"), measure.cobb_angle(annotation.points, scale), "°"))
    if isinstance(annotation, CardiothoracicRatio):
        return _cardiothoracic(annotation, radiograph, scale)
    if isinstance(annotation, PointValue):
        return _point(annotation, radiograph)
    if isinstance(annotation, REGIONS):
        return _region(annotation, radiograph, scale)
    return MeasurementResult(summary=annotation.label)


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit, which stands apart unless it is °."""
    return f"{number}{unit}" if unit == "°" else f"{number} {tr(unit)}"


def table(rows: Iterable[tuple[Annotation, MeasurementResult]]) -> str:
    """Return measurements as lines of tab-separated kind, label, name, value and unit, for a spreadsheet.

    The first line says what stands in the columns.
    """
    lines = ["\t".join((tr("Kind"), tr("Label"), tr("Quantity"), tr("Value"), tr("Unit")))]
    for annotation, result in rows:
        kind = tr(NAMES[annotation.kind])
        label = guarded(" ".join(annotation.label.split()))
        for quantity in result.quantities or (None,):
            cells = (tr(quantity.name), quantity.number, tr(quantity.unit)) if quantity else ("", "", "")
            lines.append("\t".join((kind, label, *cells)))
    return "\n".join(lines)


def _length(annotation: Length | CalibrationLine, scale: Scale) -> MeasurementResult:
    distance = Quantity(mark("Length"), measure.length(annotation.points, scale), scale.unit)
    lines = (with_unit(distance.number, distance.unit),)
    return MeasurementResult((distance,), lines, with_unit(distance.number, scale.short_unit))


def _angle(turn: Quantity) -> MeasurementResult:
    text = with_unit(turn.number, turn.unit)
    return MeasurementResult((turn,), (text,), text)


def _cardiothoracic(
    annotation: CardiothoracicRatio, radiograph: "Radiograph", scale: Scale
) -> MeasurementResult:
    heart, thorax = measure.widths(annotation, scale)
    ratio = measure.cardiothoracic_ratio(annotation)
    heart_width = Quantity(mark("Width of the heart"), heart, scale.unit)
    thorax_width = Quantity(WIDTHS_OF_THORAX[annotation.thorax_by], thorax, scale.unit)
    width_line = tr("heart {heart}, thorax {thorax}").format(
        heart=heart_width.number, thorax=with_unit(thorax_width.number, scale.unit)
    )
    if ratio is None:
        return MeasurementResult((heart_width, thorax_width), (width_line,), tr("the thorax has no width"))
    share = Quantity(mark("Cardiothoracic ratio"), ratio, "", 2)
    first = tr("CTR {ratio}").format(ratio=share.number)
    remark = _view_remark(radiograph)
    proposed = (tr(PROPOSED[annotation.thorax_by]),) if annotation.thorax_by in PROPOSED else ()
    lines = (first, width_line, *proposed)
    return MeasurementResult((share, heart_width, thorax_width), lines, share.number, remark)


def _view_remark(radiograph: "Radiograph") -> str:
    view = radiograph.pictured.view_position.upper()
    if view == "PA":
        return ""
    if not view:
        return tr(VIEW_UNKNOWN)
    return tr(MAGNIFIED) if view == "AP" else tr(NOT_FRONTAL).format(view=radiograph.pictured.view_position)


def _point(annotation: PointValue, radiograph: "Radiograph") -> MeasurementResult:
    (place,) = annotation.points
    column, row = int(place.x // 1), int(place.y // 1)
    height, width = radiograph.shape
    if not (0 <= row < height and 0 <= column < width):
        text = tr("outside the image")
        return MeasurementResult(lines=(text,), summary=text)
    if radiograph.padding is not None and radiograph.padding[row, column]:
        text = tr("padding, no value")
        return MeasurementResult(lines=(text,), summary=text)
    number, unit = radiograph.values[row, column].item(), value_unit(radiograph)
    value = Quantity(mark("Value"), number, unit, _decimals(number))
    at = tr("column {column}, row {row}").format(column=column, row=row)
    quantities = (value, Quantity(mark("Column"), column, "", 0), Quantity(mark("Row"), row, "", 0))
    if unit == HOUNSFIELD:
        text = with_unit(value.number, unit)
        return MeasurementResult(quantities, (text, at), text)
    return MeasurementResult(quantities, (value.number, tr(unit), at), value.number)


def _region(annotation: Annotation, radiograph: "Radiograph", scale: Scale) -> MeasurementResult:
    from cxrview.annotations.region import area, statistics  # brings NumPy, which a window starts without

    size = Quantity(mark("Area"), area(annotation, scale), scale.area_unit, 1)
    size_text = with_unit(size.number, size.unit)
    found = statistics(annotation, radiograph)
    if found is None:
        text = tr("no pixel inside")
        return MeasurementResult((size,), (text, size_text), text)
    unit = value_unit(radiograph)
    digits = _decimals(found.least, found.most)
    quantities = (
        Quantity(mark("Mean"), found.mean, unit, digits + 1),
        Quantity(mark("Standard deviation"), found.sd, unit, digits + 1),
        Quantity(mark("Minimum"), found.least, unit, digits),
        Quantity(mark("Maximum"), found.most, unit, digits),
        size,
        Quantity(mark("Pixels"), found.count, PIXELS, 0),
    )
    mean, sd, low, high = (quantity.number for quantity in quantities[:4])
    summary = tr("mean {mean}").format(mean=with_unit(mean, unit) if unit == HOUNSFIELD else mean)
    lines = (
        tr("Mean {mean}   SD {sd}").format(mean=mean, sd=sd),
        tr("Min {low}   Max {high}").format(low=low, high=high),
        tr("{area}   {count} px").format(area=size_text, count=found.count),
        tr(unit),
    )
    return MeasurementResult(quantities, lines, summary)


def _decimals(*values: float) -> int:
    """Return 0 for whole numbers, else what leaves about four digits to the largest."""
    if all(float(value).is_integer() for value in values):
        return 0
    largest = max(abs(value) for value in values)
    return 1 if largest >= 100 else 3
