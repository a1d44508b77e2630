"""What happens when the user opens, selects and leaves images: work is started, and its results land.

Everything here runs in the GUI thread; the work itself is in `work`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cxrview.errors import CxrviewError
from cxrview.gui.ahead import ReadAhead
from cxrview.gui.cache import RecentImages
from cxrview.gui.state import AppState, Entry, Mark, ModelInfo, Progress, Reading, Shown, Stage
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.work import discover, read_and_render
from cxrview.gui.work import load_predictor as load_real_predictor

if TYPE_CHECKING:
    from cxrview.gui.viewer.picture import Picture
    from cxrview.imaging import Radiograph
    from cxrview.inference.prediction import Prediction
    from cxrview.inference.predictor import Predictor

LoadPredictor = Callable[[str, str], "Predictor"]
THIS_FILE = "This file "


class Session(QObject):
    """Opens, reads and predicts; the results go into the state, from where the widgets take them."""

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        load_predictor: LoadPredictor | None = None,
        *,
        model: str = "",
        device: str = "",
    ) -> None:
        super().__init__()
        self.state, self.runner = state, runner
        # What the command line asks for holds for this session only; the settings stay as they are.
        self.model_name = model or state.settings.model
        self.device = device or state.settings.device
        self._load_predictor = load_predictor or load_real_predictor
        self._predictor: Predictor | None = None
        self._images = RecentImages()
        self._ahead = ReadAhead(runner, self._images)
        self._predictions: dict[tuple[Path, int], Prediction] = {}
        self._read_job: Job | None = None
        self._predict_job: Job | None = None
        self._model_job: Job | None = None
        self._open_job: Job | None = None
        self._show_first = False  # of the files that are being looked for

    def load_model(self) -> None:
        """Load the model that the settings name, on the device that they name."""
        self.runner.cancel(self._model_job)
        self.runner.cancel(self._predict_job)
        self._predictor = None
        self._predictions.clear()
        for entry in list(self.state.entries.values()):  # what another model said no longer holds
            if entry.predicted:
                self.state.change_entry(entry.path, mark=Mark.SHOWN, note="", predicted="")
        name, device = self.model_name, self.device
        self.state.set_model(ModelInfo())
        if self.state.shown.radiograph is not None:
            self.state.set_reading(Reading(Progress.WAITING))
        self._model_job = self.runner.start(
            "Loading the model",
            lambda _report: self._load_predictor(name, device),
            done=self._model_loaded,
            failed=self._model_failed,
            lane="model",
        )

    def use_model(self, name: str) -> None:
        """Change to the installed model `name`, and remember it."""
        self.model_name = name
        self.state.change_settings(model=name)
        self.load_model()

    def use_device(self, device: str) -> None:
        """Run the model on `device`, and remember it."""
        self.device = device
        self.state.change_settings(device=device)
        self.load_model()

    def open(self, paths: Iterable[Path]) -> None:
        """Add files, and what folders hold, to the study list, and show the first of them."""
        chosen = list(paths)
        if not chosen:
            return
        title = f"Looking through {chosen[0].name}" if len(chosen) == 1 else "Looking for images"
        self._show_first = True
        self._open_job = self.runner.start(
            title,
            partial(discover, chosen),
            done=partial(self._nothing_found, chosen),
            failed=partial(self._open_failed, chosen),
            partial=self._found,
            lane="list",
        )

    def cancel_all(self) -> None:
        """Stop whatever runs; what was being read or predicted says so, and a click starts it again."""
        shown, reading = self.state.shown, self.state.reading
        loading = self._model_job is not None and self.runner.is_running(self._model_job)
        self.runner.cancel_all()
        if loading:
            self._model_failed(
                CxrviewError("Loading the model was stopped.", "Choose it again in the menu Model.")
            )
        if shown.stage is Stage.LOADING and shown.path is not None:
            self._read_failed(shown.path, CxrviewError("was not read: stopped.", path=shown.path))
        elif reading.progress is Progress.WAITING:
            self.state.set_reading(Reading(Progress.FAILED, problem="The prediction was stopped."))

    def close_all(self) -> None:
        """Forget every file; the model stays."""
        for job in (self._read_job, self._predict_job, self._open_job):
            self.runner.cancel(job)
        self._ahead.begin(None)
        self._images.clear()
        self._predictions.clear()
        self.state.clear_entries()
        self.state.set_shown(Shown())

    def select(self, path: Path, frame: int = 0) -> None:
        """Show frame `frame` of `path`; what was on its way for another image is dropped."""
        self._show_first = False
        shown = self.state.shown
        if (shown.path, shown.frame) == (path, frame) and shown.stage is not Stage.FAILED:
            return
        self._drop_running()
        if (radiographs := self._images.get(path)) is not None:
            self._show(radiographs, None, frame)
            return
        self.state.set_shown(Shown(Stage.LOADING, path, frame))
        self.state.change_entry(path, mark=Mark.LOADING)
        done = partial(self._read_done, frame)
        failed = partial(self._read_failed, path)
        self._read_job = self._ahead.take(path, done, failed) or self.runner.start(
            f"Reading {path.name}", partial(read_and_render, path, frame), done=done, failed=failed
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
        following = self._neighbour(shown.path, by)
        if following is not None:
            self.select(following, self.state.entries[following].frames - 1 if by < 0 else 0)

    def _neighbour(self, path: Path, by: int) -> Path | None:
        paths = list(self.state.entries)
        index = paths.index(path) + by if path in self.state.entries else -1
        return paths[index] if 0 <= index < len(paths) else None

    def _drop_running(self) -> None:
        if self._read_job is not None and not self._read_job.cancelled:
            waiting = self.state.shown.path
            if waiting is not None and self.state.shown.stage is Stage.LOADING:
                self.state.change_entry(waiting, mark=Mark.UNREAD)
        self.runner.cancel(self._read_job)
        self.runner.cancel(self._predict_job)

    def _found(self, entries: Sequence[Entry]) -> None:
        self.state.add_entries(entries)
        if self._show_first and entries:
            self.select(entries[0].path)

    def _nothing_found(self, paths: Sequence[Path], _result: None) -> None:
        if self._show_first:
            self._open_failed(
                paths, CxrviewError("holds no radiographs.", "Choose another folder.", paths[0])
            )

    def _open_failed(self, paths: Sequence[Path], error: Exception) -> None:
        self._drop_running()
        self.state.set_shown(Shown(Stage.FAILED, paths[0], problem=_sentence(error), advice=_advice(error)))

    def _show(self, radiographs: "Sequence[Radiograph]", picture: "Picture | None", frame: int) -> None:
        radiograph = radiographs[min(frame, len(radiographs) - 1)]
        path = radiograph.path
        self._images.put(path, radiographs)
        if picture is None:
            from cxrview.gui.viewer.picture import picture as render_picture

            picture = render_picture(radiograph, radiograph.default_voi)
        entry = self.state.entries.get(path)
        known = entry is not None and entry.mark is Mark.REFUSED
        self.state.change_entry(
            path,
            identity=radiograph.identity,
            anatomy=radiograph.anatomy,
            frames=len(radiographs),
            mark=Mark.REFUSED if known else Mark.SHOWN,
        )
        self.state.set_shown(Shown(Stage.SHOWN, path, radiograph.frame, radiograph, picture))
        self._predict()
        self._ahead.begin(self._neighbour(path, 1))

    def _read_done(self, frame: int, result: "tuple[Sequence[Radiograph], Picture]") -> None:
        radiographs, picture = result
        self._show(radiographs, picture if frame == 0 or len(radiographs) == 1 else None, frame)

    def _read_failed(self, path: Path, error: Exception) -> None:
        problem, advice = _sentence(error), _advice(error)
        note = f"{problem.removeprefix(THIS_FILE)} {advice}".strip()
        self.state.change_entry(path, mark=Mark.FAILED, note=note[:1].upper() + note[1:])
        self.state.set_shown(Shown(Stage.FAILED, path, problem=problem, advice=advice))

    def _predict(self) -> None:
        radiograph = self.state.shown.radiograph
        if radiograph is None:
            return
        key = (radiograph.path, radiograph.frame)
        if key in self._predictions:
            self._predicted(key, self._predictions[key])
        elif self._predictor is not None:
            self.state.set_reading(Reading(Progress.WAITING))
            self._predict_job = self.runner.start(
                f"Predicting {radiograph.path.name}",
                lambda report, predictor=self._predictor: predictor.predict([radiograph], report)[0],
                done=partial(self._predicted, key),
                failed=self._predict_failed,
                lane="model",
            )
        elif self.state.model.problem:
            self.state.set_reading(Reading(Progress.FAILED, problem=self.state.model.problem))
        else:
            self.state.set_reading(Reading(Progress.WAITING))

    def _predicted(self, key: tuple[Path, int], prediction: "Prediction") -> None:
        self._predictions[key] = prediction
        label = self.state.model.label(prediction.predicted)
        percent = round(100 * float(prediction.probabilities.max()))
        mark = Mark.SHOWN if prediction.in_domain else Mark.REFUSED
        note = f"{label} {percent} %"
        self.state.change_entry(key[0], mark=mark, note=note, predicted=prediction.predicted)
        self.state.set_reading(Reading(Progress.DONE, prediction))

    def _predict_failed(self, error: Exception) -> None:
        self.state.set_reading(Reading(Progress.FAILED, problem=_whole(error)))

    def _model_loaded(self, predictor: "Predictor") -> None:
        self._predictor = predictor
        engine = predictor.engine
        self.state.set_model(ModelInfo(predictor.card, engine.name, engine.device, predictor.reason))
        self._predict()

    def _model_failed(self, error: Exception) -> None:
        self.state.set_model(ModelInfo(problem=_whole(error)))
        if self.state.shown.radiograph is not None:
            self.state.set_reading(Reading(Progress.FAILED, problem=self.state.model.problem))


def _sentence(error: Exception) -> str:
    if isinstance(error, CxrviewError):
        return f"{THIS_FILE}{error.problem}" if error.problem[:1].islower() else error.problem
    return f"cxrview made a mistake here ({type(error).__name__}: {error})."


def _whole(error: Exception) -> str:
    return str(error) if isinstance(error, CxrviewError) else f"{_sentence(error)} {_advice(error)}"


def _advice(error: Exception) -> str:
    return error.advice if isinstance(error, CxrviewError) else "Please report it with the details."
