"""What all windows but the main one have: keys that close them, and their page of the manual."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark


@dataclass(frozen=True, slots=True)
class SecondaryWindow:
    """A window, and the page of the manual that it is about."""

    window: QWidget
    bench: Workbench
    page: str


def close(secondary: SecondaryWindow) -> None:
    """Close the window."""
    secondary.window.close()


def show_page(secondary: SecondaryWindow) -> None:
    """Open the manual on the window's page."""
    window = secondary.window
    if secondary.page:  # else it is the manual itself
        # A modal dialog keeps the mouse and the keys from all windows but its own.
        secondary.bench.manual(secondary.page, window if window.isModal() else None)


ACTIONS: tuple[ActionSpec[SecondaryWindow], ...] = (
    ActionSpec("close_window", mark("Close this window"), ("Ctrl+W",), close, scope=Scope.SECONDARY),
    ActionSpec("manual_page", mark("The manual on this window"), ("F1",), show_page, scope=Scope.SECONDARY),
)


def attend(window: QWidget, bench: Workbench, page: str) -> None:
    """Give `window` these keys; `page` is the name of its page of the manual, "" if it has none."""
    commands = WindowActions(window, ACTIONS, SecondaryWindow(window, bench, page))
    commands.follow(bench.state, bench.shortcuts)
