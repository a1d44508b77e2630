"""A small picture of an image file, for lists: quick, and nothing large is kept."""

import dataclasses
import io
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cxrview.imaging import decoder_warnings, sniff
from cxrview.imaging.dicom.reader import read_dicom
from cxrview.imaging.isolated import decoded
from cxrview.imaging.radiograph import Radiograph
from cxrview.imaging.raster.pictures import check_jpeg
from cxrview.imaging.raster.reader import damage_told, read_raster
from cxrview.imaging.read import FileKind, identify, trouble_reported
from cxrview.imaging.render import render
from cxrview.progress import Report, silent

PIXELS_A_SIDE = 6  # looked at for one pixel of the thumbnail; more would not be seen


def thumbnail(path: Path, frame: int, side: int, report: Report = silent) -> NDArray[np.uint8]:
    """Return frame `frame` (0-based) of a file within `side` × `side` pixels: (h, w) uint8, or (h, w, 3) RGB.

    It is the picture in the file's default window, upright and with square pixels, no larger than the
    image itself. It is decoded by another process, as `read` does it. Raises UnreadableImage.
    """
    path = Path(path)
    with trouble_reported(path):
        identify(path)
        small: NDArray[np.uint8] = decoded(path, "thumbnail", report, frame=frame, side=side)
        return small


def thumbnail_here(path: Path, frame: int, side: int) -> NDArray[np.uint8]:
    """Return what `thumbnail` returns, decoded in this process, which the file may end."""
    path = Path(path)
    with trouble_reported(path):
        kind = identify(path)
        if kind is FileKind.RASTER:
            if _is_jpeg(path):
                return _of_jpeg(path, side)
            pages = read_raster(path)
            return _of_radiograph(pages[min(frame, len(pages) - 1)], side)
        (radiograph,) = read_dicom(path, force=kind is FileKind.ELEMENTS, only=frame)
        return _of_radiograph(radiograph, side)


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return sniff.raster_kind(file.read(sniff.HEAD)) == "JPEG"


def _of_jpeg(path: Path, side: int) -> NDArray[np.uint8]:
    """Decode at the smallest of the scales 1, 1/2, 1/4 and 1/8, which JPEG does while it decodes."""
    content = path.read_bytes()
    with decoder_warnings.collected(), damage_told(path):
        check_jpeg(content, path)
        return _decoded_small(content, side)


def _decoded_small(content: bytes, side: int) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content), formats=("JPEG", "MPO")) as image:
        grey = image.mode == "L"
        image.draft(image.mode, (2 * side, 2 * side))
        upright = ImageOps.exif_transpose(image).convert("L" if grey else "RGB")
        return _shrunk(np.asarray(upright), side, upright.height / upright.width)


def _of_radiograph(radiograph: Radiograph, side: int) -> NDArray[np.uint8]:
    height, width = radiograph.shape
    step = max(1, max(height, width) // (PIXELS_A_SIDE * side))
    aspect = radiograph.pixel_aspect * height / width
    if radiograph.rgb is not None:
        return _shrunk(radiograph.rgb[::step, ::step], side, aspect)
    values = np.ascontiguousarray(radiograph.values[::step, ::step])
    padding = radiograph.padding
    if padding is not None:
        padding = np.ascontiguousarray(padding[::step, ::step])
    small = dataclasses.replace(radiograph, values=values, padding=padding)
    return _shrunk(render(small, radiograph.default_voi), side, aspect)


def _shrunk(picture: NDArray[Any], side: int, aspect: float) -> NDArray[np.uint8]:
    """Return `picture` within `side` × `side`, `aspect` times as high as it is wide, and no larger."""
    height, width = picture.shape[:2]
    longest = min(side, max(height, width))
    if aspect > 1:
        size = (max(1, math.floor(longest / aspect + 0.5)), longest)
    else:
        size = (longest, max(1, math.floor(longest * aspect + 0.5)))
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA))
