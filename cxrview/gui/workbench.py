"""What commands work with: the state, what changes it, the window's parts, and a line to the user."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

    from cxrview.gui.actions.shortcuts import Shortcuts
    from cxrview.gui.panels.prediction import ReadingPanel
    from cxrview.gui.panels.status import StatusBar
    from cxrview.gui.panels.strips import Strips
    from cxrview.gui.session.session import Session
    from cxrview.gui.state import AppState
    from cxrview.gui.studies.panel import StudyPanel
    from cxrview.gui.tasks import TaskRunner
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.gui.viewer.viewports import Viewports

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the window keeps what outlives it: the user's settings in `folder`, and what was made."""

    folder: Path
    settings: Path
    annotations_store: Path
    runs: Path
    batches: Path


class LazyParts:
    """What the first picture does without, each known by the function or class that makes it.

    Those of `soon` are not waited for: they are made one by one after the first picture.
    """

    def __init__(self, bench: "Workbench", soon: Sequence[Callable[["Workbench"], object]] = ()) -> None:
        self._bench, self._soon = bench, soon
        self._made: dict[Callable[[Workbench], object], object] = {}

    def get(self, make: Callable[["Workbench"], Part]) -> Part:
        """Return what `make` makes of the workbench; the first time it is made."""
        if make not in self._made:
            self._made[make] = make(self._bench)
        return cast("Part", self._made[make])

    def made(self, make: Callable[["Workbench"], Part]) -> Part | None:
        """Return what `make` has made, or None if that has not been wanted yet."""
        return cast("Part | None", self._made.get(make))

    def make_one(self) -> bool:
        """Make the next part that comes soon; return False if all are there."""
        make = next((make for make in self._soon if make not in self._made), None)
        if make is not None:
            self.get(make)
        return make is not None

    def make_all(self) -> None:
        """Make all that comes soon, so that none misses anything."""
        while self.make_one():
            pass


@dataclass(eq=False)
class Workbench:
    """One for each main window. A command is a function of it; nothing here knows the window's class.

    `window` is the parent of dialogs, `store` keeps their sizes and last choices, and `shortcuts` knows every
    command by its name. The window fills in what it builds: its menus and actions first, then the panels.
    """

    window: "QMainWindow"
    places: Places
    store: "QSettings"
    state: "AppState"
    session: "Session"
    runner: "TaskRunner"
    shortcuts: "Shortcuts"
    actions: "dict[str, QAction]" = field(default_factory=dict)
    menus: "dict[str, QMenu]" = field(default_factory=dict)
    before_opening: list[Callable[[Sequence[Path]], None]] = field(default_factory=list)
    openers: dict[str, Callable[[Path], None]] = field(
        default_factory=dict
    )  # of other files, by their suffix
    toolbar: "QToolBar" = field(init=False)
    studies: "StudyPanel" = field(init=False)
    viewports: "Viewports" = field(init=False)
    strips: "Strips" = field(init=False)
    reading: "ReadingPanel" = field(init=False)
    status: "StatusBar" = field(init=False)
    parts: LazyParts = field(init=False)
    manual: "Callable[[str, QWidget | None], None]" = field(init=False)  # see `commands.help.Help.manual`

    def part(self, make: "Callable[[Workbench], Part]") -> Part:
        """Return the part that `make` makes of this workbench, which happens once."""
        return self.parts.get(make)

    @property
    def canvas(self) -> "Canvas":
        """The canvas of the active viewport."""
        return self.viewports.active.canvas

    def open(self, chosen: Sequence[Path]) -> None:
        """Open files and folders, as the user chose them."""
        self.parts.make_all()
        for look in self.before_opening:
            look(chosen)
        others = [path for path in chosen if path.suffix.casefold() in self.openers]
        for path in others[:1]:
            self.openers[path.suffix.casefold()](path)
        if len(others) < len(chosen):
            self.session.open([path for path in chosen if path not in others])

    def say(self, text: str, seconds: int = 12, details: str = "") -> None:
        """Say one line in the status bar, for a while."""
        self.status.say(text, seconds, details)
