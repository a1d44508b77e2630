"""From a DICOM dataset to stored pixel values: the only place that calls the decoders."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.errors import InvalidDicomError
from pydicom.pixels import get_decoder
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
from cxrview.imaging.dicom.codestream import (
    JP2_FILE_START,
    JPEG_2000_START,
    JPEG_START,
    Process,
    StreamHeader,
    read_header,
)
from cxrview.imaging.dicom.compressed import FramesMissing, TooManyScans, decode_streams
from cxrview.imaging.dicom.description import Description, contradicted, describe, is_announced
from cxrview.imaging.dicom.elements import CONVERSION_ERRORS, Elements
from cxrview.imaging.dicom.streams import CutShort, is_decoded
from cxrview.message import Message

PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# Of several decoders the one that fails with an exception. GDCM ends the program on some damaged streams.
PLUGINS = {
    JPEGBaseline8Bit: ("pillow",),
    JPEGExtended12Bit: ("pillow", "gdcm"),  # for 8 bits, and for 12
    JPEGLossless: ("gdcm",),
    JPEGLosslessSV1: ("gdcm",),
    JPEGLSLossless: ("pyjpegls",),
    JPEGLSNearLossless: ("pyjpegls",),
    JPEG2000: ("pylibjpeg",),
    JPEG2000Lossless: ("pylibjpeg",),
    RLELossless: ("pydicom",),  # the other panics, which no `except Exception` catches
    HTJ2K: ("pylibjpeg",),
    HTJ2KLossless: ("pylibjpeg",),
    HTJ2KLosslessRPCL: ("pylibjpeg",),
}
FOUND = {  # what a stream is, where the file does not say it
    Process.SEQUENTIAL: JPEGBaseline8Bit,
    Process.PROGRESSIVE: JPEGBaseline8Bit,
    Process.LOSSLESS: JPEGLosslessSV1,
    Process.JPEG_LS: JPEGLSLossless,
    Process.JPEG_2000: JPEG2000,
}
STREAM_STARTS = (JPEG_START, JPEG_2000_START, JP2_FILE_START)
ITEM = b"\xfe\xff\x00\xe0"  # begins encapsulated pixels
RLE_HEADER = 64  # bytes: the number of segments, and where each begins (PS3.5 G.5)
RLE_SEGMENTS = range(1, 16)
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


@dataclass(frozen=True, slots=True, eq=False)
class StoredPixels:
    """Frames of a file as stored: unused bits masked, sign extended, colour as RGB.

    `frames` is (N, H, W) or (N, H, W, 3), the first of them number `first` (0-based) of the `count` that
    the file has; `bits` is the number of bits in use, 0 for floating point. `syntax` is what they were
    decoded as. `cut` holds the numbers of the frames whose end is missing and was filled by the decoder.
    """

    frames: NDArray[Any]
    photometric: str
    bits: int
    signed: bool
    count: int
    syntax: UID
    first: int = 0
    cut: frozenset[int] = frozenset()

    def frame(self, index: int) -> NDArray[Any]:
        """Return the frame with the 0-based number `index` in the file."""
        return np.asarray(self.frames[index - self.first])


@contextmanager
def damage_reported(path: Path, problem: Message) -> Iterator[None]:
    """Turn what the libraries raise on damaged data into UnreadableImage."""
    try:
        yield
    except MemoryError as error:
        raise UnreadableImage(messages.NO_MEMORY, messages.EXPORT_SMALLER, path) from error
    except FOREIGN_ERRORS as error:
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path) from error  # pydicom, not the disk


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


class _Source(NamedTuple):
    """The pixels as they lie in the file, and `stream`, the header of the first where they are streams."""

    keyword: str
    data: bytes
    syntax: UID
    stream: StreamHeader | None = None

    @property
    def native(self) -> bool:
        return self.stream is None and self.syntax != RLELossless


def decode(elements: Elements, path: Path, only: int | None = None) -> StoredPixels:
    """Return the stored pixels of a dataset that has some: all frames, or `only` one (0-based; the last one
    where it has fewer).

    The header is checked against the limits before anything is decoded; where it contradicts a compressed
    stream, the stream is believed, with a note.
    Raises UnreadableImage if the header makes no sense, no decoder is there or the data is damaged.
    """
    source = _source(elements, path)
    found = describe(elements, path, source.keyword, source.stream)
    if only is not None:
        only = min(only, found.frames - 1)
    if source.native:
        found = _measured(source, found, elements, path)
    problem = messages.PIXELS_DAMAGED(syntax=source.syntax.name)
    cut_short = messages.PIXELS_CUT_SHORT(syntax=source.syntax.name)
    try:
        with damage_reported(path, problem):
            if source.stream is None:
                return _plain(source, found, elements, only)
            decoded = decode_streams(source.data, found, elements, only)
    except CutShort as error:
        raise UnreadableImage(cut_short, messages.EXPORT_FROM_ARCHIVE, path) from error
    except FramesMissing as error:
        missing = messages.FRAMES_MISSING(frames=found.frames, count=error.count)
        raise UnreadableImage(missing, messages.EXPORT_FROM_ARCHIVE, path) from error
    except TooManyScans as error:
        problem = messages.SCANS_TOO_MANY(count=error.count)
        raise UnreadableImage(problem, messages.SAVE_NOT_PROGRESSIVE, path) from error
    photometric = "RGB" if found.photometric == "YBR_FULL" else found.photometric
    return StoredPixels(
        decoded.frames,
        photometric,
        found.stored,
        decoded.signed,
        found.frames,
        source.syntax,
        only or 0,
        decoded.cut,
    )


def _source(elements: Elements, path: Path) -> _Source:
    """Return what the pixels are by their own beginning, which decides where the file says something else."""
    dataset = elements.dataset
    syntax = transfer_syntax(dataset)
    keyword = next(keyword for keyword in PIXEL_KEYWORDS if elements.value(keyword))
    data = bytes(elements.value(keyword) or b"")  # type: ignore[call-overload]
    announced = bool(meta_elements(dataset).text("TransferSyntaxUID"))
    if announced:
        _check_decoder(syntax, path)
    encapsulated = data.startswith(ITEM) and (syntax.is_encapsulated or dataset[keyword].is_undefined_length)
    if not encapsulated:
        if syntax.is_encapsulated:
            elements.note(
                tr("The file says {syntax}, and its pixels are not compressed.").format(syntax=syntax.name)
            )
            syntax = ExplicitVRLittleEndian
        return _Source(keyword, data, syntax)
    frames = elements.whole("NumberOfFrames") or 1
    with damage_reported(path, messages.PIXELS_DAMAGED(syntax=syntax.name)):
        beginning = get_frame(data, 0, number_of_frames=frames)
        if not beginning.startswith(STREAM_STARTS):
            return _Source(keyword, data, _of_rle(beginning, syntax, elements, path))
        stream = read_header(beginning)
    if not is_decoded(stream):
        problem = messages.PROCESS_UNKNOWN(process=stream.process.value, bits=stream.precision)
        raise UnreadableImage(problem, messages.EXPORT_UNCOMPRESSED, path)
    if not is_announced(syntax, stream):
        _note_process(elements, syntax, announced, stream.process.value)
        syntax = FOUND[stream.process]
    return _Source(keyword, data, syntax, stream)


def _of_rle(beginning: bytes, syntax: UID, elements: Elements, path: Path) -> UID:
    """Return the transfer syntax of RLE. Raises UnreadableImage if a file that does not say it holds none."""
    if syntax == RLELossless:
        return syntax
    count, first = (int.from_bytes(beginning[place : place + 4], "little") for place in (0, 4))
    if count not in RLE_SEGMENTS or first != RLE_HEADER:
        if syntax.is_encapsulated:
            raise ValueError(f"no stream of {syntax.name}")
        raise UnreadableImage(messages.NO_SYNTAX, messages.EXPORT_FROM_ARCHIVE, path)
    announced = bool(meta_elements(elements.dataset).text("TransferSyntaxUID"))
    _note_process(elements, syntax, announced, "RLE")
    return RLELossless


def _note_process(elements: Elements, syntax: UID, announced: bool, process: str) -> None:
    if announced:
        said = tr("The file says {syntax}, the compressed picture is {process}, which is followed.")
        elements.note(said.format(syntax=syntax.name, process=process))
    else:
        said = tr("The file does not say how its pixels are compressed; they are {process}.")
        elements.note(said.format(process=process))


def _check_decoder(syntax: UID, path: Path) -> None:
    """Raise UnreadableImage if there is no decoder for `syntax`, or it is not installed."""
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        known = syntax.name != str(syntax)
        name = syntax.name if known else messages.UNKNOWN_METHOD(uid=str(syntax))
        problem = messages.SYNTAX_UNKNOWN(syntax=name)
        raise UnreadableImage(problem, messages.EXPORT_UNCOMPRESSED, path) from error
    if not decoder.is_available:
        raise UnreadableImage(messages.DECODER_MISSING(syntax=syntax.name), messages.RUN_DOCTOR, path)


def _measured(source: _Source, found: Description, elements: Elements, path: Path) -> Description:
    """Return `found` where there are as many bytes as it needs. Raises UnreadableImage if there are fewer."""
    if found.photometric == "YBR_FULL_422":
        full = replace(found, photometric="YBR_FULL")
        if full.size <= len(source.data):
            contradicted(elements, "PhotometricInterpretation", found.photometric, full.photometric)
            return full
    if len(source.data) < found.size:
        problem = messages.PIXELS_CUT_SHORT(syntax=source.syntax.name)
        raise UnreadableImage(problem, messages.EXPORT_FROM_ARCHIVE, path)
    return found


def _plain(source: _Source, found: Description, elements: Elements, only: int | None) -> StoredPixels:
    """Return the frames of pixels that are not compressed, or by RLE."""
    # Where the bits lie elsewhere than at the bottom, pydicom's correction would cut the wrong ones.
    options: dict[str, Any] = {"correct_unused_bits": False} if found.below else {}
    if only is not None:
        options["index"] = only
    if source.keyword == "PixelData":
        options |= {"bits_stored": found.stored, "pixel_representation": int(found.signed)}
    pixels, properties = get_decoder(source.syntax).as_array(
        source.data,
        decoding_plugin="" if source.native else PLUGINS[source.syntax][0],
        allow_excess_frames=False,
        rows=found.rows,
        columns=found.columns,
        number_of_frames=found.frames,
        samples_per_pixel=found.samples,
        bits_allocated=found.allocated,
        photometric_interpretation=found.photometric,
        planar_configuration=found.planar,
        pixel_keyword=source.keyword,
        pixel_vr=elements.dataset[source.keyword].VR,
        **options,
    )
    frames = pixels if only is None and found.frames > 1 else pixels[np.newaxis]
    frames = frames.astype(frames.dtype.newbyteorder("="), copy=False)
    bits = 0 if frames.dtype.kind == "f" else found.stored
    if bits and found.below:
        frames = _move_down(frames, bits, found.below)
        said = tr("The pixels lie {shift} bits above the lowest (High Bit); they were moved down.")
        elements.note(said.format(shift=found.below))
    photometric = str(properties["photometric_interpretation"])
    return StoredPixels(frames, photometric, bits, found.signed, found.frames, source.syntax, only or 0)


def used_plugins(syntax: UID) -> tuple[str, ...]:
    """Return the decoder plug-ins that are used for a transfer syntax, whether they are installed or not."""
    return PLUGINS.get(syntax, ())


def _move_down(frames: NDArray[Any], bits: int, below: int) -> NDArray[Any]:
    size = frames.dtype.itemsize * 8
    top = np.left_shift(
        frames, size - bits - below
    )  # drops the unused bits above, brings the sign to the top
    return np.asarray(np.right_shift(top, size - bits))
