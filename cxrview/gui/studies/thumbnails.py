"""Small pictures for the rows that are on the screen, made in the background and kept within a budget."""

from collections import OrderedDict
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from cxrview.gui.session import crash_guard
from cxrview.gui.session.cache import Stamp
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import tr
from cxrview.progress import Report

MAX_BYTES = 48 * 2**20
PAUSE = 30  # ms after scrolling, before the first is made
MOST_SIZES = 2  # of one picture: that of the list and that of the gallery
Key = tuple[Path, int]  # a file and its frame


class Made(NamedTuple):
    """A picture as a worker hands it over, and the file it was made from."""

    stamp: Stamp | None
    image: QImage


@dataclass(eq=False, slots=True)
class KeptThumbnail:
    """The pictures of a frame by the side they were made for; empty ones if none can be made of its file."""

    stamp: Stamp | None
    images: dict[int, QImage] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """What they take up."""
        return sum(image.sizeInBytes() for image in self.images.values())

    def best(self, side: int) -> tuple[QImage, bool]:
        """Return what comes nearest to `side`, and whether it is as good as one made for it."""
        if (exact := self.images.get(side)) is not None:
            return exact, True
        made_for = max(self.images)
        image = self.images[made_for]
        return image, _longest(image) < min(made_for, side)  # of a file that has no more pixels

    def add(self, side: int, image: QImage) -> None:
        """Keep one more; of more sizes than there are views the one between goes."""
        self.images[side] = image
        if len(self.images) > MOST_SIZES:
            others = sorted(self.images.keys() - {side})
            del self.images[others[-1]]


class Thumbnails(QObject):
    """Makes one at a time, the last asked for first, and only if its row can still be seen.

    `seen` returns the rows on the screen, `busy` whether more urgent reading is going on. Views that show the
    same files share one: `also_seen` are what else is on the screen.

    Signals:
        made: a picture is there.
    """

    made = Signal()

    def __init__(
        self,
        runner: TaskRunner,
        seen: Callable[[], Set[Key]],
        busy: Callable[[], bool],
        max_bytes: int = MAX_BYTES,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._seen, self._busy = runner, seen, busy
        self.max_bytes = max_bytes
        self.also_seen: list[Callable[[], Set[Key]]] = []
        self._kept: OrderedDict[Key, KeptThumbnail] = OrderedDict()
        self._bytes = 0
        self._wanted: dict[Key, int] = {}  # and its side in device pixels; the newest stands last
        self._doubtful: set[Path] = set()  # the file may have changed since
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE, timeout=self.go_on)

    @property
    def bytes(self) -> int:
        """What is kept takes up."""
        return self._bytes

    def get(self, path: Path, frame: int, side: int) -> QPixmap | None:
        """Return the picture of a frame, within `side` device pixels; None if it is still to come.

        Until it has come, one that was made for another side stands for it.
        """
        key = (path, frame)
        kept = self._kept.get(key)
        image, good = (None, False) if kept is None else kept.best(side)
        if kept is not None:
            self._kept.move_to_end(key)
        if not good or path in self._doubtful:
            self._wanted[key] = max(side, self._wanted.pop(key, 0))
            if not self._is_working() and not self._soon.isActive():
                self._soon.start()
        return QPixmap.fromImage(image) if image is not None else None

    def doubt(self, path: Path) -> None:
        """The file has been read again: look whether its pictures are still right when they are seen."""
        if any((path, frame) in self._kept for frame in (0, 1)):
            self._doubtful.add(path)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
        self._wanted.clear()
        self._doubtful.clear()
        self._bytes = 0

    def in_sight(self) -> Set[Key]:
        """Return the rows that are on the screen, in whichever view."""
        return set().union(self._seen(), *(seen() for seen in self.also_seen))

    def go_on(self) -> None:
        """Make the next one that can be seen; what was scrolled away is dropped."""
        if self._is_working() or not self._wanted or self._busy():
            return
        seen = self.in_sight()
        while self._wanted:
            key, side = self._wanted.popitem()
            if key in seen:
                self._begin(key, side)
                return

    def _begin(self, key: Key, side: int) -> None:
        path = key[0]
        self._job = self._runner.start(
            tr("Thumbnail of {file}").format(file=file_name(path)),
            self._work(key, side),
            done=partial(self._done, key, side),
            failed=lambda _error: self._done(key, side, Made(None, QImage())),  # its row says what is wrong
            lane="thumbnails",
            quiet=True,
        )

    def _work(self, key: Key, side: int) -> Callable[[Report], Made | None]:
        """Return what makes the picture: from the file, or from a larger one that is here."""
        (path, frame), kept = key, self._kept.get(key)
        image, good = (QImage(), False) if kept is None else kept.best(side)
        if kept is not None and not good and path not in self._doubtful and _longest(image) > side:
            return partial(shrunk, Made(kept.stamp, image), side)
        return partial(make, path, frame, side, kept.stamp if kept is not None and good else None)

    def _done(self, key: Key, side: int, made: Made | None) -> None:
        self._doubtful.discard(key[0])
        if made is not None:
            self.keep(key, side, made)
            self.made.emit()
        self.go_on()

    def keep(self, key: Key, side: int, made: Made) -> None:
        """Take in a picture that was made for `side`; what was looked at longest ago goes if need be."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.bytes
        if kept is None or kept.stamp != made.stamp:
            kept = KeptThumbnail(made.stamp)
        kept.add(side, made.image)
        self._kept[key] = kept
        self._bytes += kept.bytes
        while self._bytes > self.max_bytes and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].bytes

    def _is_working(self) -> bool:
        return self._job is not None and self._runner.is_running(self._job)


def _longest(image: QImage) -> int:
    return max(image.width(), image.height())


def shrunk(source: Made, side: int, _report: Report) -> Made:
    """Return a picture within `side` made from a larger one of the same file."""
    way = Qt.TransformationMode.SmoothTransformation
    return Made(source.stamp, source.image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, way))


def make(path: Path, frame: int, side: int, known: Stamp | None, report: Report) -> Made | None:
    """Return the picture of a frame, or None if the file is still the one of `known`.

    Raises UnreadableImage.
    """
    from cxrview.imaging.thumbnail import thumbnail

    stamp = Stamp.of(path)
    if known is not None and stamp in (known, None):
        return None
    with crash_guard.reading(path):
        pixels = thumbnail(path, frame, side, report)
    height, width = pixels.shape[:2]
    colour = pixels.ndim == 3
    form = QImage.Format.Format_RGB888 if colour else QImage.Format.Format_Grayscale8
    image = QImage(pixels.tobytes(), width, height, width * (3 if colour else 1), form)
    return Made(stamp, image.copy())  # of its own memory
