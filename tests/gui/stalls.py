"""How long the window stands still."""

import gc
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

_WAITED = Path("/proc/thread-self/schedstat")  # nanoseconds computed, nanoseconds waited for a core, turns


def own_seconds() -> float:
    """Return the clock's seconds less those in which this thread was ready and others had the cores.

    What it waits for, a lock or a disk, counts. Only Linux tells the two apart.
    """
    if sys.platform != "linux":
        return time.perf_counter()
    return time.perf_counter() - int(_WAITED.read_text().split()[1]) / 1e9


class Stall(QObject):
    """The longest time between two ticks of a 5 ms timer, while what stands under `with` is done."""

    def __init__(self) -> None:
        super().__init__()
        self.milliseconds = 0.0
        self.ticks = 0
        self._last = 0.0
        self._timer = QTimer(self, interval=5, timeout=self._tick, timerType=Qt.TimerType.PreciseTimer)

    def _tick(self) -> None:
        now = own_seconds()
        self.milliseconds = max(self.milliseconds, (now - self._last) * 1000)
        self._last = now
        self.ticks += 1

    def wait_for_ticks(self, count: int) -> None:
        """Let the event loop turn until the timer has ticked `count` times more."""
        wanted = self.ticks + count
        while self.ticks < wanted:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def __enter__(self) -> "Stall":
        gc.collect()
        gc.freeze()  # as the app does: else Python goes through what all tests before have left
        self._last = own_seconds()
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.stop()
        gc.unfreeze()
