"""One task runner owns every thread; what is stale or cancelled never reaches the window."""

import importlib
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from cxrview.errors import CxrviewError
from cxrview.i18n import say
from cxrview.message import Message, as_message
from cxrview.progress import Cancelled, Report

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

PROGRESS_INTERVAL = 0.05  # seconds between two progress messages of one job
TURN = 0.008  # seconds of delivering, after which the window gets its turn
LANES = (
    "folders",
    "named",
    "files",
    "ahead",
    "load",
    "model",
    "export",
    "thumbnails",
    "filters",
    "recents",
    "estimate",
    "tidying",
    "tags",
    "histogram",
    "store",
    "measure",
    "facts",
    "lungs",
    "explain",
    "training",
    "results",
    "audit",
    "library",
    "teaching",
    "answers",
)  # one thread each: work in a lane runs in order
LASTING = (
    "export",
    "tidying",
    "store",
    "answers",
)  # neither Stop nor closing the window takes back what is done here


_importing = threading.Lock()


def _import_library() -> None:
    """Import what nearly all work stands on, in one thread while the others wait.

    Two threads that begin at different parts of pydicom would each wait for the other's, and Python then
    gives one of them a module that is half made.
    """
    with _importing:
        importlib.import_module("cxrview.imaging")


class Job:
    """A piece of work that was started. `fraction` is 0…1, or below 0 while it is not known.

    The callbacks may be changed until the result is delivered; `quiet` work is not shown to the user, and
    `lasting` work is done whatever is cancelled around it.
    """

    def __init__(
        self,
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        partial: Callable[[Any], None] | None,
    ) -> None:
        self.title = title
        self.text = ""
        self.fraction = -1.0
        self.cancelled = False
        self.quiet = self.lasting = False
        self.done, self.failed, self.partial = done, failed, partial
        self.future: Future[None] | None = None

    def check(self) -> None:
        """Raise Cancelled if nobody is interested any more."""
        if self.cancelled:
            raise Cancelled

    def cancel(self) -> None:
        """Lose interest: work that has not begun never will, and no result is delivered."""
        self.cancelled = True
        if self.future is not None:
            self.future.cancel()


class TaskRunner(QObject):
    """Runs plain functions in worker threads and delivers their results in the GUI thread.

    Signals:
        changed: a job came, went or made progress.
        crashed: a job raised something other than a CxrviewError; carries the traceback.
    """

    changed = Signal()
    crashed = Signal(str)
    _message = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._jobs: list[Job] = []
        self._closed = False
        self._message.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        self._waiting: deque[tuple[Job, str, Any]] = deque()
        # A timer, because all that is posted while posted events are handled is handled in the same turn.
        self._turn = QTimer(self, interval=0, timeout=self._deliver_some)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that the user knows of and is still interested in, oldest first."""
        return tuple(job for job in self._jobs if not job.cancelled and not job.quiet)

    def is_running(self, job: Job) -> bool:
        """Whether the result of `job` is still to come."""
        return job in self._jobs and not job.cancelled

    def start(
        self,
        title: str,
        work: Callable[[Report], Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        partial: Callable[[Any], None] | None = None,
        lane: str = "files",
        quiet: bool = False,
    ) -> Job:
        """Run `work(report)` in `lane` and return its job; call `done(result)` or `failed(error)` later.

        If `work` returns an iterator it is consumed in the worker, each value goes to `partial`, and
        `done` gets None.
        """
        job = Job(title, done, failed, partial)
        job.quiet, job.lasting = quiet, lane in LASTING
        if self._closed:
            job.cancel()
            return job
        self._jobs.append(job)
        job.future = self._lane(lane).submit(self._run, job, work)
        self.changed.emit()
        return job

    def cancel(self, job: Job | None) -> None:
        """Cancel `job` if there is one, and drop it from the list."""
        if job is not None and not job.cancelled:
            job.cancel()
            self._forget(job)

    def cancel_all(self) -> None:
        """Cancel what the user sees running or waiting and is not lasting; nobody would ask again for the
        rest.
        """
        for job in tuple(self._jobs):
            if not job.lasting and not job.quiet:
                self.cancel(job)

    def close(self, wait: bool = True) -> None:
        """Cancel everything but lasting work, which is still done; with `wait` return when the threads have
        ended. Nothing is delivered any more.
        """
        self._closed = True
        for job in self._jobs:
            if not job.lasting:
                job.cancel()
        for name, lane in self._lanes.items():
            lane.shutdown(wait=wait, cancel_futures=name not in LASTING)

    def _lane(self, name: str) -> "ThreadPoolExecutor":
        from concurrent.futures import ThreadPoolExecutor  # not needed before the window is there

        if name not in LANES:
            raise ValueError(f"no lane {name}")
        if name not in self._lanes:
            self._lanes[name] = ThreadPoolExecutor(1, f"cxrview-{name}")
        return self._lanes[name]

    def _run(self, job: Job, work: Callable[[Report], Any]) -> None:
        """Do the work, in a worker thread."""
        last_sent = 0.0

        def report(fraction: float, doing: Message | str) -> None:
            nonlocal last_sent
            job.check()
            job.fraction, job.text = fraction, say(as_message(doing))
            if time.monotonic() - last_sent > PROGRESS_INTERVAL:
                last_sent = time.monotonic()
                self._send(job, "progress")

        try:
            job.check()
            _import_library()
            result = work(report)
            if isinstance(result, Iterator):
                for value in result:
                    job.check()
                    self._send(job, "partial", value)
                result = None
            self._send(job, "done", result)
        except Cancelled:
            return
        except CxrviewError as error:
            self._send(job, "failed", error)
        except Exception as error:  # noqa: BLE001 - a bug in a worker must reach the user, not vanish
            self._send(job, "crashed", traceback.format_exc())
            self._send(job, "failed", error)

    def _send(self, job: Job, kind: str, value: Any = None) -> None:
        if not self._closed:
            self._message.emit((job, kind, value))

    @Slot(object)
    def _arrived(self, message: tuple[Job, str, Any]) -> None:
        self._waiting.append(message)
        self._turn.start()

    def _deliver_some(self) -> None:
        """Deliver in order of arrival until the time is up, lest many small results stop the window."""
        end = time.monotonic() + TURN
        while self._waiting and time.monotonic() < end:
            self._deliver(*self._waiting.popleft())
        if not self._waiting:
            self._turn.stop()

    def _deliver(self, job: Job, kind: str, value: Any) -> None:
        if job.cancelled or self._closed:  # looked at here, so a stale result never lands
            return
        if kind in ("done", "failed"):
            self._jobs.remove(job)
        receivers = {
            "done": job.done,
            "failed": job.failed,
            "partial": job.partial,
            "crashed": self.crashed.emit,
        }
        if (receive := receivers.get(kind)) is not None:
            receive(value)
        self.changed.emit()

    def _forget(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            self.changed.emit()
