"""Which files were being read when cxrview came to an end unasked: they are not opened again by themselves.

What is being read stands in a small file each, beside a lock that the system takes from a process that dies.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cxrview import paths
from cxrview.errors import InvalidRequest
from cxrview.file_lock import file_lock, is_held
from cxrview.gui.session import json_file

NAME = "reading"  # of the folder, beside window.ini
MOST = 100  # files that are remembered
SUFFIX, LOCK = ".path", ".lock"


class CrashGuard:
    """Remembers in `folder` what is being read. It may be used in several threads; what fails is not told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / NAME
        self._lock = threading.Lock()
        self._held = ExitStack()
        self._token, self._number = "", 0
        self._suspected = self._known() | self._left()

    @contextmanager
    def reading(self, path: Path) -> Iterator[None]:
        """Note that `path` is being read as long as the block takes."""
        mark = self._begin(path)
        try:
            yield
        finally:
            self._end(mark, path)

    def suspected(self, path: Path) -> bool:
        """Return whether cxrview ended while it was reading `path`, and has not read it since."""
        return bool(self._suspected) and _key(path) in self._suspected

    def trust(self, path: Path) -> None:
        """The user has asked for `path` itself."""
        if self.suspected(path):
            with self._lock, suppress(OSError):
                self._suspected.discard(_key(path))
                self._keep()

    def close(self) -> None:
        """Nothing is read any more."""
        self._held.close()

    def _begin(self, path: Path) -> Path | None:
        try:
            with self._lock:
                if not self._token:
                    token = os.urandom(4).hex()
                    self._folder.mkdir(parents=True, exist_ok=True)
                    self._held.enter_context(file_lock(self._folder / token, self._folder / f"{token}{LOCK}"))
                    self._token = token
                self._number += 1
                mark = self._folder / f"{self._token}-{self._number}{SUFFIX}"
            mark.write_text(_key(path), "utf-8", "backslashreplace")
        except (OSError, InvalidRequest):
            return None
        return mark

    def _end(self, mark: Path | None, path: Path) -> None:
        with suppress(OSError):
            if mark is not None:
                mark.unlink(missing_ok=True)
            self.trust(path)

    def _known(self) -> set[str]:
        found = json_file.load(self._folder / "suspected.json").get("files")
        return {key for key in found if isinstance(key, str)} if isinstance(found, list) else set()

    def _left(self) -> set[str]:
        """Return what processes that died were reading, and remember it."""
        found: set[str] = set()
        with suppress(OSError):
            for mark in list(self._folder.glob(f"*{SUFFIX}")):
                if is_held(self._folder / f"{mark.name.partition('-')[0]}{LOCK}"):
                    continue
                found.add(mark.read_text("utf-8", "replace"))
                mark.unlink(missing_ok=True)
            for lock in list(self._folder.glob(f"*{LOCK}")):
                if not is_held(lock):
                    lock.unlink(missing_ok=True)
        if found:
            self._suspected = self._known() | found
            with suppress(OSError):
                self._keep()
        return found

    def _keep(self) -> None:
        json_file.save({"files": sorted(self._suspected)[:MOST]}, self._folder / "suspected.json")


def _key(path: Path) -> str:
    """Return what a file is known by; one out of an archive by its place in there, wherever it lies."""
    from cxrview.imaging.unpacked import FOLDER as UNPACKED  # takes long to import: in a worker

    path = Path(os.path.abspath(path))  # noqa: PTH100 - links keep their own names
    with suppress(ValueError):
        inside = path.relative_to(paths.cache() / UNPACKED)
        return json.dumps(inside.parts[2:])
    return str(path).encode("utf-8", "backslashreplace").decode()


_guard: CrashGuard | None = None


def use(guard: CrashGuard) -> None:
    """Let `guard` watch what this process reads from now on."""
    global _guard
    _guard = guard


def end() -> None:
    """Nothing is read in this process any more."""
    global _guard
    if _guard is not None:
        _guard.close()
    _guard = None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Note that `path` is being read, if anybody watches."""
    if _guard is None:
        yield
        return
    with _guard.reading(path):
        yield


def trust(path: Path) -> None:
    """The user has asked for `path` itself."""
    if _guard is not None:
        _guard.trust(path)


def suspected(path: Path) -> bool:
    """Return whether `path` is not to be opened by itself."""
    return _guard is not None and _guard.suspected(path)
