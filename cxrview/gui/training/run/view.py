"""A run as it goes: what is being done, the figures, the curves, and the ways to end it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrview.gui.training.run.ending import RunEnding
from cxrview.gui.training.run.log import RunLog
from cxrview.gui.training.run.parts import FactRow, HeadOrEnding, RunHead
from cxrview.gui.training.runs import Run
from cxrview.gui.training.texts import (
    AFTER,
    CHOSEN_BY,
    doing,
    duration,
    figure,
    frame_text,
    planned_epochs,
    stage_detail,
)
from cxrview.i18n import fixed, say, tr
from cxrview.training.names import EPOCH_METRICS
from cxrview.training.run.progress import RunProgress

REDRAWN = 150  # ms between two drawings, however much is said in between


class RunView(QWidget):
    """Shows one run, and follows it while it is alive.

    Signals:
        resume_asked, finish_asked, again_asked, result_asked: what the user wants of a run that has ended.
    """

    resume_asked = Signal()
    finish_asked = Signal()
    again_asked = Signal()
    result_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        from cxrview.gui.training.run.curves import RunCurves  # and with it pyqtgraph and NumPy

        self.run: Run | None = None
        self._asked = ""  # "stop" or "finish", as long as the process has not done it
        self._soon = QTimer(self, singleShot=True, interval=REDRAWN, timeout=self.refresh)
        self.head = RunHead(tr("Progress of the training"))
        self.ending = RunEnding()
        self._top = HeadOrEnding(self.head, self.ending)
        self.facts = FactRow(
            {
                "best": tr("Best epoch"),
                "speed": tr("Images a second"),
                "left": tr("Time left"),
                "device": tr("Device"),
                "reads": tr("What it reads"),
            }
        )
        self.curves = RunCurves()
        self.warnings = QLabel(objectName="notes", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.warnings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.log = RunLog()
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._top, self.facts, self.curves, self.warnings, self.log):
            column.addWidget(part, 1 if part is self.curves else 0)
        self.head.keep.clicked.connect(self._finish)
        self.head.stop.clicked.connect(self._stop)
        for there, here in (
            (self.ending.resume, self.resume_asked),
            (self.ending.finish, self.finish_asked),
            (self.ending.again, self.again_asked),
            (self.ending.result, self.result_asked),
        ):
            there.clicked.connect(here)

    def show_run(self, run: Run) -> None:
        """Show `run` from now on."""
        if self.run is not None:
            self.run.changed.disconnect(self._later)
            self.run.ended.disconnect(self._ended)
        self.run, self._asked = run, ""
        run.changed.connect(self._later)
        run.ended.connect(self._ended)
        self.refresh()

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _ended(self, _outcome: object) -> None:
        self._asked = ""
        self.refresh()

    def refresh(self) -> None:
        """Draw the run as it is now; what is not seen is drawn when it is."""
        self._soon.stop()
        run = self.run
        if run is None or not self.isVisible():
            return
        progress = run.progress
        if run.is_running:
            self._show_doing(progress)
        else:
            self.ending.show_run(run)
        self._top.turn(run.is_running)
        self._show_facts(run, progress)
        self.curves.show_progress(progress, planned_epochs(run.config))
        warnings = list(dict.fromkeys(map(say, progress.warnings)))
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))
        self.log.show_run(run)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _show_doing(self, progress: RunProgress) -> None:
        head, stage = self.head, progress.stage
        head.show_fraction(stage.fraction if stage is not None else progress.fraction)
        finishing = stage is not None and stage.name in AFTER
        head.keep.setVisible(not finishing)
        head.keep.setEnabled(bool(progress.epochs) and not self._asked)
        head.keep.setToolTip(
            tr("No more epochs: make the model of the best one so far.")
            if progress.epochs
            else tr("No epoch is done yet, so there is nothing to keep.")
        )
        head.stop.setEnabled(self._asked != "stop")
        head.doing.setText(doing(progress))
        asked = {"stop": tr("Stopping after this batch…"), "finish": tr("Finishing after this batch…")}
        waiting = asked.get(self._asked, "") if not finishing else ""
        head.detail.setText(waiting or (stage_detail(stage) if stage is not None else ""))

    def _show_facts(self, run: Run, progress: RunProgress) -> None:
        best, step = progress.best, progress.step
        chosen = CHOSEN_BY[run.config.recipe.choose_by] if run.config is not None else "val_macro_f1"
        value = best.metrics.get(chosen) if best is not None else None
        speed = step.images_per_second if step is not None else 0.0
        going_on = run.is_running and progress.stage is None
        self.facts.tell(
            best=f"{best.epoch} · {say(EPOCH_METRICS[chosen])} {figure(value)}" if best is not None else "",
            speed=fixed(speed, 0 if speed >= 10 else 1) if speed else "",
            left=duration(step.remaining_s) if step is not None and going_on else "",
            device=_device(progress),
            reads=_frame(run, progress),
        )

    def _finish(self) -> None:
        if self.run is not None:
            self._asked = "finish"
            self.run.finish()
            self.refresh()

    def _stop(self) -> None:
        if self.run is not None:
            self._asked = "stop"
            self.run.stop()
            self.refresh()


def _frame(run: Run, progress: RunProgress) -> str:
    """Return what the network is given; "" until that is known."""
    known = (progress.report or {}).get("facts", {}).get("frame", "")
    frame = known or (run.config.model.frame if run.config is not None else "")
    return frame_text(frame) if frame in ("film", "lungs") else ""


def _device(progress: RunProgress) -> str:
    if progress.started is None:
        return ""
    kind, _, number = progress.started.device.partition(":")
    name = {"cpu": tr("Processor"), "gpu": tr("Graphics card")}.get(kind.lower(), progress.started.device)
    return name if number in ("", "0") or name == progress.started.device else f"{name} {number}"
