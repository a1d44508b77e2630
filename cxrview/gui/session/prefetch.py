"""Read the neighbours of the image that the user looks at, so that the next one is there at once."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cxrview.gui.session import crash_guard
from cxrview.gui.session.cache import FileRead, RecentImages
from cxrview.gui.session.workers import read_file
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import tr

GROWTH = 3  # pixels in memory are at most about so many times as large as a file of radiographs
SHARE = 0.5  # of the memory budget may be spent on what nobody has asked for yet


class ReadAhead:
    """Keeps a few files on their way. What goes wrong with one is said when somebody wants to see it."""

    def __init__(self, runner: TaskRunner, images: RecentImages) -> None:
        self._runner, self._images = runner, images
        self._jobs: dict[Path, Job] = {}

    def begin(self, paths: Sequence[Path]) -> None:
        """Read `paths`, the most wanted first, and stop what is on its way and not among them."""
        for path in [path for path in self._jobs if path not in paths]:
            self._runner.cancel(self._jobs.pop(path))
        room = self._images.budget * SHARE
        for path in paths:
            room -= _size(path) * GROWTH
            if room < 0:
                return
            if path not in self._jobs and self._images.get(path) is None:
                self._start(path)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._jobs

    def take(
        self, path: Path, done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> Job | None:
        """Return the job that is reading `path` already, now with these callbacks, or None."""
        job = self._jobs.pop(path, None)
        if job is None or not self._runner.is_running(job):
            return None
        job.done, job.failed, job.quiet = done, failed, False
        self._runner.changed.emit()
        return job

    def _start(self, path: Path) -> None:
        if crash_guard.suspected(path):
            return

        def done(read: FileRead) -> None:
            self._jobs.pop(path, None)
            self._images.put(read)

        def failed(_error: Exception) -> None:
            self._jobs.pop(path, None)

        self._jobs[path] = self._runner.start(
            tr("Reading {name}").format(name=file_name(path)),
            partial(read_file, path, 0),
            done=done,
            failed=failed,
            lane="ahead",
            quiet=True,
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
