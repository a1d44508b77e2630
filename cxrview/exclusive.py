"""One run at a time on one results file or folder."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cxrview import messages
from cxrview.errors import BadRequest


@contextmanager
def exclusive(path: Path, lock: Path | None = None) -> Iterator[None]:
    """Hold `path` for this process alone, through `lock` (`<path>.lock`), which is removed at the end.

    The system takes the lock from a process that dies, so that a killed run blocks nobody.
    Raises BadRequest if another process holds it, or if no file can be made there.
    """
    lock = lock or path.with_name(f"{path.name}.lock")
    handle = _acquire(lock, path)
    try:
        yield
    finally:
        if sys.platform == "win32":  # where an open file cannot be removed
            os.close(handle)
            with suppress(OSError):
                lock.unlink()
        else:
            with suppress(OSError):
                lock.unlink()
            os.close(handle)


def is_held(lock: Path) -> bool:
    """Return whether a process that lives holds `lock`; one that cannot be asked counts as free."""
    try:
        handle = os.open(lock, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(handle)
    finally:
        os.close(handle)


def _acquire(lock: Path, path: Path) -> int:
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
            if not _try_lock(handle):
                os.close(handle)
                raise BadRequest(messages.IN_USE(place=str(path)), messages.WAIT_OR_CHOOSE_ANOTHER_FILE)
            if _still_there(handle, lock):
                return handle
            os.close(handle)  # its last holder has just removed it
    except OSError as error:
        problem = messages.PLACE_CANNOT_BE_WRITTEN(place=str(path), reason=error.strerror)
        raise BadRequest(problem, messages.CHOOSE_ANOTHER_PLACE) from error


def _still_there(handle: int, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass  # some network drives know no locks; there the user must take care
        return True
