"""A training that this window did not start, or a window before it: known by its folder alone."""

from collections import deque
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal

from cxrview.file_lock import is_held
from cxrview.gui.training import messages
from cxrview.gui.training.training_process import KEPT_LINES, ProcessOutcome, outcome_of
from cxrview.training.run.events import Event, Failed, Finished, Stopped, parse
from cxrview.training.run.folder import RunFolder

LOOKED = 700  # ms between two looks into the folder


class FollowedProcess(QObject):
    """Reads what the run in `folder` says from now on, and asks it to stop by a file.

    Its signals are those of TrainingProcess; it is never ended by force, and outlives who follows it.
    """

    said = Signal(object)
    logged = Signal(str)
    ended = Signal(object)

    def __init__(self, folder: RunFolder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)  # which went to the window before
        self.is_running = True
        self._last: Event | None = None
        self._read = folder.events.stat().st_size if folder.events.exists() else 0
        self._rest = b""
        self._watch = QTimer(self, interval=LOOKED, timeout=self._look)
        self._watch.start()

    def stop(self) -> None:
        """Ask for the end after the present batch."""
        self._request("stop")

    def finish(self) -> None:
        """Ask for no more epochs and a model of the best one."""
        self._request("finish")

    def wait(self) -> None:
        """Let it be: it goes on when this window has gone, too."""
        self._watch.stop()

    def _request(self, word: str) -> None:
        if self.is_running:
            with suppress(OSError):  # the disk is full; the run will tell
                self._folder.request.write_text(word, "utf-8")

    def _look(self) -> None:
        alive = is_held(self._folder.lock)  # asked first, so that its last words are read
        with suppress(OSError), self._folder.events.open("rb") as file:
            file.seek(self._read)
            new = file.read()
            self._read += len(new)
            *lines, self._rest = (self._rest + new).split(b"\n")
            for line in lines:
                self._take(line.decode("utf-8", "replace"))
        if not alive:
            self._watch.stop()
            self.is_running = False
            self.ended.emit(
                outcome_of(self._last)
                or ProcessOutcome("crashed", messages.ENDED_BY_SYSTEM, messages.GO_ON_WITH_IT, True)
            )

    def _take(self, text: str) -> None:
        line = parse(text)
        if line is not None:
            if isinstance(line.event, Finished | Failed | Stopped):
                self._last = line.event
            self.said.emit(line.event)
