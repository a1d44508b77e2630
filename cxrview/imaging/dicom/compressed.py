"""All frames of a file whose pixels are streams of the JPEG family: decoded, with signs, and as RGB."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames, get_frame
from pydicom.pixels import convert_color_space

from cxrview.i18n import tr
from cxrview.imaging.dicom.codestream import Process, StreamHeader, read_header
from cxrview.imaging.dicom.description import Description
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.streams import decode_stream
from cxrview.imaging.limits import MAX_SCANNED_PIXELS

START_OF_SCAN = b"\xff\xda"  # never within a scan, where FF is followed by 0
WITH_SCANS = (Process.SEQUENTIAL, Process.PROGRESSIVE, Process.LOSSLESS)
SCANS_OF_ONE_PASS = 3  # one for each colour


class TooManyScans(Exception):
    """The streams have so many scans that decoding them costs too much; carries the number of one frame."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} scans")
        self.count = count


class FramesMissing(Exception):
    """There are fewer streams than frames; carries their number."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} frames")
        self.count = count


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Frames, (N, H, W) or (N, H, W, 3), and the numbers in the file (0-based) of those without their end."""

    frames: NDArray[Any]
    signed: bool
    cut: frozenset[int]


def decode_streams(data: bytes, found: Description, elements: Elements, only: int | None = None) -> Decoded:
    """Return the frames in the encapsulated `data`, all of them or `only` one (0-based).

    Raises TooManyScans, FramesMissing, CutShort, and what the decoders raise on damage.
    """
    count = 1 if only is not None else found.frames
    first = 0 if only is None else only
    frames: NDArray[Any] | None = None
    signed, cut, number, scanned = found.signed, [], -1, 0
    for number, stream in enumerate(islice(_streams(data, found, elements.dataset, only), count)):
        header = read_header(stream)
        if header[:3] != (found.rows, found.columns, found.samples):
            raise ValueError(f"frame {first + number} is {header}, and the first is {found}")
        scans = stream.count(START_OF_SCAN) if header.process in WITH_SCANS else 1
        scanned += scans * found.rows * found.columns
        if scanned > MAX_SCANNED_PIXELS and scans > SCANS_OF_ONE_PASS:
            raise TooManyScans(scans)
        samples = decode_stream(stream, header)
        frame, signed = _shown(samples.values, header, found, elements)
        if frames is None:
            frames = np.empty((count, *frame.shape), frame.dtype)
        frames[number] = frame
        if not samples.whole:
            cut.append(first + number)
    if frames is None or number + 1 < count:
        raise FramesMissing(number + 1)
    return Decoded(frames, signed, frozenset(cut))


def _streams(data: bytes, found: Description, dataset: Dataset, only: int | None) -> Iterator[bytes]:
    offsets = None
    if "ExtendedOffsetTable" in dataset and "ExtendedOffsetTableLengths" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    if only is None:
        yield from generate_frames(data, number_of_frames=found.frames, extended_offsets=offsets)
    else:
        yield get_frame(data, only, number_of_frames=found.frames, extended_offsets=offsets)


def _shown(
    values: NDArray[Any], header: StreamHeader, found: Description, elements: Elements
) -> tuple[NDArray[Any], bool]:
    """Return a frame with its unused bits masked, its sign, and colour as RGB; and whether it is signed."""
    if found.samples == 3:
        if found.photometric == "YBR_FULL":
            values = np.asarray(convert_color_space(values, "YBR_FULL", "RGB"))
        return values, False
    if header.process is Process.JPEG_2000:
        return _with_sign(values, header, found, elements)
    if found.signed:
        return _extended(values, found.stored), True
    if header.process in (Process.LOSSLESS, Process.JPEG_LS) and found.stored < header.precision:
        return values & values.dtype.type(2**found.stored - 1), False
    return values, False


def _with_sign(
    values: NDArray[Any], header: StreamHeader, found: Description, elements: Elements
) -> tuple[NDArray[Any], bool]:
    """Return the samples of a JPEG 2000 stream, which says itself whether they are signed.

    Some encoders know no signed pixels and code their bits as unsigned. Then the header is right, and it
    shows: read as unsigned, values next to each other fall from the highest to the lowest.
    """
    if header.signed == found.signed:
        return values, header.signed
    if found.signed:
        other = _extended(values, header.precision)
        if _roughness(other) < _roughness(values):
            return other, True
    words = {True: tr("signed"), False: tr("unsigned")}
    said = tr("The header says {header} pixels, the compressed picture {stream}, which is followed.")
    elements.note(said.format(header=words[found.signed], stream=words[header.signed]))
    return values, header.signed


def _extended(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """Return unsigned `values` of which the lowest `bits` are a number in two's complement."""
    spare = values.dtype.itemsize * 8 - bits
    signed = np.left_shift(values, spare).view(f"i{values.dtype.itemsize}")
    return np.asarray(np.right_shift(signed, spare))


def _roughness(values: NDArray[Any]) -> float:
    """Return the mean difference of neighbours in a row."""
    return float(np.abs(np.diff(values.astype(np.float32), axis=1)).mean()) if values.shape[1] > 1 else 0.0
