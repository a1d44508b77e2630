"""From a DICOM dataset to stored pixel values: the only place that calls the decoders."""

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.errors import InvalidDicomError
from pydicom.pixels import get_decoder
from pydicom.pixels.decoders.base import Decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import messages
from cxrview.imaging.dicom import gdcm_jpeg
from cxrview.imaging.dicom.codestream import read_header
from cxrview.imaging.dicom.elements import CONVERSION_ERRORS, Elements
from cxrview.imaging.limits import check_dimensions
from cxrview.imaging.raster.scans import MAX_SCANS, START_OF_SCAN
from cxrview.message import Message

PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# Of several decoders the one that fails with an exception. GDCM ends the program on some damaged streams.
PLUGINS = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",  # for 8 bits; 12 go to our own
    JPEGLossless: gdcm_jpeg.LABEL,
    JPEGLosslessSV1: gdcm_jpeg.LABEL,
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    JPEG2000: "pylibjpeg",
    JPEG2000Lossless: "pylibjpeg",
    RLELossless: "pydicom",  # the other panics, which no `except Exception` catches
    HTJ2K: "pylibjpeg",
    HTJ2KLossless: "pylibjpeg",
    HTJ2KLosslessRPCL: "pylibjpeg",
}
JPEG_FAMILY = frozenset(PLUGINS) - {RLELossless}
# All that pydicom and the decoders beneath it were seen to raise on damaged files.
FOREIGN_ERRORS = (
    *CONVERSION_ERRORS,
    RuntimeError,
    BufferError,
    MemoryError,
    StopIteration,  # fewer frames than announced
    AssertionError,
    zlib.error,
    InvalidDicomError,
)

_registering = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class StoredPixels:
    """Frames of a file as stored: unused bits masked, sign extended, colour as RGB.

    `frames` is (N, H, W) or (N, H, W, 3), the first of them number `first` (0-based) of the `count` that
    the file has; `bits` is the number of bits in use, 0 for floating point.
    """

    frames: NDArray[Any]
    photometric: str
    bits: int
    signed: bool
    count: int
    first: int = 0

    def frame(self, index: int) -> NDArray[Any]:
        """Return the frame with the 0-based number `index` in the file."""
        return np.asarray(self.frames[index - self.first])


@contextmanager
def damage_reported(path: Path, problem: Message) -> Iterator[None]:
    """Turn what the libraries raise on damaged data into UnreadableImage."""
    try:
        yield
    except FOREIGN_ERRORS as error:
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path) from error


def register_decoders() -> None:
    """Add our own decoder to pydicom's and silence GDCM's messages on standard error. May be repeated."""
    with _registering:
        for syntax in gdcm_jpeg.DECODER_DEPENDENCIES:
            decoder = get_decoder(syntax)
            if gdcm_jpeg.LABEL not in decoder.available_plugins:
                decoder.add_plugin(gdcm_jpeg.LABEL, (gdcm_jpeg.__name__, "decode_frame"))
        gdcm.Trace.WarningOff()
        gdcm.Trace.ErrorOff()


def meta_elements(dataset: Dataset) -> Elements:
    """Return the file meta information, which may be empty."""
    return Elements(getattr(dataset, "file_meta", Dataset()), [])


def transfer_syntax(dataset: Dataset) -> UID:
    """Return the transfer syntax, or for a file without one the syntax that pydicom read it with."""
    syntax = meta_elements(dataset).text("TransferSyntaxUID")
    if syntax:
        return UID(syntax)
    implicit, little_endian = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little_endian else ExplicitVRBigEndian


def decode(elements: Elements, path: Path, only: int | None = None) -> StoredPixels:
    """Return the stored pixels of a dataset that has some: all frames, or `only` one (0-based; the last one
    where it has fewer).

    The header is checked against the limits before anything is decoded.
    Raises UnreadableImage if the header makes no sense, no decoder is there or the data is damaged.
    """
    register_decoders()
    syntax = transfer_syntax(elements.dataset)
    _check_header(elements, path)
    decoder = _decoder(syntax, path)
    # Where the bits lie elsewhere than at the bottom, pydicom's correction would cut the wrong ones.
    shift = _bits_below(elements) if not syntax.is_encapsulated or syntax == RLELossless else 0
    options: dict[str, Any] = {"correct_unused_bits": False} if shift else {}
    if only is not None:
        options["index"] = only = min(only, (elements.whole("NumberOfFrames") or 1) - 1)
    with damage_reported(path, messages.PIXELS_DAMAGED(syntax=syntax.name)):
        if syntax in JPEG_FAMILY:
            _check_streams(elements)
        pixels, properties = decoder.as_array(
            elements.dataset,
            decoding_plugin=_plugin(syntax, elements),
            allow_excess_frames=False,
            **options,
        )
    count = int(properties.get("number_of_frames", 1)) if only is None else 1
    frames = pixels if count > 1 else pixels[np.newaxis]
    frames = frames.astype(frames.dtype.newbyteorder("="), copy=False)
    bits, signed = int(properties.get("bits_stored", 0)), bool(properties.get("pixel_representation", 0))
    if frames.dtype.kind == "f":
        bits = 0
    elif shift:
        frames = _move_down(frames, bits, shift)
        elements.note(
            tr("The pixels lie {shift} bits above the lowest (High Bit); they were moved down.").format(
                shift=shift
            )
        )
    photometric = str(properties["photometric_interpretation"])
    if only is None:
        return StoredPixels(frames, photometric, bits, signed, len(frames))
    return StoredPixels(frames, photometric, bits, signed, elements.whole("NumberOfFrames") or 1, only)


def _decoder(syntax: UID, path: Path) -> Decoder:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        known = syntax.name != str(syntax)
        name = syntax.name if known else messages.UNKNOWN_METHOD(uid=str(syntax))
        problem = messages.SYNTAX_UNKNOWN(syntax=name)
        raise UnreadableImage(problem, messages.EXPORT_UNCOMPRESSED, path) from error
    if not decoder.is_available:
        raise UnreadableImage(messages.DECODER_MISSING(syntax=syntax.name), messages.RUN_DOCTOR, path)
    return decoder


def _plugin(syntax: UID, elements: Elements) -> str:
    """Return the decoder plug-in to use; "" for pixels that are not compressed."""
    if syntax == JPEGExtended12Bit and (elements.whole("BitsStored") or 0) > 8:
        return gdcm_jpeg.LABEL
    return PLUGINS.get(syntax, "")


def used_plugins(syntax: UID) -> tuple[str, ...]:
    """Return the decoder plug-ins that are used for a transfer syntax, whether they are installed or not."""
    plugins = (PLUGINS[syntax],) if syntax in PLUGINS else ()
    return (*plugins, gdcm_jpeg.LABEL) if syntax == JPEGExtended12Bit else plugins


def _check_header(elements: Elements, path: Path) -> None:
    rows, columns = elements.whole("Rows"), elements.whole("Columns")
    if rows is None or columns is None:
        raise UnreadableImage(messages.NO_ROWS, messages.EXPORT_FROM_ARCHIVE, path)
    frames = elements.whole("NumberOfFrames")
    if frames is None:
        if elements.text("NumberOfFrames") or _malformed(elements, "NumberOfFrames"):
            raise UnreadableImage(messages.FRAMES_MALFORMED, messages.EXPORT_FROM_ARCHIVE, path)
        frames = 1
    samples = elements.whole("SamplesPerPixel") or 1
    allocated = elements.whole("BitsAllocated")
    if allocated is None:
        raise UnreadableImage(messages.NO_BITS, messages.EXPORT_FROM_ARCHIVE, path)
    check_dimensions(path, rows, columns, frames or 1, max(1, samples * allocated // 8))
    stored = elements.whole("BitsStored") or allocated
    if not 1 <= stored <= allocated <= 64:
        problem = messages.BITS_IMPOSSIBLE(stored=stored, allocated=allocated)
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path)


def _malformed(elements: Elements, keyword: str) -> bool:
    return (
        keyword in elements
        and elements.value(keyword) is None
        and bool(elements.dataset.get_item(keyword).value)
    )


def _check_streams(elements: Elements) -> None:
    """Raise ValueError if a compressed frame is not of the size that the dataset says."""
    wanted = (elements.whole("Rows"), elements.whole("Columns"))
    count = elements.whole("NumberOfFrames") or 1
    for number, stream in enumerate(generate_frames(elements.dataset.PixelData, number_of_frames=count)):
        if stream.count(START_OF_SCAN) > MAX_SCANS:
            raise ValueError(f"frame {number + 1} has too many scans")
        header = read_header(stream)
        if number < count and header[:2] != wanted:
            raise ValueError(f"frame {number + 1} is {header}, and the dataset says {wanted}")


def _bits_below(elements: Elements) -> int:
    """Return how many unused bits lie below the stored ones (PS3.5 8.1.1); nearly always none."""
    stored, high = elements.whole("BitsStored"), elements.whole("HighBit")
    allocated = elements.whole("BitsAllocated")
    if stored is None or high is None or allocated is None or not stored - 1 < high < allocated:
        return 0
    return high + 1 - stored


def _move_down(frames: NDArray[Any], bits: int, below: int) -> NDArray[Any]:
    size = frames.dtype.itemsize * 8
    top = np.left_shift(
        frames, size - bits - below
    )  # drops the unused bits above, brings the sign to the top
    return np.asarray(np.right_shift(top, size - bits))
