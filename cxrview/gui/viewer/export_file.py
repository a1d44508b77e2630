"""Pictures as files: PNG, JPEG and TIFF with nothing in them but pixels."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.atomic_file import write_atomically
from cxrview.errors import CxrviewError
from cxrview.gui import messages
from cxrview.gui.viewer.export_choices import SUFFIXES
from cxrview.messages import CHOOSE_ANOTHER_FOLDER

PNG_LEVEL = 3
TIFF_DEFLATE = 8  # Adobe Deflate, the number in the TIFF specification
SAMPLE_ROWS = 480  # of a picture, from which the size of its file is estimated
BANDS = 6


def encode(pixels: NDArray[np.uint8], kind: str, quality: int) -> bytes:
    """Return `pixels`, (h, w) or RGB (h, w, 3), as a file of `kind`; `quality`, 0…100, is for JPEG.

    Raises CxrviewError if the format cannot hold them: JPEG ends at 65,500 pixels a side.
    """
    options = {
        "png": (cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL),
        "jpeg": (cv2.IMWRITE_JPEG_QUALITY, quality),
        "tiff": (cv2.IMWRITE_TIFF_COMPRESSION, TIFF_DEFLATE),
    }
    grey = pixels if pixels.ndim == 2 else _grey(pixels)
    ordered = grey if grey is not None else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    try:
        done, encoded = cv2.imencode(SUFFIXES[kind][0], ordered, options[kind])
    except cv2.error:
        done = False
    if not done:
        raise CxrviewError(messages.PICTURE_TOO_LARGE, messages.SAVE_AS_PNG)
    return bytes(encoded)


def write(data: bytes, path: Path) -> None:
    """Write a file, whole or not at all. Raises CxrviewError."""
    try:
        write_atomically(path, data)
    except OSError as error:
        raise CxrviewError(messages.COULD_NOT_BE_WRITTEN, CHOOSE_ANOTHER_FOLDER, path) from error


def estimate(pixels: NDArray[np.uint8], kind: str, quality: int) -> int:
    """Return about how many bytes the file will have, from some bands of a large picture."""
    height = len(pixels)
    if height <= 2 * SAMPLE_ROWS:
        return len(encode(pixels, kind, quality))
    deep = SAMPLE_ROWS // BANDS
    starts = np.linspace(0, height - deep, BANDS).astype(int)
    bands = np.concatenate([pixels[start : start + deep] for start in starts])
    return round(len(encode(bands, kind, quality)) * height / len(bands))


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the one channel of a picture without colour, or None."""
    red = pixels[..., 0]
    same = np.array_equal(red, pixels[..., 1]) and np.array_equal(red, pixels[..., 2])
    return np.ascontiguousarray(red) if same else None
