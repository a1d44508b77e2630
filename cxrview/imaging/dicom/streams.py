"""From one compressed stream of the JPEG family to its samples, by the decoder that reads its process."""

import io
from typing import Any, NamedTuple

import jpeg_ls
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import decode_pixel_data
from PIL import Image

from cxrview.imaging.dicom import gdcm_jpeg
from cxrview.imaging.dicom.codestream import Process, StreamHeader, is_cut_short
from cxrview.imaging.dicom.jpeg_damage import END, Damage, closed, damage

MOST_ZEROS = 64  # bytes at the end of a stream, or a hundredth of it: some packets are empty
NOT_DECODED = (Process.HIERARCHICAL, Process.ARITHMETIC)


def is_decoded(header: StreamHeader) -> bool:
    """Return whether there is a decoder for streams of this process and depth."""
    if header.process in (Process.SEQUENTIAL, Process.PROGRESSIVE):
        return header.precision in (8, 12)
    return header.process not in NOT_DECODED


class CutShort(Exception):
    """The stream ends too early, and nobody knows which part of the picture that leaves."""


class Samples(NamedTuple):
    """The samples of a stream as they are coded: (H, W) or (H, W, 3), integers.

    `whole` is false where the stream ends early and the decoder has filled the end of the picture.
    """

    values: NDArray[Any]
    whole: bool = True


def decode_stream(stream: bytes, header: StreamHeader) -> Samples:
    """Return the samples of a `stream` with this `header`.

    Raises CutShort, or whatever the decoders raise on damage: ValueError, RuntimeError, OSError and others.
    """
    if header.process is Process.JPEG_2000:
        return Samples(_jpeg_2000(stream, header))
    stream, had_end = closed(stream)
    if header.process is Process.JPEG_LS:
        if not had_end:
            raise CutShort
        return Samples(_jpeg_ls(stream, header))
    if header.process is Process.LOSSLESS or header.precision > 8:
        values, found = gdcm_jpeg.decode(stream, header)
    else:
        values, found = _eight_bits(stream, header), damage(stream)
    if found is Damage.INSIDE:
        raise ValueError("libjpeg reports corrupt data")
    if found is Damage.TAIL and header.process is Process.PROGRESSIVE:
        raise CutShort  # what is there is spread over the whole picture
    return Samples(values, found is Damage.NONE)


def _eight_bits(stream: bytes, header: StreamHeader) -> NDArray[np.uint8]:
    """Return the samples of a sequential or progressive JPEG, not converted to another colour."""
    try:
        with Image.open(io.BytesIO(stream), formats=("JPEG",)) as image:
            if header.components == 3 and header.guess == "YBR":
                image.draft("YCbCr", image.size)  # else Pillow makes RGB of it
            return np.asarray(image)
    except OSError as error:
        raise ValueError(f"Pillow: {error}") from error


def _jpeg_ls(stream: bytes, header: StreamHeader) -> NDArray[Any]:
    pixels, info = jpeg_ls.decode_pixel_data(stream)
    values = np.frombuffer(pixels, np.uint8 if info["bits_per_sample"] <= 8 else "<u2")
    if header.components == 1:
        return values.reshape(header.rows, header.columns)
    if info["interleave_mode"] == 0:  # one plane after the other
        return values.reshape(header.components, header.rows, header.columns).transpose(1, 2, 0)
    return values.reshape(header.rows, header.columns, header.components)


def _jpeg_2000(stream: bytes, header: StreamHeader) -> NDArray[Any]:
    if is_cut_short(stream) or _is_hollow(stream):
        raise CutShort
    size = 1 if header.precision <= 8 else 2 if header.precision <= 16 else 4
    values = np.frombuffer(decode_pixel_data(stream, version=2), f"<{'i' if header.signed else 'u'}{size}")
    shape = (header.rows, header.columns, header.components)[: 3 if header.components > 1 else 2]
    return values.reshape(shape)


def _is_hollow(stream: bytes) -> bool:
    """Return whether the end of a stream is filled with zeros, which OpenJPEG takes for empty packets."""
    body = stream[: stream.rfind(END)] if stream.rfind(END) > 0 else stream
    return len(body) - len(body.rstrip(b"\0")) > max(MOST_ZEROS, len(body) // 100)
