"""One viewport at work: a file is read for it, shown, and read by the model."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from cxrview.gui import error_text
from cxrview.gui.session import calls
from cxrview.gui.session.cache import FileRead, RecentImages, RecentPredictions, Stamp
from cxrview.gui.session.model_choice import ModelChoice
from cxrview.gui.session.prefetch import ReadAhead
from cxrview.gui.session.withheld import Withheld
from cxrview.gui.session.workers import read_file
from cxrview.gui.state import AppState, Mark
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.view_state import PredictionProgress, PredictionState, Shown, ViewStage, ViewState
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

SEEN_AFTER = 700  # ms on the screen


class SharedImages:
    """What all viewports of a window share: images and readings kept, files on their way, the model."""

    def __init__(self, state: AppState, runner: TaskRunner, models: ModelChoice, budget: int) -> None:
        self.state, self.runner, self.models = state, runner, models
        self.images = RecentImages(budget)
        self.ahead = ReadAhead(runner, self.images)
        self.predictions = RecentPredictions()
        self.withheld = Withheld(state)


class ViewportController(QObject):
    """Fills one ViewState. `looked_at` is called with a file that has come onto the screen."""

    def __init__(self, view: ViewState, shelf: SharedImages, looked_at: Callable[[Path], None]) -> None:
        super().__init__(view)
        self.view = view
        self._shelf, self._state, self._runner = shelf, shelf.state, shelf.runner
        self._looked_at = looked_at
        self.playing = False  # frames run by: the model waits until they stand
        self._stamp: Stamp | None = None  # of what is on the screen
        self._read_job: Job | None = None
        self._predict_job: Job | None = None
        self._seen = QTimer(self, singleShot=True, interval=SEEN_AFTER, timeout=self._mark_seen)

    def select(self, path: Path, frame: int = 0) -> None:
        """Show frame `frame` of `path`; what was on its way for another image is dropped.

        What is shown already is read again if it failed or has changed on the disk, and predicted again
        if that failed.
        """
        shown = self.view.shown
        if (shown.path, shown.frame) == (path, frame) and self._is_current():
            if self.view.reading.progress is PredictionProgress.FAILED:
                self.predict()
            return
        self._drop_running()
        if (kept := self._shelf.images.get(path)) is not None:
            self._show(kept, frame)
            return
        self.view.set_shown(Shown(ViewStage.LOADING, path, frame))
        self._state.change_entry(path, mark=Mark.LOADING)
        done, failed = partial(self._read_done, frame), partial(self._read_failed, path, frame)
        self._read_job = self._shelf.ahead.take(path, done, failed) or self._runner.start(
            tr("Reading {name}").format(name=file_name(path)),
            partial(read_file, path, frame),
            done=done,
            failed=failed,
        )

    def fail(self, path: Path, error: Exception) -> None:
        """Show why there is nothing to be seen of `path`."""
        self._drop_running()
        self._show_failure(path, 0, error)

    def stopped(self) -> None:
        """Say that reading or predicting was stopped, if it was under way."""
        shown = self.view.shown
        if shown.stage is ViewStage.LOADING and shown.path is not None:
            self._mark_as_before(shown.path)
            problem = tr("Reading this file was stopped.")
            self.view.set_shown(
                Shown(ViewStage.FAILED, shown.path, shown.frame, problem=problem, stopped=True)
            )
        elif (
            self.view.reading.progress is PredictionProgress.WAITING
        ):  # unless the model has said why it never will
            self.view.set_reading(
                PredictionState(PredictionProgress.FAILED, problem=tr("The prediction was stopped."))
            )

    def close(self) -> None:
        """Let go of the image and of what is on its way."""
        self._drop_running()
        self.view.set_shown(Shown())

    def play(self, playing: bool) -> None:
        """Let frames run by without predicting each, or predict the one that stands."""
        self.playing = playing
        if not playing:
            self.predict()

    def predict_anew(self) -> None:
        """Another model is in use: what the old one said no longer holds."""
        self._runner.cancel(self._predict_job)
        if self.view.shown.radiograph is not None:
            self.view.set_reading(PredictionState(PredictionProgress.WAITING))
            self.predict()

    def predict(self) -> None:
        """Let the model read what is shown, or say why it cannot."""
        radiograph, stamp, models = self.view.shown.radiograph, self._stamp, self._shelf.models
        if radiograph is None or stamp is None or self.playing:
            return
        if (known := self._shelf.predictions.get(stamp, radiograph.frame)) is not None:
            self._predicted(stamp, radiograph.frame, known)
        elif (predictor := models.predictor) is not None:
            self.view.set_reading(PredictionState(PredictionProgress.WAITING))
            self._predict_job = self._runner.start(
                tr("Predicting {name}").format(name=file_name(radiograph.path)),
                lambda report: predictor.predict([radiograph], report)[0],
                done=partial(self._predicted, stamp, radiograph.frame),
                failed=self._predict_failed,
                lane="model",
            )
        elif self._state.model.problem:
            self.view.set_reading(
                PredictionState(PredictionProgress.FAILED, problem=self._state.model.problem)
            )
        else:
            self.view.set_reading(PredictionState(PredictionProgress.WAITING))

    def _is_current(self) -> bool:
        if self.view.shown.stage is ViewStage.SHOWN:
            return self._stamp is not None and self._stamp.holds()
        return self.view.shown.stage is ViewStage.LOADING

    def _drop_running(self) -> None:
        if self._read_job is not None and not self._read_job.cancelled:
            waiting = self.view.shown.path
            if waiting is not None and self.view.shown.stage is ViewStage.LOADING:
                self._mark_as_before(waiting)
        self._seen.stop()
        self._runner.cancel(self._read_job)
        self._runner.cancel(self._predict_job)

    def _mark_as_before(self, path: Path) -> None:
        """Mark `path`, whose reading was stopped, by what is known about it from earlier."""
        entry = self._state.entries.get(path)
        if entry is not None:
            mark = calls.mark(entry.findings, entry.frames) if entry.findings else Mark.UNREAD
            self._state.change_entry(path, mark=mark)

    def _show_failure(self, path: Path, frame: int, error: Exception) -> None:
        problem, advice = error_text.problem(error), error_text.advice(error)
        self.view.set_shown(Shown(ViewStage.FAILED, path, frame, problem=problem, advice=advice))

    def _show(self, read: FileRead, frame: int) -> None:
        path, count = read.stamp.path, len(read.radiographs)
        radiograph = read.radiographs[min(frame, count - 1)]
        levels = read.levels_of(radiograph.frame)
        self._shelf.images.put(read)
        entry = self._state.entries.get(path)
        # What was said about this very content holds; what was said about another is forgotten.
        known = dict(entry.findings) if entry is not None and self._predictions_hold(read.stamp) else {}
        self._state.change_entry(
            path,
            identity=radiograph.identity,
            pictured=radiograph.pictured,
            frames=count,
            mark=calls.mark(known, count),
            note="",
            findings=known,
        )
        self._stamp = read.stamp
        self.view.set_shown(Shown(ViewStage.SHOWN, path, radiograph.frame, radiograph, levels))
        self._seen.start()
        self.predict()
        self._looked_at(path)

    def _predictions_hold(self, stamp: Stamp) -> bool:
        entry = self._state.entries[stamp.path]
        return all(self._shelf.predictions.get(stamp, frame) is not None for frame in entry.findings)

    def _read_done(self, frame: int, read: FileRead) -> None:
        if self._shows(ViewStage.LOADING, read.stamp.path, frame):
            self._show(read, frame)

    def _shows(self, stage: ViewStage, path: Path, frame: int) -> bool:
        """Whether that is still in the viewport: an image taken off the list leaves it unasked."""
        shown = self.view.shown
        return (shown.stage, shown.path, shown.frame) == (stage, path, frame)

    def _read_failed(self, path: Path, frame: int, error: Exception) -> None:
        self._state.change_entry(path, mark=Mark.FAILED, note=error_text.note(error), findings={})
        if self._shows(ViewStage.LOADING, path, frame):
            self._show_failure(path, frame, error)

    def _predicted(self, stamp: Stamp, frame: int, prediction: "Prediction") -> None:
        self._shelf.predictions.put(stamp, frame, prediction)
        finding = calls.finding(self._state, prediction.probabilities.tolist(), prediction.in_domain)
        entry = self._state.entries.get(stamp.path)
        hidden = self._state.hides(stamp.path, frame)
        if entry is not None and hidden:
            self._shelf.withheld.put(stamp.path, frame, finding)
        elif entry is not None:
            findings = {**entry.findings, frame: finding}
            self._state.change_entry(stamp.path, mark=calls.mark(findings, entry.frames), findings=findings)
        if self._shows(ViewStage.SHOWN, stamp.path, frame):
            said = calls.reading(self._state, prediction)
            self.view.set_reading(PredictionState(PredictionProgress.HIDDEN) if hidden else said)

    def _predict_failed(self, error: Exception) -> None:
        if self.view.shown.stage is ViewStage.SHOWN:
            self.view.set_reading(PredictionState(PredictionProgress.FAILED, problem=error_text.whole(error)))

    def _mark_seen(self) -> None:
        if self.view.shown.path is not None:
            self._state.change_entry(self.view.shown.path, seen=True)
