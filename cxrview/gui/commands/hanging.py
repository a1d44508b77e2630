"""The commands of hanging protocols."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.hanging.hanger import Hanger
    from cxrview.gui.hanging.window import ProtocolsWindow


def hanger(bench: Workbench) -> "Hanger":
    """Make what hangs films by the user's protocols."""
    from cxrview.gui.hanging.hanger import Hanger
    from cxrview.gui.hanging.protocols import FILE, Protocols

    return Hanger(bench, Protocols(bench.places.folder / FILE, bench.say, bench.window))


def protocols_window(bench: Workbench) -> "ProtocolsWindow":
    """Make the window in which protocols are managed."""
    from cxrview.gui.actions.secondary import attend
    from cxrview.gui.hanging.window import ProtocolsWindow

    made = ProtocolsWindow(bench.part(hanger), bench.state, bench.window)
    attend(made, bench, "studies")
    return made


def hang_fitting(bench: Workbench) -> None:
    """Hang the study on the screen by the first protocol that fits."""
    bench.part(hanger).hang_fitting()


def hang_by_itself(bench: Workbench, on: bool) -> None:
    """Hang each study by itself when it is gone to, or not."""
    bench.state.change_settings(hang_by_itself=on)


def save_protocol(bench: Workbench) -> None:
    """Ask for the name of a protocol that hangs films as they hang now."""
    bench.part(protocols_window).save_shown()


def show_protocols(bench: Workbench) -> None:
    """Open the window in which protocols are managed, or bring it to the front."""
    window = bench.part(protocols_window)
    window.show()
    window.raise_()
    window.activateWindow()


def open_protocols(bench: Workbench, path: Path) -> None:
    """Import the protocols of a file that was opened, and show them."""
    show_protocols(bench)
    bench.part(protocols_window).bring(path)


def names(bench: Workbench) -> Sequence[str]:
    """Return the names of the user's protocols, in their order."""
    return [protocol.name for protocol in bench.part(hanger).protocols.all]


def hang(bench: Workbench, number: int) -> None:
    """Hang the study on the screen by the protocol at `number`."""
    made = bench.part(hanger)
    made.hang(made.protocols.all[number])
