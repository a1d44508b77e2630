"""Read PNG, JPEG, BMP, WebP and AVIF: Pillow decodes, OpenCV where Pillow would drop bits.

What they would pass over in silence is looked for before: sums of PNG, ends of JPEG, and depths and methods
that neither decodes.
"""

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import limits, messages
from cxrview.imaging.limits import check_dimensions
from cxrview.imaging.raster import formats, jpeg_stream, png_stream
from cxrview.imaging.raster.page import Page, on_black

DEEP_COLOUR = (2, 4, 6)  # colour types of PNG whose 16 bits Pillow would reduce to eight
JPEG_GREY = (127, 128)  # what libjpeg fills missing blocks with
BLOCK = 8  # pixels a side
BMP_METHODS = {4: "JPEG", 5: "PNG"}
BMP_RUNS = (1, 2)  # run lengths, which Pillow undoes byte by byte
BMP_HEADER, OLD_BMP_HEADER = 34, 12  # bytes
UNCHECKED = ("WEBP", "AVIF")  # have no sums, and their decoders take zeros for data
ZEROS = 32  # bytes
MAX_RUN_PIXELS = 40_000_000
MAX_RUN_BYTES = 2**24


def read_png(path: Path) -> Page:
    """Return a PNG. Raises as `read_picture`."""
    with path.open("rb") as file:
        header = png_stream.read_header(file)
        check_dimensions(path, header.height, header.width, 1, header.samples * max(1, header.bits // 8))
        with Image.open(file, formats=("PNG",)) as image:
            orientation = _orientation(image)
            if header.bits == 16 and header.colour_type in DEEP_COLOUR:
                samples, alpha = _deep_samples(np.fromfile(path, np.uint8))
            else:
                image.load()
                samples, alpha = _samples(image, path)
        if (header.interlaced or not samples[-1].any()) and not png_stream.all_rows_there(file, header):
            raise ValueError("rows are missing")
    if header.key:
        scale = 255 // (2**header.bits - 1) if header.bits < 8 else 1
        hit = samples == np.array(header.key, samples.dtype) * samples.dtype.type(scale)
        transparent = hit if samples.ndim == 2 else hit.all(axis=-1)
        if transparent.any() and not transparent.all():
            return Page(samples, transparent, orientation)
        return Page(samples, orientation=orientation)
    return _page(samples, alpha, orientation)


def read_jpeg(path: Path) -> Page:
    """Return a JPEG (or the first picture of an MPO). Raises as `read_picture`."""
    content = path.read_bytes()
    stream = check_jpeg(content, path)
    with Image.open(io.BytesIO(content), formats=("JPEG", "MPO")) as image:
        orientation = _orientation(image)
        image.load()
        corner = np.asarray(
            image.crop((image.width - BLOCK, image.height - BLOCK, image.width, image.height))
        )
        incomplete = False
        if stream.progressive or np.isin(corner, JPEG_GREY).all():
            with Image.open(io.BytesIO(jpeg_stream.with_more_data(content, stream))) as again:
                incomplete = again.tobytes() != image.tobytes()
        if incomplete and stream.progressive:
            raise jpeg_stream.ShortStream("it still takes data, and what is missing is everywhere")
        samples, alpha = _samples(image, path)
    return replace(_page(samples, alpha, orientation), incomplete=incomplete)


def check_jpeg(content: bytes, path: Path) -> jpeg_stream.JpegStream:
    """Return the headers of a JPEG that libjpeg decodes.

    Raises UnreadableImage for what it does not, with the reason, and for what is too much work; ValueError
    (struct.error, LookupError, ArithmeticError) if a part of the stream is missing.
    """
    stream = jpeg_stream.read_stream(content)
    if not stream.process:
        raise jpeg_stream.ShortStream("it has no frame")
    if stream.process in jpeg_stream.OTHER_PROCESSES:
        problem = messages.SYNTAX_UNKNOWN(syntax=jpeg_stream.OTHER_PROCESSES[stream.process])
        raise UnreadableImage(problem, messages.EXPORT_AS_JPEG, path)
    if stream.precision != 8:
        problem = messages.DEPTH_UNKNOWN(bits=stream.precision, kind=messages.WHOLE_NUMBERS)
        raise UnreadableImage(problem, messages.EXPORT_AS_PNG, path)
    check_dimensions(path, stream.height, stream.width, 1, max(1, len(stream.components)))
    if len(stream.scan_ends) * stream.width * stream.height > limits.MAX_SCANNED_PIXELS:
        problem = messages.SCANS_TOO_MANY(count=len(stream.scan_ends))
        raise UnreadableImage(problem, messages.SAVE_NOT_PROGRESSIVE, path)
    if not stream.complete:
        raise jpeg_stream.ShortStream("scans, restarts or the end are missing")
    return stream


def read_bmp(path: Path) -> Page:
    """Return a BMP. Raises as `read_picture`."""
    with path.open("rb") as file:
        head = file.read(BMP_HEADER)
        size = file.seek(0, 2)
    method = int.from_bytes(head[30:34], "little") if head[14] > OLD_BMP_HEADER else 0
    if method in BMP_METHODS:
        problem = messages.SYNTAX_UNKNOWN(syntax=BMP_METHODS[method])
        raise UnreadableImage(problem, messages.SAVE_UNCOMPRESSED, path)
    width, height = (abs(int.from_bytes(head[at : at + 4], "little", signed=True)) for at in (18, 22))
    if method in BMP_RUNS and (width * height > MAX_RUN_PIXELS or size > MAX_RUN_BYTES):
        problem = messages.IMAGE_TOO_LARGE(columns=width, rows=height, limit=MAX_RUN_PIXELS // 10**6)
        raise UnreadableImage(problem, messages.SAVE_UNCOMPRESSED, path)
    return read_picture(path)


def read_picture(path: Path) -> Page:
    """Return the one picture of a file that Pillow reads as it should, or the first one.

    Raises UnreadableImage for what is not read or too large; ValueError, OSError, SyntaxError or another of
    `reader.FOREIGN_ERRORS` if it is damaged or cut short.
    """
    with Image.open(path, formats=formats.PILLOW_NAMES) as image:
        check_dimensions(path, image.height, image.width, 1, max(1, len(image.getbands())))
        orientation = _orientation(image)
        if image.format in UNCHECKED and _ends_in_zeros(path):
            raise ValueError("zeros where its last pixels should be")
        moving = int(getattr(image, "n_frames", 1)) > 1
        image.load()  # complains about a file that ends too early
        samples, alpha = _samples(image, path)
    notes = (tr("It is an animation, of which the first picture is shown."),) if moving else ()
    return _page(samples, alpha, orientation, notes)


def _ends_in_zeros(path: Path) -> bool:
    """Return whether a file ends as no compressed data do."""
    with path.open("rb") as file:
        file.seek(-min(ZEROS, path.stat().st_size), os.SEEK_END)
        return not any(file.read())


def _page(
    samples: NDArray[Any], alpha: NDArray[Any] | None, orientation: int, notes: tuple[str, ...] = ()
) -> Page:
    if alpha is None:
        return Page(samples, orientation=orientation, notes=notes)
    if not alpha.any():  # some programs leave alpha empty and mean nothing by it
        notes += (tr("Every pixel is transparent; the transparency was passed over."),)
        return Page(samples, orientation=orientation, notes=notes)
    laid, transparent = on_black(samples, alpha)
    return Page(laid, transparent, orientation, notes=notes)


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def _samples(image: Image.Image, path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return grey (H, W) or colour (H, W, 3) samples as Pillow decoded them, and alpha (H, W) or None."""
    if image.mode in ("LA", "La"):
        layers = np.asarray(image.convert("LA"))
        return np.ascontiguousarray(layers[..., 0]), layers[..., 1]
    if image.mode in ("PA", "RGBA", "RGBa") or (image.mode == "P" and "transparency" in image.info):
        layers = np.asarray(image.convert("RGBA"))
        return np.ascontiguousarray(layers[..., :3]), layers[..., 3]
    if image.mode == "1":
        return np.asarray(image.convert("L")), None
    if image.mode in ("P", "CMYK", "YCbCr"):
        return np.asarray(image.convert("RGB")), None
    if image.mode in ("L", "RGB", "I", "F") or image.mode.startswith("I;16"):
        return np.asarray(image), None
    problem = messages.COLOUR_MODEL_UNKNOWN(mode=image.mode)
    raise UnreadableImage(problem, messages.SAVE_AS_GREY_OR_RGB, path)


def _deep_samples(content: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return what OpenCV decodes with all its bits: colour (H, W, 3) and alpha (H, W), or None."""
    page = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if page is None:
        raise ValueError("OpenCV cannot decode what Pillow could")
    if page.ndim == 2:
        return page, None
    colour = np.ascontiguousarray(page[..., 2::-1])
    return colour, page[..., 3] if page.shape[2] == 4 else None
