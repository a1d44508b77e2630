"""The windows of training and of the models, and the runs behind them."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cxrview.errors import CxrviewError
from cxrview.gui.actions.secondary import attend
from cxrview.gui.session import stored
from cxrview.gui.training import leaving
from cxrview.gui.training.indicator import TrainingIndicator
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr, trn
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.library.window import LibraryWindow
    from cxrview.gui.training.run.step import TrainingStep
    from cxrview.gui.training.window import TrainingWindow

OFFERED = "training/offered"  # in the store: the newest run that the user did not want to go on with


class Training(QObject):
    """Owns the runs, which live longer than their window."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench = bench
        self.runs = TrainingRuns(self, bench.places.runs)
        self.indicator = TrainingIndicator(self.runs)
        self.indicator.asked.connect(self.show_run)
        self.window: TrainingWindow | None = None
        self.library: LibraryWindow | None = None
        self._step: TrainingStep | None = None
        self.runs.started.connect(lambda _run: bench.strips.take("training"))

    def show(self) -> None:
        """Open the training window, or bring it to the front."""
        self._then(lambda _window: None)

    def show_run(self, run: Run) -> None:
        """Show how a run is getting on, or what came of it."""
        self._then(lambda window: window.show_run(run))

    def _then(self, use: "Callable[[TrainingWindow], None]") -> None:
        """Open the window and `use` it. Its libraries take half a second, so a worker loads them before."""

        def ready(_nothing: object = None) -> None:
            if self.window is None:
                self.window = self._make()
            self.window.show()
            self.window.raise_()
            self.window.activateWindow()
            use(self.window)

        if self.window is not None:
            ready()
            return
        self._bench.runner.start(
            tr("Opening the training window"), _load_libraries, done=ready, failed=_raise, lane="training"
        )

    def show_library(self) -> None:
        """Open the model library, or bring it to the front."""
        from cxrview.gui.library.window import LibraryWindow

        bench = self._bench
        if self.library is None:
            self.library = LibraryWindow(bench.state, bench.session.models, bench.runner)
            self.library.commands.follow(bench.state, bench.shortcuts)
            self.library.addAction(bench.actions["quit"])
            attend(self.library, bench, "models")
            self.library.card_shown.connect(lambda card: attend(card, bench, "models"))
        self.library.show()
        self.library.raise_()
        self.library.activateWindow()

    def say_what_was_interrupted(self) -> None:
        """Offer, at the start, to go on with runs that were interrupted since that was offered last."""
        found, store = self.runs.interrupted(), self._bench.store
        if not found or found[0].name <= max(stored.texts(store, OFFERED), default=""):
            return
        from cxrview.gui.panels.strips import Strip
        from cxrview.gui.training.run.interrupted import known, sentence

        others = len(found) - 1
        more = trn(
            "{count} more run can be gone on with, too.",
            "{count} more runs can be gone on with, too.",
            others,
        ).format(count=others)
        words = sentence(known(found[0])) + (f" {more}" if others else "")
        deeds = [
            (tr("Resume"), lambda: self._go_on_with(found[0])),
            (tr("Show"), self._show_offered),
        ]
        strip = Strip("history", "muted", words, deeds)
        strip.cross.clicked.connect(lambda: store.setValue(OFFERED, [found[0].name]))
        self._bench.strips.put("training", strip)

    def _show_offered(self) -> None:
        self._bench.strips.take("training")
        self.show()

    def _go_on_with(self, folder: Path) -> None:
        self._bench.strips.take("training")

        def resume(window: "TrainingWindow") -> None:
            if self._step is not None:
                self._step.resume(folder)
                window.show_step(self._step)

        self._then(resume)

    def find_what_went_on(self) -> None:
        """Follow, at the start, a training that went on without the window."""
        found = self.runs.alive()
        if found and not (self.runs.current is not None and self.runs.current.is_running):
            try:
                self.runs.attach(found[0])
            except CxrviewError:  # it has been changed from elsewhere, and says so where it is looked at
                return
            self._bench.say(tr("A training goes on that was begun before; the status bar leads to it."), 15)

    def may_leave(self) -> bool:
        """Ask what becomes of a training that runs; return whether the window may close."""
        run = self.runs.current
        if run is None or not run.is_ours or self.runs.is_detached:
            return True
        chosen = leaving.ask(self._bench.window)
        self.runs.is_detached = chosen == leaving.GO_ON and run.is_running  # it may have ended meanwhile
        return chosen != leaving.CANCEL

    def leave(self) -> None:
        """The main window closes: what may not go on stops after its batch; it can be gone on with."""
        for run in (self.runs.checking, None if self.runs.is_detached else self.runs.current):
            if run is not None and run.is_ours:
                run.stop()
        for other in (self.window, self.library):
            if other is not None:
                other.close()

    def close(self) -> None:
        """Return when nothing runs any more."""
        for step in self.window.steps if self.window is not None else ():
            step.let_go()
        self.runs.close()

    def open_images(self, paths: Sequence[Path]) -> None:
        """Show images of the training in the viewer."""
        self._bench.open(list(paths))
        self._bench.window.raise_()
        self._bench.window.activateWindow()

    def _make(self) -> "TrainingWindow":
        from cxrview.gui.training.data.step import DataStep
        from cxrview.gui.training.draft import Draft
        from cxrview.gui.training.model.step import ModelStep
        from cxrview.gui.training.result.step import ResultStep
        from cxrview.gui.training.run.step import TrainingStep
        from cxrview.gui.training.search.step import SearchStep
        from cxrview.gui.training.window import TrainingWindow

        bench, runs = self._bench, self.runs
        runner, models = bench.runner, bench.session.models
        draft = Draft(runs.new_folder(), self)
        data = DataStep(draft, runs, runner)
        training = self._step = TrainingStep(draft, runs)
        result = ResultStep(draft, runs, runner, self.open_images, lambda: models.choice)
        model, search = ModelStep(draft, runs, runner), SearchStep(draft, runs)
        made = TrainingWindow([data, model, training, result], beside=[search])
        made.addAction(bench.actions["quit"])
        attend(made, bench, "training")
        for commands in (data.commands, result.page.model.commands):
            commands.follow(bench.state, bench.shortcuts)
        data.show_images.connect(self.open_images)
        training.result_asked.connect(lambda: made.show_step(result))
        result.use_asked.connect(models.use_for_now)
        result.default_asked.connect(models.use_model)
        result.renamed.connect(models.use_renamed)
        result.shown.connect(self.indicator.put_away)
        result.told.connect(lambda words: bench.say(words, 15))
        search.recipe_taken.connect(lambda _words: made.show_step(model))
        search.result_asked.connect(result.show_folder)
        search.result_asked.connect(lambda _folder: made.show_step(result))
        for asked, do in (
            (data.interrupted.resume_asked, training.resume),
            (data.interrupted.show_asked, training.show_folder),
        ):
            asked.connect(do)
            asked.connect(lambda _folder: made.show_step(training))
        return made


def _load_libraries(report: Report) -> None:
    """Import what the window draws with."""
    report(-1.0, "")
    for name in ("numpy", "cv2", "pyqtgraph"):
        importlib.import_module(name)


def _raise(error: Exception) -> None:
    raise error
