"""The commands about many films: the batch window, and reading what is listed."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.batch.batches import BatchDesk


def batches(bench: Workbench) -> "BatchDesk":
    """Make what knows of batches; one that is read stands in the status bar."""
    from cxrview.gui.batch.batches import BatchDesk

    made = BatchDesk(bench)
    bench.status.addPermanentWidget(made.indicator)
    return made


def show_batches(bench: Workbench) -> None:
    """Open the batch window, or bring it to the front."""
    bench.part(batches).show()


def read_listed(bench: Workbench) -> None:
    """Open the batch window for all films of the study list."""
    bench.part(batches).show_listed()
