"""The model in use and the way to another one, which takes its place only once it works."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from cxrview.errors import CxrviewError
from cxrview.gui import error_text, messages
from cxrview.gui.state import AppState, ModelInfo, PredictionProgress, PredictionState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.i18n import mark, tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.inference.predictor import Predictor

NOW = (
    mark("The model “{model}” cannot be used; now {name}."),
    mark("No {device} that works was found here; now on {used}."),
)
STILL = (
    mark("The model “{model}” cannot be used; still {name}."),
    mark("No {device} that works was found here; still on {used}."),
)
LoadPredictor = Callable[[str, str, Report], "Predictor"]


class ModelAndDevice(NamedTuple):
    """A model ("": the bundled one) and what it is to run on."""

    model: str
    device: str


class LoadedModel(NamedTuple):
    """A predictor, the choice that it is, and why no earlier choice could be had (None: it was the first)."""

    predictor: "Predictor"
    choice: ModelAndDevice
    refusal: CxrviewError | None


def load_first(load: LoadPredictor, choices: Sequence[ModelAndDevice], report: Report) -> LoadedModel:
    """Return the first of `choices` that works; if none does, raise what the first one raised."""
    refusal: CxrviewError | None = None
    for choice in choices:
        report(-1.0, choice.model)
        try:
            return LoadedModel(load(*choice, report), choice, refusal)
        except CxrviewError as error:
            refusal = refusal or error
    raise refusal or ValueError("no choices")


class ModelChoice(QObject):
    """Loads models in the background. `predictor` is None until the first one works.

    Signals:
        changed: another predictor is in use.
        settled: an attempt has ended, whether it worked or not, so what is checked in the menus may differ.
        said: one line for the user, and its details.
        refused: the model that was wanted cannot be used; carries a sentence and why. Both are empty once
            what was wanted works.
    """

    changed = Signal()
    settled = Signal()
    said = Signal(str, str)
    refused = Signal(str, str)

    def __init__(
        self, state: AppState, runner: TaskRunner, load: LoadPredictor, choice: ModelAndDevice
    ) -> None:
        super().__init__()
        self._state, self._runner, self._load = state, runner, load
        self.choice = choice
        self.predictor: Predictor | None = None
        self.is_for_now = False  # what is in use gives way to the default at the next start
        self._job: Job | None = None
        self._wanted = choice  # by the job under way
        self._to_keep: dict[str, str] = {}  # of the settings, if that job gets what is wanted
        self._for_now = False  # whether that job's model is to be used for now only

    def start(self) -> None:
        """Load the model chosen last time; where it or its device is gone, what comes nearest to it."""
        if self._job is not None:  # the user was quicker
            return
        self._try({})

    def use_model(self, model: str) -> None:
        """Change to `model`, an installed one or a folder, and remember it if it works."""
        self._try({"model": model})

    def use_for_now(self, model: str) -> None:
        """Change to `model` until the window is closed; at the next start the default reads again."""
        self._try({"model": model}, for_now=True)

    def use_renamed(self, before: str, model: str) -> None:
        """The model in use is no longer called `before` but `model`; if it is the default, it stays that."""
        (self.use_model if self.default == before else self.use_for_now)(model)

    @property
    def default(self) -> str:
        """The model that reads at the next start, as far as that is known."""
        return self._state.settings.model if self.is_for_now else self.choice.model

    def use_device(self, device: str) -> None:
        """Run the model on `device`, and remember it if it works."""
        self._try({"device": device})

    def loads(self, model: str) -> Callable[[Report], "Predictor"]:
        """Return what loads `model` on the device in use, to stand beside the one in use."""
        return partial(self._load, model, self.choice.device)

    def stopped(self) -> None:
        """Say that loading was stopped, if it was."""
        job, self._job = self._job, None
        if job is not None and job.cancelled:
            stopped = CxrviewError(messages.LOADING_STOPPED, messages.CHOOSE_IN_MENU)
            self._failed(self.choice, stopped)

    def _try(self, change: dict[str, str], *, for_now: bool = False) -> None:
        """Load what is wanted with `change`; of a job still under way, what it was to change stays wanted.

        What is wanted `for_now` is not remembered.
        """
        if self._job is None:
            self._wanted, self._to_keep, self._for_now = self.choice, {}, self.is_for_now
        self._wanted, self._to_keep = self._wanted._replace(**change), self._to_keep | change
        if "model" in change:
            self._for_now = for_now
        if self._for_now:
            self._to_keep.pop("model", None)
        self._runner.cancel(self._job)
        self._job = self._runner.start(
            tr("Loading the model"),
            partial(load_first, self._load, self._nearest(self._wanted)),
            done=partial(self._loaded, self._wanted, self._to_keep),
            failed=partial(self._failed, self._wanted),
            lane="load",
        )

    def _nearest(self, wanted: ModelAndDevice) -> tuple[ModelAndDevice, ...]:
        """Return `wanted` and, nearest first, what will do where it or its device cannot be had."""
        used = self.choice
        if self.predictor is None:
            choices = product((wanted.model, used.model, ""), (wanted.device, used.device, "auto"))
        else:  # what is in use already stays, and need not be loaded again
            choices = product((wanted.model, used.model), (wanted.device, used.device))
        nearest = dict.fromkeys(ModelAndDevice(*choice) for choice in choices)
        if self.predictor is not None and wanted != used:
            nearest.pop(used, None)
        return tuple(nearest)

    def _loaded(self, wanted: ModelAndDevice, to_keep: dict[str, str], loaded: LoadedModel) -> None:
        self._job = None
        if loaded.choice.model == wanted.model:
            self.is_for_now = self._for_now
        self.predictor, self.choice = loaded.predictor, loaded.choice
        kept = {name: value for name, value in to_keep.items() if getattr(loaded.choice, name) == value}
        self._state.change_settings(**kept)
        engine = self.predictor.engine
        info = ModelInfo(self.predictor.card, engine.name, engine.device, self.predictor.reason)
        for view in self._state.views:
            if view.reading.prediction is not None:  # another model's words never stand beside this one
                view.set_reading(PredictionState(PredictionProgress.WAITING))
        self._state.set_model(info)
        self.changed.emit()
        self.settled.emit()
        if loaded.refusal is not None:
            self._say(wanted, loaded.choice, NOW, loaded.refusal)
        else:
            self.refused.emit("", "")

    def _failed(self, wanted: ModelAndDevice, error: Exception) -> None:
        self._job = None
        if self.predictor is None:
            self._state.set_model(ModelInfo(problem=error_text.whole(error)))
            self.refused.emit(error_text.whole(error), "")
        elif wanted == self.choice:
            self.said.emit(error_text.whole(error), "")
        else:
            self._say(wanted, self.choice, STILL, error)
        self.settled.emit()

    def _say(
        self, wanted: ModelAndDevice, used: ModelAndDevice, sentences: tuple[str, str], error: Exception
    ) -> None:
        """Say what could not be had: a device in passing, a model for as long as the user wants."""
        words, reason = self._instead(wanted, used, sentences), error_text.whole(error)
        self.said.emit(words, reason)
        if wanted.model != used.model:
            self.refused.emit(words, reason)

    def _instead(self, wanted: ModelAndDevice, used: ModelAndDevice, sentences: tuple[str, str]) -> str:
        """Return one line that says what could not be had and what is used in its place."""
        info = self._state.model
        if wanted.model != used.model:
            name = info.card.name if info.card is not None else used.model
            model = wanted.model or tr("bundled")
            return tr(sentences[0]).format(model=model, name=name)
        device = wanted.device.upper() if wanted.device in ("cpu", "gpu", "npu") else f"“{wanted.device}”"
        return tr(sentences[1]).format(device=device, used=info.device)
