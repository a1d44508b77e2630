"""The sections of the right column that are made when they are first asked for."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from cxrview.gui.workbench import Workbench

Make = Callable[[Workbench], QWidget]


def section_is_shown(bench: Workbench, make: Make) -> bool:
    """Whether the section that `make` makes is there."""
    made = bench.parts.made(make)
    return made is not None and not made.isHidden()


def show_section(bench: Workbench, make: Make, on: bool) -> None:
    """Show the section that `make` makes, in a column that is in sight, or hide it."""
    if on:
        bench.actions["reading"].setChecked(True)
        bench.reading.setVisible(True)
    if on or bench.parts.made(make) is not None:
        bench.part(make).setVisible(on)
