"""The last images and readings, as long as the file that they came from has not changed."""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph
    from cxrview.imaging.pyramid import ImagePyramid
    from cxrview.inference.prediction import Prediction

MEGABYTE = 2**20
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


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file held, when that was, and which of its frames are ready to be drawn (by number)."""

    stamp: Stamp
    radiographs: "tuple[Radiograph, ...]"
    levels: "dict[int, ImagePyramid]" = field(default_factory=dict)

    def levels_of(self, frame: int) -> "ImagePyramid":
        """Return frame `frame` ready to be drawn; what had to be made for that is kept."""
        from cxrview.imaging.pyramid import ImagePyramid

        if frame not in self.levels:
            self.levels[frame] = ImagePyramid.of(self.radiographs[frame])
        return self.levels[frame]

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels."""
        arrays = (
            array
            for radiograph in self.radiographs
            for array in (radiograph.values, radiograph.rgb, radiograph.padding)
            if array is not None
        )
        levels = list(self.levels.values())  # a worker may add one meanwhile
        return sum(array.nbytes for array in arrays) + sum(level.nbytes for level in levels)


class RecentImages:
    """Keeps what was read last, at most `budget` bytes of pixels; at least one file."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: OrderedDict[Path, FileRead] = OrderedDict()

    def get(self, path: Path) -> FileRead | None:
        """Return what was read from `path`, if it is still here and still right."""
        kept = self._kept.get(path)
        if kept is None or not kept.stamp.holds():
            self._kept.pop(path, None)
            return None
        self._kept.move_to_end(path)
        return kept

    def put(self, read: FileRead) -> None:
        """Keep `read`, and let go of what has not been used for longest."""
        self._kept[read.stamp.path] = read
        self._kept.move_to_end(read.stamp.path)
        self.trim()

    def trim(self) -> None:
        """Let go of what is beyond the budget."""
        total = self.nbytes
        while len(self._kept) > 1 and total > self.budget:
            total -= self._kept.popitem(last=False)[1].nbytes

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels that are kept."""
        return sum(read.nbytes for read in self._kept.values())


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
