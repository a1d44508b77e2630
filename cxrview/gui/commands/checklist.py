"""The checklist under the reading."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.panels.checklist import ChecklistPanel


def panel(bench: Workbench) -> "ChecklistPanel":
    """Make the section with the checklist."""
    from cxrview.gui.panels.checklist import ChecklistPanel

    made = ChecklistPanel(bench.state, bench.store)
    bench.reading.add_section(made)
    return made


def is_shown(bench: Workbench) -> bool:
    """Whether the checklist is there."""
    made = bench.parts.made(panel)
    return made is not None and not made.isHidden()


def show(bench: Workbench, on: bool) -> None:
    """Show the checklist, or hide it."""
    if on:
        bench.actions["reading"].setChecked(True)
        bench.reading.setVisible(True)
    if on or bench.parts.made(panel) is not None:
        bench.part(panel).setVisible(on)
