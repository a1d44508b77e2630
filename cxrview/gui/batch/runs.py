"""The batches of this computer: those on the disk, and the one that is read, whoever began it.

A batch is a process that no window owns. It is heard of through its folder alone: its lock says whether it
lives, its file of events how far it is. So one that was left running is found again as it is.
"""

import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from cxrview import paths
from cxrview.batch.events import (
    ENDS,
    BatchFailed,
    BatchFinished,
    BatchPreparing,
    BatchProgress,
    BatchStarted,
    BatchWarned,
    Event,
    parse,
)
from cxrview.batch.run_folder import PAUSE, STOP, BatchFolder, BatchRequest, batches
from cxrview.errors import CxrviewError
from cxrview.gui import messages
from cxrview.message import NOTHING, Message
from cxrview.paths import program

LISTENED = 300  # ms between two looks at what a batch says
STARTING = 60.0  # seconds that a process may take until it holds its lock
LEAVING = 5.0  # seconds that a batch gets to stop when the program ends


def launch(folder: BatchFolder) -> int:
    """Start the process that reads for `folder`, on its own, and return its number. Raises CxrviewError."""
    name, before = program()
    started, number = QProcess.startDetached(name, [*before, "helper", "batch", "--folder", str(folder.path)])
    if not started:
        raise CxrviewError(messages.BATCH_NOT_STARTED(reason=name))
    return int(number)


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. `doing` is what is done before the first film, `warnings` what it warned of.

    `ended` is its last event; a batch that does not run and has none was cut off.
    """

    folder: BatchFolder
    is_running: bool = False
    is_starting: bool = False
    stopping: bool = False
    doing: Message = NOTHING
    started: BatchStarted | None = None
    progress: BatchProgress | None = None
    warnings: tuple[Message, ...] = ()
    ended: Event | None = None

    @property
    def is_alive(self) -> bool:
        """Whether a process reads, or is about to."""
        return self.is_running or self.is_starting

    @property
    def paused(self) -> bool:
        """Whether it waits for the user."""
        return self.is_running and self.progress is not None and self.progress.paused

    @property
    def fraction(self) -> float:
        """How much of the films is done, 0…1."""
        if isinstance(self.ended, BatchFinished):
            return 1.0
        if self.progress is not None and self.progress.files:
            return self.progress.done / self.progress.files
        return (
            self.started.done_before / self.started.files
            if self.started is not None and self.started.files
            else 0.0
        )

    @property
    def can_go_on(self) -> bool:
        """Whether there is something left to read."""
        return not self.is_alive and not isinstance(self.ended, BatchFinished)


def told(state: BatchState, event: Event) -> BatchState:
    """Return `state` after `event`."""
    if isinstance(event, BatchPreparing):
        return replace(state, doing=event.doing)
    if isinstance(event, BatchStarted):
        return replace(state, started=event, doing=NOTHING)
    if isinstance(event, BatchProgress):
        return replace(state, progress=event, doing=NOTHING)
    if isinstance(event, BatchWarned):
        return replace(state, warnings=(*state.warnings, event.message))
    if isinstance(event, ENDS):
        return replace(state, ended=event, doing=NOTHING)
    return state


class BatchRuns(QObject):
    """Knows the batches in `root`. One is read at a time: two would halve each other.

    Signals:
        changed: the batch that is read has said something; carries its BatchState.
        ended: it is read no longer; carries its BatchState.
        listed: there are more or fewer batches.
    """

    changed = Signal(object)
    ended = Signal(object)
    listed = Signal()

    def __init__(self, parent: QObject | None = None, root: Path | None = None) -> None:
        super().__init__(parent)
        self.root = root if root is not None else paths.batches()
        self.state: BatchState | None = None  # of the one that is read, or was last
        self._number, self._since = 0, 0.0
        self._offset = 0
        self._ears = QTimer(self, interval=LISTENED, timeout=self._listen)

    @property
    def is_running(self) -> bool:
        """Whether a batch is being read."""
        return self.state is not None and self.state.is_alive

    def listing(self) -> list[BatchFolder]:
        """Return the batches, newest first."""
        return batches(self.root)

    def find_running(self) -> BatchState | None:
        """Take up a batch that an earlier window has left running, and return what is known of it."""
        if self.is_running:
            return self.state
        for folder in self.listing():
            if folder.is_running:
                self._watch(folder, starting=False)
                return self.state
        return None

    def begin(self, request: BatchRequest) -> BatchFolder:
        """Begin a new batch. Raises CxrviewError while another one is read, or if it cannot be begun."""
        self._refuse_two()
        stamp, number = time.strftime("%Y%m%d-%H%M%S"), 1
        while (path := self.root / (stamp if number == 1 else f"{stamp}-{number}")).exists():
            number += 1
        folder = BatchFolder(path)
        folder.ask(request)
        self._start(folder)
        self.listed.emit()
        return folder

    def go_on(self, folder: BatchFolder) -> None:
        """Go on with what is left of a batch. Raises as `begin`."""
        self._refuse_two()
        self._start(folder)

    def pause(self, paused: bool) -> None:
        """Let the batch wait, or go on. Raises CxrviewError."""
        if self.state is not None and self.state.is_alive:
            self.state.folder.wish(PAUSE if paused else "")

    def stop(self) -> None:
        """Ask the batch to stop; what is done is kept. Raises CxrviewError."""
        if self.state is not None and self.state.is_alive:
            self.state.folder.wish(STOP)
            self._say(replace(self.state, stopping=True))

    def wait(self, seconds: float = LEAVING) -> None:
        """Return when the batch has ended, or after some seconds: what it has kept is kept anyway."""
        end = time.monotonic() + seconds
        while self.is_running and time.monotonic() < end:
            time.sleep(0.05)
            self._listen()

    def forget(self, folder: BatchFolder) -> None:
        """Delete a batch that is not being read."""
        if not folder.is_running:
            shutil.rmtree(folder.path, ignore_errors=True)
            self.listed.emit()

    def state_of(self, folder: BatchFolder) -> BatchState:
        """Return how far a batch is, or how it ended."""
        if self.state is not None and self.state.folder == folder:
            return self.state
        state = BatchState(folder, is_running=folder.is_running)
        for event in folder.said():
            state = told(state, event)
        return state

    def close(self) -> None:
        """Listen no more; what is read goes on."""
        self._ears.stop()

    def _refuse_two(self) -> None:
        if self.find_running() is not None and self.is_running:
            raise CxrviewError(messages.BATCH_RUNS, messages.WAIT_OR_STOP_BATCH)

    def _start(self, folder: BatchFolder) -> None:
        with suppress(OSError):  # how it ended last time is no news
            folder.events.unlink(missing_ok=True)
        folder.wish("")
        self._number = launch(folder)
        self._watch(folder, starting=True)

    def _watch(self, folder: BatchFolder, *, starting: bool) -> None:
        self._since, self._offset = time.monotonic(), 0
        self._number = self._number if starting else 0
        self.state = BatchState(folder, is_running=not starting, is_starting=starting)
        self._ears.start()
        self._listen()

    def _listen(self) -> None:
        """Hear what was said since, and whether the process lives."""
        before = state = self.state
        if state is None or not state.is_alive:
            self._ears.stop()
            return
        runs = state.folder.is_running  # asked first: what was said before it ended is there
        for event in self._new_events():
            state = told(state, event)
        if runs:
            state = replace(state, is_running=True, is_starting=False)
        elif state.is_running or state.ended is not None or not self._may_still_start():
            state = replace(state, is_running=False, is_starting=False, stopping=False)
            if state.ended is None and not state.started:
                state = replace(state, ended=BatchFailed(messages.BATCH_ENDED_WITHOUT_WORD))
        if state != before:
            self._say(state)
        if not state.is_alive:
            self._ears.stop()
            self.ended.emit(state)

    def _say(self, state: BatchState) -> None:
        self.state = state
        self.changed.emit(state)

    def _new_events(self) -> list[Event]:
        assert self.state is not None
        try:
            with self.state.folder.events.open("rb") as file:
                file.seek(self._offset)
                text = file.read()
        except OSError:
            return []
        whole, _, _rest = text.rpartition(b"\n")
        self._offset += len(whole) + (1 if whole else 0)
        found = (parse(line) for line in whole.decode("utf-8", "replace").splitlines())
        return [event for event in found if event is not None]

    def _may_still_start(self) -> bool:
        """Whether a process that does not hold its lock yet may come to that."""
        if time.monotonic() - self._since > STARTING:
            return False
        if self._number <= 0 or sys.platform == "win32":
            return True
        try:
            os.kill(self._number, 0)
        except OSError:
            return False
        return True


def was_cut_off(state: BatchState) -> bool:
    """Return whether the batch neither runs nor came to an end that it told."""
    return not state.is_alive and not isinstance(state.ended, ENDS)
