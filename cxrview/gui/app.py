"""The application: start it, keep it alive when something goes wrong, or render it off screen."""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QSize,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from cxrview import __version__, paths, settings
from cxrview.errors import CxrviewError, InvalidRequest, UnreadableImage, UnusableModel
from cxrview.gui import language, messages
from cxrview.gui.main_window import MainWindow
from cxrview.gui.panels import notice
from cxrview.gui.session import crash_guard
from cxrview.gui.state import PredictionProgress, ViewStage
from cxrview.gui.widgets import fonts
from cxrview.isolation.decoders import decoders
from cxrview.message import verbatim

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

DISPLAYS = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}  # any of them lets Qt show something
NO_DISPLAY = 2  # exit code: nothing could be done
DEMO_TIMEOUT = 120_000  # ms for reading, loading the model and predicting
DEMO_SIZE = (1600, 1000)


def application() -> QApplication:
    """Return the one QApplication, made and named if need be."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
        app.setStyle("Fusion")
        fonts.dress(app)
        if app.platformName() == "offscreen":
            qInstallMessageHandler(_without_size_hints)
    app.setApplicationName("cxrview")
    app.setApplicationDisplayName("cxrview")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("cxrview")
    app.setWindowIcon(QIcon(str(paths.resources() / "icons" / "cxrview.svg")))
    return app


def _without_size_hints(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Pass on Qt's messages, but for those that the off-screen platform has about every window."""
    if not text.startswith("This plugin does not support"):
        sys.stderr.write(f"{text}\n")


def run(chosen: Sequence[Path] = (), *, model: str = "", device: str = "", operating_point: str = "") -> int:
    """Open the window on files and folders; return the exit code when it is closed.

    Without a display it says so and returns 2, where Qt would abort the process.
    """
    if sys.platform == "linux" and not DISPLAYS & set(os.environ):
        sys.stderr.write(
            "cxrview: there is no display for a window here. The command “cxrview score” needs none.\n"
        )
        return NO_DISPLAY
    app = application()
    language.speak(app, settings.load(paths.settings_file())[0].language)  # before any text is made
    if chosen:
        decoders().warm()  # it gets ready while the window is made
    window = MainWindow(model=model, device=device)
    window.state.ask_for_point(operating_point)
    notice.show_once(window.bench)
    _catch_mistakes(window)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends it at once
    window.show()
    window.session.models.settled.connect(window.collector.settle, Qt.ConnectionType.SingleShotConnection)
    QTimer.singleShot(0, decoders().warm)
    if chosen:
        QTimer.singleShot(0, lambda: window.open([Path(path).absolute() for path in chosen]))
    code = app.exec()
    window.training.close()
    window.runner.close(wait=True)
    crash_guard.end()
    sys.excepthook = sys.__excepthook__
    if window.training.runs.is_detached:
        _go_at_once(code)
    return code


def _go_at_once(code: int) -> None:
    """End this process and take nothing apart: Qt would end a training that is to go on."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def render_demo(
    path: Path,
    png: Path,
    size: tuple[int, int] = DEMO_SIZE,
    theme: str = "dark",
    *,
    folder: Path,
    model: str = "",
    device: str = "",
    operating_point: str = "",
) -> "Prediction":
    """Open the real window on `path`, wait for the reading, save the window to `png` and return the reading.

    Nothing of the user's settings is read or written: `folder`, a temporary one, is used instead. Set
    QT_QPA_PLATFORM=offscreen first where there is no display. Raises CxrviewError if the image cannot be
    read, there is no model, it takes too long, or `png` cannot be written.
    """
    app = application()
    window = MainWindow(folder, model=model, device=device)
    try:
        window.state.change_settings(theme=theme)
        window.state.ask_for_point(operating_point)
        window.resize(QSize(*size))
        window.show()
        window.open([path.absolute()])
        _wait_for_reading(window)
        window.clearFocus()
        app.processEvents()
        if not window.grab().save(str(png), "PNG"):
            raise InvalidRequest(messages.PICTURE_NOT_WRITTEN, messages.PICTURE_ELSEWHERE, png)
        prediction = window.state.reading.prediction
        if prediction is None:
            raise CxrviewError(messages.NO_READING)
        return prediction
    finally:
        window.close()
        window.runner.close(wait=True)
        window.deleteLater()


def _wait_for_reading(window: MainWindow) -> None:
    """Let the window work until it has read the image. Raises CxrviewError if it cannot."""
    loop = QEventLoop()
    QTimer.singleShot(DEMO_TIMEOUT, loop, loop.quit)
    final = (PredictionProgress.DONE, PredictionProgress.FAILED)

    def look(_news: object = None) -> None:
        shown, reading = window.state.shown, window.state.reading
        if shown.stage is ViewStage.FAILED or reading.progress in final:
            loop.quit()

    window.state.shown_changed.connect(look)
    window.state.reading_changed.connect(look)
    loop.exec()
    shown, reading = window.state.shown, window.state.reading
    if shown.stage is ViewStage.FAILED:
        raise UnreadableImage(verbatim(shown.problem), verbatim(shown.advice))
    if reading.progress is PredictionProgress.FAILED:
        raise UnusableModel(verbatim(reading.problem))
    if reading.progress is not PredictionProgress.DONE:
        problem = messages.READING_TOOK_LONG(seconds=DEMO_TIMEOUT // 1000)
        raise CxrviewError(problem, messages.TRY_AGAIN)


def _catch_mistakes(window: MainWindow) -> None:
    """Show what nothing else has caught, instead of ending or going on silently."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, Exception):
            window.show_crash("".join(traceback.format_exception(kind, error, trace)))

    sys.excepthook = hook
