"""The checklist under the reading."""

from typing import TYPE_CHECKING

from cxrview.gui.commands.sections import section_is_shown, show_section
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
    return section_is_shown(bench, panel)


def show(bench: Workbench, on: bool) -> None:
    """Show the checklist, or hide it."""
    show_section(bench, panel, on)
