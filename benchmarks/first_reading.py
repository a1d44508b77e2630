"""How long from opening a film to its reading on the screen, with the bundle 1.0.0 and with another model.

    python benchmarks/first_reading.py [MODEL] [--former FOLDER] [--rounds 15] [--starts 7]

MODEL is a bundle, the bundled one without it. The bundle 1.0.0 comes from the history
(`git archive d55784a models/cxr-densenet121`) unless its folder is given. Warm: two windows, one for each
model, which have read the films already, open them by turns. Cold: processes by turns, each of which shows
its window and opens the film at once, so that the reading waits for the libraries and the model.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from former_model import former_model
from PySide6.QtCore import QEventLoop, QTimer
from table import write

from cxrview import bundle, paths
from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
from cxrview.gui.view_state import PredictionProgress, PredictionState, Shown, ViewStage
from tests.anatomy.chests import chest
from tests.gui.dicom_files import write_dicom

ROOT = Path(__file__).resolve().parent.parent
SIDE = 2000
LONGEST = 120_000  # ms that a reading may take
IDLE = 400  # ms for what follows one: thumbnails, settings, what is let go of

COLD = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
from cxrview.gui.view_state import PredictionProgress

app = application()
window = MainWindow(Path(sys.argv[1]), model=sys.argv[2], device="cpu")
times = []

def begin():
    times.append(time.perf_counter())
    window.open([Path(sys.argv[3])])

def look(reading):
    if reading.progress is PredictionProgress.FAILED:
        sys.exit(reading.problem)
    if reading.progress is PredictionProgress.DONE:
        app.quit()

window.state.reading_changed.connect(look)
window.show()
QTimer.singleShot(0, begin)
app.exec()
window.reading.viewport().repaint()
window.canvas.repaint()
print(time.perf_counter() - times[0], flush=True)
window.close()
window.runner.close(wait=True)
"""


def pause(milliseconds: int) -> None:
    """Let the event loop run for so long. It sleeps meanwhile and takes no core from what is measured."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def opened(window: MainWindow, path: Path) -> tuple[float, float]:
    """Open `path`; return after how many ms its film, and its reading, were painted."""
    window.session.close_all()
    pause(IDLE)
    loop, times = QEventLoop(), [0.0, 0.0]
    begin = time.perf_counter()

    def film(shown: Shown) -> None:
        if shown.stage is ViewStage.SHOWN:
            window.canvas.repaint()
            times[0] = time.perf_counter() - begin

    def reading(found: PredictionState) -> None:
        if found.progress is PredictionProgress.DONE:
            window.reading.viewport().repaint()
            window.canvas.repaint()
            times[1] = time.perf_counter() - begin
        if found.progress in (PredictionProgress.DONE, PredictionProgress.FAILED):
            loop.quit()

    window.state.shown_changed.connect(film)
    window.state.reading_changed.connect(reading)
    late = QTimer(singleShot=True, interval=LONGEST, timeout=loop.quit)
    late.start()
    window.open([path])
    loop.exec()
    window.state.shown_changed.disconnect(film)
    window.state.reading_changed.disconnect(reading)
    if not all(times):
        raise RuntimeError(window.state.reading.problem or "it took too long")
    return times[0] * 1000, times[1] * 1000


def warm(
    models: dict[str, str], films: dict[str, Path], home: Path, rounds: int
) -> dict[str, dict[str, float]]:
    """Return the median times in ms, by what they are of and by model, of windows whose model is loaded."""
    windows = {}
    for name, model in models.items():
        windows[name] = MainWindow(home / name, model=model, device="cpu")
        windows[name].show()
    times: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds + 1):
        for film, path in films.items():
            for name, window in windows.items():
                parts = zip(("film", "reading"), opened(window, path), strict=True)
                for part, elapsed in parts if number else ():  # the first round warms up
                    found = times.setdefault(f"{film}: {part} on the screen", {})
                    found.setdefault(name, []).append(elapsed)
    for window in windows.values():
        window.close()
        window.runner.close(wait=True)
    return {what: {name: statistics.median(by[name]) for name in models} for what, by in times.items()}


def cold(models: dict[str, str], film: Path, home: Path, starts: int) -> dict[str, dict[str, float]]:
    """Return the same of windows that open a film as soon as they are there."""
    opening: dict[str, list[float]] = {name: [] for name in models}
    starting: dict[str, list[float]] = {name: [] for name in models}
    for number in range(starts + 1):
        for name, model in models.items():
            command = [sys.executable, "-c", COLD, str(home / f"cold-{name}"), model, str(film)]
            begin = time.perf_counter()
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
                assert process.stdout is not None
                line = process.stdout.readline()
                elapsed = time.perf_counter() - begin
                process.stdout.read()
            if process.returncode or not line:
                raise RuntimeError("the window never showed a reading")
            if number:  # the first round fills the disk cache
                opening[name].append(json.loads(line) * 1000)
                starting[name].append(elapsed * 1000)
    return {
        "cold, from opening": {name: statistics.median(found) for name, found in opening.items()},
        "cold, from the start of the process": {
            name: statistics.median(found) for name, found in starting.items()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="")
    parser.add_argument("--former", default="")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--starts", type=int, default=7)
    options = parser.parse_args()
    sample = paths.sample_radiograph()
    if sample is None:
        sys.exit("pydicom-data is not installed")
    card = bundle.load(bundle.find(options.model)).card
    later = f"{card.name} {card.version}"
    application()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    with former_model(options.former) as folder, tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        noise = np.random.default_rng(0).integers(0, 16, (SIDE, SIDE), np.uint16)
        drawn = write_dicom(home / "drawn.dcm", pixels=chest(SIDE, SIDE).astype(np.uint16) * 16 + noise)
        models = {"1.0.0": str(folder), "later": options.model}
        films = {"RG1, 1955 × 1841": sample, f"drawn, {SIDE} × {SIDE}": drawn}
        times = warm(models, films, home, options.rounds)
        times |= cold(models, sample, home, options.starts)
    rows = [
        (what, *(f"{by[name]:.0f} ms" for name in models), f"{by['later'] / by['1.0.0']:.2f}")
        for what, by in times.items()
    ]
    remark = (
        "The window off screen, from the command to open a file to the painted picture; medians of "
        f"{options.rounds} rounds and {options.starts} starts in turns. Cold: the window opens RG1 as soon "
        "as it is there, while libraries and model are still to be loaded."
    )
    write("Opening a film", "first_reading.py", remark, ("what", "1.0.0", later, "ratio"), rows)


if __name__ == "__main__":
    main()
