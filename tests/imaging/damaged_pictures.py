"""Pictures of every format that is read, and the same ones damaged; what is noticed, as a table."""

import functools
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read
from cxrview.imaging.radiograph import Radiograph

CUTS = 100
HEAD = 32  # bytes, without which a file is not known for what it is
SIDE = 96
DAMAGES = ("cut at 100 places", "half, closed with an end", "second half zero", "a hole of zeros")


WORDS = {
    "refused": "refused",
    "whole": "nothing is lost",
    "marked": "shown and marked, read by no model",
    "half a picture": "not noticed",
    "called something else": "refused for another reason",
}


def film() -> np.ndarray:
    """Return a picture with slopes, edges and noise, (SIDE, SIDE) uint8, nowhere flat and nowhere black."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    smooth = 90 + 60 * np.sin(rows / 17) + 50 * np.cos(columns / 11)
    noise = np.random.default_rng(3).normal(0, 6, (SIDE, SIDE))
    return np.clip(smooth + noise, 5, 250).astype(np.uint8)


def saved(picture: np.ndarray, kind: str, **options: object) -> bytes:
    """Return `picture` as Pillow writes it."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


@functools.cache
def whole_files() -> dict[str, bytes]:
    """Return a film in every format, by what the document calls it."""
    grey = film()
    colour = np.stack([grey, grey[::-1], grey[:, ::-1]], axis=-1)
    deep = grey.astype(np.uint16) * 257
    return {
        "PNG": saved(grey, "PNG"),
        "PNG, 16 bits": saved(deep, "PNG"),
        "JPEG": saved(grey, "JPEG", quality=92),
        "JPEG, colour": saved(colour, "JPEG", quality=92),
        "JPEG with restarts": saved(grey, "JPEG", quality=92, restart_marker_blocks=8),
        "JPEG, progressive": saved(grey, "JPEG", quality=92, progressive=True),
        "TIFF, uncompressed": saved(grey, "TIFF"),
        "TIFF, LZW": saved(deep, "TIFF", compression="tiff_lzw"),
        "TIFF, deflated": saved(deep, "TIFF", compression="tiff_adobe_deflate"),
        "TIFF, PackBits": saved(grey, "TIFF", compression="packbits"),
        "TIFF, Zstandard": saved(deep, "TIFF", compression="zstd"),
        "TIFF, JPEG": saved(grey, "TIFF", compression="jpeg"),
        "BMP": saved(grey, "BMP"),
        "WebP": saved(colour, "WEBP", quality=90),
        "WebP, lossless": saved(colour, "WEBP", lossless=True),
        "AVIF": saved(colour, "AVIF", quality=90),
    }


def cuts(whole: bytes) -> Iterator[bytes]:
    """Yield the file cut at CUTS places, from its header to its last bytes."""
    for number in range(CUTS):
        yield whole[: HEAD + (len(whole) - HEAD - 1) * number // (CUTS - 1)]


def closed(name: str, whole: bytes) -> bytes | None:
    """Return the first half of the pixel data and what ends a file of the format; None where nothing does."""
    if name.startswith("PNG"):
        head, pixels = _png_parts(whole)
        return head + _chunk(b"IDAT", pixels[: len(pixels) // 2]) + _chunk(b"IEND", b"")
    if name.startswith("JPEG"):
        return whole[: len(whole) // 2] + b"\xff\xd9"
    if name.startswith("TIFF"):
        return _halved_strips(whole, b"\xff\xd9" if name == "TIFF, JPEG" else b"")
    if name.startswith("WebP"):
        half = whole[: len(whole) // 2 // 2 * 2]
        return (
            b"RIFF"
            + struct.pack("<I", len(half) - 8)
            + half[8:16]
            + struct.pack("<I", len(half) - 20)
            + half[20:]
        )
    return None


def rows_lost(whole: bytes) -> bytes:
    """Return a PNG whose pixel data are sound in themselves and hold half of the rows."""
    head, pixels = _png_parts(whole)
    rows = zlib.decompress(pixels)
    return head + _chunk(b"IDAT", zlib.compress(rows[: len(rows) // 2])) + _chunk(b"IEND", b"")


def zeroed(whole: bytes, start: float, end: float) -> bytes:
    """Return the file with zeros from one share of it to another."""
    first, last = int(len(whole) * start), int(len(whole) * end)
    return whole[:first] + bytes(last - first) + whole[last:]


def outcome(content: bytes, whole: Radiograph, path: Path) -> str:
    """Return what reading `content` at `path` comes to, one of WORDS."""
    path.write_bytes(content)
    try:
        (radiograph,) = read(path)
    except UnreadableImage as error:
        return "refused" if error.problem.code == messages.RASTER_DAMAGED.code else "called something else"
    if radiograph.incomplete:
        return "marked"
    same = radiograph.shape == whole.shape and np.array_equal(radiograph.values, whole.values)
    return "whole" if same else "half a picture"


@functools.cache
def outcomes(name: str) -> dict[str, list[str]]:
    """Return what each damage of DAMAGES comes to for a file of `whole_files`, by the damage's name."""
    whole = whole_files()[name]
    half = closed(name, whole)
    made = {
        DAMAGES[0]: list(cuts(whole)),
        DAMAGES[1]: [half] if half else [],
        DAMAGES[2]: [zeroed(whole, 0.5, 1)],
        DAMAGES[3]: [zeroed(whole, 0.4, 0.6)],
    }
    with TemporaryDirectory() as folder:
        path = Path(folder, "picture")
        path.write_bytes(whole)
        (radiograph,) = read(path)
        return {
            damage: [outcome(content, radiograph, path) for content in contents]
            for damage, contents in made.items()
        }


def table() -> str:
    """Return the table of docs/formats.md."""
    lines = [f"| Format | {' | '.join(DAMAGES)} |", "| --- " * (1 + len(DAMAGES)) + "|"]
    for name in whole_files():
        cells = [", ".join(sorted({WORDS[one] for one in found})) or "–" for found in outcomes(name).values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _png_parts(whole: bytes) -> tuple[bytes, bytes]:
    """Return all that stands before the pixel data of a PNG, and these."""
    place, pixels, head = 8, b"", whole[:8]
    while place < len(whole):
        (length,) = struct.unpack_from(">I", whole, place)
        name = whole[place + 4 : place + 8]
        if name == b"IDAT":
            pixels += whole[place + 8 : place + 8 + length]
        elif not pixels:
            head += whole[place : place + 12 + length]
        place += 12 + length
    return head, pixels


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _halved_strips(whole: bytes, end: bytes) -> bytes:
    """Return a little-endian TIFF that says its strips are half as long, with `end` at their ends."""
    content = bytearray(whole)
    (place,) = struct.unpack_from("<I", whole, 4)
    (number,) = struct.unpack_from("<H", whole, place)
    entries = {}
    for at in range(place + 2, place + 2 + 12 * number, 12):
        tag, kind, count, value = struct.unpack_from("<HHII", whole, at)
        size = {3: 2, 4: 4}.get(kind, 1)
        entries[tag] = (kind, count, value if count * size > 4 else at + 8)
    letters = {3: "H", 4: "I"}
    (kind, count, counts), (offset_kind, _, offsets) = entries[279], entries[273]
    for index in range(count):
        at = counts + index * struct.calcsize(letters[kind])
        (length,) = struct.unpack_from("<" + letters[kind], whole, at)
        half = length // 2
        struct.pack_into("<" + letters[kind], content, at, half)
        (start,) = struct.unpack_from(
            "<" + letters[offset_kind], whole, offsets + index * struct.calcsize(letters[offset_kind])
        )
        content[start + half - len(end) : start + half] = end
    return bytes(content)
