"""Heatmaps by other methods than the one that every reading has: worked out beside the window, and kept."""

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cxrview.explain import messages
from cxrview.explain.methods import DEFAULT, METHODS
from cxrview.gui import error_text
from cxrview.gui.session.model_choice import ModelChoice
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.view_state import HeatProgress, HeatWork, ViewState
from cxrview.i18n import say, tr

if TYPE_CHECKING:
    from cxrview.explain.explanation import Explanation
    from cxrview.imaging import Radiograph
    from cxrview.inference.prediction import Prediction
    from cxrview.inference.predictor import Predictor
    from cxrview.progress import Report

MOST_KEPT = 200  # of at most 30 kB
Key = tuple[int, str, str]  # a reading, by its identity; the method; the class, "" where all come at once


class Explaining(QObject):
    """Fills `ViewState.heat` of all viewports: what is quick by itself, what is slow when it is asked for."""

    def __init__(self, state: AppState, runner: TaskRunner, models: ModelChoice) -> None:
        super().__init__(state)
        self._state, self._runner, self._models = state, runner, models
        # Each with its reading, so that no other one takes its identity meanwhile.
        self._kept: OrderedDict[Key, tuple[Prediction, Explanation]] = OrderedDict()
        self._jobs: dict[ViewState, tuple[Key, Job]] = {}
        self._known: set[ViewState] = set()
        state.views_changed.connect(self._follow_views)
        runner.changed.connect(self._show_progress)
        self._follow_views()

    def work_out(self, view: ViewState | None = None) -> None:
        """Begin what `view`, or the active viewport, offers because it takes long."""
        view = view or self._state.active
        if view.heat_work.progress in (HeatProgress.OFFERED, HeatProgress.FAILED):
            self._start(view)

    def stop(self, view: ViewState | None = None) -> None:
        """Stop what is being worked out for `view`, or the active viewport, and offer it again."""
        view = view or self._state.active
        if self._drop(view):
            self._offer(view)

    def kept(self, prediction: "Prediction", method: str, class_name: str) -> "Explanation | None":
        """Return what `method` said of the film of `prediction` for a class, if that is still here."""
        key = key_of(prediction, method, class_name)
        if method == DEFAULT and key not in self._kept:  # every reading has it
            from cxrview.explain.explanation import gradcam

            self._put(key, prediction, gradcam(prediction))
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def keep(self, prediction: "Prediction", class_name: str, explanation: "Explanation") -> None:
        """Keep what was worked out for a class; a viewport that waits for it gets it."""
        key = key_of(prediction, explanation.method, class_name)
        self._put(key, prediction, explanation)
        for view in self._known:
            if self._key(view) == key and view.heat is not explanation:
                self._drop(view)
                view.set_heat_work(HeatWork())
                view.set_heat(explanation)

    def _put(self, key: Key, prediction: "Prediction", explanation: "Explanation") -> None:
        self._kept[key] = prediction, explanation
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _follow_views(self) -> None:
        for view in self._state.views:
            if view not in self._known:
                self._known.add(view)
                view.heat_changed.connect(partial(self._follow, view))
                view.heat_class_changed.connect(partial(self._follow, view))
                self._follow(view)
        for gone in self._known.difference(self._state.views):
            self._drop(gone)
            self._known.discard(gone)

    def _follow(self, view: ViewState, *_news: object) -> None:
        """Bring the heatmap of `view` in step with its reading, its method and its class."""
        key = self._key(view)
        if key is None or view.method == DEFAULT:
            self._drop(view)
            return
        if view in self._jobs and self._jobs[view][0] == key:
            return
        self._drop(view)
        if key in self._kept:
            self._kept.move_to_end(key)
            view.set_heat_work(HeatWork())
            view.set_heat(self._kept[key][1])
        elif METHODS[view.method].slow:
            self._offer(view)
        else:
            self._start(view)

    def _key(self, view: ViewState) -> Key | None:
        prediction = view.reading.prediction
        if prediction is None or view.heat_class not in prediction.class_names:
            return None
        return key_of(prediction, view.method, view.heat_class)

    def _offer(self, view: ViewState) -> None:
        method = METHODS[view.method]
        words = say(messages.SLOW(method=method.title, count=method.reads))
        view.set_heat(None)
        view.set_heat_work(HeatWork(HeatProgress.OFFERED, words))

    def _start(self, view: ViewState) -> None:
        key, predictor = self._key(view), self._models.predictor
        prediction, radiograph = view.reading.prediction, view.shown.radiograph
        if key is None or predictor is None or prediction is None or radiograph is None:
            return
        job = self._runner.start(
            tr("Working out {method}").format(method=METHODS[view.method].title),
            partial(explained, predictor, radiograph, view.method, view.heat_class),
            done=partial(self._take, view, prediction, view.heat_class),
            failed=partial(self._fail, view, key),
            lane="model",  # a predictor is for one thread
        )
        self._jobs[view] = key, job
        view.set_heat(None)
        view.set_heat_work(HeatWork(HeatProgress.WORKING, METHODS[view.method].title))

    def _drop(self, view: ViewState) -> bool:
        """Stop the work for `view`; return whether there was any."""
        _, job = self._jobs.pop(view, (None, None))
        self._runner.cancel(job)
        return job is not None

    def _take(
        self, view: ViewState, prediction: "Prediction", class_name: str, explanation: "Explanation"
    ) -> None:
        self._jobs.pop(view, None)
        self.keep(prediction, class_name, explanation)

    def _fail(self, view: ViewState, key: Key, error: Exception) -> None:
        self._jobs.pop(view, None)
        if self._key(view) == key:
            view.set_heat_work(HeatWork(HeatProgress.FAILED, error_text.whole(error)))

    def _show_progress(self) -> None:
        for view, (_, job) in list(self._jobs.items()):
            if job.cancelled:  # by “Stop” for everything
                self._jobs.pop(view)
                self._offer(view)
            elif job.fraction >= 0 and job.text:
                view.set_heat_work(HeatWork(HeatProgress.WORKING, job.text))


def key_of(prediction: "Prediction", method: str, class_name: str) -> Key:
    """Return what an explanation of the film of `prediction` is kept by."""
    return id(prediction), method, class_name if METHODS[method].by_class else ""


def explained(
    predictor: "Predictor", radiograph: "Radiograph", method: str, class_name: str, report: "Report"
) -> "Explanation":
    """Return what `method` says of `radiograph`; runs in a worker thread."""
    from cxrview.explain.methods import explain
    from cxrview.explain.subject import Subject

    return explain(Subject.of(predictor, radiograph), method, class_name, report)
