"""How a DICOM image was made, without its pixels: what may tell a hospital rather than a disease."""

from pathlib import Path

from cxrview.imaging.dicom.elements import Readable
from cxrview.imaging.header_summary import summed_up

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

    Bounded as `peek` is. Raises nothing: a damaged file gives {}.
    """
    return summed_up(path, KEYWORDS, _values) or {}


def _values(header: Readable) -> dict[str, str]:
    return {keyword: header.text(keyword) for keyword in KEYWORDS}
