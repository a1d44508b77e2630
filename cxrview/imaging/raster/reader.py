"""Read the formats of `formats`. Pillow checks and decodes; OpenCV where Pillow would drop bits."""

import functools
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from cxrview.errors import UnreadableImage
from cxrview.i18n import mark, tr
from cxrview.imaging import decoder_warnings, messages
from cxrview.imaging.dicom.modality import fill_holes
from cxrview.imaging.limits import check_dimensions, check_together
from cxrview.imaging.orientation import SIDEWAYS, upright
from cxrview.imaging.radiograph import Radiograph, Voi
from cxrview.imaging.raster import formats
from cxrview.imaging.render import choose_voi, full_range_window, luminance, percentile_range

ORIENTATION = 0x0112
PHOTOMETRIC, BITS_PER_SAMPLE = 262, 258
WHITE_IS_ZERO = 0
USED_SHARE = 0.5  # of the 16-bit range, between the 0.5th and 99.5th percentile, to count as windowed
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

Content = Callable[[], NDArray[np.uint8]]
"""Returns the bytes of the file, which few pictures need."""


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """One page as decoded: grey (H, W) or colour (H, W, 3) samples, and what is transparent."""

    samples: NDArray[Any]
    transparent: NDArray[np.bool_] | None
    inverted: bool
    orientation: int  # how it is stored; it is upright here


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
    Raises UnreadableImage if the file is damaged, cut short, too large or of a rare colour model.
    """
    with decoder_warnings.collected(), damage_told(path), Image.open(path, formats=formats.NAMES) as image:
        count = int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1
        check_dimensions(path, image.height, image.width, count, max(1, len(image.getbands())))
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        if count > 1:
            _check_pages(image, path, count)
        content = functools.cache(lambda: np.fromfile(path, np.uint8))
        pages = [_read_page(image, path, index, content) for index in range(count)]
    return [_radiograph(page, path, index, count, kind) for index, page in enumerate(pages)]


def _check_pages(image: Image.Image, path: Path, count: int) -> None:
    """Refuse a TIFF whose pages, each of its own size, are too large one by one or together."""
    total = 0
    for index in range(count):
        image.seek(index)  # reads its header
        depth = 4 if image.mode in ("I", "F") else 1
        if image.mode.startswith("I;16") or _sixteen_bit_colour(image, path):
            depth = 2
        size = depth * max(1, len(image.getbands()))
        check_dimensions(path, image.height, image.width, bytes_per_pixel=size)
        total += image.height * image.width * size
    check_together(path, count, total)


def _read_page(image: Image.Image, path: Path, index: int, content: Content) -> _Page:
    image.seek(index)
    tiff = image.format == "TIFF"
    orientation = int(image.getexif().get(ORIENTATION, 1))
    deep = _sixteen_bit_colour(image, path)
    inverted = _white_is_zero_kept(image)
    image.load()  # complains about a file that ends too early
    # Pillow 13 scrambles an uncompressed TIFF that lies on its side.
    if deep or (tiff and orientation in SIDEWAYS):
        samples, transparent = _deep_samples(content(), index)
    else:
        samples, transparent = _pillow_samples(image, path)
    still = 1 if tiff else orientation  # both libraries have turned a TIFF
    if transparent is not None:
        transparent = upright(transparent, still)
    return _Page(upright(samples, still), transparent, inverted, orientation)


def _pillow_samples(image: Image.Image, path: Path) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        layers = np.asarray(image.convert("RGBA"))
        alpha = layers[..., 3:].astype(np.uint16)
        if alpha.min() == 255:
            return layers[..., :3], None
        on_black = ((layers[..., :3] * alpha + 127) // 255).astype(np.uint8)
        return on_black, np.asarray(alpha[..., 0] == 0)
    if image.mode == "1":
        return np.asarray(image.convert("L")), None
    if image.mode in ("P", "CMYK", "YCbCr"):
        return np.asarray(image.convert("RGB")), None
    if image.mode in ("L", "RGB", "I", "F") or image.mode.startswith("I;16"):
        return np.asarray(image), None
    problem = messages.COLOUR_MODEL_UNKNOWN(mode=image.mode)
    raise UnreadableImage(problem, messages.SAVE_AS_GREY_OR_RGB, path)


def _sixteen_bit_colour(image: Image.Image, path: Path) -> bool:
    """Return whether Pillow would reduce the samples to eight bits."""
    if image.mode not in ("RGB", "RGBA", "RGBX", "LA"):
        return False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return 16 in image.tag_v2.get(BITS_PER_SAMPLE, (8,))
    return image.format == "PNG" and _png_bit_depth(path) == 16


def _png_bit_depth(path: Path) -> int:
    with path.open("rb") as file:
        return file.read(25)[24]  # signature 8, length 4, "IHDR" 4, width 4, height 4, then the depth


def _deep_samples(content: NDArray[np.uint8], index: int) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    done, pages = cv2.imdecodemulti(content, cv2.IMREAD_UNCHANGED, range=(index, index + 1))
    if not done or len(pages) != 1:
        raise ValueError("OpenCV cannot decode what Pillow could")
    page = pages[0]
    if page.ndim == 2:
        return page, None
    colour = np.ascontiguousarray(page[..., 2::-1])
    if page.shape[2] < 4:
        return colour, None
    alpha = page[..., 3:].astype(np.uint32)
    full = int(np.iinfo(page.dtype).max)
    on_black = ((colour * alpha + full // 2) // full).astype(page.dtype)
    transparent = alpha[..., 0] == 0
    return on_black, np.asarray(transparent) if transparent.any() else None


def _white_is_zero_kept(image: Image.Image) -> bool:
    """Return whether a TIFF with white as zero comes out of Pillow as stored (it turns 1 to 8 bits over)."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    shallow = image.mode in ("1", "L", "P")
    return image.tag_v2.get(PHOTOMETRIC) == WHITE_IS_ZERO and not shallow


def _radiograph(page: _Page, path: Path, index: int, count: int, kind: str) -> Radiograph:
    samples, rgb = page.samples, None
    if samples.ndim == 3:
        if (samples == samples[..., :1]).all():
            samples = np.ascontiguousarray(samples[..., 0])  # grey saved as colour
        else:
            deep = samples.dtype != np.uint8
            rgb = (samples >> 8).astype(np.uint8) if deep else samples
            samples = luminance(samples)
    values, padding, holes = fill_holes(samples, page.transparent, path)
    notes = (
        (tr("{holes} pixels are not finite numbers and are shown as padding.").format(holes=holes),)
        if holes
        else ()
    )
    voi, complaint = _default_voi(values, padding)
    bits = "float" if values.dtype.kind == "f" else f"{values.dtype.itemsize * 8} bit"
    return Radiograph(
        path=path,
        frame=index,
        frame_count=count,
        values=values,
        default_voi=voi,
        inverted=page.inverted,
        rgb=rgb,
        padding=padding,
        orientation=page.orientation,
        format=f"{kind}, {bits}{' colour' if rgb is not None else ''}",
        warnings=(*notes, *complaint),
    )


def _default_voi(values: NDArray[Any], padding: NDArray[np.bool_] | None) -> tuple[Voi, tuple[str, ...]]:
    if values.dtype == np.uint8:
        return full_range_window(8), ()
    if values.dtype == np.uint16:
        low, high = percentile_range(values, padding)
        if high - low >= USED_SHARE * 65_535:
            return full_range_window(16), ()
    voi, _ = choose_voi(values, (), padding)
    return voi, (tr("The picture has no window of its own; an automatic one is used."),)


MODES = {  # by Pillow's word for the samples
    "1": mark("1 bit, black and white"),
    "L": mark("8 bits, grey"),
    "LA": mark("8 bits, grey with transparency"),
    "P": mark("8 bits, palette"),
    "RGB": mark("3 × 8 bits, colour"),
    "RGBA": mark("3 × 8 bits, colour with transparency"),
    "CMYK": mark("4 × 8 bits, printing colours"),
    "YCbCr": mark("3 × 8 bits, colour"),
    "I": mark("32 bits, grey"),
    "F": mark("32 bits, floating point"),
    "I;16": mark("16 bits, grey"),
    "I;16B": mark("16 bits, grey"),
}
MAX_TEXT = 200
TEXT_NAMES = {"dpi": mark("Resolution (dots per inch)"), "gamma": mark("Gamma"), "comment": mark("Comment")}
SHOWN_EXIF = 60  # entries


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the file's format, and (name, value) of what its header says; pixels are not decoded.

    Raises UnreadableImage if it is damaged; OSError.
    """
    with damage_told(path), Image.open(path, formats=formats.NAMES) as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        facts = [
            (tr("Format"), kind),
            (
                tr("File size"),
                tr("{count} bytes").format(count=f"{path.stat().st_size:,}".replace(",", "\u202f")),
            ),
            (tr("Width"), tr("{count} pixels").format(count=image.width)),
            (tr("Height"), tr("{count} pixels").format(count=image.height)),
            (tr("Samples"), tr(MODES.get(image.mode, image.mode))),
        ]
        pages = int(getattr(image, "n_frames", 1))
        if pages > 1:
            facts.append((tr("Pages"), str(pages)))
        for key, name in TEXT_NAMES.items():
            if (value := image.info.get(key)) is not None:
                facts.append((tr(name), _fact_text(value)))
        facts += _exif(image.getexif())
        return kind, facts


def _exif(exif: Image.Exif) -> list[tuple[str, str]]:
    entries = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    found = []
    for tag, value in sorted(entries.items())[:SHOWN_EXIF]:
        name = ExifTags.TAGS.get(tag, f"0x{tag:04X}")
        if not name.endswith(("IFD", "Offset", "Offsets", "ByteCounts", "MakerNote")):
            found.append((f"{name} (EXIF)", _fact_text(value)))
    return found


def _fact_text(value: object) -> str:
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        return text[:MAX_TEXT] if text.isprintable() else tr("{count} bytes").format(count=len(value))
    if isinstance(value, tuple):
        return " × ".join(_fact_text(part) for part in value)
    if isinstance(value, int) or not isinstance(value, str):
        try:
            return f"{float(value):g}"  # type: ignore[arg-type]
        except (TypeError, ValueError, ZeroDivisionError):
            pass
    return "".join(c if c.isprintable() else " " for c in str(value)).strip()[:MAX_TEXT]
