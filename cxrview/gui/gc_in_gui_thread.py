"""Python's collector of cycles, kept in the GUI thread.

Wherever a thread happens to make the seven-hundredth object, Python collects there: a widget in a cycle
would be destroyed by a worker, and Qt aborts or worse. While a window lives, cycles are collected by its
event loop.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer

INTERVAL = 200  # ms
WHOLE = 30.0  # seconds between two collections of everything, which take some 30 ms


class Collector(QObject):
    """Collects for as long as it is open; the last one to close hands the matter back to Python."""

    _open = 0

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last_whole = time.monotonic()
        self._timer = QTimer(self, interval=INTERVAL, timeout=self.collect)
        self._closed = False
        Collector._open += 1
        gc.disable()
        self._timer.start()

    def collect(self) -> None:
        """Collect what Python would have collected by now."""
        young, middle, _old = gc.get_threshold()
        counts = gc.get_count()
        if counts[2] and time.monotonic() - self._last_whole > WHOLE:
            self._last_whole = time.monotonic()
            gc.collect(2)
        elif counts[1] > middle:
            gc.collect(1)
        elif counts[0] > young:
            gc.collect(0)

    def settle(self) -> None:
        """Put aside what is there now, so that later collections pass over it: libraries, and the window.

        For a program that lives until its window closes; what is put aside is collected no more.
        """
        gc.collect()
        gc.freeze()
        self._last_whole = time.monotonic()

    def close(self) -> None:
        """Cease; once is enough."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        Collector._open -= 1
        if not Collector._open:
            gc.enable()
