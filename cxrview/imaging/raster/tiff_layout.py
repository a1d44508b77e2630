"""What the samples of a TIFF page are: the one place that decides it, before any of them is decoded.

Sample format, byte order, planar configuration, photometric interpretation, bit depth, predictor and
segments are either understood here or refused with the reason. What a decoder makes of them by itself is
not asked: Pillow and OpenCV take signed samples for unsigned, wide ones for narrow and planes for pixels.
"""

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages
from cxrview.imaging.limits import check_dimensions, check_together
from cxrview.imaging.raster.tiff_structure import TiffPage, TiffTag

MAX_SAMPLES = 16  # of a pixel
SHARED, MOST_SHARED = 2**26, 4  # bytes, or times a file's size, that its segments may have together
MAX_SEGMENTS = 2**17  # of a page; 80 million pixels in tiles of 25 × 25


class Photometric(IntEnum):
    """TiffTag 262, as far as it is read."""

    WHITE_IS_ZERO = 0
    BLACK_IS_ZERO = 1
    RGB = 2
    PALETTE = 3
    SEPARATED = 5
    YCBCR = 6


NOT_READ = {4: "mask", 8: "CIELAB", 9: "ICCLAB", 10: "ITULAB", 32803: "CFA", 32844: "LogL", 32845: "LogLuv"}
NOT_READ |= {34892: "LinearRaw"}
COLOURS = {
    Photometric.WHITE_IS_ZERO: 1,
    Photometric.BLACK_IS_ZERO: 1,
    Photometric.RGB: 3,
    Photometric.PALETTE: 1,
    Photometric.SEPARATED: 4,
    Photometric.YCBCR: 3,
}


class Compression(IntEnum):
    """TiffTag 259, as far as it is read."""

    NONE = 1
    CCITT_RLE = 2
    CCITT_T4 = 3
    CCITT_T6 = 4
    LZW = 5
    JPEG = 7
    DEFLATE = 8
    PACKBITS = 32773
    OLD_DEFLATE = 32946
    LZMA = 34925
    ZSTD = 50000


BY_LIBTIFF = (Compression.LZW, Compression.PACKBITS, Compression.LZMA, Compression.ZSTD)
CCITT = (Compression.CCITT_RLE, Compression.CCITT_T4, Compression.CCITT_T6)
PREDICTED = (
    Compression.LZW,
    Compression.DEFLATE,
    Compression.OLD_DEFLATE,
    Compression.LZMA,
    Compression.ZSTD,
)
OTHER_COMPRESSIONS = {6: "JPEG of TIFF 5", 34676: "SGI LogLuv", 34712: "JPEG 2000", 34887: "LERC"}
OTHER_COMPRESSIONS |= {34892: "lossy JPEG of DNG", 50001: "WebP", 50002: "JPEG XL"}
FORMATS = {1: "u", 2: "i", 3: "f", 4: "u"}  # of tag 339; 4 is "undefined", which says nothing
FORMAT_NAMES = {"u": messages.WHOLE_NUMBERS, "i": messages.SIGNED_NUMBERS, "f": messages.FLOATING_POINT}
DEPTHS = {"u": (*range(1, 17), 32, 64), "i": (8, 16, 32, 64), "f": (16, 32, 64)}


@dataclass(frozen=True, slots=True)
class TiffLayout:
    """A page whose samples are understood.

    Sizes are in pixels, `bits` is the depth of one sample, `kind` is "u", "i" or "f" as in NumPy, `samples`
    their number in a pixel; `planar` says that each has a plane of its own, one after the other. A segment
    is `segment_width` × `segment_height` (a strip or a tile), `across` and `down` say how many there are in
    one plane; `offsets` and `counts` are their places and sizes in the file, in bytes.
    `extra` are the meanings of the samples behind the colours (tag 338), None where it does not tell.
    """

    page: TiffPage
    width: int
    height: int
    bits: int
    kind: str
    samples: int
    planar: bool
    photometric: Photometric
    compression: Compression
    predictor: int
    orientation: int
    extra: tuple[int, ...] | None
    segment_width: int
    segment_height: int
    tiled: bool
    offsets: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def across(self) -> int:
        """How many segments lie beside each other."""
        return math.ceil(self.width / self.segment_width)

    @property
    def down(self) -> int:
        """How many segments of one plane lie below each other."""
        return math.ceil(self.height / self.segment_height)

    @property
    def planes(self) -> int:
        """How many planes are stored one after the other."""
        return self.samples if self.planar else 1

    @property
    def interleaved(self) -> int:
        """How many samples of a pixel lie beside each other."""
        return 1 if self.planar else self.samples

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of a segment, which begins at a whole byte."""
        return math.ceil(self.segment_width * self.interleaved * self.bits / 8)

    @property
    def decoded_bytes(self) -> int:
        """What the samples take in memory when each has whole bytes."""
        return self.width * self.height * self.samples * max(1, self.depth // 8)

    @property
    def depth(self) -> int:
        """The bits of a decoded sample: 8, 16, 32 or 64."""
        return next(bits for bits in (8, 16, 32, 64) if bits >= self.bits)


def layout_of(page: TiffPage, path: Path) -> TiffLayout:
    """Return what the samples of a page are.

    Raises UnreadableImage for what is not read or too large; ValueError where the tags contradict each other.
    """
    width, height = page.value(TiffTag.WIDTH, 0), page.value(TiffTag.HEIGHT, 0)
    samples = page.value(TiffTag.SAMPLES, 1)
    if not 1 <= samples <= MAX_SAMPLES:
        raise UnreadableImage(messages.SAMPLES_TOO_MANY(samples=samples), messages.SAVE_AS_GREY_OR_RGB, path)
    bits, kind = _depth(page, samples, path)
    check_dimensions(path, height, width, 1, samples * max(1, math.ceil(bits / 8)))
    photometric = _photometric(page, samples, path)
    compression = _compression(page, bits, kind, photometric, path)
    predictor = page.value(TiffTag.PREDICTOR, 1) if compression in PREDICTED else 1
    if predictor not in (1, 2, 3) or (predictor == 3) > (kind == "f") or (predictor == 2 and bits % 8):
        raise UnreadableImage(messages.PREDICTOR_UNKNOWN(number=predictor), messages.SAVE_UNCOMPRESSED, path)
    extra = page.values(TiffTag.EXTRA_SAMPLES, MAX_SAMPLES) if TiffTag.EXTRA_SAMPLES in page else None
    tiled = TiffTag.TILE_WIDTH in page
    segment = (
        (page.value(TiffTag.TILE_WIDTH, 0), page.value(TiffTag.TILE_HEIGHT, 0))
        if tiled
        else (width, min(height, page.value(TiffTag.ROWS_PER_STRIP, height) or height))
    )
    layout = TiffLayout(
        page=page,
        width=width,
        height=height,
        bits=bits,
        kind=kind,
        samples=samples,
        planar=samples > 1 and page.value(TiffTag.PLANAR, 1) == 2,
        photometric=photometric,
        compression=compression,
        predictor=predictor,
        orientation=page.value(TiffTag.ORIENTATION, 1),
        extra=extra,
        segment_width=segment[0],
        segment_height=segment[1],
        tiled=tiled,
        offsets=(),
        counts=(),
    )
    return _with_segments(layout, path)


def _depth(page: TiffPage, samples: int, path: Path) -> tuple[int, str]:
    """Return bits and kind, which all samples of a pixel must share."""
    depths = set(page.values(TiffTag.BITS, samples)) or {1}
    formats = set(page.values(TiffTag.SAMPLE_FORMAT, samples)) or {1}
    kinds = {FORMATS.get(number, "") for number in formats}
    if len(depths) > 1 or len(kinds) > 1:
        raise UnreadableImage(messages.SAMPLES_DIFFER, messages.SAVE_AS_GREY_OR_RGB, path)
    (bits,), (kind,) = depths, kinds
    if kind == "":
        raise UnreadableImage(messages.SAMPLES_COMPLEX, messages.SAVE_AS_GREY_OR_RGB, path)
    if bits not in DEPTHS[kind]:
        problem = messages.DEPTH_UNKNOWN(bits=bits, kind=FORMAT_NAMES[kind])
        raise UnreadableImage(problem, messages.SAVE_AS_GREY_OR_RGB, path)
    return bits, kind


def _photometric(page: TiffPage, samples: int, path: Path) -> Photometric:
    number = page.value(TiffTag.PHOTOMETRIC, Photometric.RGB if samples >= 3 else Photometric.BLACK_IS_ZERO)
    try:
        photometric = Photometric(number)
    except ValueError as error:
        problem = messages.COLOUR_MODEL_UNKNOWN(mode=NOT_READ.get(number, f"no. {number}"))
        raise UnreadableImage(problem, messages.SAVE_AS_GREY_OR_RGB, path) from error
    if COLOURS[photometric] > samples:
        raise ValueError("it has fewer samples than its colours need")
    return photometric


def _compression(page: TiffPage, bits: int, kind: str, photometric: Photometric, path: Path) -> Compression:
    number = page.value(TiffTag.COMPRESSION, 1)
    try:
        compression = Compression(number)
    except ValueError as error:
        problem = messages.SYNTAX_UNKNOWN(syntax=OTHER_COMPRESSIONS.get(number, f"no. {number}"))
        raise UnreadableImage(problem, messages.SAVE_UNCOMPRESSED, path) from error
    wanted = 1 if compression in CCITT else 8
    if (compression in CCITT or compression is Compression.JPEG or photometric is Photometric.YCBCR) and (
        bits != wanted or kind != "u"
    ):
        problem = messages.DEPTH_UNKNOWN(bits=bits, kind=FORMAT_NAMES[kind])
        raise UnreadableImage(problem, messages.SAVE_UNCOMPRESSED, path)
    return compression


def _with_segments(layout: TiffLayout, path: Path) -> TiffLayout:
    """Return `layout` with the places of its segments, each within the file."""
    page = layout.page
    if min(layout.segment_width, layout.segment_height) < 1:
        raise ValueError("a segment with no pixels")
    number = layout.across * layout.down * layout.planes
    if number > MAX_SEGMENTS:
        raise UnreadableImage(messages.SEGMENTS_TOO_MANY(count=number), messages.SAVE_UNCOMPRESSED, path)
    # Tiles may reach beyond the picture, and so be larger than it.
    check_together(path, 1, number * layout.row_bytes * layout.segment_height)
    if layout.tiled and layout.segment_width * layout.interleaved * layout.bits % 8:
        raise ValueError("a tile whose rows end within a byte")
    tiles = layout.tiled and TiffTag.TILE_OFFSETS in page
    offsets = page.values(TiffTag.TILE_OFFSETS if tiles else TiffTag.STRIP_OFFSETS, number)
    counts = page.values(TiffTag.TILE_COUNTS if tiles else TiffTag.STRIP_COUNTS, number)
    if layout.compression is Compression.NONE and len(counts) != number:
        counts = (layout.row_bytes * layout.segment_height,) * number  # which says the same
    if len(offsets) != number or len(counts) != number:
        raise ValueError("some of its segments are missing")
    # Some write one segment for many that are alike; what is not compressed is bounded by its rows.
    if layout.compression is not Compression.NONE and sum(counts) > max(SHARED, MOST_SHARED * page.file_size):
        raise ValueError("its segments are larger than the file")
    return replace(layout, offsets=offsets, counts=counts)
