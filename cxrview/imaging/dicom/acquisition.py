"""How a DICOM image was made, without its pixels: what may tell a hospital rather than a disease."""

from pathlib import Path

from pydicom import dcmread

from cxrview.errors import UnreadableImage
from cxrview.imaging import decoder_warnings, sniff
from cxrview.imaging.dicom.decoding import damage_reported
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.header_summary import DEFER
from cxrview.messages import IS_DAMAGED

KEYWORDS = (
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "ViewPosition",
    "PhotometricInterpretation",
    "PresentationIntentType",
)


def acquisition(path: Path) -> dict[str, str]:
    """Return the values of KEYWORDS in the DICOM file at `path`, "" where absent; {} for any other file.

    Raises nothing, as `peek`: a damaged file gives {}.
    """
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return {}
        with path.open("rb") as file:
            if not sniff.is_dicom(file.read(sniff.HEAD)):
                return {}
        with decoder_warnings.collected(), damage_reported(path, IS_DAMAGED):
            elements = Elements(dcmread(path, stop_before_pixels=True, defer_size=DEFER), [])
            return {keyword: elements.text(keyword) for keyword in KEYWORDS}
    except (OSError, UnreadableImage):
        return {}
