"""The pages of a TIFF, as its tags lay them out: read and bounded before a sample is (TIFF 6.0, BigTIFF).

Sizes and offsets in a file may say anything, so every one is compared with the file before it is used, and
no list is read that is longer than what the page needs.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from cxrview.imaging.limits import MAX_FRAMES

MAX_TAGS = 4096  # of a page; what writes more is no picture
TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}


class TiffTag(IntEnum):
    """The tags that say where samples are and what they mean."""

    SUBFILE = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES = 277
    ROWS_PER_STRIP = 278
    STRIP_COUNTS = 279
    PLANAR = 284
    T4_OPTIONS = 292
    T6_OPTIONS = 293
    PREDICTOR = 317
    COLOUR_MAP = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_COUNTS = 325
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    JPEG_TABLES = 347
    SUBSAMPLING = 530
    POSITIONING = 531


@dataclass(frozen=True, slots=True)
class _Entry:
    type: int
    count: int
    place: int  # of its values in the file, in bytes


class TiffPage:
    """The tags of one page, whose values are read when they are asked for.

    Attributes:
        index: the page's place in the file, 0-based.
        order: "<" or ">", the byte order of the file.
    """

    def __init__(self, tiff: "TiffFile", index: int, entries: dict[int, _Entry]) -> None:
        self.index = index
        self.order = tiff.order
        self._tiff = tiff
        self._entries = entries

    def __contains__(self, tag: int) -> bool:
        return tag in self._entries

    def count(self, tag: int) -> int:
        """Return how many values a tag has; 0 where it is missing."""
        entry = self._entries.get(tag)
        return entry.count if entry else 0

    def values(self, tag: int, most: int) -> tuple[int, ...]:
        """Return the first `most` whole numbers of a tag, () where it is missing.

        Raises ValueError if they lie outside of the file or are no whole numbers.
        """
        entry = self._entries.get(tag)
        if entry is None:
            return ()
        letter = TYPES.get(entry.type)
        if letter is None:
            raise ValueError(f"tag {tag} is no whole number")
        number = min(entry.count, most)
        content = self._tiff.bytes_at(entry.place, number * struct.calcsize("=" + letter))
        return struct.unpack(f"{self.order}{number}{letter}", content)

    def value(self, tag: int, default: int) -> int:
        """Return the first value of a tag. Raises ValueError as `values` does."""
        found = self.values(tag, 1)
        return found[0] if found else default

    def bytes_at(self, place: int, number: int) -> bytes:
        """Return `number` bytes of the file. Raises ValueError if it ends before."""
        return self._tiff.bytes_at(place, number)

    @property
    def file_size(self) -> int:
        """The size of the file in bytes."""
        return self._tiff.size


class TiffFile:
    """A TIFF that is open for reading, classic or BigTIFF, of either byte order.

    `file` is seekable. Raises ValueError if it is damaged or cut short.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self.order = "<" if self.bytes_at(0, 2) == b"II" else ">"
        self._big = self._number(2, "H") == 43
        if self._big and self._number(4, "H") != 8:
            raise ValueError("BigTIFF with offsets of another size")

    def bytes_at(self, place: int, number: int) -> bytes:
        """Return `number` bytes. Raises ValueError if the file ends before."""
        if not 0 <= place <= place + number <= self.size:
            raise ValueError("it points beyond its end")
        self._file.seek(place)
        content = self._file.read(number)
        if len(content) != number:
            raise ValueError("it ends too early")
        return content

    def pages(self) -> list[TiffPage]:
        """Return all pages, at most one more than may be shown.

        Thumbnails (reduced copies) and masks are left out where there is a page of another kind. Raises
        ValueError if the chain of pages is broken or leads back.
        """
        place = self._number(8, "Q") if self._big else self._number(4, "I")
        found: list[TiffPage] = []
        seen: set[int] = set()
        while place and len(found) <= MAX_FRAMES:
            if place in seen:
                raise ValueError("its pages lead back")
            seen.add(place)
            entries, place = self._directory(place)
            found.append(TiffPage(self, len(found), entries))
        return [page for page in found if not page.value(TiffTag.SUBFILE, 0) & 0b101] or found

    def _number(self, place: int, letter: str) -> int:
        content = self.bytes_at(place, struct.calcsize("=" + letter))
        (number,) = struct.unpack(self.order + letter, content)
        return int(number)

    def _directory(self, place: int) -> tuple[dict[int, _Entry], int]:
        """Return the entries of the page at `place`, and where the next one is; 0 after the last."""
        head, entry, letter, inline = (8, "HHQQ", "Q", 8) if self._big else (2, "HHII", "I", 4)
        number = self._number(place, "Q" if self._big else "H")
        if not 0 < number <= MAX_TAGS:
            raise ValueError("a page with no tags, or too many")
        length = struct.calcsize("=" + entry)
        start = place + head
        content = self.bytes_at(start, number * length)
        entries: dict[int, _Entry] = {}
        for position in range(0, len(content), length):
            tag, kind, count, where = struct.unpack_from(self.order + entry, content, position)
            size = count * struct.calcsize("=" + TYPES.get(kind, "Q"))
            if size <= inline:
                where = start + position + length - inline
            entries.setdefault(tag, _Entry(kind, count, where))
        return entries, self._number(start + len(content), letter)
