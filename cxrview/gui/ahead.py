"""Read the next image of the list while the user looks at this one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cxrview.gui.cache import RecentImages
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.work import read_and_render

MAX_BYTES = 64 * 2**20  # of a file; a larger one would push out what was looked at before


class ReadAhead:
    """Keeps at most one file on its way. What goes wrong with it is said when somebody wants to see it."""

    def __init__(self, runner: TaskRunner, images: RecentImages) -> None:
        self._runner, self._images = runner, images
        self._path: Path | None = None
        self._job: Job | None = None

    def begin(self, path: Path | None) -> None:
        """Read `path`, first frame rendered, in the background; with None only stop what is on its way."""
        self._runner.cancel(self._job)
        self._path, self._job = None, None
        if path is None or self._images.get(path) is not None or not _is_small(path):
            return
        self._path = path
        self._job = self._runner.start(
            f"Reading {path.name}",
            partial(read_and_render, path, 0),
            done=lambda result: self._images.put(result.stamp, result.radiographs),
            failed=lambda _error: None,
            lane="ahead",
            quiet=True,
        )

    def take(
        self, path: Path, done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> Job | None:
        """Return the job that is reading `path` already, now with these callbacks, or None."""
        job = self._job
        if job is None or path != self._path or not self._runner.is_running(job):
            return None
        self._path, self._job = None, None
        job.done, job.failed, job.quiet = done, failed, False
        self._runner.changed.emit()
        return job


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= MAX_BYTES
    except OSError:
        return False
