"""What a command is: its name, its words, its keys, where they count, and the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

Target = TypeVar("Target")  # what commands are about: the workbench, or another window
SEPARATOR = None


class Scope(Enum):
    """Where the keys of a command count. Windows do not share theirs: only one of them has the keyboard.

    The second window has the commands of the main one.
    """

    EVERYWHERE = "everywhere"
    WINDOW = "window"
    LIBRARY = "library"
    WIZARD = "wizard"
    TAGS = "tags"
    MANUAL = "manual"
    BATCH = "batch"
    GALLERY = "gallery"
    BLIND_READING = "blind reading"
    COVER = "cover it"
    SECONDARY = "every other window"

    def meets(self, other: "Scope") -> bool:
        """Whether a key could mean something here and in `other` at the same time."""
        both = {self, other}
        if self is other or Scope.EVERYWHERE in both:
            return True
        return Scope.SECONDARY in both and not both & {Scope.WINDOW, Scope.BLIND_READING}


@dataclass(frozen=True, slots=True)
class ActionSpec(Generic[Target]):
    """A command. `text` and `tip` are marked for translation and translated where they are shown.

    It is done by `run`, or, where it can be on or off, by `switch`, which gets the new state too. Neighbours
    with the same `group` exclude each other, `when` says whether it can be done now, and `checked` whether it
    is on. `name` is what the user's settings know it by.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[Target], object] | None = None
    switch: Callable[[Target, bool], object] | None = None
    icon: str = ""
    tip: str = ""
    group: str = ""
    when: Callable[[Target], bool] | None = None
    checked: Callable[[Target], bool] | None = None
    submenu: str = ""  # of its menu, which puts it where it belongs
    scope: Scope = Scope.WINDOW

    @property
    def checkable(self) -> bool:
        """Whether it can be on or off."""
        return self.switch is not None or bool(self.group)


Menu = tuple[str, tuple[ActionSpec[Any] | None, ...]]  # its title, and its commands
