"""What it costs that files are decoded by other processes: paging, listing and scoring, with and without."""

import importlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from pydicom.uid import JPEG2000Lossless, RLELossless
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from table import write

from cxrview.batch.score import score
from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
from cxrview.gui.view_state import ViewStage
from cxrview.imaging.header_summary import peek
from cxrview.inference.predictor import Predictor
from cxrview.isolation.decoders import decoders
from tests.imaging.phantoms import phantom, save

SIDE = 1500
PAGED, LISTED, SCORED = 24, 3000, 1000
ROUNDS, LONG_ROUNDS = 5, 2  # the second of what takes a minute
TIMEOUT = 120.0  # seconds for one image
reading = importlib.import_module("cxrview.imaging.read")


@contextmanager
def without_processes() -> Iterator[None]:
    """Decode where the caller is, as before there were other processes."""
    before = reading.decoded
    reading.decoded = lambda path, _wanted, _report: reading.read_here(path)
    try:
        yield
    finally:
        reading.decoded = before


def film(number: int) -> np.ndarray:
    """Return a picture of 12 bits that compresses as films do."""
    random = np.random.default_rng(number)
    coarse = random.normal(2000, 500, (SIDE // 60, SIDE // 60)).astype(np.float32)
    smooth = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + random.normal(0, 12, (SIDE, SIDE)), 0, 4095).astype(np.uint16)


def make_films(folder: Path) -> dict[str, list[Path]]:
    """Write four films of each kind and return them by kind."""
    made: dict[str, list[Path]] = {}
    for number in range(4):
        values = film(number)
        grey = (values >> 4).astype(np.uint8)
        for kind, suffix in (("PNG", "png"), ("JPEG", "jpg")):
            path = folder / f"{number}.{suffix}"
            cv2.imwrite(str(path), grey)
            made.setdefault(kind, []).append(path)
        for kind, syntax in (
            ("DICOM", None),
            ("DICOM, RLE", RLELossless),
            ("DICOM, JPEG 2000", JPEG2000Lossless),
        ):
            dataset = phantom(
                values, bits=12, WindowCenter=2048, WindowWidth=4096, PatientName=f"Doe^{number}"
            )
            if syntax is not None:
                dataset.compress(syntax)
            made.setdefault(kind, []).append(save(dataset, folder / f"{kind}{number}.dcm"))
    return made


def many(films: Sequence[Path], folder: Path, count: int) -> list[Path]:
    """Return `count` names for `films` in `folder`."""
    folder.mkdir()
    names = [folder / f"{number:05}{films[number % len(films)].suffix}" for number in range(count)]
    for number, name in enumerate(names):
        os.link(films[number % len(films)], name)
    return names


def in_turns(work: Callable[[], object], rounds: int = ROUNDS, warm: int = 1) -> tuple[float, float]:
    """Return the median seconds of `work` without and with other processes; `warm` rounds are left out."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(warm + rounds):
        for with_them in (False, True):
            begin = time.perf_counter()
            if with_them:
                work()
            else:
                with without_processes():
                    work()
            if turn >= warm:
                times[with_them].append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def wait(until: Callable[[], bool]) -> None:
    """Let the event loop turn until `until()`."""
    end = time.monotonic() + TIMEOUT
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        if time.monotonic() > end:
            raise RuntimeError("an image does not come")


def page(window: MainWindow, names: Sequence[Path]) -> None:
    """Go from image to image, none of which was read before."""
    window.session.close_all()
    window.session.open(names)
    wait(lambda: len(window.state.entries) == len(names))
    for name in names:
        window.session.select(name)
        wait(
            lambda name=name: window.state.shown.path == name and window.state.shown.stage is ViewStage.SHOWN
        )


def paging(folder: Path, films: dict[str, list[Path]], home: Path) -> list[tuple[str, float, float]]:
    """Return (what, without, with) for images of each kind that the window shows one after the other."""
    application()
    window = MainWindow(home)
    window.show()
    window.state.change_settings(prefetch=0)
    found = []
    for kind, paths in films.items():
        names = many(paths, folder / f"paging {kind}", PAGED)
        found.append((f"paging, {PAGED} × {kind}", *in_turns(lambda names=names: page(window, names))))
    window.close()
    window.runner.close(wait=True)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = f"{place}/home"
        folder = Path(place)
        (folder / "films").mkdir()
        films = make_films(folder / "films")
        every = [path for paths in films.values() for path in paths]
        decoders().warm(2)
        results = paging(folder, films, folder / "home")
        listed = many(every, folder / "listed", LISTED)
        results.append((f"listing {LISTED} files", *in_turns(lambda: [peek(path) for path in listed])))
        predictor = Predictor.load("", "auto")
        scored = many(every, folder / "scored", SCORED)
        list(score(scored[:50], predictor))
        found = in_turns(lambda: list(score(scored, predictor)), LONG_ROUNDS, warm=0)
        results.append((f"scoring {SCORED} films", *found))
    rows = [
        (what, f"{alone:.2f} s", f"{isolated:.2f} s", f"{isolated / alone:.2f}")
        for what, alone, isolated in results
    ]
    remark = (
        f"Films of {SIDE} × {SIDE} pixels, a fifth of each kind; medians of {ROUNDS} rounds in turns, of "
        f"{LONG_ROUNDS} where it is scoring. "
        "Nothing is read ahead. An uncompressed film of one frame needs no decoder and is read where it is."
    )
    write("Isolation", "isolation.py", remark, ("what", "in one process", "in others", "ratio"), rows)


if __name__ == "__main__":
    main()
