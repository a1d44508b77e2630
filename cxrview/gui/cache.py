"""The last few images that were read, within a budget of memory."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

MAX_BYTES = 400 * 2**20
MAX_FILES = 12


class RecentImages:
    """Keeps what was read last, at most MAX_FILES files and MAX_BYTES of pixels; at least one file."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Sequence[Radiograph]] = OrderedDict()

    def get(self, path: Path) -> "Sequence[Radiograph] | None":
        """Return the radiographs of `path` if they are still here."""
        if path in self._kept:
            self._kept.move_to_end(path)
        return self._kept.get(path)

    def put(self, path: Path, radiographs: "Sequence[Radiograph]") -> None:
        """Keep the radiographs of `path`, and let go of the longest unused ones."""
        self._kept[path] = radiographs
        self._kept.move_to_end(path)
        while len(self._kept) > 1 and (len(self._kept) > MAX_FILES or self._bytes() > MAX_BYTES):
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()

    def _bytes(self) -> int:
        return sum(
            array.nbytes
            for radiographs in self._kept.values()
            for radiograph in radiographs
            for array in (radiograph.values, radiograph.rgb)
            if array is not None
        )
