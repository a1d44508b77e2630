"""A run as it goes: what is being done, the figures, the curves, and the ways to end it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cxrview.gui.theme import Theme
from cxrview.gui.training.progress import RunProgress
from cxrview.gui.training.run_ending import RunEnding
from cxrview.gui.training.run_log import RunLog
from cxrview.gui.training.run_texts import (
    AFTER,
    CHOSEN_BY,
    METRICS,
    doing,
    duration,
    figure,
    planned_epochs,
    stage_detail,
)
from cxrview.gui.training.runs import Run
from cxrview.words import fixed, tr

REDRAWN = 150  # ms between two drawings, however much is said in between
FACTS = ("best", "speed", "left", "device")


class RunView(QWidget):
    """Shows one run, and follows it while it is alive.

    Signals:
        resume_asked, finish_asked, again_asked, result_asked: what the user wants of a run that has ended.
    """

    resume_asked = Signal()
    finish_asked = Signal()
    again_asked = Signal()
    result_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        from cxrview.gui.training.run_curves import RunCurves  # and with it pyqtgraph and NumPy

        self.run: Run | None = None
        self._asked = ""  # "stop" or "finish", as long as the process has not done it
        self._soon = QTimer(self, singleShot=True, interval=REDRAWN, timeout=self.refresh)
        self.doing = QLabel(objectName="pageTitle", textFormat=Qt.TextFormat.PlainText)
        self.detail = QLabel(objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.facts = {name: QLabel(objectName="fact", textFormat=Qt.TextFormat.PlainText) for name in FACTS}
        self.curves = RunCurves(theme)
        self.warnings = QLabel(objectName="notes", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.warnings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.ending = RunEnding(theme)
        self.log = RunLog(theme)
        self.finish = QPushButton(tr("Stop and keep the best"))
        self.stop = QPushButton(tr("Cancel"))
        self._lay_out()
        self.finish.clicked.connect(self._finish)
        self.stop.clicked.connect(self._stop)
        for there, here in (
            (self.ending.resume, self.resume_asked),
            (self.ending.finish, self.finish_asked),
            (self.ending.again, self.again_asked),
            (self.ending.result, self.result_asked),
        ):
            there.clicked.connect(here)

    def _lay_out(self) -> None:
        self.bar.setAccessibleName(tr("Progress of the training"))
        self.stop.setToolTip(tr("Stop after this batch. You can go on later."))
        head = QHBoxLayout(spacing=12)
        head.addWidget(self.doing)
        head.addWidget(self.detail, 1)
        head.addWidget(self.finish)
        head.addWidget(self.stop)
        row = QHBoxLayout(spacing=28)
        titles = (tr("Best epoch"), tr("Images a second"), tr("Time left"), tr("Device"))
        for name, title in zip(FACTS, titles, strict=True):
            column = QVBoxLayout(spacing=1)
            column.addWidget(QLabel(title, objectName="muted"))
            column.addWidget(self.facts[name])
            self.facts[name].setAccessibleName(title)
            row.addLayout(column)
        row.addStretch()
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.ending)
        column.addLayout(row)
        column.addWidget(self.curves, 1)
        column.addWidget(self.warnings)
        column.addWidget(self.log)

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self.curves.set_theme(theme)
        self.ending.set_theme(theme)
        self.log.set_theme(theme)

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
        self._show_doing(run, progress)
        self._show_facts(progress)
        self.curves.show_progress(progress, planned_epochs(run.config))
        warnings = list(dict.fromkeys(progress.warnings))
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))
        self.ending.show_run(run)
        self.log.show_run(run)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        self.refresh()

    def _show_doing(self, run: Run, progress: RunProgress) -> None:
        alive, stage = run.is_running, progress.stage
        self.doing.setVisible(alive)
        self.detail.setVisible(alive)
        self.bar.setVisible(alive)
        self.stop.setVisible(alive)
        finishing = stage is not None and stage.name in AFTER
        self.finish.setVisible(alive and not finishing)
        self.finish.setEnabled(bool(progress.epochs) and not self._asked)
        self.finish.setToolTip(
            tr("No more epochs: make the model of the best one so far.")
            if progress.epochs
            else tr("No epoch is done yet, so there is nothing to keep.")
        )
        self.stop.setEnabled(self._asked != "stop")
        self.doing.setText(doing(progress))
        asked = {"stop": tr("Stopping after this batch…"), "finish": tr("Finishing after this batch…")}
        waiting = asked.get(self._asked, "") if not finishing else ""
        self.detail.setText(waiting or (stage_detail(stage) if stage is not None else ""))
        fraction = stage.fraction if stage is not None else progress.fraction
        self.bar.setValue(round(1000 * min(1.0, max(0.0, fraction))))

    def _show_facts(self, progress: RunProgress) -> None:
        best, step = progress.best, progress.step
        config = self.run.config if self.run is not None else None
        chosen = CHOSEN_BY[config.recipe.choose_by] if config is not None else "val_macro_f1"
        value = best.metrics.get(chosen) if best is not None else None
        self.facts["best"].setText(
            f"{best.epoch} · {tr(METRICS[chosen])} {figure(value)}" if best is not None else "–"
        )
        speed = step.images_per_second if step is not None else 0.0
        self.facts["speed"].setText(fixed(speed, 0 if speed >= 10 else 1) if speed else "–")
        alive = self.run is not None and self.run.is_running
        left = step is not None and alive and progress.stage is None
        self.facts["left"].setText(duration(step.remaining_s) if left else "–")
        self.facts["device"].setText(_device(progress))

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


def _device(progress: RunProgress) -> str:
    if progress.started is None:
        return "–"
    kind, _, number = progress.started.device.partition(":")
    name = {"cpu": tr("Processor"), "gpu": tr("Graphics card")}.get(kind.lower(), progress.started.device)
    return name if number in ("", "0") or name == progress.started.device else f"{name} {number}"
