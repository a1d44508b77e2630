"""What the window shows, in one place: widgets read it and never each other."""

import dataclasses
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cxrview.gui.studies.entry import Entry, FrameResult, Mark
from cxrview.gui.view_state import HeatWork, PredictionProgress, PredictionState, Shown, ViewStage, ViewState
from cxrview.gui.widgets import identity
from cxrview.i18n import mark, tr
from cxrview.settings import Settings

if TYPE_CHECKING:  # NumPy and all that is built on it must not delay the first window
    from cxrview.bundle import Card
    from cxrview.explain.explanation import Explanation
    from cxrview.imaging import Voi
    from cxrview.inference.prediction import Prediction


__all__ = [
    "AppState",
    "Arrangement",
    "Entry",
    "FrameResult",
    "HeatWork",
    "Mark",
    "ModelInfo",
    "PredictionProgress",
    "PredictionState",
    "Shown",
    "ViewStage",
    "ViewState",
]

PASSED_ON = (
    "shown",
    "voi",
    "inverted",
    "orientation",
    "filters",
    "reading",
    "heat_class",
    "heat_shown",
    "method",
    "heat",
    "heat_work",
)  # in the order in which a viewport says them

LABELS = (mark("Normal"), mark("Other pneumonia"))  # of the bundled model, whose card is in English


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model in use; `card` is None while it is being loaded and when there is none (`problem`)."""

    card: "Card | None" = None
    engine: str = ""
    device: str = ""
    reason: str = ""
    problem: str = ""

    def label(self, class_name: str) -> str:
        """Return the words for `class_name` on the screen."""
        return tr(self.card.label(class_name)) if self.card is not None else class_name


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the viewports stand, what ties them together, and what the left mouse button does."""

    rows: int = 1
    columns: int = 1
    twins: bool = False  # the image beside the same with its heatmap
    mirror: bool = False  # the image beside its mirror image
    synchronised: bool = False
    second_window: bool = False
    tool: str = "window"

    @property
    def shows_one(self) -> bool:
        """Whether there is one image, twice."""
        return self.twins or self.mirror


class AppState(QObject):
    """Everything that more than one widget shows. A setter that changes nothing emits nothing.

    What belongs to a viewport (`shown`, `voi`, `reading` …) is that of the active one, so that panels and
    menus follow it without knowing of the others; its signals are passed on, and all of them are emitted
    when another viewport becomes the active one.

    Signals:
        entries_added: files came to the study list; carries the list of new entries.
        entries_removed: files left the study list; carries the list of their paths.
        entries_cleared: the study list is empty again.
        entry_changed: one entry was replaced; carries the new one.
        active_changed: another viewport is the active one; carries its ViewState.
        views_changed: viewports came or went.
        arrangement_changed: carries Arrangement.
        model_changed: carries ModelInfo.
        settings_changed: carries Settings.
        point_changed: another operating point is wanted; carries its name.
        peeking_changed: the heatmap is held away; carries whether it is.
        heat_asked_changed: the heatmap of a film unlike the training films was asked for, or given up.
        hiding_changed: what may be seen of the model is another: it is hidden, or revealed for a film.
    """

    entries_added = Signal(list)
    entries_removed = Signal(list)
    entries_cleared = Signal()
    entry_changed = Signal(object)
    active_changed = Signal(object)
    views_changed = Signal()
    arrangement_changed = Signal(object)
    shown_changed = Signal(object)
    voi_changed = Signal(object)
    inverted_changed = Signal(bool)
    orientation_changed = Signal(object)
    filters_changed = Signal(object)
    reading_changed = Signal(object)
    heat_class_changed = Signal(str)
    heat_shown_changed = Signal(bool)
    method_changed = Signal(str)
    heat_changed = Signal(object)
    heat_work_changed = Signal(object)
    model_changed = Signal(object)
    settings_changed = Signal(object)
    point_changed = Signal(str)
    peeking_changed = Signal(bool)
    heat_asked_changed = Signal()
    hiding_changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._asked_point = ""
        identity.hide(settings.hide_identity)
        self.entries: dict[Path, Entry] = {}
        self._numbers = itertools.count(1)
        self.model = ModelInfo()
        self.peeking = False
        self._heat_asked: set[tuple[Path | None, int]] = set()  # films, by file and frame
        self._revealed: set[tuple[Path | None, int]] = set()
        self._hiding = settings.hide_model
        self.arrangement = Arrangement()
        self.active = ViewState(self)
        self.views: tuple[ViewState, ...] = (self.active,)
        self._pass_on(self.active)
        self.shown_changed.connect(self._tell_hiding)

    @property
    def shown(self) -> Shown:
        """What is in the active viewport."""
        return self.active.shown

    @property
    def voi(self) -> "Voi | None":
        """The window or LUT of the active viewport."""
        return self.active.voi

    @property
    def inverted(self) -> bool:
        """Whether black and white are swapped in the active viewport."""
        return self.active.inverted

    @property
    def reading(self) -> PredictionState:
        """What the model says about the image of the active viewport."""
        return self.active.reading

    @property
    def chosen_class(self) -> str | None:
        """The class that is pinned in the active viewport; None where the heatmap follows the reading."""
        return self.active.chosen_class

    @property
    def heat_class(self) -> str:
        """The class whose heatmap the active viewport shows."""
        return self.active.heat_class

    @property
    def method(self) -> str:
        """The method by which heatmaps are made, by its name in `explain.methods`."""
        return self.active.method

    @property
    def heat(self) -> "Explanation | None":
        """The heatmap of the active viewport, by the method that is chosen; None while there is none."""
        return self.active.heat

    @property
    def heat_work(self) -> HeatWork:
        """How far the work on the heatmap of the active viewport has come."""
        return self.active.heat_work

    def add_view(self) -> ViewState:
        """Return a new viewport's state."""
        view = ViewState(self)
        view.chosen_class = self.active.chosen_class
        view.method = self.active.method
        self.views = (*self.views, view)
        self.views_changed.emit()
        return view

    def remove_view(self, view: ViewState) -> None:
        """Forget a viewport; the last one stays. Raises ValueError for one that is not there."""
        if view not in self.views:
            raise ValueError("no such viewport")
        if len(self.views) == 1:
            return
        self.views = tuple(other for other in self.views if other is not view)
        if view is self.active:
            self.set_active(self.views[0])
        self.views_changed.emit()
        view.deleteLater()

    def set_active(self, view: ViewState) -> None:
        """Let panels and commands be about `view`; one that was removed stays without them.

        Its window may get the focus once more while it closes.
        """
        if view is self.active or view not in self.views:
            return
        self._let_go(self.active)
        self.active = view
        self._pass_on(view)
        self.active_changed.emit(view)
        for name in PASSED_ON:
            getattr(self, f"{name}_changed").emit(getattr(view, name))

    def arrange(self, **changes: Any) -> None:
        """Replace fields of the arrangement."""
        changed = dataclasses.replace(self.arrangement, **changes)
        if changed != self.arrangement:
            self.arrangement = changed
            self.arrangement_changed.emit(changed)

    def _pass_on(self, view: ViewState) -> None:
        for name in PASSED_ON:
            getattr(view, f"{name}_changed").connect(getattr(self, f"{name}_changed"))

    def _let_go(self, view: ViewState) -> None:
        for name in PASSED_ON:
            getattr(view, f"{name}_changed").disconnect(getattr(self, f"{name}_changed"))

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Append `entries` to the study list; files that are in it already are passed over."""
        new = [entry for entry in entries if entry.path not in self.entries]
        if new:
            new = [
                entry if entry.number else dataclasses.replace(entry, number=next(self._numbers))
                for entry in new
            ]
            self.entries.update((entry.path, entry) for entry in new)
            self.entries_added.emit(new)

    def remove_entries(self, paths: Iterable[Path]) -> None:
        """Take files off the study list; what is on the screen stays there."""
        gone = [path for path in paths if self.entries.pop(path, None) is not None]
        if gone:
            self.entries_removed.emit(gone)

    def clear_entries(self) -> None:
        """Empty the study list."""
        if self.entries:
            self.entries.clear()
            self._numbers = itertools.count(1)
            self._heat_asked.clear()
            self._revealed.clear()
            self.entries_cleared.emit()

    def called(self, path: Path) -> str:
        """Return what the file at `path` may be called on the screen, see `gui.widgets.identity`."""
        entry = self.entries.get(path)
        return identity.file_name(path, entry.number if entry is not None else 0)

    def change_entry(self, path: Path, **changes: Any) -> None:
        """Replace fields of the entry of `path`, if it is in the list."""
        entry = self.entries.get(path)
        if entry is None:
            return
        changed = dataclasses.replace(entry, **changes)
        if changed != entry:
            self.entries[path] = changed
            self.entry_changed.emit(changed)

    def set_shown(self, shown: Shown) -> None:
        """Show another file or stage in the active viewport."""
        self.active.set_shown(shown)

    def set_voi(self, voi: "Voi | None") -> None:
        """Show the radiograph of the active viewport in another window or LUT."""
        self.active.set_voi(voi)

    def set_inverted(self, inverted: bool) -> None:
        """Swap black and white in the active viewport, or go back."""
        self.active.set_inverted(inverted)

    def choose_class(self, name: str | None) -> None:
        """Pin the heatmap of class `name` in all viewports; None lets it follow the reading of each image."""
        for view in self.views:
            view.choose_class(name)

    def choose_method(self, method: str) -> None:
        """Have heatmaps made by `method` in all viewports."""
        for view in self.views:
            view.set_method(method)

    def set_model(self, model: ModelInfo) -> None:
        """Take over another model; a heatmap class that it does not have is let go."""
        if model != self.model:
            self.model = model
            if model.card is None or self.chosen_class not in model.card.class_names:
                self.choose_class(None)
            self.model_changed.emit(model)

    def change_settings(self, **changes: Any) -> None:
        """Replace fields of the settings."""
        before = self.point
        if "operating_point" in changes:
            self._asked_point = ""
        before_all, changed = self.settings, dataclasses.replace(self.settings, **changes)
        if changed != self.settings:
            self.settings = changed
            identity.hide(changed.hide_identity)
            self.settings_changed.emit(changed)
            if changed.hide_model != before_all.hide_model:
                self._revealed.clear()
                self._hiding = changed.hide_model
                self.hiding_changed.emit()
        if self.point != before:
            self.point_changed.emit(self.point)

    @property
    def point(self) -> str:
        """The operating point that is wanted; the model in use need not have it, see `inference.call`."""
        return self._asked_point or self.settings.operating_point

    def ask_for_point(self, point: str) -> None:
        """Want `point` for this session, until another one is chosen; "": as the settings say."""
        before, self._asked_point = self.point, point
        if self.point != before:
            self.point_changed.emit(self.point)

    def ask_for_heat(self, wanted: bool = True) -> None:
        """Show the heatmap of the film in the active viewport though it is unlike the training films."""
        film = (self.shown.path, self.shown.frame)
        if wanted != (film in self._heat_asked):
            (self._heat_asked.add if wanted else self._heat_asked.discard)(film)
            self.heat_asked_changed.emit()

    def withholds_heat(self, view: ViewState, prediction: "Prediction | None" = None) -> bool:
        """Whether `view` shows no heatmap because its film is unlike the training films, and nobody asked.

        They are those of the model in use, or of another one whose `prediction` of the film is given.
        """
        prediction = prediction or view.reading.prediction
        unlike = prediction is not None and not prediction.in_domain
        return unlike and (view.shown.path, view.shown.frame) not in self._heat_asked

    def hides(self, path: Path | None, frame: int) -> bool:
        """Whether nothing of the model may be seen of this film, until the reader asks."""
        return self.settings.hide_model and (path, frame) not in self._revealed

    @property
    def hides_here(self) -> bool:
        """Whether nothing of the model may be seen of the film in the active viewport."""
        return self.hides(self.shown.path, self.shown.frame)

    def reveal(self) -> None:
        """Let what the model says of the film in the active viewport be seen from now on."""
        self._revealed.add((self.shown.path, self.shown.frame))
        self._tell_hiding()

    def _tell_hiding(self, *_news: object) -> None:
        if self.hides_here != self._hiding:
            self._hiding = self.hides_here
            self.hiding_changed.emit()

    def set_peeking(self, peeking: bool) -> None:
        """Hold the heatmap away, or let it come back."""
        if peeking != self.peeking:
            self.peeking = peeking
            self.peeking_changed.emit(peeking)
