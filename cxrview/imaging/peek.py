"""What a file's header says about patient and view, without its pixels, for lists of many files."""

from pathlib import Path

from pydicom import dcmread

from cxrview.errors import UnreadableImage
from cxrview.imaging import library_notes, sniff
from cxrview.imaging.decoding import damage_reported
from cxrview.imaging.elements import Elements
from cxrview.imaging.metadata import read_anatomy, read_identity
from cxrview.imaging.radiograph import Anatomy, Identity

DEFER = 1024  # bytes; longer values are not read


def peek(path: Path) -> tuple[Identity, Anatomy] | None:
    """Return who and what is in a DICOM file, or None for any other file and for a damaged one.

    Takes a millisecond or two, whatever the size of the image. Raises nothing: `read` will say what is
    wrong with a file when somebody wants to see it.
    """
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return None
        with path.open("rb") as file:
            head = file.read(sniff.HEAD)
        if not sniff.is_dicom(head):
            return None
        with library_notes.collected(), damage_reported(path, "is damaged."):
            dataset = dcmread(path, stop_before_pixels=True, defer_size=DEFER)
            elements = Elements(dataset, [])
            return read_identity(elements), read_anatomy(elements)
    except (OSError, UnreadableImage):
        return None
