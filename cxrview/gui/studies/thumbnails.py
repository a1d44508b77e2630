"""Small pictures for the rows that are on the screen, made in the background and kept within a budget."""

from collections import OrderedDict
from collections.abc import Callable, Set
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from cxrview.gui.session import crash_guard
from cxrview.gui.session.cache import Stamp
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import tr
from cxrview.progress import Report

MAX_BYTES = 48 * 2**20
PAUSE = 30  # ms after scrolling, before the first is made
Key = tuple[Path, int]  # a file and its frame


class Made(NamedTuple):
    """A picture as a worker hands it over, and the file it was made from."""

    stamp: Stamp | None
    image: QImage


class KeptThumbnail(NamedTuple):
    """A picture in the budget; an empty one stands for a file that none can be made from."""

    stamp: Stamp | None
    pixmap: QPixmap
    bytes: int


class Thumbnails(QObject):
    """Makes one at a time, the last asked for first, and only if its row can still be seen.

    `seen` returns the rows on the screen, `busy` whether more urgent reading is going on.

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
        self._runner, self._seen, self._busy, self._max_bytes = runner, seen, busy, max_bytes
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
        """Return the picture of a frame, within `side` device pixels; None if it is still to come."""
        key = (path, frame)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        if kept is None or path in self._doubtful:
            self._wanted.pop(key, None)
            self._wanted[key] = side
            if not self._is_working() and not self._soon.isActive():
                self._soon.start()
        return kept.pixmap if kept is not None else None

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

    def go_on(self) -> None:
        """Make the next one that can be seen; what was scrolled away is dropped."""
        if self._is_working() or not self._wanted or self._busy():
            return
        seen = self._seen()
        while self._wanted:
            key, side = self._wanted.popitem()
            if key in seen:
                self._begin(key, side)
                return

    def _begin(self, key: Key, side: int) -> None:
        known = self._kept.get(key)
        path, frame = key
        self._job = self._runner.start(
            tr("Thumbnail of {file}").format(file=file_name(path)),
            partial(make, path, frame, side, known.stamp if known is not None else None),
            done=partial(self._done, key),
            failed=lambda _error: self._done(key, Made(None, QImage())),  # its row says what is wrong with it
            lane="thumbnails",
            quiet=True,
        )

    def _done(self, key: Key, made: Made | None) -> None:
        self._doubtful.discard(key[0])
        if made is not None:
            self._keep(key, made)
            self.made.emit()
        self.go_on()

    def _keep(self, key: Key, made: Made) -> None:
        pixmap = QPixmap.fromImage(made.image)
        size = 4 * pixmap.width() * pixmap.height()
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= old.bytes
        self._kept[key] = KeptThumbnail(made.stamp, pixmap, size)
        self._bytes += size
        while self._bytes > self._max_bytes and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].bytes

    def _is_working(self) -> bool:
        return self._job is not None and self._runner.is_running(self._job)


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
