"""From the segments of a TIFF page to its samples: libtiff unpacks bytes, and nothing but bytes.

LZW, PackBits, LZMA and Zstandard are undone by libtiff (in Pillow), to which every segment is handed as
rows of plain bytes; what the bytes mean is decided here. So no library has to know signed, wide or planar
samples, and none can take them for others. JPEG, CCITT and YCbCr are decoded by libtiff as a whole, out of
a copy of the page that holds nothing else.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from cxrview.imaging.raster.tiff_layout import BY_LIBTIFF, CCITT, Compression, Photometric, TiffLayout
from cxrview.imaging.raster.tiff_structure import TiffTag

AT_ONCE = 2**24  # bytes that libtiff unpacks in one go
SLACK = 2**16  # bytes that a deflated segment may hold behind its rows
MIRRORED = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], np.uint8)  # fill order 2
LONG = 4  # a type of values
COPIED = (
    TiffTag.T4_OPTIONS,
    TiffTag.T6_OPTIONS,
    TiffTag.FILL_ORDER,
    TiffTag.EXTRA_SAMPLES,
    TiffTag.SUBSAMPLING,
    TiffTag.POSITIONING,
)
END_OF_IMAGE = b"\xff\xd9"


def decoded_as_a_whole(layout: TiffLayout) -> bool:
    """Return whether libtiff makes pixels of this page, and not rows of bytes."""
    whole = (*CCITT, Compression.JPEG)
    return layout.compression in whole or layout.photometric is Photometric.YCBCR


def read_samples(layout: TiffLayout) -> NDArray[Any]:
    """Return the samples of a page, (H, W, samples), in native byte order, each of whole bytes.

    Raises ValueError, zlib.error or OSError if they are damaged or cut short.
    """
    rows = np.empty((layout.planes, layout.height, layout.across * layout.row_bytes), np.uint8)
    for place, segment in enumerate(_segments(layout)):
        plane, rest = divmod(place, layout.down * layout.across)
        down, across = divmod(rest, layout.across)
        top, left = down * layout.segment_height, across * layout.row_bytes
        seen = rows[plane, top : top + layout.segment_height, left : left + layout.row_bytes]
        seen[:] = _without_predictor(segment, layout)[: len(seen)]
    samples = _unpacked(rows, layout)
    if layout.planar:
        return np.ascontiguousarray(np.moveaxis(samples[..., 0], 0, -1))
    pixels: NDArray[Any] = samples[0]
    return pixels


def page_alone(layout: TiffLayout, tail: bytes = b"") -> TiffImagePlugin.TiffImageFile:
    """Return a page that libtiff decodes, opened by Pillow; `tail` is put before each end of a JPEG stream.

    Raises ValueError if a JPEG stream in it has no end.
    """
    segments = list(_stored(layout))
    if layout.compression is Compression.JPEG:
        for index, stream in enumerate(segments):
            end = stream.rfind(END_OF_IMAGE)
            if end < 0:
                raise ValueError("a JPEG stream with no end")
            segments[index] = stream[:end] + tail + stream[end:]
    page = layout.page
    tags: dict[int, tuple[int, ...] | bytes] = {tag: page.values(tag, 16) for tag in COPIED if tag in page}
    if TiffTag.JPEG_TABLES in page:
        tables = page.values(TiffTag.JPEG_TABLES, 2**16)
        tags[TiffTag.JPEG_TABLES] = bytes(tables)
    tags |= {
        TiffTag.BITS: (layout.bits,) * layout.samples,
        TiffTag.PHOTOMETRIC: (layout.photometric,),
        TiffTag.SAMPLES: (layout.samples,),
        TiffTag.PLANAR: (2 if layout.planar else 1,),
    }
    if layout.tiled:
        tags |= {TiffTag.TILE_WIDTH: (layout.segment_width,), TiffTag.TILE_HEIGHT: (layout.segment_height,)}
    else:
        tags[TiffTag.ROWS_PER_STRIP] = (layout.segment_height,)
    return _opened((layout.width, layout.height), layout.compression, tags, segments, layout.tiled)


def _stored(layout: TiffLayout) -> Iterator[bytes]:
    """Yield the segments as they are stored. Raises ValueError if one lies outside of the file."""
    for offset, count in zip(layout.offsets, layout.counts, strict=True):
        yield layout.page.bytes_at(offset, count)


def _segments(layout: TiffLayout) -> Iterator[NDArray[np.uint8]]:
    """Yield every segment, (rows, row_bytes), in the file's order; the last of a plane may be shorter."""
    heights = [
        layout.segment_height
        if layout.tiled
        else min(layout.segment_height, layout.height - down * layout.segment_height)
        for _ in range(layout.planes)
        for down in range(layout.down)
        for _ in range(layout.across)
    ]
    if layout.compression not in BY_LIBTIFF:
        for index, height in enumerate(heights):
            size = height * layout.row_bytes
            content = _one(layout, index, size)
            yield np.frombuffer(content, np.uint8, size).reshape(height, layout.row_bytes)
        return
    waiting: list[tuple[bytes, int]] = []
    for stored, height in zip(_stored(layout), heights, strict=True):
        waiting.append((_mirrored(stored, layout), height))
        rows = sum(rows for _, rows in waiting)
        if rows * layout.row_bytes >= AT_ONCE or height < layout.segment_height:
            yield from _by_libtiff(layout, waiting)
            waiting = []
    if waiting:
        yield from _by_libtiff(layout, waiting)


def _one(layout: TiffLayout, index: int, size: int) -> bytes:
    """Return the `size` bytes of a segment that is stored as it is, or deflated."""
    offset, count = layout.offsets[index], layout.counts[index]
    if layout.compression is Compression.NONE:
        # Some write the size of another segment here; what counts is that the file holds the rows.
        return _mirrored(layout.page.bytes_at(offset, size), layout)
    stream = zlib.decompressobj()
    content = stream.decompress(_mirrored(layout.page.bytes_at(offset, count), layout), size + SLACK)
    if len(content) < size or not stream.eof:
        raise ValueError("a deflated segment ends too early or too late")
    return content


def _mirrored(content: bytes, layout: TiffLayout) -> bytes:
    """Return `content` with the bits of each byte in the usual order."""
    if layout.page.value(TiffTag.FILL_ORDER, 1) != 2:
        return content
    return MIRRORED[np.frombuffer(content, np.uint8)].tobytes()


def _by_libtiff(layout: TiffLayout, segments: list[tuple[bytes, int]]) -> Iterator[NDArray[np.uint8]]:
    """Yield segments, given with their numbers of rows; only the last may have fewer than the others."""
    rows = sum(height for _, height in segments)
    tags: dict[int, tuple[int, ...] | bytes] = {
        TiffTag.BITS: (8,),
        TiffTag.PHOTOMETRIC: (Photometric.BLACK_IS_ZERO,),
        TiffTag.SAMPLES: (1,),
        TiffTag.ROWS_PER_STRIP: (segments[0][1],),
    }
    stored = [content for content, _ in segments]
    with _opened((layout.row_bytes, rows), layout.compression, tags, stored, tiled=False) as image:
        unpacked = np.asarray(image)
    top = 0
    for _, height in segments:
        yield unpacked[top : top + height]
        top += height


def _opened(
    size: tuple[int, int],
    compression: Compression,
    tags: dict[int, tuple[int, ...] | bytes],
    segments: list[bytes],
    tiled: bool,
) -> TiffImagePlugin.TiffImageFile:
    """Return a TIFF of one page made of `segments`, opened but not yet decoded."""
    places, start = [], 8
    for segment in segments:
        places.append(start)
        start += len(segment)
    tags = {
        **tags,
        TiffTag.WIDTH: (size[0],),
        TiffTag.HEIGHT: (size[1],),
        TiffTag.COMPRESSION: (compression,),
        (TiffTag.TILE_OFFSETS if tiled else TiffTag.STRIP_OFFSETS): tuple(places),
        (TiffTag.TILE_COUNTS if tiled else TiffTag.STRIP_COUNTS): tuple(map(len, segments)),
    }
    start += start % 2
    behind = start + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, value in sorted(tags.items()):
        if isinstance(value, bytes):
            kind, count, content = 7, len(value), value
        elif tag in (
            TiffTag.STRIP_OFFSETS,
            TiffTag.STRIP_COUNTS,
            TiffTag.TILE_OFFSETS,
            TiffTag.TILE_COUNTS,
            TiffTag.WIDTH,
            TiffTag.HEIGHT,
            TiffTag.ROWS_PER_STRIP,
        ):
            kind, count, content = LONG, len(value), struct.pack(f"<{len(value)}I", *value)
        else:
            kind, count, content = 3, len(value), struct.pack(f"<{len(value)}H", *value)
        if len(content) <= 4:
            place = content.ljust(4, b"\0")
        else:
            place = struct.pack("<I", behind + len(values))
            values += content + b"\0" * (len(content) % 2)
        entries += struct.pack("<HHI", tag, kind, count) + place
    header = struct.pack("<2sHI", b"II", 42, start)
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    body = b"".join(segments)
    return TiffImagePlugin.TiffImageFile(
        io.BytesIO(header + body + bytes(start - 8 - len(body)) + directory + values)
    )


def _without_predictor(segment: NDArray[np.uint8], layout: TiffLayout) -> NDArray[np.uint8]:
    """Return the rows of a segment with differences added up (TIFF 6.0 section 14, technical note 3)."""
    if layout.predictor == 1:
        return segment
    rows, step, size = len(segment), layout.interleaved, layout.bits // 8
    if layout.predictor == 2:
        numbers = segment.view(f"{layout.page.order}u{size}").reshape(rows, -1, step)
        native = numbers.dtype.newbyteorder("=")
        summed = np.cumsum(numbers, axis=1, dtype=native).astype(numbers.dtype, copy=False)
        return np.ascontiguousarray(summed).view(np.uint8).reshape(rows, -1)
    # Differences of bytes, the most significant ones of a whole row first.
    summed = np.cumsum(segment.reshape(rows, -1, step), axis=1, dtype=np.uint8)
    planes = summed.reshape(rows, size, -1)
    if layout.page.order == "<":
        planes = planes[:, ::-1]
    return np.ascontiguousarray(np.moveaxis(planes, 1, -1)).reshape(rows, -1)


def _unpacked(rows: NDArray[np.uint8], layout: TiffLayout) -> NDArray[Any]:
    """Return rows of bytes, (planes, H, bytes), as samples, (planes, H, W, samples beside each other)."""
    planes, height, _ = rows.shape
    beside, bits = layout.interleaved, layout.bits
    shape = (planes, height, -1, beside)
    if bits % 8 == 0:
        samples = rows.view(f"{layout.page.order}{layout.kind}{bits // 8}").reshape(shape)
        native = np.ascontiguousarray(samples[:, :, : layout.width])
        return native.astype(native.dtype.newbyteorder("="), copy=False)
    samples = np.empty((planes, height, layout.width, beside), np.uint8 if bits < 8 else np.uint16)
    whole = rows.shape[2] * 8 // (bits * beside) * beside
    for plane in range(planes):
        for top in range(0, height, 64):  # bits take eight times the room
            single = np.unpackbits(rows[plane, top : top + 64], axis=1)[:, : whole * bits]
            single = single.reshape(len(single), -1, beside, bits)
            numbers = np.zeros(single.shape[:-1], samples.dtype)
            for bit in range(bits):
                numbers = (numbers << 1) | single[..., bit]
            samples[plane, top : top + 64] = numbers[:, : layout.width]
    return samples
