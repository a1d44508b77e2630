"""What lies where in the folder of a batch, what it was asked, and what the user wishes. Light to import."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cxrview.atomic_file import write_atomically
from cxrview.batch import messages
from cxrview.batch.events import ENDS, Event, parse
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.file_lock import file_lock, is_held
from cxrview.messages import CANNOT_BE_WRITTEN, CHOOSE_ANOTHER_PLACE

PAUSE, STOP = "pause", "stop"  # what may be wished
PASSING = ('{"event": "progress"', '{"event": "file_failed"')  # begin lines of which there are thousands


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What is to be read, by which model, and where results go besides the batch itself.

    `sources` are files, folders, ZIP archives and DICOM directories. `out` is a results table that is written
    at the end, `labels` a folder of class folders or a table that says what the films are; "" for none.
    `workers` processes decode; 0: as many as there are cores.
    """

    sources: tuple[str, ...]
    model: str = ""
    device: str = "auto"
    point: str = "auto"
    out: str = ""
    labels: str = ""
    workers: int = 0


@dataclass(frozen=True, slots=True)
class BatchFolder:
    """The files of the batch in the folder `path`."""

    path: Path

    @property
    def store(self) -> Path:
        """The films and what was said of them."""
        return self.path / "batch.sqlite"

    @property
    def events(self) -> Path:
        """What the batch has said since it was last started."""
        return self.path / "events.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the process that reads."""
        return self.path / "batch.lock"

    @property
    def log(self) -> Path:
        """What libraries said in that process."""
        return self.path / "process.log"

    @property
    def is_running(self) -> bool:
        """Whether a process reads for it."""
        return is_held(self.lock)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this process alone. Raises InvalidRequest."""
        with file_lock(self.path, self.lock):
            yield

    def ask(self, request: BatchRequest) -> None:
        """Make the folder and store `request`. Raises InvalidRequest."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._request, json.dumps(asdict(request)), settle=False)
        except OSError as error:
            problem = CANNOT_BE_WRITTEN(reason=error.strerror or str(error))
            raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE, self.path) from error

    def request(self) -> BatchRequest:
        """Return what was asked. Raises InvalidRequest if no batch is here."""
        try:
            stored = json.loads(self._request.read_text("utf-8"))
            known = {item.name: stored[item.name] for item in fields(BatchRequest) if item.name in stored}
            return BatchRequest(**{**known, "sources": tuple(known["sources"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidRequest(messages.NO_BATCH_THERE, path=self.path) from error

    def wish(self, wanted: str) -> None:
        """Wish that the batch pauses or stops; "" that it goes on. Raises InvalidRequest."""
        try:
            if wanted:
                write_atomically(self._wish, wanted, settle=False)
            else:
                self._wish.unlink(missing_ok=True)
        except OSError as error:
            raise InvalidRequest(CANNOT_BE_WRITTEN(reason=error.strerror), path=self.path) from error

    def wished(self) -> str:
        """Return what is wished."""
        with suppress(OSError):
            return self._wish.read_text("utf-8").strip()
        return ""

    def said(self) -> list[Event]:
        """Return what the batch has said since it was last started, without most of what passes by."""
        with suppress(OSError):
            lines = self.events.read_text("utf-8", "replace").splitlines()
            last = {len(lines) - 1, len(lines) - 2}
            kept = (line for n, line in enumerate(lines) if n in last or not line.startswith(PASSING))
            return [event for event in map(parse, kept) if event is not None]
        return []

    def ending(self) -> Event | None:
        """Return how the batch ended, None if it runs or was cut off."""
        said = self.said()
        return said[-1] if said and isinstance(said[-1], ENDS) else None

    @property
    def _request(self) -> Path:
        return self.path / "request.json"

    @property
    def _wish(self) -> Path:
        return self.path / "wish"


def batches(root: Path) -> list[BatchFolder]:
    """Return the batches in the folder `root`, newest first."""
    found = []
    for path in sorted(root.iterdir(), reverse=True) if root.is_dir() else []:
        with suppress(CxrviewError):
            BatchFolder(path).request()
            found.append(BatchFolder(path))
    return found
