"""What decoders written in C write to standard error: some say nowhere else that a stream is damaged.

libjpeg fills what is missing with grey, tells the program that all is well, and writes one line: OpenCV and
GDCM leave it at that.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ERRORS = 2  # the descriptor of standard error

_listening = threading.RLock()


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect the lines written to standard error inside, which do not appear there.

    The list that is yielded is filled at the end. One thread of the process listens at a time.
    """
    lines: list[str] = []
    with _listening, tempfile.TemporaryFile() as file:
        before = _copied()
        os.dup2(file.fileno(), ERRORS)
        try:
            yield lines
        finally:
            if before is None:
                os.close(ERRORS)
            else:
                os.dup2(before, ERRORS)
                os.close(before)
            file.seek(0)
            lines += file.read().decode("utf-8", "replace").splitlines()


def _copied() -> int | None:
    """Return another descriptor of standard error, or None in a program that has none."""
    try:
        return os.dup(ERRORS)
    except OSError:
        return None
