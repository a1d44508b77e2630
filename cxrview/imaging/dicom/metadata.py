"""Who, what and how large: the parts of a DICOM dataset that describe the picture."""

import math

import numpy as np

from cxrview.i18n import tr
from cxrview.imaging.dicom.elements import Elements, Readable
from cxrview.imaging.radiograph import Identity, Pictured, Spacing, SpacingSource

MAX_SPACING = 100.0  # mm; anything beyond is a mistake
MAX_MAGNIFICATION = 10.0
MAX_ASPECT = 10.0
SAME = 1e-4  # relative difference below which two spacings are one


def read_identity(elements: Readable) -> Identity:
    """Return who and what the image belongs to; empty where the file does not say."""
    return Identity(
        patient_name=elements.text("PatientName"),
        patient_id=elements.text("PatientID"),
        patient_sex=elements.text("PatientSex"),
        patient_age=elements.text("PatientAge"),
        study_uid=elements.text("StudyInstanceUID"),
        study_date=elements.text("StudyDate"),
        study_description=elements.text("StudyDescription"),
        series_uid=elements.text("SeriesInstanceUID"),
        series_description=elements.text("SeriesDescription"),
        instance_uid=elements.text("SOPInstanceUID"),
        modality=elements.text("Modality"),
        study_time=elements.text("StudyTime"),
        series_number=elements.text("SeriesNumber"),
        instance_number=elements.text("InstanceNumber"),
    )


def read_pictured(elements: Readable) -> Pictured:
    """Return what is pictured and how; codes stand in where the plain attributes are empty."""
    return Pictured(
        body_part=elements.text("BodyPartExamined") or _meaning(elements, "AnatomicRegionSequence"),
        view_position=elements.text("ViewPosition") or _meaning(elements, "ViewCodeSequence"),
        laterality=elements.text("ImageLaterality") or elements.text("Laterality"),
        patient_orientation=_patient_orientation(elements),
    )


def _patient_orientation(elements: Readable) -> tuple[str, ...]:
    letters = tuple(part.upper() for part in elements.texts("PatientOrientation"))
    sound = len(letters) == 2 and all(part and set(part) <= set("LRAPHF") for part in letters)
    return letters if sound else ()


def _meaning(elements: Readable, keyword: str) -> str:
    item = elements.item(keyword)
    return item.text("CodeMeaning") if item is not None else ""


def read_burned_in(elements: Elements) -> bool | None:
    """Return whether the file says that text is burned into the picture; None if it does not say."""
    return {"YES": True, "NO": False}.get(elements.code("BurnedInAnnotation"))


def read_frame_time(elements: Elements) -> float:
    """Return the time from one frame to the next in ms (Frame Time, or from a rate), or 0."""
    if (time := elements.number("FrameTime")) is not None and time > 0:
        return time
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        if (rate := elements.number(keyword)) is not None and rate > 0:
            return 1000 / rate
    return 0.0


def read_spacing(elements: Elements, frame: Elements) -> Spacing | None:
    """Return the pixel spacing and where it comes from, or None: then measurements are in pixels.

    `frame` is the pixel measures item of an enhanced file, or the dataset again. PS3.3 10.7.1.3: Pixel
    Spacing equal to Imager Pixel Spacing has not been calibrated, so it holds at the detector.
    """
    calibrated = _pair(frame, "PixelSpacing") or _pair(elements, "PixelSpacing")
    at_detector = _pair(elements, "ImagerPixelSpacing") or _pair(elements, "NominalScannedPixelSpacing")
    kind = elements.code("PixelSpacingCalibrationType")
    if calibrated is not None and kind in ("GEOMETRY", "FIDUCIAL"):
        geometry = SpacingSource.CALIBRATED_GEOMETRY
        return Spacing(*calibrated, geometry if kind == "GEOMETRY" else SpacingSource.CALIBRATED_FIDUCIAL)
    if calibrated is not None and not (at_detector and np.allclose(calibrated, at_detector, rtol=SAME)):
        return Spacing(*calibrated, SpacingSource.PIXEL_SPACING)
    if at_detector is None:
        return None
    factor = elements.number("EstimatedRadiographicMagnificationFactor")
    if factor is not None and 1 <= factor <= MAX_MAGNIFICATION:
        row, column = at_detector
        return Spacing(row / factor, column / factor, SpacingSource.MAGNIFICATION_CORRECTED)
    if factor is not None:
        elements.note(
            tr("The magnification factor {factor:g} makes no sense and was passed over.").format(
                factor=factor
            )
        )
    return Spacing(*at_detector, SpacingSource.IMAGER)


def read_pixel_aspect(elements: Elements, spacing: Spacing | None) -> float:
    """Return the height of a pixel divided by its width: by the spacing, by Pixel Aspect Ratio, or 1."""
    if spacing is not None:
        pair: tuple[float, float] | None = (spacing.row, spacing.column)
    else:
        pair = _pair(elements, "PixelAspectRatio", math.inf)
    if pair is None:
        return 1.0
    aspect = pair[0] / pair[1]
    if not 1 / MAX_ASPECT <= aspect <= MAX_ASPECT:
        elements.note(
            tr("A pixel aspect ratio of {aspect:g} makes no sense; pixels are taken as square.").format(
                aspect=aspect
            )
        )
        return 1.0
    return aspect


def _pair(elements: Elements, keyword: str, limit: float = MAX_SPACING) -> tuple[float, float] | None:
    numbers = elements.numbers(keyword)
    if not numbers:
        return None
    if len(numbers) != 2 or not all(0 < number <= limit for number in numbers):
        shown = "\\".join(f"{number:g}" for number in numbers)
        elements.note(
            tr("The value {shown} of {keyword} makes no sense and was passed over.").format(
                shown=shown, keyword=keyword
            )
        )
        return None
    return numbers[0], numbers[1]
