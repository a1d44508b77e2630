"""Ctrl+C that is not lost: Python drops the exception where it is raised in a destructor or a callback."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_asked = threading.Event()


@contextmanager
def remembered() -> Iterator[None]:
    """Remember, besides raising KeyboardInterrupt, that Ctrl+C was pressed in the block.

    Where it is ignored, as in the background of a shell, or somebody else's matter, nothing is changed.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        _asked.set()
        signal.default_int_handler(number, frame)

    _asked.clear()
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _asked.clear()


def check() -> None:
    """Raise KeyboardInterrupt if Ctrl+C was pressed."""
    if _asked.is_set():
        raise KeyboardInterrupt
