"""The page on which a good recipe is searched: what is tried, how it goes, and what to do with the best."""

import dataclasses
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.search.earlier import EarlierSearches
from cxrview.gui.training.search.setup import SearchSetup
from cxrview.gui.training.search.texts import best_of, choice_text
from cxrview.gui.training.search.view import SearchView
from cxrview.gui.training.step import WizardStep
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import mark, tr
from cxrview.training.config import TrainingConfig
from cxrview.training.run.folder import RunFolder
from cxrview.training.search.folder import SearchFolder
from cxrview.training.search.space import with_choice

LATE = 2_000  # ms between two looks at the clock


class SearchStep(WizardStep):
    """Searches around the draft. It stands beside the way to a model: nothing waits for it.

    Signals:
        recipe_taken: the draft has the recipe of a trial now; carries what that tried, in words.
        result_asked: the user wants to see the model of the best trial; carries the folder of its run.
    """

    recipe_taken = Signal(str)
    result_asked = Signal(object)
    title = mark("Search")

    def __init__(self, draft: Draft, runs: TrainingRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = tr(SearchStep.title)
        self._draft, self._runs = draft, runs
        self._end_by = 0.0  # when the time is up, seconds since 1970; 0: never
        self._wants_model = True
        self._ending = False  # the process was stopped, so that the best trial becomes a model
        self.heading = QLabel(tr("Search for a recipe"), objectName="pageTitle")
        self.said = QLabel(objectName="muted", wordWrap=True)
        self.earlier = EarlierSearches(runs)
        self.setup = SearchSetup(draft)
        self.view: SearchView | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self.setup)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(24, 20, 24, 8)
        for part in (self.earlier, self.heading, self.said, self._pages):
            column.addWidget(part, 1 if part is self._pages else 0)
        self.said.hide()
        self._watch = QTimer(self, interval=LATE, timeout=self._look_at_clock)
        self.setup.start_asked.connect(self.start)
        self.earlier.resume_asked.connect(self.resume)
        self.earlier.show_asked.connect(self.show_folder)
        self.setup.ready_changed.connect(self.ready_changed)
        runs.ended.connect(self._run_ended)
        if runs.current is not None and runs.current.kind == "tune":
            self._show(runs.current)

    @property
    def run(self) -> Run | None:
        """The search on the page, or None before the start."""
        view = self.view
        return view.run if view is not None and self._pages.currentWidget() is view else None

    def obstacle(self) -> str:
        """Return "": one may train without a search."""
        return ""

    def entered(self) -> None:
        """The page has come to the front."""
        self.setup.refresh()
        if self.run is None:
            self.earlier.refresh()

    def offers(self) -> bool:
        """Whether a search is on the page, or one can be gone on with."""
        return self.run is not None or bool(self.earlier.lines)

    def shows(self, run: Run) -> bool:
        """Whether `run` is a search."""
        return run.kind == "tune"

    def start(self) -> None:
        """Begin the search of the draft, or say why it cannot be."""
        self._wants_model = self.setup.bundle.isChecked()
        minutes = self.setup.minutes.value()
        self._end_by = time.time() + 60 * minutes if minutes else 0.0
        self._begin(self._draft.config, self._runs.new_folder("search"), bundle=self._wants_model)

    def enough(self) -> None:
        """End the search with the best trial so far, which becomes a model; without one, just stop."""
        view, run = self.view, self.run
        if view is None or run is None or not run.is_running or view.asked:
            return
        self._end_by = 0.0
        self._ending = best_of(run.progress) is not None
        view.asked = "enough" if self._ending else "stop"
        run.stop()
        view.refresh()

    def stop(self) -> None:
        """Stop the search after the present batch; it can be gone on with."""
        view, run = self.view, self.run
        if view is not None and run is not None:
            self._ending, self._end_by = False, 0.0
            view.asked = "stop"
            run.stop()
            view.refresh()

    def resume(self, folder: Path) -> None:
        """Go on with the search in `folder`."""
        self._end_by = 0.0
        config = self._stored(folder)
        if config is not None:
            self._begin(config, folder, resume=True, bundle=self._wants_model)

    def show_folder(self, folder: Path) -> None:
        """Show the search in `folder` as it stands."""
        if self._stored(folder) is None:
            return
        run = self._runs.opened(folder, "tune")
        found = run.progress.searched
        if found is not None:
            run.progress.finished = SearchFolder(folder).best_run(found.best).outcome()
        self._show(run)

    def make_model(self) -> None:
        """Let the best trial of the search on the page become a model, with no more trials."""
        run = self.run
        config = self._stored(run.folder.path) if run is not None else None
        if run is None or config is None:
            return
        search = dataclasses.replace(config.search, trials=max(1, len(run.progress.trials)))
        self._begin(dataclasses.replace(config, search=search), run.folder.path, resume=True, bundle=True)

    def prepare(self) -> None:
        """Show what will be searched."""
        self._pages.setCurrentWidget(self.setup)
        self.heading.show()
        self.setup.refresh()
        self.earlier.refresh()

    def take_recipe(self, parameters: dict[str, Any]) -> None:
        """Make the draft what a trial tried; what is searched stays."""
        config = with_choice(self._draft.config, parameters)
        self._draft.set_config(dataclasses.replace(config, search=self._draft.config.search))
        text = choice_text(parameters)
        self.say(tr("The recipe is now: {recipe}.").format(recipe=text))
        self.recipe_taken.emit(text)

    def say(self, line: str) -> None:
        """Say one line at the top, or with "" nothing."""
        self.said.setText(line)
        self.said.setVisible(bool(line))

    def _begin(
        self, config: TrainingConfig, folder: Path, *, resume: bool = False, bundle: bool = True
    ) -> None:
        self.say("")
        try:
            run = self._runs.search(config, folder, resume=resume, bundle=bundle)
        except CxrviewError as error:
            self._complain(error_text.whole(error))
            return
        run.progress.searched = None  # it says so again
        self._ending = False
        if self._end_by:
            self._watch.start()
        self._show(run)

    def _stored(self, folder: Path) -> TrainingConfig | None:
        """Return what the search in `folder` is; None if that cannot be read, which is said."""
        try:
            config = RunFolder(folder).stored_config()
        except CxrviewError as error:
            self._complain(error_text.whole(error))
            return None
        if config is None:
            self._complain(tr("The search in {folder} cannot be gone on with.").format(folder=folder))
        return config

    def _complain(self, problem: str) -> None:
        if self.run is not None:
            self.say(problem)
        else:
            self.setup.say(problem)

    def _show(self, run: Run) -> None:
        if self.view is None:
            self.view = SearchView()
            self._pages.addWidget(self.view)
            self._connect_view(self.view)
        self._pages.setCurrentWidget(self.view)
        self.earlier.execute()
        self.earlier.hide()
        self.heading.hide()
        self.view.show_run(run)

    def _connect_view(self, view: SearchView) -> None:
        view.trial_over.connect(self._trial_over)
        view.enough_asked.connect(self.enough)
        view.stop_asked.connect(self.stop)
        view.resume_asked.connect(self._resume_shown)
        view.bundle_asked.connect(self.make_model)
        view.again_asked.connect(self.prepare)
        view.recipe_asked.connect(self.take_recipe)
        view.result_asked.connect(self._ask_for_result)

    def _resume_shown(self) -> None:
        if self.run is not None:
            self.resume(self.run.folder.path)

    def _ask_for_result(self) -> None:
        run = self.run
        best = best_of(run.progress) if run is not None else None
        if run is not None and best is not None:
            self.result_asked.emit(SearchFolder(run.folder.path).best_run(best.number).path)

    def _trial_over(self) -> None:
        """End when another trial would most likely not be over in time."""
        view, run = self.view, self.run
        if not self._end_by or view is None or run is None or run.progress.searched is not None:
            return
        if time.time() + view.clock.trial_seconds > self._end_by:
            self.enough()

    def _look_at_clock(self) -> None:
        run = self.run
        if run is None or not run.is_running or not self._end_by:
            self._watch.stop()
        elif time.time() > self._end_by and run.progress.searched is None:
            self.enough()

    def _run_ended(self, run: Run) -> None:
        if run is not self.run:
            return
        outcome = run.outcome or ProcessOutcome("stopped")
        if self._ending and outcome.kind == "stopped":
            self._ending = False
            if self._wants_model:
                self.make_model()
