"""What a command of the window is, and when it can be given."""

from collections.abc import Callable
from dataclasses import dataclass

from cxrview.gui.state import AppState, Stage
from cxrview.words import mark, tr

When = Callable[[AppState], bool]
SEPARATOR = None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A command. `text` and `tip` are marked for translation and translated where they are shown.

    `method` is a dotted name that is looked up from the window when the command is given, such as
    "looking.fit"; it is given the `argument`, or else a checkable command gets the new state. Neighbours with
    the same `group` exclude each other, `when` says whether it can be done now, and `checked` whether it is
    on.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    method: str
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    group: str = ""
    when: When | None = None
    checked: When | None = None
    argument: str | None = None
    submenu: str = ""  # of its menu, which puts it where it belongs


def shows_many(state: AppState) -> bool:
    """There is more than one viewport."""
    return len(state.views) > 1


def has_frames(state: AppState) -> bool:
    """The file on the screen has more than one frame."""
    radiograph = state.shown.radiograph
    return radiograph is not None and radiograph.frame_count > 1


def has_spacing(state: AppState) -> bool:
    """It is known how large a pixel of the radiograph on the screen is: from the file, or calibrated."""
    radiograph = state.shown.radiograph
    return radiograph is not None and (radiograph.spacing is not None or state.active.hand_scale is not None)


def has_files(state: AppState) -> bool:
    """There is something in the study list, or a message to close."""
    return bool(state.entries) or state.shown.stage is not Stage.EMPTY


def has_failed(state: AppState) -> bool:
    """A file could not be read."""
    return state.shown.stage is Stage.FAILED


def has_image(state: AppState) -> bool:
    """A radiograph is on the screen."""
    return state.shown.radiograph is not None


def has_prediction(state: AppState) -> bool:
    """The model has read the radiograph on the screen."""
    return state.reading.prediction is not None


def has_card(state: AppState) -> bool:
    """A model is loaded."""
    return state.model.card is not None


REASONS: dict[When, str] = {  # what is said where a command cannot be given; other tables add theirs
    has_files: mark("Nothing is open."),
    has_failed: mark("Only after a file could not be read."),
    has_image: mark("No image is on the screen."),
    has_prediction: mark("The model has not read this image."),
    has_card: mark("No model is loaded."),
    has_frames: mark("The file has one frame only."),
    has_spacing: mark("The file does not say how large a pixel is."),
    shows_many: mark("There is only one viewport."),
}


def why_not(spec: ActionSpec | None) -> str:
    """Return why the command `spec` cannot be given now (None: one that comes and goes with the image)."""
    reason = REASONS.get(spec.when, "") if spec is not None and spec.when is not None else ""
    return tr(reason) or tr("This cannot be done now.")
