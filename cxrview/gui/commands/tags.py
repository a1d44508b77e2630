"""The command that opens the tag window."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.dialogs.tags_reader import Tags


def tags(bench: Workbench) -> "Tags":
    """Make what reads the data elements of files and shows them."""
    from cxrview.gui.dialogs.tags_reader import Tags

    return Tags(bench)


def show_tags(bench: Workbench) -> None:
    """Open the tag window on the image of the active viewport, or bring it to the front."""
    bench.part(tags).show()
