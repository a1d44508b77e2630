"""The commands that open the preferences."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.gui.dialogs.preferences import PreferencesDialog
    from cxrview.gui.main_window import MainWindow


class Preferences:
    """Opens one dialog, which is kept: it comes back on the page where it was left."""

    def __init__(self, window: "MainWindow", settings_file: Path) -> None:
        self._window, self._settings_file = window, settings_file
        self.dialog: PreferencesDialog | None = None

    def show(self, page: str = "") -> None:
        """Show the preferences, on `page` if one is named."""
        if self.dialog is None:
            from cxrview.gui.dialogs.preferences import PreferencesDialog

            models = self._window.session.models
            self.dialog = PreferencesDialog(self._window, self._window.state, models, self._settings_file)
        if page:
            self.dialog.show_page(page)
        self.dialog.show()
        self.dialog.activateWindow()

    def show_shortcuts(self) -> None:
        """Show the keys of every command, to be changed."""
        self.show("shortcuts")
