"""The last few images and readings, as long as the file that they came from has not changed."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph
    from cxrview.inference.prediction import Prediction

MAX_BYTES = 400 * 2**20
MAX_FILES = 12
MAX_PREDICTIONS = 2000  # of about 5 kB


class Stamp(NamedTuple):
    """A file as it was when it was read: another time or size means another content."""

    path: Path
    modified: int  # ns
    size: int

    @classmethod
    def of(cls, path: Path) -> "Stamp | None":
        """Return the stamp of the file as it is now, or None if it cannot be reached."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(path, status.st_mtime_ns, status.st_size)

    def holds(self) -> bool:
        """Whether the file is the same still. One that is gone has not changed: what was read stands."""
        return Stamp.of(self.path) in (self, None)


class RecentImages:
    """Keeps what was read last, at most MAX_FILES files and MAX_BYTES of pixels; at least one file."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[Stamp, Sequence[Radiograph]]] = OrderedDict()

    def get(self, path: Path) -> "tuple[Stamp, Sequence[Radiograph]] | None":
        """Return the radiographs of `path`, with its stamp, if they are still here and still right."""
        kept = self._kept.get(path)
        if kept is None or not kept[0].holds():
            self._kept.pop(path, None)
            return None
        self._kept.move_to_end(path)
        return kept

    def put(self, stamp: Stamp, radiographs: "Sequence[Radiograph]") -> None:
        """Keep the radiographs read from `stamp`, and let go of the longest unused ones."""
        self._kept[stamp.path] = (stamp, radiographs)
        self._kept.move_to_end(stamp.path)
        while len(self._kept) > 1 and (len(self._kept) > MAX_FILES or self._bytes() > MAX_BYTES):
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()

    def _bytes(self) -> int:
        return sum(
            array.nbytes
            for _, radiographs in self._kept.values()
            for radiograph in radiographs
            for array in (radiograph.values, radiograph.rgb)
            if array is not None
        )


class RecentPredictions:
    """Keeps the readings made last, at most MAX_PREDICTIONS, by file content and frame."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Stamp, int], Prediction] = OrderedDict()

    def get(self, stamp: Stamp, frame: int) -> "Prediction | None":
        """Return the reading of a frame, if it is still here."""
        return self._kept.get((stamp, frame))

    def put(self, stamp: Stamp, frame: int, prediction: "Prediction") -> None:
        """Keep a reading, and let go of the oldest ones."""
        self._kept[stamp, frame] = prediction
        while len(self._kept) > MAX_PREDICTIONS:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
