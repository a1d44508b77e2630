"""A search as it goes: how far it is, its trials in plots and a table, and the ways to end it."""

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from cxrview.gui.training.run.parts import FactRow, HeadOrEnding, RunHead
from cxrview.gui.training.runs import Run
from cxrview.gui.training.search.clock import SearchClock
from cxrview.gui.training.search.ending import SearchEnding
from cxrview.gui.training.search.table import TrialTable, rows_of
from cxrview.gui.training.search.texts import best_of, choice_text, counts_text
from cxrview.gui.training.texts import duration, figure, stage_text
from cxrview.i18n import say, tr
from cxrview.training.messages import SEARCH_FINISHED
from cxrview.training.names import STAGES
from cxrview.training.run.events import Step
from cxrview.training.run.progress import RunProgress

REDRAWN = 150  # ms between two drawings, however much is said in between


class SearchView(QWidget):
    """Shows one search, and follows it while it is alive.

    Signals:
        trial_over: a trial has ended.
        enough_asked: no more trials, and a model of the best so far.
        stop_asked, resume_asked, bundle_asked, again_asked, result_asked: what the user wants of the search.
        recipe_asked: carries what the selected trial tried, to be the recipe of a training.
    """

    trial_over = Signal()
    enough_asked = Signal()
    stop_asked = Signal()
    resume_asked = Signal()
    bundle_asked = Signal()
    again_asked = Signal()
    result_asked = Signal()
    recipe_asked = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        from cxrview.gui.training.search.plot import TrialPlot  # and with it pyqtgraph and NumPy

        self.run: Run | None = None
        self.clock = SearchClock()
        self.asked = ""  # "stop" or "enough", as long as the process has not done it
        self._soon = QTimer(self, singleShot=True, interval=REDRAWN, timeout=self.refresh)
        self.head = RunHead(tr("Progress of the search"))
        self.head.keep.setToolTip(tr("No more trials: make the model of the best one so far."))
        self.ending = SearchEnding()
        self._top = HeadOrEnding(self.head, self.ending)
        self.facts = FactRow(
            {
                "best": tr("Best so far"),
                "over": tr("Trials over"),
                "trial": tr("A trial takes"),
                "left": tr("Time left"),
            }
        )
        self.plots = [TrialPlot(by_number=True), TrialPlot(by_number=False)]
        self.table = TrialTable()
        self.warnings = QLabel(objectName="notes", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.chosen = QLabel(objectName="muted", textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.recipe = QPushButton(tr("Use this recipe"), autoDefault=False)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.recipe.setToolTip(tr("The page “Model” takes over what this trial tried (Enter)."))
        plots = QWidget()
        side = QHBoxLayout(plots, spacing=16)
        side.setContentsMargins(0, 0, 0, 6)
        for plot in self.plots:
            side.addWidget(plot, 1)
        parts = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        parts.setHandleWidth(5)
        parts.setObjectName("panel")
        parts.addWidget(plots)
        parts.addWidget(self.table)
        parts.setSizes([230, 230])
        foot = QHBoxLayout(spacing=12)
        foot.addWidget(self.chosen, 1)
        foot.addWidget(self.recipe)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._top, self.facts, parts):
            column.addWidget(part, 1 if part is parts else 0)
        column.addLayout(foot)
        column.addWidget(self.warnings)

    def _connect(self) -> None:
        self.head.keep.clicked.connect(self.enough_asked)
        self.head.stop.clicked.connect(self.stop_asked)
        self.table.selected.connect(self._look_at)
        self.table.use_wanted.connect(self._use)
        self.recipe.clicked.connect(self._use)
        for plot in self.plots:
            plot.pointed.connect(self.table.choose)
        for there, here in (
            (self.ending.resume, self.resume_asked),
            (self.ending.bundle, self.bundle_asked),
            (self.ending.again, self.again_asked),
            (self.ending.result, self.result_asked),
        ):
            there.clicked.connect(here)

    def show_run(self, run: Run) -> None:
        """Show `run` from now on."""
        if self.run is not None:
            self.run.changed.disconnect(self._heard)
            self.run.ended.disconnect(self._ended)
        self.run, self.asked = run, ""
        self.clock = SearchClock.of(run.folder.path)
        run.changed.connect(self._heard)
        run.ended.connect(self._ended)
        self.refresh()

    def _heard(self) -> None:
        assert self.run is not None
        when, saying = self.run.said[-1]
        over = len(self.clock.seconds)
        self.clock.take(saying, when)
        if len(self.clock.seconds) > over:
            self.trial_over.emit()
        if not self._soon.isActive() and not (isinstance(saying, Step) and not self.isVisible()):
            self._soon.start()

    def _ended(self, _outcome: object) -> None:
        self.asked = ""
        self.refresh()

    @property
    def total(self) -> int:
        """How many trials there are to be."""
        progress = self.run.progress if self.run is not None else RunProgress()
        return progress.trial.trials if progress.trial is not None else 0

    def refresh(self) -> None:
        """Draw the search as it is now; what is not seen is drawn when it is."""
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
        rows = rows_of(progress, run.is_running)
        number = self.table.chosen.number if self.table.chosen is not None else 0
        if rows != self.table.trials.rows:
            self.table.show_rows(rows)
            for plot in self.plots:
                plot.show_rows(rows, number)
        if number == 0 and (best := best_of(progress)) is not None and not run.is_running:
            self.table.choose(best.number)
        self._show_chosen()
        wanted = SEARCH_FINISHED.code
        warnings = dict.fromkeys(say(warning) for warning in progress.warnings if warning.code != wanted)
        self.warnings.setText("\n".join(warnings))
        self.warnings.setVisible(bool(warnings))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _show_doing(self, progress: RunProgress) -> None:
        head = self.head
        over = len(progress.trials)
        part = progress.fraction if progress.trial is not None and over < progress.trial.number else 0.0
        head.show_fraction((over + part) / self.total if self.total else 0.0)
        head.doing.setText(self._doing(progress))
        waiting = {
            "stop": tr("Stopping after this batch…"),
            "enough": tr("Ending with the best trial…"),
        }.get(self.asked, "")
        chosen = progress.trial.parameters if progress.trial is not None else {}
        head.detail.setText(waiting or (choice_text(chosen) if progress.searched is None else ""))
        head.keep.setEnabled(best_of(progress) is not None and not self.asked)
        head.keep.setVisible(progress.searched is None)
        head.stop.setEnabled(self.asked != "stop")

    def _doing(self, progress: RunProgress) -> str:
        if progress.searched is not None:
            stage = progress.stage
            return stage_text(stage) if stage is not None else tr("Making the model of the best trial")
        if progress.trial is None:
            return stage_text(progress.stage) if progress.stage is not None else say(STAGES["starting"])
        words = tr("Trial {number} of {total}")
        return words.format(number=progress.trial.number, total=progress.trial.trials)

    def _show_facts(self, run: Run, progress: RunProgress) -> None:
        best, seconds = best_of(progress), self.clock.trial_seconds
        words = tr("{score} in trial {number}")
        left = self.clock.left(len(progress.trials), self.total, time.time())
        known = bool(seconds) and run.is_running and progress.searched is None
        self.facts.tell(
            best=words.format(score=figure(best.value), number=best.number) if best is not None else "",
            over=counts_text(progress.trials),
            trial=duration(seconds) if seconds else "",
            left=duration(left) if known else "",
        )

    def _look_at(self, number: int) -> None:
        rows = self.table.trials.rows
        for plot in self.plots:
            plot.show_rows(rows, number)
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self.table.chosen
        self.recipe.setEnabled(row is not None)
        if row is None:
            self.chosen.setText(tr("Choose a trial to use its recipe.") if self.table.trials.rows else "")
            return
        text = f"{tr('Trial {number}').format(number=row.number)}: {choice_text(row.parameters)}"
        self.chosen.setText(f"{text}. {row.problem}" if row.problem else text)

    def _use(self) -> None:
        if self.table.chosen is not None:
            self.recipe_asked.emit(dict(self.table.chosen.parameters))
