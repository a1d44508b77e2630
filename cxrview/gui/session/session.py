"""What happens when the user opens, selects and leaves images: work is started, and its results land.

Everything here runs in the GUI thread; the work itself is in `work`.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cxrview.gui.session.cache import MEGABYTE, Stamp
from cxrview.gui.session.calls import decide_anew
from cxrview.gui.session.explaining import Explaining
from cxrview.gui.session.model_choice import LoadPredictor, ModelAndDevice, ModelChoice
from cxrview.gui.session.opening import Opener
from cxrview.gui.session.viewport_controller import SharedImages, ViewportController
from cxrview.gui.session.withheld import Withheld
from cxrview.gui.session.workers import load_predictor
from cxrview.gui.state import AppState, Entry, Mark
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.view_state import PredictionProgress, PredictionState, Shown, ViewState
from cxrview.settings import Settings

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction

# From a file of the list and a direction (1 or -1) to the file that the user sees next to it.
Neighbour = Callable[[Path, int], Path | None]


class Session(QObject):
    """Opens, reads and predicts; the results go into the state, from where the widgets take them.

    `next_file` and `next_study` say in which order the list is walked, and `first_file` which of several
    files stands first; the window sets them to the order of its tree. Where no viewport is named, the active
    one is meant.

    Signals:
        said: one line for the user, and its details.
        gone_to: the user has gone to a file, in the active viewport; carries its path.
    """

    said = Signal(str, str)
    gone_to = Signal(object)

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
        choice = ModelAndDevice(model or state.settings.model, device or state.settings.device)
        self.models = ModelChoice(state, runner, load or load_predictor, choice)
        self.models.changed.connect(self._read_anew)
        self.models.settled.connect(self._predict_if_waiting)
        self.models.said.connect(self.said)
        self._opener = Opener(
            state,
            runner,
            show=self.select,
            fail=self._open_failed,
            say=lambda text: self.said.emit(text, ""),
            first=lambda paths: self.first_file(paths),
        )
        self.first_file: Callable[[Sequence[Path]], Path] = lambda paths: paths[0]
        self.next_file: Neighbour = lambda _path, _by: None
        self.next_study: Neighbour = lambda _path, _by: None
        self._shelf = SharedImages(state, runner, self.models, state.settings.memory_budget_mb * MEGABYTE)
        self._viewings: dict[ViewState, ViewportController] = {}
        self.explaining = Explaining(state, runner, self.models)
        state.views_changed.connect(self._forget_views)
        state.settings_changed.connect(self._settings_changed)
        state.point_changed.connect(lambda _point: decide_anew(state))
        state.hiding_changed.connect(self._hide_or_show)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read ahead."""
        return self._shelf.ahead.is_idle

    def viewing(self, view: ViewState | None = None) -> ViewportController:
        """Return what fills `view`, or the active viewport."""
        view = view or self.state.active
        if view not in self._viewings:
            self._viewings[view] = ViewportController(view, self._shelf, self._read_neighbours)
        return self._viewings[view]

    def open(self, paths: Iterable[Path]) -> None:
        """Add files, and what folders hold, to the study list, and show the first of them."""
        self._opener.open(paths)

    def select(self, path: Path, frame: int = 0, view: ViewState | None = None) -> None:
        """Show frame `frame` of `path`."""
        self._opener.keep_shown()
        self.viewing(view).select(path, frame)
        if view is None:
            self.gone_to.emit(path)

    def know(self, stamp: Stamp, frame: int, prediction: "Prediction") -> None:
        """Take over what the model in use said of a file before: as long as that is the same, it stands."""
        if self._shelf.predictions.get(stamp, frame) is None:
            self._shelf.predictions.put(stamp, frame, prediction)

    def cancel_all(self) -> None:
        """Stop whatever runs but exports; what was being read or predicted says so, and a click starts it
        again.
        """
        self.runner.cancel_all()
        self._opener.cancel()
        self.models.stopped()
        for view in self.state.views:
            self.viewing(view).stopped()

    def close_all(self) -> None:
        """Forget every file, and stop looking for more; the model stays."""
        self._opener.cancel()
        self._shelf.ahead.begin(())
        self._shelf.images.clear()
        self._shelf.predictions.clear()
        self.state.clear_entries()
        for view in self.state.views:
            self.viewing(view).close()

    def close(self) -> None:
        """Remove what was unpacked from archives, in the background; the window closes."""
        self._opener.close()

    def try_again(self) -> None:
        """Read once more what could not be read."""
        shown = self.state.shown
        if shown.path in self.state.entries:
            self.select(shown.path, shown.frame)
        elif shown.path is not None:
            self.open([shown.path])

    def step(self, by: int) -> None:
        """Show the next (1) or previous (-1) image of the list, frames included.

        An empty viewport goes on from what another one shows.
        """
        shown = self._standing()
        if shown.path not in self.state.entries:
            return
        frames = self.state.entries[shown.path].frames
        if 0 <= shown.frame + by < frames:
            self.select(shown.path, shown.frame + by)
            return
        following = self.next_file(shown.path, by)
        if following is not None:
            self.state.add_entries([Entry(following)])  # the order may be another list's
            self.select(following, self.state.entries[following].frames - 1 if by < 0 else 0)

    def _standing(self) -> Shown:
        """Return where the user is in the list."""
        views = (self.state.active, *self.state.views)
        return next((view.shown for view in views if view.shown.path is not None), Shown())

    def step_study(self, by: int) -> None:
        """Show the first image of the next (1) or previous (-1) study or folder."""
        shown = self._standing()
        following = self.next_study(shown.path, by) if shown.path in self.state.entries else None
        if following is not None:
            self.select(following)

    def _read_neighbours(self, path: Path) -> None:
        """Read what the user may want next, and before; the nearest first, forwards before backwards."""
        wanted: list[Path] = []
        ends: dict[int, Path | None] = {1: path, -1: path}
        for _ in range(self.state.settings.prefetch):
            for way, end in ends.items():
                ends[way] = following = self.next_file(end, way) if end is not None else None
                wanted += [following] if following is not None else []
        self._shelf.ahead.begin(wanted)

    def _open_failed(self, path: Path, error: Exception) -> None:
        self.viewing().fail(path, error)

    @property
    def withheld(self) -> Withheld:
        """What the model said of films of which nothing may be seen yet."""
        return self._shelf.withheld

    def _read_anew(self) -> None:
        """Another model is in use: what the old one said no longer holds."""
        self._shelf.predictions.clear()
        self._shelf.withheld.clear()
        for entry in list(self.state.entries.values()):
            if entry.findings:
                self.state.change_entry(entry.path, mark=Mark.SHOWN, findings={})
        for view in self.state.views:
            self.viewing(view).predict_anew()

    def _hide_or_show(self) -> None:
        """Take from the viewports what the model said, or let it be seen."""
        for view in self.state.views:
            hidden = self.state.hides(view.shown.path, view.shown.frame)
            if hidden and view.reading.prediction is not None:
                view.set_reading(PredictionState(PredictionProgress.HIDDEN))
            elif not hidden and view.reading.progress is PredictionProgress.HIDDEN:
                self.viewing(view).predict()

    def _predict_if_waiting(self) -> None:
        if self.models.predictor is None:
            for view in self.state.views:
                self.viewing(view).predict()  # which says why there is no reading

    def _forget_views(self) -> None:
        for view in [view for view in self._viewings if view not in self.state.views]:
            self._viewings.pop(view).close()

    def _settings_changed(self, settings: Settings) -> None:
        self._shelf.images.budget = settings.memory_budget_mb * MEGABYTE
        self._shelf.images.trim()
