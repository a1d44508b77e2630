"""The page of what came out: how good the model is, where it fails, and what to do with it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from cxrview.evaluation.names import called
from cxrview.gui import error_text
from cxrview.gui.messages import LEFT_ALONE
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.result.compare import LANE, Choice
from cxrview.gui.training.result.marks import Marks
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.step import WizardStep
from cxrview.i18n import mark, say, tr
from cxrview.message import joined
from cxrview.messages import CHOOSE_ANOTHER_NAME
from cxrview.training.names import PARTS
from cxrview.training.run import publish
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.result import Answer, RunResult, load_result

OpenImages = Callable[[list[Path]], None]


class ResultStep(WizardStep):
    """Shows the finished run of the draft. `current` returns the model in use and its device.

    Signals:
        use_asked: the user wants to use this model now; carries its name, or where it is not installed its
            folder.
        default_asked: it is to read the images from now on; carries the same.
        renamed: the model in use has another name; carries the old one and the new one.
        library_changed: the model was added to the library or is called otherwise.
        shown: a result has been read and is shown; carries the folder of its run.
        told: carries what is to be said beside images that were opened.
    """

    use_asked = Signal(str)
    default_asked = Signal(str)
    renamed = Signal(str, str)
    library_changed = Signal()
    shown = Signal(Path)
    told = Signal(str)
    title = mark("Result")

    def __init__(
        self,
        draft: Draft,
        runs: TrainingRuns,
        runner: TaskRunner,
        open_images: OpenImages,
        current: Callable[[], Choice] = lambda: ("", "auto"),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        from cxrview.gui.training.result.page import ResultPage  # and with it pyqtgraph and NumPy

        self.title = tr(ResultStep.title)
        self._draft, self._runs, self._runner = draft, runs, runner
        self._open_images, self._current = open_images, current
        self._job: Job | None = None
        self._shown: Path | None = None
        self.result: RunResult | None = None
        self.part = ""
        self.marks = Marks(self)
        self.page = ResultPage(self, draft, self.marks, runner, current)
        self._connect()
        runs.ended.connect(self._look_again)

    def _connect(self) -> None:
        page = self.page
        page.parts.activated.connect(lambda _row: self.show_part(page.parts.currentData()))
        page.answers.open_asked.connect(self._open)
        page.compare.open_asked.connect(self._open)
        page.point.open_asked.connect(self._open)
        page.point.store_asked.connect(self._store_point)
        page.model.save_asked.connect(self._save)
        page.export.clicked.connect(self._ask_where)
        page.report.clicked.connect(self._open_report)
        page.use.clicked.connect(self._use)
        page.make_default.clicked.connect(self._make_default)

    def offers(self) -> bool:
        """Whether there is a result."""
        current = self._runs.current
        folders = [self._draft.folder, *([current.folder.path] if current is not None else [])]
        return any(RunFolder(folder).finished.exists() for folder in folders)

    def shows(self, run: Run) -> bool:
        """Whether `run` has come to a result."""
        return run.kind == "train" and run.progress.finished is not None

    def entered(self) -> None:
        """The page has come to the front: show the run of the draft, or the one that has just ended."""
        folder = self._draft.folder
        current = self._runs.current
        if not RunFolder(folder).finished.exists() and current is not None:
            folder = current.folder.path
        if RunFolder(folder).finished.exists():
            if folder != self._shown:
                self.show_folder(folder)
            else:
                self.page.compare.refresh()
        elif self._shown is None:
            self.page.say_nothing(tr("There is no result yet. Train a model first."))

    def show_folder(self, folder: Path) -> None:
        """Show the finished run in `folder`."""
        self._runner.cancel(self._job)
        self.page.compare.drop()  # which would keep the reading waiting
        self._shown, self.result = folder, None
        self.page.say_nothing(tr("Reading the result…"))
        self._job = self._runner.start(
            tr("Reading a result"),
            partial(load_result, folder),
            done=self._loaded,
            failed=self._not_loaded,
            lane=LANE,
            quiet=True,
        )

    def show_part(self, name: str) -> None:
        """Show the answers about one part of the images."""
        if self.result is not None and name in self.result.parts:
            self.part = name
            self.page.show_part(self.result, name)

    def _look_again(self, run: Run) -> None:
        """`run` has ended; if it is the one shown, it may have been finished anew."""
        if run.kind == "train" and run.folder.path == self._shown:
            self._shown = None
            if self.isVisible():
                self.entered()

    def _loaded(self, result: RunResult) -> None:
        self._job, self.result = None, result
        self.marks.open(result.folder)
        self.page.show_result(result)
        self.show_part(result.first)
        self.shown.emit(result.folder)

    def _not_loaded(self, error: Exception) -> None:
        self._job, self._shown = None, None
        self.page.say_nothing(error_text.whole(error))

    def _open(self, answers: list[Answer]) -> None:
        """Open the images that are still there."""
        paths = list(dict.fromkeys(answer.path for answer in answers))
        there = [path for path in paths if path.exists()]
        if there:
            self._open_images(there)
            self._tell_whose_heatmaps()
        if len(there) < len(paths):
            lost = tr("{name} is no longer where it was.")
            gone = next(path for path in paths if path not in there)
            self.page.say(lost.format(name=gone), bad=True)

    def _tell_whose_heatmaps(self) -> None:
        """The viewer asks the model in use; say so while that is another one."""
        if self.result is not None and self._current()[0] not in (
            self.result.model.name,
            str(self.result.model),
        ):
            self.page.say(tr("The viewer asks the model in use. Use this one to see its heatmaps."))
            words = tr("What you see here is by the model in use, not by “{name}”.")
            self.told.emit(words.format(name=self.result.model.name))

    def _store_point(self, name: str, threshold: float) -> None:
        if self.result is not None:
            images = str(called(PARTS, self.part)).lower()  # the card is English
            work = partial(publish.set_point, self.result, name, threshold, images)
            self._change(tr("Changing the card"), work, self._point_stored)

    def _save(self, name: str, notes: str) -> None:
        if self.result is not None:
            work = partial(publish.save, self.result, name, notes)
            self._change(tr("Saving the model"), work, partial(self._saved, self.result))

    def _change(self, title: str, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        self.page.set_busy(True)
        self._runner.start(title, work, done=done, failed=self._failed, lane="export", quiet=True)

    def _point_stored(self, result: RunResult) -> None:
        self.page.set_busy(False)
        if self.result is None or self.result.folder != result.folder:
            return
        self.result = result
        self.page.show_card(result)
        self.page.model.show_result(result)
        self.page.say(tr("The point stands in the card of the model now."))

    def _saved(self, before: RunResult, result: RunResult) -> None:
        self.page.set_busy(False)
        self.library_changed.emit()
        if before.installed and before.model.name == self._current()[0] != result.model.name:
            self.renamed.emit(before.model.name, result.model.name)
        if self.result is None or self.result.folder != result.folder:
            return
        self.result = result
        self.page.model.show_result(result)
        self.page.show_title(result)
        self.page.say(tr("Saved as “{name}”.").format(name=result.model.name if result.installed else ""))

    def _failed(self, error: Exception) -> None:
        self.page.set_busy(False)
        self.page.say(error_text.whole(error), bad=True)

    def _ask_where(self) -> None:
        if self.result is None:
            return
        proposed, kind = Path.home() / f"{self.result.model.name}.zip", tr("Model")
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export the model"), str(proposed), f"{kind} (*.zip)"
        )
        if not chosen:
            return
        path = Path(chosen) if chosen.lower().endswith(".zip") else Path(f"{chosen}.zip")
        if path != Path(chosen) and path.exists():  # the dialog has asked about the name as typed only
            self.page.say(say(joined([LEFT_ALONE(name=path.name), CHOOSE_ANOTHER_NAME])), bad=True)
            return
        self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write the model to the archive `path`."""
        if self.result is not None:
            self._change(
                tr("Exporting the model"), partial(publish.export, self.result, path), self._exported
            )

    def _exported(self, path: Path) -> None:
        self.page.set_busy(False)
        self.page.say(tr("Exported as {name}.").format(name=path.name))

    def _open_report(self) -> None:
        if self.result is None:
            return
        report = self.result.report
        if not report.is_file() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(report))):
            self.page.say(tr("{name} cannot be opened.").format(name=report), bad=True)

    def _use(self) -> None:
        if self.result is not None:
            self.use_asked.emit(self._called)
            self.page.make_default.show()
            self.page.say(tr("The viewer uses this model until cxrview is closed."))

    def _make_default(self) -> None:
        if self.result is not None:
            self.default_asked.emit(self._called)
            self.page.make_default.hide()
            self.page.say(tr("This model reads the images from now on."))

    @property
    def _called(self) -> str:
        """What the shown model is known by: its name, or its folder where it is not installed."""
        assert self.result is not None
        return self.result.model.name if self.result.installed else str(self.result.model)
