"""The commands about the window itself: its panels, its colours, the whole screen, finding a command."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cxrview.gui.actions.palette import CommandPalette


def show_studies(bench: Workbench, visible: bool) -> None:
    """Unfold or fold the study list."""
    bench.studies.setVisible(visible)


def show_reading(bench: Workbench, visible: bool) -> None:
    """Unfold or fold the reading."""
    bench.reading.setVisible(visible)


def use_light_theme(bench: Workbench, light: bool) -> None:
    """Change between the light and the dark theme."""
    bench.state.change_settings(theme="light" if light else "dark")


def use_full_screen(bench: Workbench, full: bool) -> None:
    """Let the window that has the focus fill its screen, or go back."""
    second = bench.viewports.second
    if second is not None and second.isActiveWindow():
        fill_screen(second, not second.isFullScreen())
        bench.actions["full_screen"].setChecked(bench.window.isFullScreen())  # which is about this one
    else:
        fill_screen(bench.window, full)


def fill_screen(window: "QWidget", full: bool) -> None:
    """Let `window` fill its screen, or go back; a maximised one is maximised again afterwards."""
    bit = Qt.WindowState.WindowFullScreen
    window.setWindowState(window.windowState() | bit if full else window.windowState() & ~bit)


def palette(bench: Workbench) -> "CommandPalette":
    """Make the palette of commands."""
    from cxrview.gui.actions.palette import CommandPalette

    return CommandPalette(bench)


def find_command(bench: Workbench) -> None:
    """Open the palette of commands, or close it."""
    bench.part(palette).open()


def stop(bench: Workbench) -> None:
    """Stop whatever runs."""
    bench.session.cancel_all()


def leave(bench: Workbench) -> None:
    """Close the window, and with it the program."""
    bench.window.close()
