"""The command that looks into the network of the model in use."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.network.desk import NetworkDesk


def network(bench: Workbench) -> "NetworkDesk":
    """Make what knows of the network explorer."""
    from cxrview.gui.network.desk import NetworkDesk

    return NetworkDesk(bench)


def show_network(bench: Workbench) -> None:
    """Open the network explorer, or bring it to the front."""
    bench.part(network).show()


def leave_network(bench: Workbench) -> None:
    """The main window closes: so do the explorer and its process."""
    if (made := bench.parts.made(network)) is not None:
        made.leave()
