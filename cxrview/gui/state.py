"""What the window shows, in one place: widgets read it and never each other."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cxrview.settings import Settings

if TYPE_CHECKING:  # NumPy and all that is built on it must not delay the first window
    from cxrview.bundle import Card
    from cxrview.gui.viewer.picture import Picture
    from cxrview.imaging import Anatomy, Identity, Radiograph, Voi
    from cxrview.inference.prediction import Prediction


class Mark(Enum):
    """How far a file has come; the study list shows it."""

    UNREAD = "not opened yet"
    LOADING = "being read"
    SHOWN = "read"
    REFUSED = "not like the training films; do not rely on the reading"
    FAILED = "cannot be read"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model said about one frame: its most probable class, how probable, whether to rely on it."""

    label: str
    colour: int  # place of the class in the model's card
    probability: float
    in_domain: bool

    @property
    def mark(self) -> Mark:
        """The mark of a frame that was read so."""
        return Mark.SHOWN if self.in_domain else Mark.REFUSED


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the study list. `identity` is None until something is known about it."""

    path: Path
    identity: "Identity | None" = None
    anatomy: "Anatomy | None" = None
    mark: Mark = Mark.UNREAD
    note: str = ""  # the sentence that says why it failed
    frames: int = 1
    findings: Mapping[int, Finding] = field(default_factory=dict)  # by frame, as far as they were read


class Stage(Enum):
    """What the middle of the window shows."""

    EMPTY = "empty"
    LOADING = "loading"
    SHOWN = "shown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Shown:
    """The middle of the window: nothing, a file being read, a radiograph, or why there is none."""

    stage: Stage = Stage.EMPTY
    path: Path | None = None
    frame: int = 0
    radiograph: "Radiograph | None" = None
    picture: "Picture | None" = None  # the radiograph in its default window
    problem: str = ""
    advice: str = ""
    stopped: bool = False  # failed only because the user stopped it


class Progress(Enum):
    """How far the model has come with the radiograph on the screen."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says about the radiograph on the screen, or why it says nothing."""

    progress: Progress = Progress.NONE
    prediction: "Prediction | None" = None
    problem: str = ""


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
        return self.card.label(class_name) if self.card is not None else class_name


class AppState(QObject):
    """Everything that more than one widget shows. A setter that changes nothing emits nothing.

    Signals:
        entries_added: files came to the study list; carries the list of new entries.
        entries_cleared: the study list is empty again.
        entry_changed: one entry was replaced; carries the new one.
        shown_changed: another file, frame or stage in the middle; carries Shown.
        voi_changed: another window or LUT; carries it, or None.
        inverted_changed: the user inverted the picture; carries whether it is inverted now.
        reading_changed: carries Reading.
        model_changed: carries ModelInfo.
        heat_class_changed: another class's heatmap; carries its name or "".
        settings_changed: carries Settings.
        peeking_changed: the heatmap is held away; carries whether it is.
    """

    entries_added = Signal(list)
    entries_cleared = Signal()
    entry_changed = Signal(object)
    shown_changed = Signal(object)
    voi_changed = Signal(object)
    inverted_changed = Signal(bool)
    reading_changed = Signal(object)
    model_changed = Signal(object)
    heat_class_changed = Signal(str)
    settings_changed = Signal(object)
    peeking_changed = Signal(bool)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.entries: dict[Path, Entry] = {}
        self.shown = Shown()
        self.voi: Voi | None = None
        self.inverted = False
        self.reading = Reading()
        self.model = ModelInfo()
        self.chosen_class: str | None = None  # None: the most probable one
        self.heat_class = ""
        self.peeking = False

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Append `entries` to the study list; files that are in it already are passed over."""
        new = [entry for entry in entries if entry.path not in self.entries]
        if new:
            self.entries.update((entry.path, entry) for entry in new)
            self.entries_added.emit(new)

    def clear_entries(self) -> None:
        """Empty the study list."""
        if self.entries:
            self.entries.clear()
            self.entries_cleared.emit()

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
        """Show another file or stage: window, inversion and reading begin anew."""
        if shown == self.shown:
            return
        radiograph = shown.radiograph
        self.shown = shown
        self.voi = radiograph.default_voi if radiograph is not None else None
        self.inverted = False
        self.reading = Reading()
        self.shown_changed.emit(shown)
        self.voi_changed.emit(self.voi)
        self.inverted_changed.emit(False)
        self.reading_changed.emit(self.reading)
        self._follow_heat_class()

    def set_voi(self, voi: "Voi | None") -> None:
        """Show the radiograph in another window or LUT."""
        if voi is not self.voi and voi != self.voi:
            self.voi = voi
            self.voi_changed.emit(voi)

    def set_inverted(self, inverted: bool) -> None:
        """Swap black and white, whatever the file says, or go back."""
        if inverted != self.inverted:
            self.inverted = inverted
            self.inverted_changed.emit(inverted)

    def set_reading(self, reading: Reading) -> None:
        """Take over what the model says about the radiograph on the screen."""
        if reading != self.reading:
            self.reading = reading
            self.reading_changed.emit(reading)
            self._follow_heat_class()

    def set_model(self, model: ModelInfo) -> None:
        """Take over another model; a heatmap class that it does not have is let go."""
        if model != self.model:
            self.model = model
            if model.card is None or self.chosen_class not in model.card.class_names:
                self.chosen_class = None
            self.model_changed.emit(model)
            self._follow_heat_class()

    def choose_class(self, name: str | None) -> None:
        """Show the heatmap of class `name`, or of the most probable class of each image if None."""
        self.chosen_class = name
        self._follow_heat_class(always=True)

    def change_settings(self, **changes: Any) -> None:
        """Replace fields of the settings."""
        changed = dataclasses.replace(self.settings, **changes)
        if changed != self.settings:
            self.settings = changed
            self.settings_changed.emit(changed)

    def set_peeking(self, peeking: bool) -> None:
        """Hold the heatmap away, or let it come back."""
        if peeking != self.peeking:
            self.peeking = peeking
            self.peeking_changed.emit(peeking)

    def _follow_heat_class(self, always: bool = False) -> None:
        prediction = self.reading.prediction
        name = self.chosen_class or (prediction.predicted if prediction is not None else "")
        if always or name != self.heat_class:
            self.heat_class = name
            self.heat_class_changed.emit(name)
