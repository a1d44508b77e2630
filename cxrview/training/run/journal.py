"""The events of a run: kept in a file, and handed to whoever listens."""

import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from cxrview.message import Message, as_message
from cxrview.progress import Cancelled, Report
from cxrview.training.run.events import Emit, Event, Stage, dump

_EVERY_S = 0.2  # between two events of one stage


class Journal:
    """Appends events to the file `path` and passes them on to `emit`. Use it as a context."""

    def __init__(self, path: Path, emit: Emit) -> None:
        self._path, self._emit = path, emit
        self._file: TextIO

    def __enter__(self) -> Self:
        cut = self._path.is_file() and not self._path.read_bytes().endswith(b"\n")
        self._file = self._path.open("a", encoding="utf-8")
        if cut:  # a killed run may have left half a line
            self._file.write("\n")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk has been reported when the event was written
            self._file.close()

    def __call__(self, event: Event) -> None:
        """Keep `event` and pass it on. Raises OSError, Cancelled and what else `emit` raises."""
        self._file.write(dump(event) + "\n")
        self._file.flush()
        self._emit(event)

    def last(self, event: Event) -> None:
        """Keep and pass on the event that ends the run, as far as disk and listener let that happen."""
        with suppress(OSError):
            self._file.write(dump(event) + "\n")
            self._file.flush()
        with suppress(OSError, Cancelled):
            self._emit(event)

    def stage(self, name: str) -> Report:
        """Return a Report that makes events of the stage `name`, a few a second."""
        said = 0.0

        def report(fraction: float, doing: Message | str) -> None:
            nonlocal said
            if (now := time.monotonic()) - said >= _EVERY_S:
                said = now
                self(Stage(name, fraction, as_message(doing)))

        return report
