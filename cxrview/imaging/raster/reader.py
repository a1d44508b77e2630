"""Read the formats of `formats`: from a file to one radiograph for each of its pages."""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from PIL import Image, UnidentifiedImageError

from cxrview.errors import UnreadableImage
from cxrview.imaging import decoder_warnings, messages
from cxrview.imaging.radiograph import Radiograph
from cxrview.imaging.raster import formats
from cxrview.imaging.raster.page import Page, radiograph_of
from cxrview.imaging.raster.pictures import read_bmp, read_jpeg, read_picture, read_png
from cxrview.imaging.raster.tiff import read_tiff

FOREIGN_ERRORS = (
    OSError,
    SyntaxError,  # Pillow's word for a broken header
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    cv2.error,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)
READERS: dict[str, Callable[[Path], Page]] = {"PNG": read_png, "JPEG": read_jpeg, "BMP": read_bmp}
HEAD = 512  # bytes that tell the format


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Raise UnreadableImage where a decoder inside finds fault with `path`; PermissionError stays."""
    try:
        yield
    except PermissionError:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableImage(messages.TOO_MANY_PIXELS, messages.EXPORT_SMALLER_ONE, path) from error
    except FOREIGN_ERRORS as error:
        raise UnreadableImage(messages.RASTER_DAMAGED, messages.COPY_OR_EXPORT_AGAIN, path) from error


def read_raster(path: Path) -> list[Radiograph]:
    """Return the pages of a TIFF, or the one picture of another file, upright.

    Eight bits are taken as already windowed and are shown as they are; a 16-bit image is so only if it
    fills half of its range, otherwise it gets a percentile window. Resolution tags are not believed:
    `spacing` is None. Transparent pixels are padding; half transparent ones lie on black.
    Raises UnreadableImage if the file is damaged, cut short, too large or holds what is not read.
    """
    with decoder_warnings.collected(), damage_told(path):
        kind = format_of(path)
        pages = read_tiff(path) if kind == "TIFF" else [READERS.get(kind, read_picture)(path)]
        return [radiograph_of(page, path, index, len(pages), kind) for index, page in enumerate(pages)]


def format_of(path: Path) -> str:
    """Return the name of a picture's format, one of `formats`. Raises ValueError if it is none; OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for entry in formats.FORMATS:
        if entry.begins(head):
            return entry.name
    raise ValueError("no picture")
