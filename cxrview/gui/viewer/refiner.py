"""Filters that take long are worked out behind a coarse picture, which the fine one replaces."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.viewer.canvas import Canvas
from cxrview.i18n import tr
from cxrview.progress import Report

CALM = 80  # ms without another picture: while the window is dragged, a coarse one does


class Refiner(QObject):
    """Lives as long as `canvas`. Only what was drawn last is refined."""

    def __init__(self, canvas: Canvas, runner: TaskRunner) -> None:
        super().__init__(canvas)
        self._canvas, self._runner = canvas, runner
        self._wanted: Callable[[], None] | None = None
        self._job: Job | None = None
        self._calm = QTimer(self, singleShot=True, interval=CALM, timeout=self._begin)
        canvas.drawn_coarsely.connect(self._want)

    def _want(self, refine: Callable[[], None] | None) -> None:
        self._wanted = refine
        if refine is None:
            self._calm.stop()
        else:
            self._calm.start()

    def _begin(self) -> None:
        if self._wanted is None or (self._job is not None and self._runner.is_running(self._job)):
            return  # what ends now looks again
        refine = self._wanted

        def work(report: Report) -> None:
            report(-1.0, "")
            refine()

        self._job = self._runner.start(
            tr("Filtering"),
            work,
            done=lambda _nothing: self._canvas.draw_anew(),
            failed=lambda _error: None,
            lane="filters",
            quiet=True,
        )
