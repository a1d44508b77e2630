"""What can be done with models: one table, from which buttons, menu and keys are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cxrview.words import mark, tr

if TYPE_CHECKING:
    from cxrview.bundle.inventory import Installed
    from cxrview.gui.library.window import LibraryWindow

Test = Callable[["Sequence[Installed]", Path | None], bool]


def one(chosen: "Sequence[Installed]", _default: Path | None) -> bool:
    """Whether one model is chosen."""
    return len(chosen) == 1


def whole(chosen: "Sequence[Installed]", _default: Path | None) -> bool:
    """Whether one model is chosen, and nothing is known to be wrong with it."""
    return len(chosen) == 1 and not chosen[0].problem


def readable(chosen: "Sequence[Installed]", _default: Path | None) -> bool:
    """Whether one model is chosen that has a card."""
    return len(chosen) == 1 and chosen[0].card is not None


def usable(chosen: "Sequence[Installed]", default: Path | None) -> bool:
    """Whether one whole model is chosen that is not the default."""
    return whole(chosen, default) and chosen[0].folder != default


def comparable(chosen: "Sequence[Installed]", default: Path | None) -> bool:
    """Whether one model is chosen that is not the default, which there is."""
    return readable(chosen, default) and default is not None and chosen[0].folder != default


def mine(chosen: "Sequence[Installed]", _default: Path | None) -> bool:
    """Whether one model of the user's is chosen."""
    return len(chosen) == 1 and not chosen[0].bundled


def renamable(chosen: "Sequence[Installed]", default: Path | None) -> bool:
    """Whether one model of the user's is chosen that has a card."""
    return mine(chosen, default) and chosen[0].card is not None


def reported(chosen: "Sequence[Installed]", _default: Path | None) -> bool:
    """Whether one model is chosen that has a report."""
    return len(chosen) == 1 and chosen[0].report is not None


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is that of the window's method, after `do_`; `can` says when."""

    name: str
    text: str
    keys: str
    can: Test
    tip: str = ""


COMMANDS = (
    Command("use", mark("Use as default"), "", usable, mark("It reads the images from now on (Enter).")),
    Command("compare", mark("Compare with the default"), "Ctrl+D", comparable),
    Command("rename", mark("Rename"), "F2", renamable),
    Command(
        "verify", mark("Verify"), "Ctrl+Y", one, mark("Every file against its hash, and its own answers.")
    ),
    Command("card", mark("Model card"), "Ctrl+K", readable),
    Command("report", mark("Report"), "Ctrl+R", reported, mark("Opens in the browser.")),
    Command("folder", mark("Folder"), "Ctrl+Shift+O", one),
    Command("export", mark("Export…"), "Ctrl+E", whole, mark("One .zip file, for another computer.")),
    Command("delete", mark("Delete"), "Del", mine, mark("Into the bin.")),
    Command("import", mark("Import…"), "Ctrl+I", lambda _chosen, _default: True),
    Command("find", mark("Search"), "Ctrl+F", lambda _chosen, _default: True),
)
IN_MENU = ("use", "compare", "", "card", "report", "folder", "", "verify", "export", "", "rename", "delete")


def make_actions(window: "LibraryWindow") -> dict[str, QAction]:
    """Return the actions by name, with their keys in `window`."""
    actions = {}
    for command in COMMANDS:
        action = QAction(tr(command.text), window)
        if command.keys:
            action.setShortcut(QKeySequence(command.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if command.tip:
            action.setToolTip(tr(command.tip))
        action.triggered.connect(getattr(window, f"do_{command.name}"))
        window.addAction(action)
        actions[command.name] = action
    return actions


def menu_of(window: "LibraryWindow", parent: QWidget | None = None) -> QMenu:
    """Return the menu of the chosen models."""
    menu = QMenu(parent or window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(tr("Model"))
    for name in IN_MENU:
        if name:
            menu.addAction(window.actions_of[name])
        else:
            menu.addSeparator()
    return menu
