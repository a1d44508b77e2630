"""Maps of one film by several methods and of up to two models: what is there, and what is on its way."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from cxrview.explain import messages
from cxrview.explain.methods import DEFAULT, METHODS
from cxrview.gui import error_text
from cxrview.gui.session.explaining import Explaining, Key, explained, key_of
from cxrview.gui.session.model_choice import ModelChoice
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.view_state import HeatProgress, HeatWork
from cxrview.i18n import say, tr

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.inference.prediction import Prediction
    from cxrview.inference.predictor import Predictor

FIRST = (DEFAULT, "gradcam++", "eigencam")  # of methods: quick, and not the same behind a mean
NO_WORK = HeatWork()
MOST_READ = 50  # readings of the second model that are kept


class Which(NamedTuple):
    """One map: of the second model or of the one in use, and by which method."""

    second: bool
    method: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What there is of one map: the explanation, or the work on it; `withheld` until somebody asks."""

    explanation: "Explanation | None" = None
    work: HeatWork = NO_WORK
    withheld: bool = False


class Comparison(QObject):
    """Follows the film in the active viewport and its class while it is `on`.

    Signals:
        changed: cells came, went, or have come further.
        second_changed: another second model is there, or none, or why not.
    """

    changed = Signal()
    second_changed = Signal()

    def __init__(
        self, parent: QObject, state: AppState, runner: TaskRunner, models: ModelChoice, kept: Explaining
    ) -> None:
        super().__init__(parent)
        self._state, self._runner, self._models, self._kept = state, runner, models, kept
        self.methods: tuple[str, ...] = FIRST
        self.cells: dict[Which, Cell] = {}
        self.second: Predictor | None = None
        self.second_name, self.second_problem = "", ""
        self._on = False
        self._film: Prediction | None = None  # whose keys the next three are about
        self._asked: set[Key] = set()
        self._jobs: dict[Key, Job] = {}
        self._failed: dict[Key, str] = {}
        self._load_job: Job | None = None
        # What the second model said, by the reading of the first one, which is kept so that it stays itself.
        self._read: OrderedDict[int, tuple[Prediction, Prediction | None]] = OrderedDict()
        self._soon = QTimer(self, singleShot=True, interval=0, timeout=self.follow)
        for signal in (state.reading_changed, state.heat_class_changed, state.heat_asked_changed):
            signal.connect(lambda *_news: self._soon.start())
        state.hiding_changed.connect(self.follow)  # at once: nothing may be seen a moment longer
        runner.changed.connect(self._show_progress)

    def turn(self, on: bool) -> None:
        """Begin to follow the film, or stop, with all that is being worked out."""
        self._on = on
        if not on:
            self._cancel(list(self._jobs))
            self._runner.cancel(self._load_job)
            self._load_job = None
            self.second_changed.emit()
        self.follow()

    def choose(self, methods: tuple[str, ...]) -> None:
        """Show these methods, by their names in `explain.methods`."""
        self.methods = methods
        self.follow()

    def use_second(self, name: str) -> None:
        """Have the model `name` beside the one in use; "" for none."""
        self._runner.cancel(self._load_job)
        self._cancel([key for key in self._jobs if key not in self._keys(second=False)])
        self._load_job, self.second, self.second_name, self.second_problem = None, None, name, ""
        self._read.clear()
        if name:
            self._load_job = self._runner.start(
                tr("Loading the model"),
                self._models.loads(name),
                done=self._take_second,
                failed=self._fail_second,
                lane="load",
            )
        self.second_changed.emit()
        self.follow()

    @property
    def is_loading(self) -> bool:
        """Whether the second model is on its way."""
        return self._load_job is not None

    def work_out(self, which: Which) -> None:
        """Begin what takes long, or what was stopped or has failed."""
        for one, key, _, _ in self._wanted():
            if one == which:
                self._asked.add(key)
                self._failed.pop(key, None)
        self.follow()

    def work_out_all(self) -> None:
        """Begin all that is offered because it takes long."""
        for which, cell in list(self.cells.items()):
            if cell.work.progress is HeatProgress.OFFERED:
                self.work_out(which)

    def stop(self, which: Which) -> None:
        """Stop what is being worked out, and offer it again."""
        for one, key, _, _ in self._wanted():
            if one == which and key in self._jobs:
                self._cancel([key])
                self._offer_again(key)
        self.follow()

    def explanations(self) -> "list[tuple[Which, Explanation]]":
        """Return what is there and may be seen, in the order of the cells."""
        there = ((which, cell.explanation) for which, cell in self.cells.items() if not cell.withheld)
        return [(which, made) for which, made in there if made is not None]

    def with_hashes(self) -> "dict[str, tuple[Explanation, str]]":
        """Return the maps that may be seen, by names for a file, each with the SHA-256 of its graph."""
        hashes = {second: predictor.card.graph_hash for second, predictor, _ in self._readers()}
        return {
            f"second.{which.method}" if which.second else which.method: (made, hashes[which.second])
            for which, made in self.explanations()
        }

    def follow(self) -> None:
        """Bring the cells in step with film, class, methods and models."""
        self._soon.stop()
        if self._state.reading.prediction is not self._film:
            self._film = self._state.reading.prediction
            self._asked.clear()
            self._failed.clear()
        wanted = list(self._wanted())
        keys = {key for _, key, _, _ in wanted}
        self._cancel([key for key in self._jobs if key not in keys and key not in self._reading_keys()])
        self.cells = {one: self._cell(one, key, predictor, said) for one, key, predictor, said in wanted}
        self.changed.emit()

    def _readers(self) -> "Iterator[tuple[bool, Predictor, Prediction | None]]":
        first, prediction = self._models.predictor, self._state.reading.prediction
        if not self._on or first is None or prediction is None:
            return
        yield False, first, prediction
        if self.second is not None:
            yield True, self.second, self._read.get(id(prediction), (prediction, None))[1]

    def _wanted(self) -> "Iterator[tuple[Which, Key, Predictor, Prediction | None]]":
        """Yield every map that is to be seen, with what it is kept by."""
        name = self._state.heat_class
        for second, predictor, prediction in self._readers():
            for method in self.methods:
                which = Which(second, method)
                key = key_of(prediction, method, name) if prediction is not None else self._reading_key()
                yield which, key, predictor, prediction

    def _keys(self, second: bool) -> set[Key]:
        return {key for which, key, _, _ in self._wanted() if which.second == second}

    def _reading_key(self) -> Key:
        """Return what the second model's reading of the film is worked out under."""
        return id(self._state.reading.prediction), "", ""

    def _reading_keys(self) -> set[Key]:
        return {self._reading_key()} if self._on and self.second is not None else set()

    def _cell(self, which: Which, key: Key, predictor: "Predictor", prediction: "Prediction | None") -> Cell:
        if prediction is None:
            return self._read_second(key, predictor)
        name = self._state.heat_class
        if self._state.withholds_heat(self._state.active, prediction):
            return Cell(withheld=True)
        if name not in prediction.class_names:
            words = tr("This model does not know the class.")
            return Cell(work=HeatWork(HeatProgress.NONE, words))
        if (made := self._kept.kept(prediction, which.method, name)) is not None:
            return Cell(made)
        if key in self._failed:
            return Cell(work=HeatWork(HeatProgress.FAILED, self._failed[key]))
        method = METHODS[which.method]
        if method.slow and key not in self._asked:
            words = say(messages.SLOW(method=method.title, count=method.reads))
            return Cell(work=HeatWork(HeatProgress.OFFERED, words))
        if key not in self._jobs:
            self._start(which, key, predictor, prediction)
        return Cell(work=HeatWork(HeatProgress.WORKING, self._jobs[key].text or method.title))

    def _start(self, which: Which, key: Key, predictor: "Predictor", prediction: "Prediction") -> None:
        radiograph, name = self._state.shown.radiograph, self._state.heat_class
        assert radiograph is not None  # there is a reading of it
        self._jobs[key] = self._runner.start(
            tr("Working out {method}").format(method=METHODS[which.method].title),
            partial(explained, predictor, radiograph, which.method, name),
            done=partial(self._take, key, prediction, name),
            failed=partial(self._fail, key),
            lane="model",  # a predictor is for one thread
        )

    def _read_second(self, key: Key, predictor: "Predictor") -> Cell:
        if key in self._failed:
            return Cell(work=HeatWork(HeatProgress.FAILED, self._failed[key]))
        radiograph, first = self._state.shown.radiograph, self._state.reading.prediction
        assert radiograph is not None
        assert first is not None
        if key not in self._jobs:
            self._jobs[key] = self._runner.start(
                tr("Reading with the second model"),
                lambda report: predictor.predict([radiograph], report)[0],
                done=partial(self._take_reading, key, first),
                failed=partial(self._fail, key),
                lane="model",
            )
        return Cell(work=HeatWork(HeatProgress.WORKING, tr("Reading with the second model")))

    def _cancel(self, keys: list[Key]) -> None:
        for key in keys:
            self._runner.cancel(self._jobs.pop(key))

    def _take(self, key: Key, prediction: "Prediction", class_name: str, explanation: "Explanation") -> None:
        self._jobs.pop(key, None)
        self._kept.keep(prediction, class_name, explanation)
        self.follow()

    def _take_reading(self, key: Key, first: "Prediction", second: "Prediction") -> None:
        self._jobs.pop(key, None)
        self._read[id(first)] = first, second
        while len(self._read) > MOST_READ:
            self._read.popitem(last=False)
        self.follow()

    def _fail(self, key: Key, error: Exception) -> None:
        self._jobs.pop(key, None)
        self._failed[key] = error_text.whole(error)
        self.follow()

    def _take_second(self, predictor: "Predictor") -> None:
        self._load_job, self.second = None, predictor
        self.second_changed.emit()
        self.follow()

    def _fail_second(self, error: Exception) -> None:
        self._load_job, self.second_name, self.second_problem = None, "", error_text.whole(error)
        self.second_changed.emit()

    def _offer_again(self, key: Key) -> None:
        self._asked.discard(key)
        _, method, _ = key
        if not method or not METHODS[method].slow:  # nobody had to ask for it
            self._failed[key] = tr("It was stopped.")

    def _show_progress(self) -> None:
        stopped = [key for key, job in self._jobs.items() if job.cancelled]  # by “Stop” for everything
        for key in stopped:
            self._jobs.pop(key)
            self._offer_again(key)
        if self._load_job is not None and self._load_job.cancelled:
            self._load_job, self.second_name = None, ""
            self.second_changed.emit()
        if stopped or any(cell.work.progress is HeatProgress.WORKING for cell in self.cells.values()):
            self._soon.start()
