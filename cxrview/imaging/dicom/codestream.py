"""What the header of a compressed stream says of its size, read before a decoder sees the stream.

A decoder believes the stream and not the dataset: a few bytes may ask for gigabytes, and GDCM ends the
program when the two disagree.
"""

from typing import NamedTuple

FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF0…SOF15 and SOF55; not DHT, JPG, DAC
STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD9)}
JPEG_START = b"\xff\xd8"
JPEG_2000_START = b"\xff\x4f\xff\x51"
JP2_FILE_START = b"\x00\x00\x00\x0cjP  "  # against the standard some put a whole JP2 file into DICOM
JP2_STREAM_BOX = b"jp2c"
BOX_HEADER = 8  # bytes: the length of the box with this header, and its type


class StreamHeader(NamedTuple):
    """The size of the picture in a stream, and the bits of a sample."""

    rows: int
    columns: int
    components: int
    precision: int


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
    precision = (stream[start + 42] & 0x7F) + 1
    return StreamHeader(bottom - top, right - left, _number(stream, start + 40, 2), precision)


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
    while place + 10 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker in STANDALONE_MARKERS:
            place += 2
        elif marker in FRAME_MARKERS:
            rows, columns = _number(stream, place + 5, 2), _number(stream, place + 7, 2)
            return StreamHeader(rows, columns, stream[place + 9], stream[place + 4])
        else:
            place += 2 + _number(stream, place + 2, 2)
    raise ValueError("no frame header in a JPEG stream")


def _number(stream: bytes, place: int, size: int) -> int:
    return int.from_bytes(stream[place : place + size], "big")
