"""Having the images looked at: when, by which process, and what came of it."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.texts import failure_text
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import say
from cxrview.training.config import TrainingConfig
from cxrview.training.run.folder import RunFolder

PAUSE = 1000  # ms without a change before the images are looked at again
IDLE, WAITING, RUNNING, DONE, REFUSED, CANCELLED = (
    "idle",
    "waiting",
    "running",
    "done",
    "refused",
    "cancelled",
)


class DataCheck(QObject):
    """Keeps the data report of a draft up to date.

    Signals:
        changed: `state`, or how far it is, is another now.
    """

    changed = Signal()

    def __init__(self, draft: Draft, runs: TrainingRuns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft, self._runs = draft, runs
        self._run: Run | None = None
        self._ending: Run | None = None  # was told to stop, and holds the folder until it has ended
        self._asked: object = None  # what the running check is about
        self._frame = ""  # in which the images are, or were, looked at; "" while that is not known
        self.state = IDLE
        self.problem = self.advice = ""
        self._soon = QTimer(self, singleShot=True, interval=PAUSE, timeout=self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether a report is to be expected."""
        return self.state in (WAITING, RUNNING)

    @property
    def fraction(self) -> float:
        """How far the process is, 0…1, or below 0 if that is not known."""
        stage = self._run.progress.stage if self._run is not None else None
        return stage.fraction if stage is not None and stage.name == "reading" else -1.0

    @property
    def text(self) -> str:
        """What the process is looking at, a file or a stage."""
        stage = self._run.progress.stage if self._run is not None else None
        if stage is None:
            return ""
        text = say(stage.detail)
        return text[:1].upper() + text[1:] if stage.detail.code else text  # and not the name of a file

    def want(self, pause: int = PAUSE) -> None:
        """Look at the images of the draft after a pause; what is known of others is forgotten."""
        self._let_go()
        self._draft.set_report(None)
        self._set(WAITING)
        self._soon.start(pause)

    def drop(self) -> None:
        """There is nothing to look at."""
        self._let_go()
        self._set(IDLE)

    def cancel(self) -> None:
        """Stop looking; `want` begins again."""
        if self.is_busy:
            self._let_go()
            self._set(CANCELLED)

    def fits(self) -> bool:
        """Whether what is known, or being looked at, is about the draft as it is now."""
        if self.state in (WAITING, CANCELLED):
            return True
        wanted = self._draft.frame_read
        return self._asked == _about(self._draft.config) and wanted in (self._frame or wanted, "")

    def _let_go(self) -> None:
        self._soon.stop()
        self._asked = None
        if self._run is not None and self._run.is_running:
            run = self._ending = self._run
            run.changed.disconnect(self.changed)
            run.ended.disconnect(self._ended)
            run.ended.connect(self._has_let_go)
            run.stop()
        self._run = None

    def _begin(self) -> None:
        if self._ending is not None and self._ending.is_running:
            return  # its end begins this one
        draft = self._draft
        folder, current = RunFolder(draft.folder), self._runs.current
        begun = current is not None and current.folder.path == draft.folder  # even without a trace so far
        if begun or folder.checkpoints.exists() or folder.finished.exists():  # has been trained in
            draft.folder = self._runs.new_folder()
        self._asked, self._frame = _about(draft.config), draft.frame_read
        try:
            run = self._run = self._runs.check(draft.config, draft.folder)
        except CxrviewError as error:
            self._refuse(error_text.whole(error), "")
            return
        run.changed.connect(self.changed)
        run.ended.connect(self._ended)
        if run.outcome is not None:  # it did not even start
            self._ended(run.outcome)
            return
        self._set(RUNNING)

    def _has_let_go(self, _outcome: ProcessOutcome) -> None:
        self._ending = None
        if self.state == WAITING and not self._soon.isActive():
            self._soon.start(0)  # not from within the signal of the process

    def _ended(self, outcome: ProcessOutcome) -> None:
        run, self._run = self._run, None
        report = run.progress.report if run is not None else None
        if report is not None and (outcome.kind == "finished" or report["blocking"]):
            self._frame = report.get("facts", {}).get("frame", self._frame)
            self._draft.set_report(report)
            self._set(DONE)
        elif outcome.kind == "stopped":
            self._set(CANCELLED)
        else:
            self._refuse(failure_text(outcome), say(outcome.advice))

    def _refuse(self, problem: str, advice: str) -> None:
        self.problem, self.advice = problem, advice
        self._set(REFUSED)

    def _set(self, state: str) -> None:
        self.state = state
        self.changed.emit()


def _about(config: TrainingConfig) -> object:
    """Return what the data report rests on. An override changes nothing about the images."""
    return replace(config.data, allow=()), config.model.exclusive
