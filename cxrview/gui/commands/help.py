"""The commands of the Help menu: the manual, the keys, and what cxrview is."""

import shutil
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from cxrview import paths
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cxrview.gui.dialogs.about import AboutDialog
    from cxrview.gui.dialogs.help import HelpWindow


class Help:
    """Opens windows that stay beside the work; nothing in them needs a network."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.window: HelpWindow | None = None
        self.dialog: AboutDialog | None = None

    def manual(self, page: str = "", over: "QWidget | None" = None) -> None:
        """Open the manual, on `page` if one is named; `over` a modal dialog it is a window of that."""
        from cxrview.gui.dialogs.help import HelpWindow

        if over is not None:
            shown = HelpWindow(self._bench, over)
            shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            shown.open(page)
            return
        if self.window is None:
            self.window = HelpWindow(self._bench)
        self.window.open(page)

    def about(self) -> None:
        """Say what this is, whose work is in it, and what is installed here."""
        if self.dialog is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.dialogs.about import AboutDialog

            self.dialog = AboutDialog(self._bench)
            attend(self.dialog, self._bench, "limits")
        self.dialog.open()


def show_manual(bench: Workbench) -> None:
    """Open the manual where it was left."""
    bench.part(Help).manual()


def show_keys(bench: Workbench) -> None:
    """Open the manual where the keys and the mouse are listed."""
    bench.part(Help).manual("keys")


def show_sample(bench: Workbench) -> None:
    """Open the manual where it says why a reading of the sample radiograph is wrong."""
    bench.part(Help).manual("sample")


def show_about(bench: Workbench) -> None:
    """Say what this is."""
    bench.part(Help).about()


def translate(bench: Workbench) -> None:
    """Open the folder for the user's own languages, with every text in an example."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    folder = paths.user_translations()
    example = folder / "example.po"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not example.exists():  # it may be what somebody is working on
            shutil.copyfile(paths.resources() / "translations" / "de.po", example)
    except OSError as error:
        bench.say(tr("{name} cannot be written.").format(name=example.name), details=str(error))
        return
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
    bench.say(tr("The manual says under “First steps” how a language is added."))
