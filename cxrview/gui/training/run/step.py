"""The page on which a model is trained: what will happen, what happens, and how it ended."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from cxrview.datasets import report as data_report
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.run.interrupted import InterruptedRuns
from cxrview.gui.training.run.summary import RunSummary
from cxrview.gui.training.run.view import RunView
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.step import WizardStep
from cxrview.i18n import mark, tr
from cxrview.training.config import TrainingConfig
from cxrview.training.run.folder import RunFolder


class TrainingStep(WizardStep):
    """Starts the run of the draft and shows it; runs that were interrupted are offered at the top.

    Signals:
        result_asked: the user wants to see what came out.
    """

    result_asked = Signal()
    title = mark("Training")

    def __init__(self, draft: Draft, runs: TrainingRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = tr(TrainingStep.title)
        self._draft, self._runs = draft, runs
        self.heading = QLabel(self.title, objectName="pageTitle")
        self.interrupted = InterruptedRuns(runs)
        self.summary = RunSummary(draft)
        self.view = RunView()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.summary)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self, spacing=14)
        column.setContentsMargins(24, 20, 24, 8)
        column.addWidget(self.interrupted)
        column.addWidget(self.heading)
        column.addWidget(self._pages, 1)
        self._connect()
        if runs.current is not None and runs.current.kind == "train":
            self._show(runs.current)
        else:
            self.prepare()

    def _connect(self) -> None:
        self.summary.start_asked.connect(self.start)
        self.view.resume_asked.connect(lambda: self.resume(self._shown_folder))
        self.view.finish_asked.connect(lambda: self.resume(self._shown_folder, finish=True))
        self.view.again_asked.connect(self.prepare)
        self.view.result_asked.connect(self.result_asked)
        self.interrupted.resume_asked.connect(self.resume)
        self.interrupted.show_asked.connect(self.show_folder)
        self._draft.changed.connect(self.summary.refresh)  # bound methods: pages may go before their draft
        self._draft.report_changed.connect(self.summary.refresh)
        self._draft.frame_read_changed.connect(self.summary.refresh)
        self._runs.started.connect(self._show)
        self._runs.ended.connect(self._announce)

    def _announce(self, _run: object) -> None:
        self.ready_changed.emit()

    @property
    def run(self) -> Run | None:
        """The run on the page, or None before the start."""
        return self.view.run if self._pages.currentWidget() is self.view else None

    def obstacle(self) -> str:
        """Return why there is no result yet, or ""."""
        run = self.run
        if run is None:
            return tr("Start the training first.")
        if run.is_running:
            return tr("The training is running.")
        return "" if run.progress.finished is not None else tr("The training has not finished.")

    def entered(self) -> None:
        """The page has come to the front."""
        self.interrupted.refresh(self._shown_folder if self.run is not None else None)
        if self.run is None:
            self.prepare()

    def offers(self) -> bool:
        """Whether a run is on the page, or one waits to be gone on with."""
        return self.run is not None or bool(self.interrupted.lines)

    def shows(self, run: Run) -> bool:
        """Whether `run` trains."""
        return run.kind == "train"

    def prepare(self) -> None:
        """Show what will happen; a folder in which a run has begun is not taken again."""
        folder = RunFolder(self._draft.folder)
        if folder.checkpoints.exists() or folder.finished.exists():
            self._draft.folder = self._runs.new_folder()
        self.summary.refresh()
        self._turn_to(self.summary)

    def start(self) -> None:
        """Begin the run of the draft, or say why it cannot be."""
        checking = self._runs.checking
        if checking is not None and checking.is_running:
            self.summary.say(tr("The images are still being looked at. Start when that is done."))
            return
        self._begin(self._draft.config, self._draft.folder)

    def resume(self, folder: Path, finish: bool = False) -> None:
        """Go on with the run in `folder`, or `finish` it with its best epoch."""
        config = self._take_over(folder)
        if config is not None:
            self._begin(config, folder, resume=True, finish=finish)

    def show_folder(self, folder: Path) -> None:
        """Show the run in `folder` as it stands, without going on."""
        if self._take_over(folder) is not None:
            self._show(self._runs.opened(folder))

    def _take_over(self, folder: Path) -> TrainingConfig | None:
        """Make the draft what the run in `folder` is; None if that cannot be read, which is said."""
        try:
            config = RunFolder(folder).stored_config()
        except CxrviewError as error:
            self._say(error_text.whole(error))
            return None
        if config is None:
            self._say(tr("The run in {folder} cannot be gone on with.").format(folder=folder))
            return None
        self._draft.folder = folder
        self._draft.load(config)
        if self._draft.report is None:
            self._draft.set_report(_report(folder))
        return config

    def _begin(
        self, config: TrainingConfig, folder: Path, *, resume: bool = False, finish: bool = False
    ) -> None:
        try:
            self._runs.train(config, folder, resume=resume, finish=finish)
        except CxrviewError as error:
            self._say(error_text.whole(error))

    def _say(self, problem: str) -> None:
        self.summary.say(problem)
        self._turn_to(self.summary)

    def _show(self, run: Run) -> None:
        if run.kind != "train":
            return
        self.view.show_run(run)
        self._turn_to(self.view)
        self.interrupted.refresh(run.folder.path)

    def _turn_to(self, page: QWidget) -> None:
        self.heading.setVisible(page is self.summary)
        self._pages.setCurrentWidget(page)
        self.ready_changed.emit()

    @property
    def _shown_folder(self) -> Path:
        run = self.view.run
        return run.folder.path if run is not None else self._draft.folder


def _report(folder: Path) -> dict[str, Any] | None:
    try:
        return data_report.load(RunFolder(folder).data_report)
    except (OSError, ValueError):
        return None
