"""What the header of a compressed stream says of its picture, read before a decoder sees the stream.

A decoder believes the stream and not the dataset: a few bytes may ask for gigabytes, and GDCM ends the
program when the two disagree.
"""

from enum import Enum
from typing import NamedTuple

from cxrview.imaging.dicom.jpeg_damage import END

HIERARCHICAL, ARITHMETIC = (0xC5, 0xC6, 0xC7), (0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF0…SOF15 and SOF55; not DHT, JPG, DAC
STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD9)}
JPEG_START = b"\xff\xd8"
JPEG_2000_START = b"\xff\x4f\xff\x51"
JP2_FILE_START = b"\x00\x00\x00\x0cjP  "  # against the standard some put a whole JP2 file into DICOM
JP2_STREAM_BOX = b"jp2c"
BOX_HEADER = 8  # bytes: the length of the box with this header, and its type
APP0, APP14, COD, SOT = 0xE0, 0xEE, 0x52, 0x90
RGB_IDS = (b"RGB", b"rgb")
CONVERTED = {0: "RGB", 1: "YBR"}  # by the transform in Adobe's marker


class Process(Enum):
    """How a picture is coded, as far as it matters here."""

    SEQUENTIAL = "JPEG, sequential"
    PROGRESSIVE = "JPEG, progressive"
    LOSSLESS = "JPEG, lossless"
    HIERARCHICAL = "JPEG, hierarchical"
    ARITHMETIC = "JPEG with arithmetic coding"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"


class StreamHeader(NamedTuple):
    """The size of the picture in a stream, the bits of a sample, and what else the stream says of them.

    `colour` is "RGB" or "YBR" where the stream says in which of them its three components are, else "".
    `guess` is the same as libjpeg takes it, which never is without an opinion. JPEG 2000 alone has signs;
    its colour is "RGB" where the decoder undoes a transform of the stream's own.
    """

    rows: int
    columns: int
    components: int
    precision: int
    process: Process = Process.SEQUENTIAL
    colour: str = ""
    guess: str = ""
    signed: bool = False


def read_header(stream: bytes) -> StreamHeader:
    """Return the header of a JPEG, JPEG-LS, JPEG 2000 or HTJ2K stream; ValueError if there is none.

    ITU-T T.81 B.2.2, T.87 C.2.2, T.800 A.5.1.
    """
    if stream.startswith(JPEG_START):
        return _jpeg_header(stream)
    start = _codestream_start(stream) if stream.startswith(JP2_FILE_START) else 0
    if not stream.startswith(JPEG_2000_START, start) or len(stream) < start + 43:
        raise ValueError("no header of a JPEG or JPEG 2000 stream")
    right, bottom, left, top = (_number(stream, start + place, 4) for place in (8, 12, 16, 20))
    if not (0 < bottom - top < 2**16 and 0 < right - left < 2**16):
        raise ValueError(f"a picture of {right - left} × {bottom - top} pixels")
    depth = stream[start + 42]
    return StreamHeader(
        bottom - top,
        right - left,
        _number(stream, start + 40, 2),
        (depth & 0x7F) + 1,
        Process.JPEG_2000,
        "RGB" if _mixes_components(stream, start) else "",
        signed=bool(depth & 0x80),
    )


def is_cut_short(stream: bytes) -> bool:
    """Return whether a JPEG 2000 stream ends before its last tile-part does (ITU-T T.800 A.4.2).

    One whose last tile-part says no length (0) must have an end marker.
    """
    place = _codestream_start(stream) if stream.startswith(JP2_FILE_START) else 0
    place += 2
    while place + 12 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == END[1]:
            return False
        if marker != SOT:
            place += 2 + _number(stream, place + 2, 2)
            continue
        length = _number(stream, place + 6, 4)
        if length == 0:
            return stream.rfind(END) < place
        if place + length > len(stream):
            return True
        place += length
    # Some encoders leave the end marker out, behind tile-parts that are all there; one byte makes it even.
    return not stream.startswith(END, place) and len(stream) - place > 1


def _mixes_components(stream: bytes, start: int) -> bool:
    """Return whether the components are transformed into others (Annex G of T.800), by the main header."""
    place = start + 2
    while place + 9 <= len(stream) and stream[place] == 0xFF and stream[place + 1] != SOT:
        if stream[place + 1] == COD:
            return stream[place + 8] == 1
        place += 2 + max(2, _number(stream, place + 2, 2))
    return False


def _codestream_start(stream: bytes) -> int:
    """Return where the code stream begins in a JP2 file (ITU-T T.800 I.4); ValueError if nowhere.

    The boxes are walked as pydicom does it, which goes round for ever at one of length 0.
    """
    place = 0
    while place + BOX_HEADER <= len(stream):
        if stream[place + 4 : place + BOX_HEADER] == JP2_STREAM_BOX:
            return place + BOX_HEADER
        length = _number(stream, place, 4)
        if length < BOX_HEADER:
            raise ValueError(f"a JP2 box of {length} bytes")
        place += length
    raise ValueError("no code stream in a JP2 file")


def _jpeg_header(stream: bytes) -> StreamHeader:
    place = len(JPEG_START)
    jfif, adobe = False, -1
    while place + 10 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker in STANDALONE_MARKERS:
            place += 2
        elif marker in FRAME_MARKERS:
            return _frame_header(stream, place, marker, jfif, adobe)
        else:
            jfif |= marker == APP0 and stream.startswith(b"JFIF\0", place + 4)
            if marker == APP14 and stream.startswith(b"Adobe", place + 4) and place + 15 < len(stream):
                adobe = stream[place + 15]
            place += 2 + _number(stream, place + 2, 2)
    raise ValueError("no frame header in a JPEG stream")


def _frame_header(stream: bytes, place: int, marker: int, jfif: bool, adobe: int) -> StreamHeader:
    rows, columns, components = (
        _number(stream, place + 5, 2),
        _number(stream, place + 7, 2),
        stream[place + 9],
    )
    process = _process(marker)
    colour = guess = ""
    if components == 3:
        by_ids = "RGB" if stream[place + 10 : place + 19 : 3] in RGB_IDS else ""
        # A lossless coder converts no colour, so JFIF, which promises YCbCr, says nothing there.
        by_jfif = "YBR" if jfif and process in (Process.SEQUENTIAL, Process.PROGRESSIVE) else ""
        colour = by_ids or by_jfif or CONVERTED.get(adobe, "")
        capitals = by_ids and stream[place + 10] == RGB_IDS[0][0]
        guess = "YBR" if jfif else CONVERTED.get(adobe, "") or ("RGB" if capitals else "YBR")
    return StreamHeader(rows, columns, components, stream[place + 4], process, colour, guess)


def _process(marker: int) -> Process:
    if marker in HIERARCHICAL:
        return Process.HIERARCHICAL
    if marker in ARITHMETIC:
        return Process.ARITHMETIC
    known = {0xC2: Process.PROGRESSIVE, 0xC3: Process.LOSSLESS, 0xF7: Process.JPEG_LS}
    return known.get(marker, Process.SEQUENTIAL)


def _number(stream: bytes, place: int, size: int) -> int:
    return int.from_bytes(stream[place : place + size], "big")
