"""What the chunks of a PNG say, and whether all of its pixels are there (W3C PNG, third edition).

Pillow does not compare the sums of pixel data, and leaves rows black that a well closed stream lacks.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

SIGNATURE = 8  # bytes
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by colour type
GREY, COLOUR = 0, 2
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
PIECE = 2**20  # bytes


@dataclass(frozen=True, slots=True)
class PngHeader:
    """IHDR, and tRNS where it names one value: `key` holds it, a number for each colour, or is ()."""

    width: int
    height: int
    bits: int
    colour_type: int
    interlaced: bool
    key: tuple[int, ...] = ()

    @property
    def samples(self) -> int:
        """How many samples a pixel has."""
        return SAMPLES[self.colour_type]

    @property
    def inflated_bytes(self) -> int:
        """The bytes of all rows with the filter byte before each."""
        passes = PASSES if self.interlaced else ((0, 0, 1, 1),)
        total = 0
        for left, top, across, down in passes:
            columns = math.ceil((self.width - left) / across)
            rows = math.ceil((self.height - top) / down)
            if columns > 0 and rows > 0:
                total += rows * (1 + math.ceil(columns * self.samples * self.bits / 8))
        return total


def read_header(file: BinaryIO) -> PngHeader:
    """Return what stands before the pixels, and check the sums of all that a picture is made of.

    Raises ValueError (or KeyError, struct.error) if a chunk is damaged or the file ends too early.
    """
    header, key, pixels = None, (), 0
    for name, content in _chunks(file):
        if name == b"IHDR" and header is None:
            width, height, bits, colour_type, _, _, interlaced = struct.unpack(">IIBBBBB", content)
            header = PngHeader(width, height, bits, colour_type, bool(interlaced))
        elif name == b"tRNS" and header is not None and header.colour_type in (GREY, COLOUR):
            key = struct.unpack(f">{header.samples}H", content[: 2 * header.samples])
        elif name == b"IDAT":
            pixels += 1
    if header is None or not pixels:
        raise ValueError("a PNG with no pixels")
    return replace(header, key=key)


def all_rows_there(file: BinaryIO, header: PngHeader) -> bool:
    """Return whether the pixel data inflates to as many bytes as the rows need, and ends there."""
    stream, total = zlib.decompressobj(), 0
    for name, content in _chunks(file):
        if name == b"IDAT":
            while content and total <= header.inflated_bytes:
                total += len(stream.decompress(content, PIECE))
                content = stream.unconsumed_tail
    return total >= header.inflated_bytes and stream.eof


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each chunk up to IEND. Raises ValueError if one is damaged or missing."""
    size = file.seek(0, 2)
    place = file.seek(SIGNATURE)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", file.read(8))
        place += 12 + length
        if place > size:
            raise ValueError("a chunk that ends too early")
        content = file.read(length)
        (told,) = struct.unpack(">I", file.read(4))
        if zlib.crc32(content, zlib.crc32(name)) != told and name[0:1].isupper():
            raise ValueError("a chunk whose sum is wrong")
        yield name, content
