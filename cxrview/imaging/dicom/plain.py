"""Which DICOM files are read by pure Python and NumPy, in work that their size bounds."""

from pathlib import Path

from cxrview.imaging.dicom.fast_header import NotPlain, PlainHeader
from cxrview.imaging.limits import MAX_PIXELS

BEGINNING = 2**16  # bytes that hold the header of nearly every radiograph
TRAILING = 2**12  # bytes that may follow the pixels
MAX_ITEMS = 200  # of all sequences in the header
ITEM_TAG = b"\xfe\xff\x00\xe0"
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")  # implicit and explicit, little endian
KEYWORDS = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "NumberOfFrames",
    "BitsAllocated",
    "PhotometricInterpretation",
)
SEQUENCES = (  # with any of these there is more to be made than a picture
    "ModalityLUTSequence",
    "VOILUTSequence",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
OVERLAYS = 0x60000000


def is_plain(path: Path) -> bool:
    """Return whether the file at `path` holds one grey frame of 8 or 16 bits as it is, and little else.

    No decoder is asked for such a file, so it needs no process of its own. Raises OSError.
    """
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        beginning = file.read(BEGINNING)
    if beginning[128:132] != b"DICM" or beginning.count(ITEM_TAG) > MAX_ITEMS:
        return False
    try:
        header = PlainHeader(beginning, size <= BEGINNING, (*KEYWORDS, *SEQUENCES))
        bits, frames = header.whole("BitsAllocated"), header.whole("NumberOfFrames")
        grey = header.text("PhotometricInterpretation") in ("MONOCHROME1", "MONOCHROME2")
        if not (grey and bits in (8, 16) and header.whole("SamplesPerPixel") == 1 and frames in (None, 1)):
            return False
        for sequence in SEQUENCES:
            header.item(sequence)
        pixels = (header.whole("Rows") or 0) * (header.whole("Columns") or 0)
    except NotPlain:
        return False
    return (
        header.syntax in SYNTAXES
        and header.last < OVERLAYS
        and len(header.pixels) >= pixels * bits // 8 > 0
        and header.pixels.stop <= size <= header.pixels.stop + TRAILING
        and pixels <= MAX_PIXELS
    )
