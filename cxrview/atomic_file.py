"""Files written whole or not at all: a reader finds the old one or the new one, also after a full disk."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NAMED = 40  # letters of a name that its part begins with: file systems take 255 bytes


@contextmanager
def atomic_file(
    path: Path, *, part: Path | None = None, private: bool = False, settle: bool = True
) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of `path` at the end; after an error, `path` is as it was.

    Until then it is called `part`, a name of its own unless one is given: that keeps a killed process from
    leaving more than one, where only one writes. A link stays, and so do the rights of a file that was there;
    a `private` one only its owner may read. With `settle` it is on the disk before it takes the place, which
    may take a second: nothing for the thread of a window. Raises OSError, also if `path` is write-protected.
    """
    path = Path(os.path.realpath(path))
    there = path.exists()
    if there and not os.access(path, os.W_OK):  # a rename would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    part = part or path.with_name(f".{path.name[:NAMED]}.{secrets.token_hex(8)}.part")
    try:
        part.touch(0o600 if private else 0o666)
        if there and not private:
            with suppress(OSError):  # some network drives have no rights
                shutil.copymode(path, part)
        with part.open("wb") as file:
            yield file
            if settle:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):  # what went wrong first is what counts
            part.unlink(missing_ok=True)


def write_atomically(path: Path, content: str | bytes, *, private: bool = False, settle: bool = True) -> None:
    """Write `content` to `path`, text as UTF-8 with its line ends as they are, as `atomic_file` does."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_file(path, private=private, settle=settle) as file:
        file.write(data)


def is_full(error: OSError) -> bool:
    """Return whether a file could not be written because there is no room left on the disk."""
    return error.errno in _FULL
