"""Redrawing a 3000 × 3000 radiograph, and going to the next one, against bare pydicom, NumPy and QPixmap.

The bare viewer does what its shortest program does: the whole image through the window with NumPy, a QPixmap
of it, scaled by Qt where it is painted; a new file is read with pydicom when it is asked for.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from pydicom import dcmread
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from PySide6.QtCore import QEventLoop, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from table import write

from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
from cxrview.gui.view_state import PredictionProgress, ViewStage
from cxrview.imaging import Window
from tests.gui.dicom_files import write_dicom

SIDE = 3000
FILES = 12
REPEATS = 30
SIZES = ((1280, 1000), (2560, 1440))


class Bare(QWidget):
    """An image in a QPixmap, scaled where it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.pixmap, self.place = QPixmap(), QRectF()

    def show_values(self, values: np.ndarray, centre: float, width: float) -> None:
        """Put the whole image through a window."""
        ramp = (values.astype(np.float32) - (centre - 0.5)) / (width - 1) + 0.5
        grey = (np.clip(ramp, 0, 1) * 255).astype(np.uint8)
        image = QImage(
            grey.data, grey.shape[1], grey.shape[0], grey.shape[1], QImage.Format.Format_Grayscale8
        )
        self.pixmap = QPixmap.fromImage(image)

    def fit(self, zoom: float = 1.0) -> None:
        """Lay the image over the widget, enlarged by `zoom`."""
        side = min(self.width(), self.height()) * zoom
        self.place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.place, self.pixmap, QRectF(self.pixmap.rect()))


def median(action: Callable[[int], object], repeats: int = REPEATS) -> float:
    """Return the median time of `action(number)` in ms."""
    times = []
    for number in range(repeats):
        begin = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def wait(until: Callable[[], bool], seconds: float = 60) -> None:
    """Let the event loop turn until `until()`."""
    end = time.monotonic() + seconds
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if time.monotonic() > end:
            raise RuntimeError("it took too long")


def redraws(window: MainWindow, values: np.ndarray, size: tuple[int, int]) -> list[tuple[str, float, float]]:
    """Return (what, bare ms, cxrview ms) for one size of the picture's widget."""
    canvas, bare = window.canvas, Bare()
    bare.resize(QSize(*size))
    bare.show()
    window.resize(window.size() - canvas.size() + QSize(*size))
    window.state.change_settings(heatmap_visible=False)
    wait(lambda: canvas.size() == QSize(*size))
    QApplication.processEvents()  # what is not yet on the screen is not painted
    bare.show_values(values, 2048, 4096)
    bare.fit()
    canvas.fit()

    def bare_window(number: int) -> None:
        bare.show_values(values, 2048 + number, 3000)
        bare.repaint()

    def our_window(number: int) -> None:
        window.state.set_voi(Window(2048 + number, 3000))
        canvas.repaint()

    def bare_zoom(number: int) -> None:
        bare.fit(1 + number / 100)
        bare.repaint()

    def our_zoom(_number: int) -> None:
        canvas.set_zoom(canvas.zoom * 1.01, QPointF(canvas.rect().center()))
        canvas.repaint()

    name = f"{size[0]} × {size[1]}"
    found = [
        (f"window, {name}", median(bare_window), median(our_window)),
        (f"zoom, {name}", median(bare_zoom), median(our_zoom)),
    ]
    bare.close()
    return found


def next_image(window: MainWindow, paths: list[Path]) -> tuple[str, float, float]:
    """Return the time from the command to the next image painted, with neighbours read ahead."""
    bare, times = Bare(), []
    bare.resize(window.canvas.size())
    bare.show()
    bare.fit()
    QApplication.processEvents()

    def bare_next(number: int) -> None:
        dataset = dcmread(paths[number])
        values = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset)
        bare.show_values(values, 2048, 4096)
        bare.repaint()

    unread = median(bare_next, FILES)
    bare.close()
    window.activateWindow()
    for _ in range(FILES - 1):
        wait(lambda: not window.runner.jobs and window.session.is_idle)
        shown = window.state.shown.path
        begin = time.perf_counter()
        window.menus.actions["next"].trigger()
        wait(
            lambda shown=shown: (
                window.state.shown.path != shown and window.state.shown.stage is ViewStage.SHOWN
            )
        )
        window.canvas.repaint()
        times.append((time.perf_counter() - begin) * 1000)
        wait(lambda: window.state.reading.progress is PredictionProgress.DONE)
    return "next image of a folder", unread, statistics.median(times)


def main() -> None:
    application()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        random = np.random.default_rng(0)
        values = random.integers(0, 4096, (SIDE, SIDE)).astype(np.uint16)
        names = [Path(folder) / f"{number:02d}.dcm" for number in range(FILES)]
        paths = [
            write_dicom(path, pixels=np.roll(values, 7 * number), study="1.2.3", InstanceNumber=number)
            for number, path in enumerate(names)
        ]
        window = MainWindow(Path(folder))
        window.show()
        window.open([Path(folder)])
        wait(
            lambda: (
                window.state.reading.progress is PredictionProgress.DONE
                and len(window.state.entries) == FILES
            )
        )
        measured = [row for size in SIZES for row in redraws(window, values, size)]
        measured.append(next_image(window, paths))
        for name, bare, ours in measured:
            rows.append((name, f"{bare:.1f} ms", f"{ours:.1f} ms", f"{ours / bare:.2f}"))
        window.close()
        window.runner.close(wait=True)
    write(
        "Redrawing and paging",
        "viewer.py",
        f"Off screen; {SIDE} × {SIDE} pixels of 16 bits; medians of {REPEATS} redraws, {FILES - 1} images. "
        "For the next image the bare viewer reads and decodes when it is asked; cxrview has read ahead.",
        ("what", "pydicom, NumPy and QPixmap", "cxrview", "ratio"),
        rows,
    )


if __name__ == "__main__":
    main()
