"""The JPEG processes that only GDCM decodes: lossless, and 12-bit extended.

GDCM ends the whole program when a stream does not match what it is told of it, or is itself not as it should
be (an uncaught C++ exception). So it is told what the stream's own header says, is given no markers of
applications, and no stream whose tables are missing.
"""

import zlib  # noqa: F401, before GDCM: its own copy, which it shows to all, crashes Python's module

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID, JPEGExtended12Bit, JPEGLosslessSV1

from cxrview.imaging.dicom.codestream import JPEG_START, STANDALONE_MARKERS, Process, StreamHeader
from cxrview.imaging.dicom.heard import heard
from cxrview.imaging.dicom.jpeg_damage import Damage, judged

gdcm.Trace.WarningOff()
gdcm.Trace.ErrorOff()

START_OF_SCAN, HUFFMAN_TABLES = 0xDA, 0xC4
LEFT_OUT = {*range(0xE0, 0xF0), 0xFE}  # of applications, and comments
SYNTAXES: dict[Process, UID] = {
    Process.SEQUENTIAL: JPEGExtended12Bit,
    Process.PROGRESSIVE: JPEGExtended12Bit,
    Process.LOSSLESS: JPEGLosslessSV1,
}


def decode(stream: bytes, header: StreamHeader) -> tuple[NDArray[np.unsignedinteger], Damage]:
    """Return the samples of a JPEG `stream` with an end marker, (H, W) or (H, W, 3), and its damage.

    They are uint8 or uint16, of the colour that is in the stream. Raises ValueError if it cannot be decoded.
    """
    container = 8 if header.precision <= 8 else 16
    stream = _bare(stream, header.process)
    with heard() as lines:
        pixels: str | None = _image(stream, header, container).GetBuffer()
    if pixels is None:
        raise ValueError(f"GDCM cannot decode the stream: {' '.join(lines)}")
    frame = pixels.encode("utf-8", "surrogateescape")  # GDCM hands bytes out as str
    expected = header.rows * header.columns * header.components * container // 8
    if len(frame) != expected:
        raise ValueError(f"GDCM decoded {len(frame)} bytes where {expected} belong")
    shape = (header.rows, header.columns, header.components)[: 3 if header.components > 1 else 2]
    return np.frombuffer(frame, f"u{container // 8}").reshape(shape), judged(lines)


def _bare(stream: bytes, process: Process) -> bytes:
    """Return `stream` without the markers of applications, and without comments.

    Raises ValueError if the segments before its first scan are damaged, or tables of that are missing.
    """
    kept, tables = [JPEG_START], set[int]()
    place = len(JPEG_START)
    while place + 4 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        segment = stream[place : place + 2 + int.from_bytes(stream[place + 2 : place + 4], "big")]
        if marker in STANDALONE_MARKERS:
            break
        if marker == START_OF_SCAN:
            if process is not Process.PROGRESSIVE and not _tables_of(segment, process) <= tables:
                raise ValueError("a Huffman table is missing")
            return b"".join(kept) + stream[place:]
        if marker == HUFFMAN_TABLES:
            tables |= _defined(segment)
        if marker not in LEFT_OUT:
            kept.append(segment)
        place += len(segment)
    raise ValueError("the segments before the first scan are damaged")


def _tables_of(scan: bytes, process: Process) -> set[int]:
    """Return the tables that a scan uses, with 16 added to those of AC coefficients (T.81 B.2.3)."""
    selectors = scan[6 : 5 + 2 * scan[4] : 2] if len(scan) > 4 else b""
    lossless = process is Process.LOSSLESS
    return {byte >> 4 for byte in selectors} | (set() if lossless else {16 | byte & 15 for byte in selectors})


def _defined(segment: bytes) -> set[int]:
    """Return the tables that a segment defines. Raises ValueError if it is damaged (T.81 B.2.4.2)."""
    place, found = 4, set[int]()
    while place + 17 <= len(segment):
        found.add(segment[place])
        place += 17 + sum(segment[place + 1 : place + 17])
    if place != len(segment):
        raise ValueError("a Huffman table is damaged")
    return found


def _image(stream: bytes, header: StreamHeader, container: int) -> "gdcm.Image":
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(stream)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((header.columns, header.rows, 1))
    image.SetDataElement(element)
    name = "RGB" if header.components == 3 else "MONOCHROME2"
    kind = gdcm.PhotometricInterpretation.GetPIType(name)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if header.components > 1:
        image.SetPlanarConfiguration(0)
    syntax = gdcm.TransferSyntax.GetTSType(str.__str__(SYNTAXES[header.process]))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    bits = header.precision
    image.SetPixelFormat(gdcm.PixelFormat(header.components, container, bits, bits - 1, 0))
    return image
