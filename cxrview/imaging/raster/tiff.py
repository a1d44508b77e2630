"""Read TIFF: every page that `tiff_layout` understands, as grey or RGB samples."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages
from cxrview.imaging.limits import MAX_FRAMES, check_dimensions, check_together
from cxrview.imaging.raster.jpeg_stream import GARBAGE, ShortStream
from cxrview.imaging.raster.page import Page, on_black
from cxrview.imaging.raster.tiff_layout import (
    COLOURS,
    MAX_SEGMENTS,
    Compression,
    Photometric,
    TiffLayout,
    layout_of,
)
from cxrview.imaging.raster.tiff_samples import decoded_as_a_whole, page_alone, read_samples
from cxrview.imaging.raster.tiff_structure import TiffFile, TiffTag

PREMULTIPLIED, STRAIGHT = 1, 2  # kinds of alpha in tag 338


def read_tiff(path: Path) -> list[Page]:
    """Return the pages of a TIFF.

    Raises UnreadableImage for what is not read or too large, with the reason; ValueError, OSError or
    zlib.error if it is damaged or cut short.
    """
    with path.open("rb") as file:
        pages = TiffFile(file).pages()
        if len(pages) > MAX_FRAMES:
            check_dimensions(path, 1, 1, len(pages))
        layouts: list[TiffLayout] = []
        segments = 0
        for page in pages:  # many may share one list of segments
            layouts.append(layout_of(page, path))
            segments += len(layouts[-1].offsets)
            if segments > MAX_SEGMENTS:
                problem = messages.SEGMENTS_TOO_MANY(count=segments)
                raise UnreadableImage(problem, messages.SAVE_UNCOMPRESSED, path)
        check_together(path, len(pages), sum(layout.decoded_bytes for layout in layouts))
        return [_page(layout, path) for layout in layouts]


def _page(layout: TiffLayout, path: Path) -> Page:
    if decoded_as_a_whole(layout):
        return Page(_by_pillow(layout), orientation=layout.orientation)
    stored = _whole_range(read_samples(layout), layout)
    colours = COLOURS[layout.photometric]
    alpha, premultiplied = _alpha(stored, layout)
    if layout.photometric is Photometric.PALETTE:
        samples = _colour_map(layout)[stored[..., 0]]
    elif layout.photometric is Photometric.SEPARATED:
        samples = _rgb_of_inks(stored[..., :4])
    elif colours == 1:
        if layout.samples > 1 and alpha is None and layout.extra is None:
            raise UnreadableImage(messages.GREY_OF_SEVERAL_SAMPLES, messages.SAVE_AS_GREY_OR_RGB, path)
        samples = np.ascontiguousarray(stored[..., 0])
    else:
        samples = _rgb(stored[..., :3], layout, path)
    inverted, transparent = layout.photometric is Photometric.WHITE_IS_ZERO, None
    if alpha is not None:
        if inverted and samples.dtype.kind == "u":  # black, on which it is laid, is 0 only when turned over
            samples, inverted = ~samples, False
        samples, transparent = on_black(samples, alpha, premultiplied=premultiplied)
    packed = layout.bits if 8 < layout.bits < 16 and layout.samples == 1 else 0
    return Page(samples, transparent, layout.orientation, inverted=inverted, bits=packed)


def _whole_range(stored: NDArray[Any], layout: TiffLayout) -> NDArray[Any]:
    """Return samples of less than eight bits as 0…255, and several of a pixel of less than 16 as 0…65535.

    Of a palette they are numbers of colours and stay as they are, and so does a single deep one.
    """
    if layout.photometric is Photometric.PALETTE or layout.bits in (8, 16) or layout.bits > 16:
        return stored
    if layout.bits < 8:
        return np.asarray(stored.astype(np.uint16) * 255 // (2**layout.bits - 1), np.uint8)
    if layout.samples == 1:
        return stored
    return np.asarray(stored.astype(np.uint32) * 65_535 // (2**layout.bits - 1), np.uint16)


def _alpha(stored: NDArray[Any], layout: TiffLayout) -> tuple[NDArray[Any] | None, bool]:
    """Return the first sample behind the colours that says what is transparent, and whether it is in them."""
    colours = COLOURS[layout.photometric]
    extra = layout.extra
    if extra is None and layout.samples == colours + 1 and layout.bits in (8, 16):
        extra = (STRAIGHT,)  # many forget to say so
    for index, meaning in enumerate((extra or ())[: layout.samples - colours]):
        if meaning in (PREMULTIPLIED, STRAIGHT):
            return stored[..., colours + index], meaning == PREMULTIPLIED
    return None, False


def _rgb(colour: NDArray[Any], layout: TiffLayout, path: Path) -> NDArray[Any]:
    if (colour == colour[..., :1]).all():
        return np.ascontiguousarray(colour[..., 0])
    if colour.dtype.kind != "u" or colour.dtype.itemsize > 2:
        problem = messages.COLOUR_TOO_DEEP(bits=layout.bits)
        raise UnreadableImage(problem, messages.SAVE_AS_GREY_OR_RGB, path)
    return np.ascontiguousarray(colour)


def _colour_map(layout: TiffLayout) -> NDArray[np.uint8]:
    """Return the palette, (2^bits, 3)."""
    size = 2**layout.bits
    numbers = layout.page.values(TiffTag.COLOUR_MAP, 3 * size)
    if len(numbers) != 3 * size:
        raise ValueError("a palette with too few colours")
    table = np.array(numbers, np.uint16).reshape(3, size).T
    return (table >> 8 if table.max() > 255 else table).astype(np.uint8)  # some write eight bits


def _rgb_of_inks(inks: NDArray[Any]) -> NDArray[np.uint8]:
    if inks.dtype != np.uint8:
        inks = (inks >> (8 * (inks.dtype.itemsize - 1))).astype(np.uint8)
    return np.asarray(Image.fromarray(np.ascontiguousarray(inks), "CMYK").convert("RGB"))


def _by_pillow(layout: TiffLayout) -> NDArray[np.uint8]:
    """Return what libtiff makes of a page with eight bits, or one: (H, W) or (H, W, 3) uint8."""
    picture = _pixels(page_alone(layout))
    # libjpeg fills what is missing with grey and says nothing. A stream that still takes data is short.
    jpeg = layout.compression is Compression.JPEG
    if jpeg and not np.array_equal(picture, _pixels(page_alone(layout, GARBAGE))):
        raise ShortStream("a JPEG stream still takes data")
    return picture


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    with image:
        return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))
