"""The keys of a blind reading: the digits for the confidence, Enter to lock, reveal and go on."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.teaching.window import ReadWindow

LEVELS = (
    mark("Surely not there"),
    mark("Probably not there"),
    mark("Cannot tell"),
    mark("Probably there"),
    mark("Surely there"),
)


def rate(window: "ReadWindow", level: int) -> None:
    """Give the current question this confidence."""
    window.rate(level)


def step(window: "ReadWindow", by: int) -> None:
    """Go to the next or the previous question; while a place is marked by keys, go down or up the film."""
    if window.layer.pointer is not None:
        window.layer.move_pointer(0, by)
    else:
        window.rating.step(by)


def sideways(window: "ReadWindow", by: int) -> None:
    """Go left or right on the film while a place is marked by keys."""
    window.layer.move_pointer(by, 0)


def mark_place(window: "ReadWindow") -> None:
    """Begin to mark a place by keys, or put the mark there."""
    if window.tool.open and window.canvas.has_image():
        window.layer.mark_by_key()


def full_screen(window: "ReadWindow") -> None:
    """Fill the screen, or no longer."""
    window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)


def unjudged(window: "ReadWindow") -> None:
    """Say that the film cannot be judged, or take that back."""
    window.rating.unjudged.toggle()


def note(window: "ReadWindow") -> None:
    """Write a line."""
    window.rating.note.setFocus()


def go_on(window: "ReadWindow") -> None:
    """Lock the answer and reveal, or go on to the next film; from the line of one's own back to the film."""
    if window.rating.note.hasFocus():
        window.canvas.setFocus()
    else:
        window.go_on()


def take_back(window: "ReadWindow") -> None:
    """Take back the last mark on the film."""
    window.layer.take_back()


def heatmap(window: "ReadWindow") -> None:
    """Show or hide the heatmap of the model, once it is revealed."""
    window.toggle_heat()


def invert(window: "ReadWindow") -> None:
    """Swap black and white, of the prior too."""
    inverted = not window.view.inverted
    for view in window.views:
        view.set_inverted(inverted)


def fit(window: "ReadWindow") -> None:
    """Show the whole film, and the whole prior."""
    window.canvas.fit()
    window.prior.canvas.fit()


def prior(window: "ReadWindow") -> None:
    """Show the prior beside the film, or hide it."""
    window.prior.toggle()


def _level(level: int, words: str) -> "ActionSpec[ReadWindow]":
    return ActionSpec(
        f"blind_level_{level}", words, (str(level),), partial(rate, level=level), scope=Scope.BLIND_READING
    )


ACTIONS: "tuple[ActionSpec[ReadWindow], ...]" = (
    *(_level(level, words) for level, words in enumerate(LEVELS, start=1)),
    ActionSpec(
        "blind_next_question",
        mark("Next question"),
        ("Down",),
        partial(step, by=1),
        scope=Scope.BLIND_READING,
    ),
    ActionSpec(
        "blind_last_question",
        mark("Question before"),
        ("Up",),
        partial(step, by=-1),
        scope=Scope.BLIND_READING,
    ),
    ActionSpec(
        "blind_mark", mark("Mark a place by the arrow keys"), ("M",), mark_place, scope=Scope.BLIND_READING
    ),
    ActionSpec("blind_left", mark("Left"), ("Left",), partial(sideways, by=-1), scope=Scope.BLIND_READING),
    ActionSpec("blind_right", mark("Right"), ("Right",), partial(sideways, by=1), scope=Scope.BLIND_READING),
    ActionSpec("blind_unjudged", mark("Cannot be judged"), ("0",), unjudged, scope=Scope.BLIND_READING),
    ActionSpec("blind_note", mark("Write a line"), ("N",), note, scope=Scope.BLIND_READING),
    ActionSpec(
        "blind_go_on",
        mark("Lock the answer, reveal, next film"),
        ("Return", "Enter", "Space"),
        go_on,
        scope=Scope.BLIND_READING,
    ),
    ActionSpec(
        "blind_take_back",
        mark("Take back the last mark"),
        ("Backspace",),
        take_back,
        scope=Scope.BLIND_READING,
    ),
    ActionSpec("blind_heatmap", mark("Heatmap on or off"), ("H",), heatmap, scope=Scope.BLIND_READING),
    ActionSpec("blind_prior", mark("Prior on or off"), ("P",), prior, scope=Scope.BLIND_READING),
    ActionSpec("blind_invert", mark("Invert"), ("I",), invert, scope=Scope.BLIND_READING),
    ActionSpec("blind_full_screen", mark("Full screen"), ("F11",), full_screen, scope=Scope.BLIND_READING),
    ActionSpec("blind_fit", mark("Fit to window"), ("F",), fit, scope=Scope.BLIND_READING),
)
