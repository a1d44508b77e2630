"""TIFF files for tests, with any tags at all, in either byte order."""

import struct
from collections.abc import Mapping, Sequence

import numpy as np

OFFSETS, COUNTS = 273, 279
LONGS = {256, 257, 273, 278, 279, 322, 323, 324, 325}


def tiff(
    tags: Mapping[int, int | Sequence[int]],
    segments: Sequence[bytes],
    order: str = "<",
    following: int | None = None,
) -> bytes:
    """Return a TIFF of one page with `segments` as its strips, or tiles where `tags` say so.

    Tags that `tags` does not name are those of one grey sample of eight bits. `following` is where the next
    page is said to be.
    """
    places, start = [], 8
    for segment in segments:
        places.append(start)
        start += len(segment)
    start += start % 2
    tiled = 322 in tags
    usual = {258: 8, 259: 1, 262: 1, 277: 1}
    usual |= {OFFSETS + 51 * tiled: places, COUNTS + 46 * tiled: [len(segment) for segment in segments]}
    entries = sorted({**usual, **tags}.items())
    behind = start + 2 + 12 * len(entries) + 4
    directory, values = struct.pack(order + "H", len(entries)), b""
    for tag, value in entries:
        numbers = [value] if isinstance(value, int) else list(value)
        letter, kind = ("I", 4) if tag in LONGS else ("H", 3)
        content = struct.pack(f"{order}{len(numbers)}{letter}", *numbers)
        directory += struct.pack(order + "HHI", tag, kind, len(numbers))
        if len(content) <= 4:
            directory += content.ljust(4, b"\0")
        else:
            directory += struct.pack(order + "I", behind + len(values))
            values += content
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    body = b"".join(segments)
    directory += struct.pack(order + "I", following or 0)
    return head + body + bytes(start - 8 - len(body)) + directory + values


def packed(numbers: np.ndarray, bits: int) -> bytes:
    """Return (H, W) whole numbers as `bits` each, the most significant first, rows at whole bytes."""
    single = (numbers[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(single.reshape(len(numbers), -1).astype(np.uint8), axis=1).tobytes()
