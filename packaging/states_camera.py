"""How `window_states` takes a picture: the clock stands, nothing is expected any more, nothing moves."""

import datetime
import gc
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NOW = 1_767_445_200  # 2026-01-03 13:00 UTC
SOON = 3000  # ms: a timer that waits longer has nothing to do with what is on the screen
STILL = 0.25  # seconds without a change
LIMIT = 120  # seconds for one state


def stop_the_clock() -> None:
    """Let it be one moment in this process, for all who ask later; what waits is not concerned."""

    class Day(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:
            return cls.fromtimestamp(NOW)

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return cls.fromtimestamp(NOW, tz)

    strftime, localtime = time.strftime, time.localtime
    datetime.date, datetime.datetime = Day, Moment
    time.time, time.perf_counter = lambda: float(NOW), lambda: 0.0
    time.localtime = lambda seconds=NOW: localtime(seconds)
    time.strftime = lambda pattern, moment=None: strftime(pattern, moment or localtime(NOW))


class Camera:
    """Waits until nothing moves, and takes a picture."""

    def __init__(self, app: object, window: object, folder: Path) -> None:
        self._app, self.window, self._folder = app, window, folder
        self._count = 0
        self.processes_end = True  # False where a page keeps one as long as it is shown

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the program work until `condition` holds."""
        end = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"after state {self._count}: waited too long")
            self._app.processEvents()
            time.sleep(0.002)  # other processes and threads want to work too

    def settle(self) -> None:
        """Let the program work until nothing is to be expected any more."""
        for _ in range(3):
            self.wait(lambda: not self._expected())

    def _expected(self) -> bool:
        from PySide6.QtCore import QProcess, QTimer

        self._app.processEvents()
        if any(not job.cancelled for job in self.window.runner._jobs):
            return True
        if self._hurry():
            return True
        for thing in gc.get_objects():
            try:
                if isinstance(thing, QTimer):
                    waiting = thing.isActive() and thing.interval() <= SOON
                    if waiting and (thing.isSingleShot() or thing.interval() == 0):
                        return True
                elif self.processes_end and isinstance(thing, QProcess):
                    running = thing.state() != QProcess.ProcessState.NotRunning
                    if running:
                        return True
            except RuntimeError:  # what it belongs to has gone
                continue
        return False

    def _hurry(self) -> bool:
        """Let the message in the status bar go at once, lest it goes between two pictures."""
        from PySide6.QtCore import QTimer

        late = [
            t for t in self.window.statusBar().findChildren(QTimer) if t.isActive() and t.interval() > SOON
        ]
        for timer in late:
            timer.start(0)
        return bool(late)

    def take(self, name: str, widget: object = None) -> None:
        """Save `widget`, or the main window, as the next state."""
        self.settle()
        self._count += 1
        path = self._folder / f"{self._count:02d}-{name}.png"
        if not self._still(widget or self.window).save(str(path)):
            raise SystemExit(f"{path} cannot be written.")

    def _still(self, widget: object) -> object:
        """Return the picture of `widget` when it has stopped changing: Qt fades some of its own parts in."""
        picture, since = widget.grab().toImage(), time.monotonic()
        while time.monotonic() - since < STILL:
            self._app.processEvents()
            if (now := widget.grab().toImage()) != picture:
                picture, since = now, time.monotonic()
        return picture


def dialogs(app: object) -> Iterator[object]:
    """Yield the windows that are open besides the main one, newest last."""
    from PySide6.QtWidgets import QMainWindow

    for widget in app.topLevelWidgets():
        if widget.isVisible() and widget.isWindow() and not isinstance(widget, QMainWindow):
            yield widget


def of_kind(app: object, kind: str) -> object:
    """Return the open window of the class called `kind`."""
    return next(widget for widget in dialogs(app) if type(widget).__name__ == kind)


def lasting(pdf: bytes) -> bytes:
    """Return `pdf` without its day and its identifiers, which are others each time."""
    pdf = re.sub(rb"\(D:\d{14}[^)]*\)", lambda found: b"(" + b"0" * (len(found[0]) - 2) + b")", pdf)
    pdf = re.sub(
        rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?", lambda found: b"0" * len(found[0]), pdf
    )
    pdf = re.sub(rb"(?<=<)[0-9a-f]{32,}(?=>)", lambda found: b"0" * len(found[0]), pdf)
    return re.sub(
        rb"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", lambda found: b"0" * len(found[0]), pdf, flags=re.I
    )
