"""The commands of the Teach menu."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from cxrview.gui.teaching.teaching import Teaching


def teaching(bench: Workbench) -> "Teaching":
    """Make teaching."""
    from cxrview.gui.teaching.teaching import Teaching

    return Teaching(bench)


def read_set(bench: Workbench) -> None:
    """Ask for a reading set and read it blind."""
    bench.part(teaching).ask_for_set()


def read_file(bench: Workbench, path: "Path") -> None:
    """Read the set in the file at `path`."""
    bench.part(teaching).read(path)


def introduction(bench: Workbench) -> None:
    """Read the introduction."""
    bench.part(teaching).introduction()


def show_sessions(bench: Workbench) -> None:
    """Show what was read so far."""
    bench.part(teaching).show_sessions()


def new_set(bench: Workbench) -> None:
    """Make a reading set."""
    bench.part(teaching).new_set()
