"""What happens when the user opens, selects and leaves images: work is started, and its results land.

Everything here runs in the GUI thread; the work itself is in `work`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from cxrview.gui import sentences
from cxrview.gui.ahead import ReadAhead
from cxrview.gui.cache import RecentImages, RecentPredictions, Stamp
from cxrview.gui.model_choice import Choice, LoadPredictor, ModelChoice
from cxrview.gui.opening import Opener
from cxrview.gui.state import AppState, Finding, Mark, Progress, Reading, Shown, Stage
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.work import FileRead, load_predictor, read_and_render

if TYPE_CHECKING:
    from cxrview.gui.viewer.export import Shot
    from cxrview.gui.viewer.picture import Picture
    from cxrview.imaging import Radiograph
    from cxrview.inference.prediction import Prediction

# From a file of the list and a direction (1 or -1) to the file that the user sees next to it.
Neighbour = Callable[[Path, int], Path | None]


class Session(QObject):
    """Opens, reads and predicts; the results go into the state, from where the widgets take them.

    `next_file` and `next_study` say in which order the list is walked; the window sets them to the order
    of its tree.

    Signals:
        said: one line for the user, and its details.
    """

    said = Signal(str, str)

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        load: LoadPredictor | None = None,
        *,
        model: str = "",
        device: str = "",
    ) -> None:
        super().__init__()
        self.state, self.runner = state, runner
        # What the command line asks for holds for this session only; the settings stay as they are.
        choice = Choice(model or state.settings.model, device or state.settings.device)
        self.models = ModelChoice(state, runner, load or load_predictor, choice)
        self.models.changed.connect(self._read_anew)
        self.models.settled.connect(self._predict_if_waiting)
        self.models.said.connect(self.said)
        self._opener = Opener(
            state, runner, show=self.select, fail=self._open_failed, say=lambda text: self.said.emit(text, "")
        )
        self.next_file: Neighbour = lambda _path, _by: None
        self.next_study: Neighbour = lambda _path, _by: None
        self._images = RecentImages()
        self._ahead = ReadAhead(runner, self._images)
        self._predictions = RecentPredictions()
        self._stamp: Stamp | None = None  # of what is on the screen
        self._read_job: Job | None = None
        self._predict_job: Job | None = None

    def open(self, paths: Iterable[Path]) -> None:
        """Add files, and what folders hold, to the study list, and show the first of them."""
        self._opener.open(paths)

    def cancel_all(self) -> None:
        """Stop whatever runs but exports; what was being read or predicted says so, and a click starts it
        again.
        """
        shown = self.state.shown
        self.runner.cancel_all()
        self._opener.cancel()
        self.models.stopped()
        if shown.stage is Stage.LOADING and shown.path is not None:
            self._mark_as_before(shown.path)
            problem = "Reading this file was stopped."
            self.state.set_shown(Shown(Stage.FAILED, shown.path, shown.frame, problem=problem, stopped=True))
        elif self.state.reading.progress is Progress.WAITING:  # unless the model has said why it never will
            self.state.set_reading(Reading(Progress.FAILED, problem="The prediction was stopped."))

    def close_all(self) -> None:
        """Forget every file, and stop looking for more; the model stays."""
        self._opener.cancel()
        for job in (self._read_job, self._predict_job):
            self.runner.cancel(job)
        self._ahead.begin(None)
        self._images.clear()
        self._predictions.clear()
        self.state.clear_entries()
        self.state.set_shown(Shown())

    def try_again(self) -> None:
        """Read once more what could not be read."""
        shown = self.state.shown
        if shown.path in self.state.entries:
            self.select(shown.path, shown.frame)
        elif shown.path is not None:
            self.open([shown.path])

    def select(self, path: Path, frame: int = 0) -> None:
        """Show frame `frame` of `path`; what was on its way for another image is dropped.

        What is shown already is read again if it failed or has changed on the disk, and predicted again
        if that failed.
        """
        self._opener.keep_shown()
        if (self.state.shown.path, self.state.shown.frame) == (path, frame) and self._is_current():
            if self.state.reading.progress is Progress.FAILED:
                self._predict()
            return
        self._drop_running()
        if (kept := self._images.get(path)) is not None:
            self._show(*kept, None, frame)
            return
        self.state.set_shown(Shown(Stage.LOADING, path, frame))
        self.state.change_entry(path, mark=Mark.LOADING)
        done = partial(self._read_done, frame)
        failed = partial(self._read_failed, path, frame)
        self._read_job = self._ahead.take(path, done, failed) or self.runner.start(
            f"Reading {path.name}", partial(read_and_render, path, frame), done=done, failed=failed
        )

    def export(self, shot: "Shot", path: Path) -> None:
        """Write `shot` to `path` in the background, and say when that is done."""
        from cxrview.gui.viewer import export

        self.runner.start(
            f"Writing {path.name}",
            partial(export.save, shot, path),
            done=lambda _nothing: self.said.emit(f"Saved {path.name}.", str(path)),
            failed=lambda error: self.said.emit(sentences.whole(error), str(path)),
            lane="export",
        )

    def copy(self, shot: "Shot") -> None:
        """Put `shot` on the clipboard when it is ready, and say so."""
        from cxrview.gui.viewer import export

        def put(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self.said.emit("Copied the picture.", "")

        self.runner.start(
            "Copying the picture",
            partial(export.image, shot),
            done=put,
            failed=lambda error: self.said.emit(sentences.whole(error), ""),
            lane="export",
        )

    def step(self, by: int) -> None:
        """Show the next (1) or previous (-1) image of the list, frames included."""
        shown = self.state.shown
        if shown.path not in self.state.entries:
            return
        frames = self.state.entries[shown.path].frames
        if 0 <= shown.frame + by < frames:
            self.select(shown.path, shown.frame + by)
            return
        following = self.next_file(shown.path, by)
        if following is not None:
            self.select(following, self.state.entries[following].frames - 1 if by < 0 else 0)

    def step_study(self, by: int) -> None:
        """Show the first image of the next (1) or previous (-1) study or folder."""
        shown = self.state.shown
        following = self.next_study(shown.path, by) if shown.path in self.state.entries else None
        if following is not None:
            self.select(following)

    def _is_current(self) -> bool:
        if self.state.shown.stage is Stage.SHOWN:
            return self._stamp is not None and self._stamp.holds()
        return self.state.shown.stage is Stage.LOADING

    def _drop_running(self) -> None:
        if self._read_job is not None and not self._read_job.cancelled:
            waiting = self.state.shown.path
            if waiting is not None and self.state.shown.stage is Stage.LOADING:
                self._mark_as_before(waiting)
        self.runner.cancel(self._read_job)
        self.runner.cancel(self._predict_job)

    def _mark_as_before(self, path: Path) -> None:
        """Mark `path`, whose reading was stopped, by what is known about it from earlier."""
        entry = self.state.entries.get(path)
        if entry is not None:
            mark = _mark(entry.findings, entry.frames) if entry.findings else Mark.UNREAD
            self.state.change_entry(path, mark=mark)

    def _open_failed(self, path: Path, error: Exception) -> None:
        self._drop_running()
        self._show_failure(path, 0, error)

    def _show_failure(self, path: Path, frame: int, error: Exception) -> None:
        problem, advice = sentences.problem(error), sentences.advice(error)
        self.state.set_shown(Shown(Stage.FAILED, path, frame, problem=problem, advice=advice))

    def _show(
        self, stamp: Stamp, radiographs: "Sequence[Radiograph]", picture: "Picture | None", frame: int
    ) -> None:
        radiograph = radiographs[min(frame, len(radiographs) - 1)]
        self._images.put(stamp, radiographs)
        if picture is None:
            from cxrview.gui.viewer.picture import picture as render_picture

            picture = render_picture(radiograph, radiograph.default_voi)
        entry = self.state.entries.get(stamp.path)
        # What was said about this very content holds; what was said about another is forgotten.
        known = dict(entry.findings) if entry is not None and self._predictions_hold(stamp) else {}
        self.state.change_entry(
            stamp.path,
            identity=radiograph.identity,
            anatomy=radiograph.anatomy,
            frames=len(radiographs),
            mark=_mark(known, len(radiographs)),
            note="",
            findings=known,
        )
        self._stamp = stamp
        self.state.set_shown(Shown(Stage.SHOWN, stamp.path, radiograph.frame, radiograph, picture))
        self._predict()
        self._ahead.begin(self.next_file(stamp.path, 1))

    def _predictions_hold(self, stamp: Stamp) -> bool:
        entry = self.state.entries[stamp.path]
        return all(self._predictions.get(stamp, frame) is not None for frame in entry.findings)

    def _read_done(self, frame: int, result: FileRead) -> None:
        whole = frame == 0 or len(result.radiographs) == 1
        self._show(result.stamp, result.radiographs, result.picture if whole else None, frame)

    def _read_failed(self, path: Path, frame: int, error: Exception) -> None:
        self.state.change_entry(path, mark=Mark.FAILED, note=sentences.note(error), findings={})
        self._show_failure(path, frame, error)

    def _read_anew(self) -> None:
        """Another model is in use: what the old one said no longer holds."""
        self.runner.cancel(self._predict_job)
        self._predictions.clear()
        for entry in list(self.state.entries.values()):
            if entry.findings:
                self.state.change_entry(entry.path, mark=Mark.SHOWN, findings={})
        if self.state.shown.radiograph is not None:
            self.state.set_reading(Reading(Progress.WAITING))
            self._predict()

    def _predict_if_waiting(self) -> None:
        if self.models.predictor is None and self.state.shown.radiograph is not None:
            self._predict()  # which says why there is no reading

    def _predict(self) -> None:
        radiograph, stamp = self.state.shown.radiograph, self._stamp
        if radiograph is None or stamp is None:
            return
        if (known := self._predictions.get(stamp, radiograph.frame)) is not None:
            self._predicted(stamp, radiograph.frame, known)
        elif self.models.predictor is not None:
            self.state.set_reading(Reading(Progress.WAITING))
            self._predict_job = self.runner.start(
                f"Predicting {radiograph.path.name}",
                lambda report, predictor=self.models.predictor: predictor.predict([radiograph], report)[0],
                done=partial(self._predicted, stamp, radiograph.frame),
                failed=self._predict_failed,
                lane="model",
            )
        elif self.state.model.problem:
            self.state.set_reading(Reading(Progress.FAILED, problem=self.state.model.problem))
        else:
            self.state.set_reading(Reading(Progress.WAITING))

    def _predicted(self, stamp: Stamp, frame: int, prediction: "Prediction") -> None:
        self._predictions.put(stamp, frame, prediction)
        predicted = prediction.predicted
        finding = Finding(
            self.state.model.label(predicted),
            prediction.class_names.index(predicted),
            float(prediction.probabilities.max()),
            prediction.in_domain,
        )
        entry = self.state.entries.get(stamp.path)
        if entry is not None:
            findings = {**entry.findings, frame: finding}
            self.state.change_entry(stamp.path, mark=_mark(findings, entry.frames), findings=findings)
        self.state.set_reading(Reading(Progress.DONE, prediction))

    def _predict_failed(self, error: Exception) -> None:
        self.state.set_reading(Reading(Progress.FAILED, problem=sentences.whole(error)))


def _mark(findings: dict[int, Finding], frames: int) -> Mark:
    """Return the mark of a file: refused only if every frame was read and refused."""
    refused = sum(not finding.in_domain for finding in findings.values())
    return Mark.REFUSED if refused == frames else Mark.SHOWN
