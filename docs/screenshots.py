"""Make the pictures of the README and the manual: the real window, off screen, on files that anyone has.

    python docs/screenshots.py [FOLDER]          (default: docs/screenshots)

The radiographs are those of the package pydicom-data, read by the bundled model. Nothing of the user's
settings is read or written.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QEventLoop, QPointF, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cxrview import paths
from cxrview.gui.app import application
from cxrview.gui.main_window import MainWindow
from cxrview.gui.view_state import PredictionProgress

SIZE = QSize(1440, 900)
PATIENCE = 120  # seconds
Points = Sequence[tuple[float, float]]  # of the image, as fractions of its width and height


def wait(until: Callable[[], bool]) -> None:
    """Let the window work until `until()`."""
    end = time.monotonic() + PATIENCE
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if time.monotonic() > end:
            raise RuntimeError("the window took too long")


def settle(window: MainWindow) -> None:
    """Let everything that was begun come to its end."""
    views = window.state.views
    wait(
        lambda: (
            not window.runner.jobs
            and all(view.reading.progress is not PredictionProgress.WAITING for view in views)
        )
    )
    for _ in range(5):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


class Studio:
    """Takes pictures of windows that each begin afresh, with the sample radiographs opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        sample = paths.sample_radiograph()
        if sample is None:
            raise SystemExit('The radiographs are not installed: pip install "cxrview[demo]"')
        self.files = [sample, sample.with_name("RG3_UNCR.dcm")]

    def take(self, name: str, scene: Callable[[MainWindow], QWidget | None], theme: str = "dark") -> None:
        """Save `name`.png, the picture of what `scene` makes of a new window, or of what it returns."""
        with tempfile.TemporaryDirectory() as home:
            window = MainWindow(Path(home))
            window.state.change_settings(theme=theme)
            window.resize(SIZE)
            window.show()
            other = scene(window)
            settle(window)
            shown = other if other is not None else window
            window.setFocus()
            QApplication.processEvents()
            shown.grab().save(str(self.folder / f"{name}.png"))
            if other is not None:
                other.close()
            window.close()
            window.runner.close(wait=True)
            window.deleteLater()
            QApplication.processEvents()

    def open(self, window: MainWindow) -> None:
        """Open the radiographs; the first one is shown and read."""
        window.open(self.files)
        wait(lambda: window.state.reading.progress is PredictionProgress.DONE)
        wait(lambda: len(window.state.entries) == len(self.files))

    # Scenes

    def empty(self, window: MainWindow) -> None:
        """Nothing opened yet."""
        wait(lambda: window.state.model.card is not None)

    def viewer(self, window: MainWindow) -> None:
        """One radiograph, its reading and its heatmap."""
        self.open(window)

    def smooth(self, window: MainWindow) -> None:
        """The same with the heatmap in colours."""
        self.open(window)
        window.menus.actions["heatmap_smooth"].trigger()

    def four(self, window: MainWindow) -> None:
        """Two radiographs, plain and with their heatmaps, in four viewports."""
        self.open(window)
        window.viewports.use("four")
        views = [port.view for port in window.viewports.viewports]
        for number, view in enumerate(views):
            window.session.select(self.files[number // 2], 0, view)
            view.set_heat_shown(number % 2 == 1)
        wait(lambda: all(view.reading.progress is PredictionProgress.DONE for view in views))
        window.state.set_active(views[1])

    def measuring(self, window: MainWindow) -> None:
        """Cardiothoracic ratio with the width of the thorax that was offered, a region, a length."""
        self.open(window)
        window.state.change_settings(heatmap_visible=False, show_lungs=True)
        draw(window, "ctr", [(0.40, 0.68), (0.775, 0.68)])
        QTest.keyClick(window.canvas, Qt.Key.Key_Return)
        draw(window, "ellipse", [(0.17, 0.36), (0.36, 0.52)])
        draw(window, "length", [(0.58, 0.17), (0.83, 0.26)])
        window.viewports.use_tool("window")

    def tags(self, window: MainWindow) -> QWidget:
        """The data elements of a file, searched."""
        self.open(window)
        window.tags.show()
        dialog = next(
            item for item in QApplication.topLevelWidgets() if item.isVisible() and item is not window
        )
        dialog.resize(900, 640)
        wait(lambda: dialog.tree.model().rowCount() > 0)
        return dialog

    def preferences(self, window: MainWindow) -> QWidget:
        """The preferences."""
        self.open(window)
        window.menus.actions["preferences"].trigger()
        return next(
            item for item in QApplication.topLevelWidgets() if item.isVisible() and item is not window
        )


def draw(window: MainWindow, tool: str, points: Points) -> None:
    """Draw with the mouse from the first of `points` to the last, as a reader would."""
    window.viewports.use_tool(tool)
    canvas = window.canvas
    place = canvas.placement
    ends = [place.to_widget.map(QPointF(x * place.columns, y * place.rows)).toPoint() for x, y in points]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=ends[0])
    for end in ends[1:]:
        QTest.mouseMove(canvas, (ends[0] + end) / 2)
        QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=ends[-1])
    settle(window)


def main() -> None:
    application()
    studio = Studio(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots")
    studio.take("empty", studio.empty)
    studio.take("viewer", studio.viewer)
    studio.take("smooth", studio.smooth)
    studio.take("four", studio.four)
    studio.take("measuring", studio.measuring)
    studio.take("tags", studio.tags)
    studio.take("preferences", studio.preferences)
    studio.take("light", studio.viewer, theme="light")


if __name__ == "__main__":
    main()
