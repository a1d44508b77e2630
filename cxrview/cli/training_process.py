"""The process that trains: what it says, and how it is asked to stop.

With `--events jsonl` the events go to standard output, one a line, and the line `stop` on standard input asks
for the end, the line `finish` for a model of the best epoch so far; without, they become readable text.
Ctrl+C and SIGTERM ask for the end as well; the second time they enforce it.

With `--alone`, which the window asks for, it goes on when nobody listens any more: its events stand in the
folder of the run, and whoever finds it there asks by a file, `RunFolder.request`.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

from cxrview.cli import console
from cxrview.cli.training_console import TrainingConsole
from cxrview.errors import CxrviewError
from cxrview.progress import Cancelled, Enough
from cxrview.training.run.events import Emit, Epoch, Event, Failed, Finished, Started, Step, Stopped, dump
from cxrview.training.run.folder import RunFolder

_LAST = (Finished, Failed, Stopped)  # nothing is left to stop


@contextmanager
def training_process(arguments: argparse.Namespace, *, can_finish: bool = False) -> Iterator[Emit]:
    """Yield the function to call with every event; it raises Cancelled when the user wants the end.

    With `can_finish` it raises Enough at a step or an epoch when the user wants a model of what is there and
    an epoch is done. Call it from the main thread. Raises BrokenPipeError from that function if the reader
    has gone.
    """
    asked, enough = threading.Event(), threading.Event()
    alone = RunFolder(arguments.out.resolve()) if arguments.events and arguments.alone else None
    done = False  # an epoch, so that there is something to finish
    over = False  # the last event has been told
    tell = console.put if arguments.events else None
    show = TrainingConsole() if tell is None else None

    def emit(event: Event) -> None:
        nonlocal done, over
        over = over or isinstance(event, _LAST)
        if tell is not None:
            tell(dump(event))
            sys.stdout.flush()
        elif show is not None:
            show(event)
        if alone is not None:
            _hear(alone, asked, enough)
        if asked.is_set() and not isinstance(event, _LAST):
            raise Cancelled
        done = done or isinstance(event, Epoch) or (isinstance(event, Started) and event.resumed_epochs > 0)
        if can_finish and enough.is_set() and done and isinstance(event, Step | Epoch):
            enough.clear()
            raise Enough

    if arguments.events:
        threading.Thread(target=_listen, args=(asked, enough), daemon=True).start()
    with _signals(asked), _known(alone):
        try:
            yield emit
        except CxrviewError as error:
            if tell is not None and not over:  # it was refused before the work could begin
                tell(dump(Failed(error.problem, error.advice, str(error.path or ""))))
            raise


def _listen(asked: threading.Event, enough: threading.Event) -> None:
    """Wait for the lines `finish` and `stop`. A standard input that is closed, or none, says neither."""
    waiting = b""
    with suppress(OSError, ValueError, AttributeError):
        # Not through sys.stdin, whose lock a thread that still reads would hold at the interpreter's end.
        number = sys.stdin.fileno()
        while received := os.read(number, 4096):
            *lines, waiting = (waiting + received).split(b"\n")
            said = {line.strip() for line in lines}
            if b"finish" in said:
                enough.set()
            if b"stop" in said:
                asked.set()
                return


@contextmanager
def _known(alone: RunFolder | None) -> Iterator[None]:
    """Leave a sign in the folder of a run that goes on alone, as long as it lasts; it may speak to nobody."""
    if alone is None:
        yield
        return
    with suppress(OSError):  # the run itself will say what is wrong with its folder
        alone.path.mkdir(parents=True, exist_ok=True)
        alone.request.unlink(missing_ok=True)
        alone.alone.touch()
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Unheard(sys.stdout), _Unheard(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        with suppress(OSError):
            alone.alone.unlink(missing_ok=True)
            alone.request.unlink(missing_ok=True)


def _hear(alone: RunFolder, asked: threading.Event, enough: threading.Event) -> None:
    """Take the request that lies in the folder, if one does."""
    with suppress(OSError):
        if alone.request.exists():
            word = alone.request.read_text("utf-8").strip()
            alone.request.unlink()
            {"stop": asked, "finish": enough}.get(word, threading.Event()).set()


class _Unheard:
    """A stream that lets what is written go nowhere once who listened has gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._fall_silent()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._fall_silent()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _fall_silent(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


@contextmanager
def _signals(asked: threading.Event) -> Iterator[None]:
    """Let SIGINT and SIGTERM set `asked`; when one of them comes again, the work ends at once."""

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        if number == signal.SIGINT:
            console.say("\ncxrview: stopping after this batch; once more to end at once.")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {
        number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
