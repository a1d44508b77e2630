"""Time from the start of the process to a window that answers, against a bare PySide6 window."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from table import write

RUNS = 15

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.resize(1280, 800)
window.show()
QTimer.singleShot(0, lambda: (print("ready", flush=True), app.quit()))
app.exec()
"""

CXRVIEW = """
from PySide6.QtCore import QTimer
from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
app = application()
window = MainWindow()
window.show()
QTimer.singleShot(0, lambda: (print("ready", flush=True), window.close(), app.quit()))
app.exec()
window.runner.close(wait=True)
"""


def seconds(code: str) -> float:
    """Return the time until the process says that its event loop turns with the window shown."""
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.strip() == "ready":
                elapsed = time.perf_counter() - begin
                break
        else:
            raise RuntimeError("the window never came up")
        process.stdout.read()  # type: ignore[union-attr]
    return elapsed


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        os.environ["PYTHONPYCACHEPREFIX"] = f"{home}/bytecode"
        for code in (BARE, CXRVIEW):
            seconds(code)  # fill the disk cache, and write what is imported as bytecode
        times = {"bare": [], "cxrview": []}
        for _ in range(RUNS):  # alternating, so that a noisy machine is noisy for both
            times["bare"].append(seconds(BARE))
            times["cxrview"].append(seconds(CXRVIEW))
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = [
        (
            label,
            f"{medians[name]:.2f} s",
            f"{min(times[name]):.2f}–{max(times[name]):.2f} s",
            f"{medians[name] / medians['bare']:.2f}",
        )
        for name, label in (("bare", "bare PySide6 window"), ("cxrview", "cxrview, empty window"))
    ]
    remark = f"From process start to a shown window whose event loop turns, {RUNS} alternating runs."
    write("Start", "startup.py", remark, ("program", "median", "range", "ratio"), rows)


if __name__ == "__main__":
    main()
