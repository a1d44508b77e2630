"""One run at a time on one results file or folder."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview import messages
from cxrview.errors import InvalidRequest

if TYPE_CHECKING:
    import filelock

PATIENCE = 0.05  # seconds: a file that its last holder has just removed is asked for again
LOCKLESS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}  # drives that know no locks


@contextmanager
def file_lock(path: Path, lock: Path | None = None) -> Iterator[None]:
    """Hold `path` for this process alone, through `lock` (`<path>.lock`), which is removed at the end.

    The system takes the lock from a process that dies, so that a killed run blocks nobody.
    Raises InvalidRequest if another process holds it, or if no file can be made there.
    """
    lock = lock or path.with_name(f"{path.name}.lock")
    held = _acquire(lock, path)
    try:
        yield
    finally:
        if sys.platform != "win32":  # there the file goes when it is released
            with suppress(OSError):
                lock.unlink()
        held.release()


def is_held(lock: Path) -> bool:
    """Return whether a process that lives holds `lock`; one that cannot be asked counts as free."""
    import filelock

    if not lock.exists():
        return False
    asked = _lock(lock, preserve=True)
    try:
        asked.acquire(blocking=False)
    except filelock.Timeout:
        return True
    except OSError:
        return False
    asked.release()
    return False


def _acquire(lock: Path, path: Path) -> "filelock.BaseFileLock":
    import filelock

    held = _lock(lock)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held.acquire(PATIENCE, PATIENCE / 10)
    except filelock.Timeout:
        raise InvalidRequest(messages.IN_USE(place=str(path)), messages.WAIT_OR_CHOOSE_ANOTHER_FILE) from None
    except OSError as error:
        if error.errno not in LOCKLESS:  # on some network drives the user must take care
            problem = messages.PLACE_CANNOT_BE_WRITTEN(place=str(path), reason=error.strerror)
            raise InvalidRequest(problem, messages.CHOOSE_ANOTHER_PLACE) from error
    return held


def _lock(lock: Path, preserve: bool = False) -> "filelock.BaseFileLock":
    """Return a lock that may be released by another thread than the one that took it."""
    import filelock  # only now: few commands need it, and the window starts without it

    return filelock.FileLock(lock, thread_local=False, fallback_to_soft=False, preserve_lock_file=preserve)
