"""How `cxrview score` tells what it does: on a terminal, or as events for another program."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cxrview.batch.events import (
    BatchFailed,
    BatchFinished,
    BatchProgress,
    BatchStopped,
    BatchWarned,
    Event,
    FileFailed,
    dump,
)
from cxrview.batch.manifest import BatchCounts
from cxrview.cli import console, interrupts
from cxrview.errors import CxrviewError
from cxrview.message import Message
from cxrview.progress import Cancelled
from cxrview.safe_text import visible

BETWEEN_S = 0.2  # at least, between two events of progress


class Terminal:
    """Tells a person, on standard error."""

    def __init__(self) -> None:
        self._line = console.ProgressLine()

    def report(self, fraction: float, doing: Message | str) -> None:
        """Draw the line of progress; raises KeyboardInterrupt if that was asked for."""
        self._line(fraction, doing)

    def tell(self, event: Event) -> None:
        """Say what an `event` means, if that is not in the summary."""
        match event:
            case FileFailed():
                self._line.clear()
                console.say(f"{visible(event.file)}: {event.sentence}")
            case BatchWarned():
                self._line.clear()
                console.say(str(event.message))
            case BatchFinished():
                self._line.clear()
                before = f", {event.done_before} files done before" if event.done_before else ""
                console.say(f"{event.read} frames read, {event.failed} files failed{before}.")


class Events:
    """Tells a program, on standard output."""

    def __init__(self, counts: BatchCounts, listen: bool) -> None:
        """Tell how `counts` grow; `listen` for the line `stop` on standard input."""
        self._counts = counts
        self._began = time.monotonic()
        self._told = -BETWEEN_S
        self._done = 0  # files
        self._asked = threading.Event()
        if listen:
            threading.Thread(target=self._listen, daemon=True).start()

    def report(self, fraction: float, doing: Message | str) -> None:
        """Tell of progress, a few times a second; raises Cancelled or KeyboardInterrupt if asked to stop."""
        interrupts.check()
        if self._asked.is_set():
            raise Cancelled
        now = time.monotonic()
        if now - self._told < BETWEEN_S and fraction < 1:
            return
        self._told, taken = now, now - self._began
        counts = self._counts
        done = counts.done_before + round(fraction * (counts.files - counts.done_before))
        self._done = max(self._done, done)  # the page, written at the end, begins at 0 again
        left = taken * (1 - fraction) / fraction if fraction > 0.01 else 0.0
        speed = counts.read / taken if taken > 0 else 0.0
        numbers = (self._done, counts.files, counts.read, counts.failed)
        self.tell(BatchProgress(*numbers, round(speed, 2), round(left, 1), file=str(doing)))

    @property
    def stopped(self) -> BatchStopped:
        """How far it was when it ended before its time."""
        counts = self._counts
        return BatchStopped(max(self._done, counts.done_before), counts.files, counts.read, counts.failed)

    def tell(self, event: Event) -> None:
        """Write a line. Raises InvalidRequest, or BrokenPipeError if nobody listens any more."""
        console.put(dump(event))
        sys.stdout.flush()

    def _listen(self) -> None:
        waiting = b""
        with suppress(OSError, ValueError, AttributeError):
            # Not through sys.stdin, whose lock a thread that still reads would hold at the interpreter's end.
            number = sys.stdin.fileno()
            while received := os.read(number, 4096):
                *lines, waiting = (waiting + received).split(b"\n")
                if b"stop" in {line.strip() for line in lines}:
                    self._asked.set()
                    return


Voice = Terminal | Events


@contextmanager
def voice(counts: BatchCounts, events: bool, listen: bool) -> Iterator[Voice]:
    """Yield who tells of the run, and tell of an end before its time. Whatever ends it goes on its way."""
    if not events:
        yield Terminal()
        return
    speaker = Events(counts, listen)
    try:
        yield speaker
    except CxrviewError as error:
        speaker.tell(BatchFailed(error.problem, error.advice, str(error.path or "")))
        raise
    except (Cancelled, KeyboardInterrupt):
        speaker.tell(speaker.stopped)
        raise
