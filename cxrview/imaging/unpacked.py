"""Where archives are unpacked to: a folder of this process's own, which does not outlive it."""

import os
import shutil
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview import paths
from cxrview.errors import InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.messages import CANNOT_BE_UNPACKED, MAKE_ROOM
from cxrview.progress import Report

if TYPE_CHECKING:
    from concurrent.futures import Future

FOLDER = "unpacked"  # in the cache
LOCK = ".lock"
PATIENCE = 30  # seconds for what still unpacks to notice that it was cancelled


class Unpacked:
    """The folders of the archives opened in one window or by one command. It may be used in several threads.

    Each archive has a folder that is called as it is and lies in the window's: `<window>/3/films`. The same
    archive gets the same one again unless it has changed. A lock, which the system takes from a process
    that dies, tells the folders in use from those that were left behind.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = ExitStack()
        self._top: Path | None = None
        self._numbers: dict[tuple[str, int, int], int] = {}

    @property
    def used(self) -> bool:
        """Whether there is anything to remove."""
        return self._top is not None

    def folder(self, archive: Path) -> Path:
        """Return the folder for what is in `archive`; it need not exist yet. Raises InvalidRequest."""
        try:
            status = archive.stat()
            content = (os.path.abspath(archive), status.st_mtime_ns, status.st_size)  # noqa: PTH100
            with self._lock:
                if self._top is None:
                    self._top = self._make()
                number = self._numbers.setdefault(content, len(self._numbers) + 1)
                return self._top / str(number) / (archive.stem.strip(". ") or "archive")
        except OSError as error:
            problem = CANNOT_BE_UNPACKED(reason=error.strerror or str(error))
            raise InvalidRequest(problem, MAKE_ROOM, archive) from error

    def remove(self, unpacking: Iterable["Future[None]"], _report: Report) -> None:
        """Wait until `unpacking` has ended and remove everything."""
        from concurrent.futures import wait  # not needed before the window is there

        wait(unpacking, PATIENCE)
        with self._lock:
            if self._top is not None:
                shutil.rmtree(self._top, ignore_errors=True)
                self._held.close()
                self._top = None
                self._numbers.clear()

    def _make(self) -> Path:
        top = _all() / os.urandom(4).hex()
        self._held.enter_context(file_lock(top, _lock_of(top)))
        top.mkdir(mode=0o700)  # these are patients' images
        return top


def remove_leftovers(report: Report) -> None:
    """Remove what windows left behind that did not come to their end."""
    if not _all().is_dir():
        return
    for left in sorted(_all().iterdir()):
        report(-1.0, "")
        top = left.with_suffix("")
        try:
            with file_lock(top, _lock_of(top)):
                shutil.rmtree(top, ignore_errors=True)
        except InvalidRequest:  # in use
            continue


def _all() -> Path:
    return paths.cache() / FOLDER


def _lock_of(top: Path) -> Path:
    return top.with_suffix(LOCK)
