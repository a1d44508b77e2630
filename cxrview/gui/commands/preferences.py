"""The commands that open the preferences."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.dialogs.preferences import PreferencesDialog


class Preferences:
    """Opens one dialog, which is kept: it comes back on the page where it was left."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.dialog: PreferencesDialog | None = None

    def show(self, page: str = "") -> None:
        """Show the preferences, on `page` if one is named."""
        if self.dialog is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.dialogs.preferences import PreferencesDialog

            bench = self._bench
            self.dialog = PreferencesDialog(
                bench.window, bench.state, bench.session.models, bench.places.settings, bench.shortcuts
            )
            attend(self.dialog, bench, "start")
        if page:
            self.dialog.show_page(page)
        self.dialog.show()
        self.dialog.activateWindow()


def show_preferences(bench: Workbench) -> None:
    """Show the preferences where they were left."""
    bench.part(Preferences).show()


def show_shortcuts(bench: Workbench) -> None:
    """Show the keys of every command, to be changed."""
    bench.part(Preferences).show("shortcuts")
