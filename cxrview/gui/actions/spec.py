"""What a command of the window is, and when it can be given."""

from collections.abc import Callable
from dataclasses import dataclass

from cxrview.gui.state import AppState, Stage

When = Callable[[AppState], bool]
SEPARATOR = None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A command. `text` and `tip` are marked for translation and translated where they are shown.

    `method` is a dotted name that is looked up from the window when the command is given, such as
    "canvas.fit"; a checkable command gets the new state. Neighbours with the same `group` exclude each
    other, `when` says whether it can be done now, and `checked` whether it is on.
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
