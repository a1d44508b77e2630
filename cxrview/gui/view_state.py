"""What one viewport shows. The window has one to four of them, and one more in the second window."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cxrview.explain.followed import followed
from cxrview.explain.methods import DEFAULT
from cxrview.gui.viewer.view_transform import Orientation

if TYPE_CHECKING:  # NumPy and all that is built on it must not delay the first window
    from cxrview.annotations.units import Scale
    from cxrview.explain.explanation import Explanation
    from cxrview.imaging import Radiograph, Voi
    from cxrview.imaging.pyramid import ImagePyramid
    from cxrview.inference.call import Call
    from cxrview.inference.prediction import Prediction


class ViewStage(Enum):
    """How far a viewport has come with its file."""

    EMPTY = "empty"
    LOADING = "loading"
    SHOWN = "shown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is in a viewport: nothing, a file being read, a radiograph, or why there is none."""

    stage: ViewStage = ViewStage.EMPTY
    path: Path | None = None
    frame: int = 0
    radiograph: "Radiograph | None" = None
    levels: "ImagePyramid | None" = None  # the radiograph, ready to be drawn
    problem: str = ""
    advice: str = ""
    stopped: bool = False  # failed only because the user stopped it


class PredictionProgress(Enum):
    """How far the model has come with the radiograph of a viewport."""

    NONE = "none"
    WAITING = "waiting"
    HIDDEN = "hidden"  # until the reader asks
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PredictionState:
    """What the model says about the radiograph of a viewport, what it comes to, or why it says nothing."""

    progress: PredictionProgress = PredictionProgress.NONE
    prediction: "Prediction | None" = None
    call: "Call | None" = None  # made in gui/session/calls.py and nowhere else
    problem: str = ""


class HeatProgress(Enum):
    """How far a method that is no part of the reading has come."""

    NONE = "none"
    OFFERED = "offered"  # it takes long, and nobody has asked for it
    WORKING = "working"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HeatWork:
    """The work on a heatmap: what is being done, or why there is none, as a sentence."""

    progress: HeatProgress = HeatProgress.NONE
    words: str = ""


class ViewState(QObject):
    """One viewport's image and how it is shown. A setter that changes nothing emits nothing.

    Signals:
        shown_changed: another file, frame or stage; carries Shown.
        voi_changed: another window or LUT; carries it, or None.
        inverted_changed: the user inverted the picture; carries whether it is inverted now.
        orientation_changed: turned or mirrored; carries Orientation.
        filters_changed: carries the names of the filters that are on.
        reading_changed: carries Reading.
        heat_class_changed: another class's heatmap; carries its name or "".
        heat_shown_changed: the heatmap of this viewport came or went; carries whether it is shown.
        method_changed: heatmaps are made by another method; carries its name in `explain.methods`.
        heat_changed: another heatmap is there, or none; carries the Explanation or None.
        heat_work_changed: the work on a heatmap has come further; carries HeatWork.
    """

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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown = Shown()
        self.voi: Voi | None = None
        self.inverted = False
        self.orientation = Orientation()
        self.filters: frozenset[str] = frozenset()
        self.reading = PredictionState()
        self.chosen_class: str | None = None  # pinned; None: the one that the image is read as
        self.heat_class = ""
        self.heat_shown = True
        self.method = DEFAULT
        self.heat: Explanation | None = None  # by `method`, of the reading as it is
        self.heat_work = HeatWork()
        self.hand_scale: Scale | None = None  # the image is calibrated by hand
        self.settling = False  # another image is just coming: what changes now, nobody has chosen

    def set_shown(self, shown: Shown) -> None:
        """Show another file or stage: window, turn, filters and reading begin anew."""
        if shown == self.shown:
            return
        before, self.shown = self.shown, shown
        self.voi = shown.radiograph.default_voi if shown.radiograph is not None else None
        if shown.path != before.path:  # the next frame of a file is seen as this one was
            self.inverted, self.orientation, self.filters = False, Orientation(), frozenset()
        self._take_reading(PredictionState())
        self.settling = True
        self.shown_changed.emit(shown)
        self.voi_changed.emit(self.voi)
        self.inverted_changed.emit(self.inverted)
        self.orientation_changed.emit(self.orientation)
        self.filters_changed.emit(self.filters)
        self.reading_changed.emit(self.reading)
        self.heat_changed.emit(self.heat)
        self._follow_heat_class()
        self.settling = False

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

    def set_orientation(self, orientation: Orientation) -> None:
        """Turn or mirror the picture."""
        if orientation != self.orientation:
            self.orientation = orientation
            self.orientation_changed.emit(orientation)

    def set_filters(self, filters: frozenset[str]) -> None:
        """Show the picture through these filters, by their names in `imaging.filters`."""
        if filters != self.filters:
            self.filters = filters
            self.filters_changed.emit(filters)

    def set_reading(self, reading: PredictionState) -> None:
        """Take over what the model says about the radiograph."""
        if reading != self.reading:
            self._take_reading(reading)
            self.reading_changed.emit(reading)
            self.heat_changed.emit(self.heat)
            self._follow_heat_class()

    def _take_reading(self, reading: PredictionState) -> None:
        """Keep `reading`, with the heatmap that each has; another method's is worked out by whoever hears."""
        self.reading, self.heat, self.heat_work = reading, None, HeatWork()
        if reading.prediction is not None and self.method == DEFAULT:
            from cxrview.explain.explanation import gradcam

            self.heat = gradcam(reading.prediction)

    def set_method(self, method: str) -> None:
        """Have heatmaps made by `method`, a name in `explain.methods`."""
        if method != self.method:
            self.method = method
            self._take_reading(self.reading)
            self.method_changed.emit(method)
            self.heat_changed.emit(self.heat)

    def set_heat(self, heat: "Explanation | None") -> None:
        """Take over the heatmap of the method that is chosen."""
        if heat is not self.heat:
            self.heat = heat
            self.heat_changed.emit(heat)

    def set_heat_work(self, work: HeatWork) -> None:
        """Say how far the work on the heatmap has come."""
        if work != self.heat_work:
            self.heat_work = work
            self.heat_work_changed.emit(work)

    def choose_class(self, name: str | None) -> None:
        """Pin the heatmap of class `name`; None lets it follow the reading of each image."""
        self.chosen_class = name
        self._follow_heat_class(always=True)

    def set_heat_shown(self, shown: bool) -> None:
        """Show or hide the heatmap in this viewport only."""
        if shown != self.heat_shown:
            self.heat_shown = shown
            self.heat_shown_changed.emit(shown)

    def _follow_heat_class(self, always: bool = False) -> None:
        prediction, call = self.reading.prediction, self.reading.call
        name = self.chosen_class or (followed(prediction, call) if prediction is not None else "")
        if always or name != self.heat_class:
            self.heat_class = name
            self.heat_class_changed.emit(name)
