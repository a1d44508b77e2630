"""The commands of the Help menu: the manual, the keys, and what cxrview is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.gui.dialogs.about import AboutDialog
    from cxrview.gui.dialogs.help import HelpWindow
    from cxrview.gui.main_window import MainWindow


class Help:
    """Opens windows that stay beside the work; nothing in them needs a network."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self.window: HelpWindow | None = None
        self.dialog: AboutDialog | None = None

    def manual(self, page: str = "") -> None:
        """Open the manual, on `page` if one is named."""
        if self.window is None:
            from cxrview.gui.dialogs.help import HelpWindow

            self.window = HelpWindow(self._window)
        self.window.open(page)

    def keys(self) -> None:
        """Open the manual where the keys and the mouse are listed."""
        self.manual("keys")

    def about(self) -> None:
        """Say what this is, whose work is in it, and what is installed here."""
        if self.dialog is None:
            from cxrview.gui.dialogs.about import AboutDialog

            self.dialog = AboutDialog(self._window)
        self.dialog.open()
