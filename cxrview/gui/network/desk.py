"""The network explorer in the main window: its window, and the process that works for it."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cxrview.gui.actions.secondary import attend
from cxrview.gui.network.asking import NetworkProcess
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.network.window import NetworkWindow


class NetworkDesk(QObject):
    """Made when somebody looks into a network. The process stays warm for a while after the window."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench = bench
        self.process = NetworkProcess(self)
        self.window: NetworkWindow | None = None

    def show(self) -> None:
        """Open the window, or bring it to the front. Its libraries take a while, so a worker loads them."""
        if self.window is not None:
            self._to_front()
            return
        self._bench.runner.start(
            tr("Opening the network explorer"),
            _load_libraries,
            done=lambda _nothing: self._make(),
            failed=_raise,
            lane="explain",
        )

    def leave(self) -> None:
        """The main window closes: nothing of it stays."""
        if self.window is not None:
            self.window.close()
        self.process.close()

    def _make(self) -> None:
        if self.window is None:
            from cxrview.gui.network.window import NetworkWindow

            bench = self._bench
            self.window = NetworkWindow(bench.state, bench.runner, self.process, self._folder)
            attend(self.window, bench, "network")
            self.window.addAction(bench.actions["quit"])
        self._to_front()

    def _to_front(self) -> None:
        assert self.window is not None  # it was made before
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _folder(self) -> Path | None:
        predictor = self._bench.session.models.predictor
        return None if predictor is None else predictor.folder.absolute()


def _load_libraries(_report: Report) -> None:
    for name in ("cv2", "pyqtgraph", "cxrview.explain.network.films"):
        importlib.import_module(name)


def _raise(error: Exception) -> None:
    raise error
