"""How smooth the gallery is with N films whose small pictures are there: every frame while it is used.

    python benchmarks/gallery.py [--films 5000] [--document]

Off screen, in a window of 1120 × 760: it scrolls by wheel, pages, jumps, goes by key, and takes every size. A
frame is what the window does for one of these, painting included; its worst is told, in ms of its own (what
other processes took is left out, where the system tells). Beside it stands a plain QListWidget in icon mode
with the same pictures as icons. Then a film of 2,500 × 2,000 pixels of 12 bits, of which there is no picture
yet, is scrolled into sight. It ends with 1 if a frame takes more than 16 ms, or that picture more than 0.5 s.
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

FRAME, UNCACHED = 16.0, 0.5  # ms, s
SIZE = (1120, 760)
_WAITED = Path("/proc/thread-self/schedstat")


def own_milliseconds() -> float:
    """Return the clock in ms, less what this thread was ready and others had the cores."""
    now = 1000 * time.perf_counter()
    return now - int(_WAITED.read_text().split()[1]) / 1e6 if sys.platform == "linux" else now


def worst(steps: list[Callable[[], object]], settle: Callable[[], object]) -> float:
    """Return how long the slowest of `steps` takes, with what the window does for it."""
    took = []
    for step in steps:
        begin = own_milliseconds()
        step()
        settle()
        took.append(own_milliseconds() - begin)
    return max(took)


def pictures(count: int, side: int) -> "list[object]":
    """Return grey pictures, each another one, within `side`."""
    from PySide6.QtGui import QImage

    random = np.random.default_rng(1)
    base = random.integers(0, 255, (side, round(side * 0.8)), np.uint8)
    made = []
    for number in range(count):
        pixels = np.roll(base, number, 0)
        height, width = pixels.shape
        made.append(QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy())
    return made


def write_film(path: Path) -> Path:
    """Write an uncompressed film as a detector makes them."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

    pixels = np.random.default_rng(2).integers(0, 4096, (2500, 2000), np.uint16)
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = DigitalXRayImageStorageForPresentation, "1.2.3.4"
    data.Modality, data.ViewPosition, data.PatientName = "DX", "PA", "DOE^JANE"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = pixels.shape
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PixelData = pixels.tobytes()
    data.save_as(path, enforce_file_format=True)
    return path


class Bench:
    """A window with so many films in its list, and its gallery."""

    def __init__(self, folder: Path, count: int) -> None:
        from cxrview.gui.app import application
        from cxrview.gui.commands.gallery import gallery, show_gallery
        from cxrview.gui.gallery.grid import SIDES, USUAL
        from cxrview.gui.main_window import MainWindow
        from cxrview.gui.state import Entry
        from cxrview.imaging import Identity, Pictured

        def identity(number: int) -> Identity:
            patient = str(number // 3)
            return Identity(
                patient_name=f"DOE^{patient}", patient_id=patient, study_uid=f"1.{patient}",
                study_date="20260101", series_uid="1", instance_number=str(number),
            )  # fmt: skip

        self.app, self.side = application(), SIDES[USUAL]
        self.window = MainWindow(folder)
        self.window.show()
        # Loading the model and reading ahead are not what is measured.
        state, runner = self.window.state, self.window.runner
        self.until(lambda: self.window.is_complete and (state.model.card or state.model.problem))
        self.until(lambda: not runner.jobs)
        self.window.hide()  # its list would ask for pictures too
        self.paths = [Path(f"/films/IM{number:05d}.dcm") for number in range(count)]
        self.window.state.add_entries(
            Entry(
                path,
                identity(number),
                Pictured("CHEST", ("PA", "LL")[number % 2], ""),
                flagged=number % 50 == 0,
                stars=number % 6,
            )
            for number, path in enumerate(self.paths)
        )
        self.until(lambda: self.window.studies.model.total == count)
        show_gallery(self.window.bench)
        self.gallery = self.window.bench.part(gallery)
        self.gallery.resize(*SIZE)
        self.until(lambda: self.gallery.films.rowCount() == count and not runner.jobs)
        self.settle()
        gc.collect()
        gc.freeze()  # as the app does

    def until(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        """Let the program work until `condition` holds. Raises SystemExit where it does not come."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("waited too long")
            self.app.processEvents()
            time.sleep(0.001)

    def settle(self) -> None:
        """Let the window do what is to be done, painting included."""
        self.app.processEvents()

    def fill(self, images: "list[object]", side: int) -> None:
        """Put the pictures into the cache."""
        from cxrview.gui.studies.thumbnails import Made

        thumbnails = self.window.studies.thumbnails
        thumbnails.max_bytes = 2**31
        for path, image in zip(self.paths, images, strict=True):
            thumbnails.keep((path, 0), side, Made(None, image))


def gestures(
    view: object, resize: Callable[[int], object], cell: int
) -> dict[str, list[Callable[[], object]]]:
    """Return what is done with `view`, a list view of films, by name."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    bar, random = view.verticalScrollBar(), np.random.default_rng(3)
    jumps = [int(value) for value in random.integers(0, max(1, bar.maximum()), 40)]
    return {
        "wheel": [lambda place=number * 40: bar.setValue(place) for number in range(200)],
        "page": [lambda place=number * 4 * cell: bar.setValue(place) for number in range(60)],
        "jump": [lambda place=place: bar.setValue(place) for place in jumps],
        "arrow down": [lambda: QTest.keyClick(view, Qt.Key.Key_Down) for _ in range(60)],
        "arrow right": [lambda: QTest.keyClick(view, Qt.Key.Key_Right) for _ in range(60)],
        "size": [lambda step=step: resize(step) for step in (0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0, 2)],
    }


def plain_list(images: "list[object]", side: int) -> object:
    """Return Qt's own list of icons with the same pictures, in a window of the same size."""
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QIcon, QPixmap
    from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem

    plain = QListWidget()
    plain.setViewMode(QListView.ViewMode.IconMode)
    plain.setResizeMode(QListView.ResizeMode.Adjust)
    plain.setIconSize(QSize(side, side))
    for number, image in enumerate(images):
        QListWidgetItem(QIcon(QPixmap.fromImage(image)), f"PA\nDOE {number // 3}", plain)
    plain.resize(*SIZE)
    plain.show()
    return plain


def measure(count: int) -> tuple[dict[str, tuple[float, float]], float]:
    """Return the worst frames by gesture, ours and Qt's list's, in ms, and seconds for a picture to come."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as made:
        bench = Bench(Path(made), count)
        from cxrview.gui.gallery.grid import SIDES

        images = pictures(count, bench.side)
        bench.fill(images, bench.side)
        opened = time.monotonic()
        bench.until(lambda: time.monotonic() > opened + 0.5)  # what opening brings about is no frame
        view = bench.gallery.grid
        ours = {
            name: worst(steps, bench.settle)
            for name, steps in gestures(view, bench.gallery.slider.setValue, view.gridSize().height()).items()
        }
        late = uncached(bench, write_film(Path(made) / "late.dcm"))
        bench.gallery.close()
        plain = plain_list(images, bench.side)
        bench.settle()

        def resize(step: int) -> None:
            from PySide6.QtCore import QSize

            plain.setIconSize(QSize(SIDES[step], SIDES[step]))

        theirs = {
            name: worst(steps, bench.settle)
            for name, steps in gestures(plain, resize, view.gridSize().height()).items()
        }
        plain.close()
        bench.window.close()
        bench.window.runner.close(wait=True)
    return {name: (ours[name], theirs[name]) for name in ours}, late


def uncached(bench: Bench, film: Path) -> float:
    """Return how many seconds pass until the picture of `film` is there, from when it comes into sight."""
    from cxrview.gui.state import Entry
    from cxrview.isolation.decoders import decoders

    decoders().warm()
    bench.window.state.add_entries([Entry(film)])
    bench.until(lambda: bench.gallery.films.index_of(film).isValid())
    bench.until(lambda: not bench.window.runner.jobs)
    grid, thumbnails = bench.gallery.grid, bench.window.studies.thumbnails
    begin = time.perf_counter()
    grid.scrollTo(bench.gallery.films.index_of(film))
    bench.settle()

    def is_there() -> bool:
        drawn = thumbnails.get(film, 0, bench.side)
        return drawn is not None and not drawn.isNull()

    bench.until(is_there)
    return time.perf_counter() - begin


def main() -> int:
    """Measure and tell; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=5000)
    parser.add_argument("--document", action="store_true", help="write the table into docs/benchmarks.md")
    arguments = parser.parse_args()
    frames, late = measure(arguments.films)
    for name, (ours, theirs) in frames.items():
        print(f"{name:<12} {ours:6.1f} ms   QListWidget {theirs:7.1f} ms   {theirs / ours:5.1f} ×")
    print(f"a picture that was not there: {late:.2f} s")
    if arguments.document:
        import table

        rows = [
            (name, f"{ours:.1f} ms", f"{theirs:.1f} ms", f"{theirs / ours:.1f}")
            for name, (ours, theirs) in frames.items()
        ]
        remark = (
            f"{arguments.films} films whose small pictures are there, the worst frame of each gesture. "
            f"A picture that was not there came after {late:.2f} s."
        )
        header = ("Gesture", "Gallery", "QListWidget, icon mode", "Ratio")
        table.write("Gallery", "gallery.py", remark, header, rows)
    return 1 if late > UNCACHED or max(ours for ours, _theirs in frames.values()) > FRAME else 0


if __name__ == "__main__":
    sys.exit(main())
