"""What can be done with models: the commands of the library, from which buttons, menu and keys are made."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.gui.library.window import LibraryWindow

CARD_SIZE = QSize(720, 640)

# When


def one(window: "LibraryWindow") -> bool:
    """Whether one model is chosen."""
    return len(window.chosen) == 1


def whole(window: "LibraryWindow") -> bool:
    """Whether one model is chosen, and nothing is known to be wrong with it."""
    return one(window) and not window.chosen[0].problem


def readable(window: "LibraryWindow") -> bool:
    """Whether one model is chosen that has a card."""
    return one(window) and window.chosen[0].card is not None


def usable(window: "LibraryWindow") -> bool:
    """Whether one whole model is chosen that is not the default."""
    return whole(window) and window.chosen[0].folder != window.list.default


def comparable(window: "LibraryWindow") -> bool:
    """Whether one model is chosen that is not the default, which there is."""
    default = window.list.default
    return readable(window) and default is not None and window.chosen[0].folder != default


def mine(window: "LibraryWindow") -> bool:
    """Whether one model of the user's is chosen."""
    return one(window) and not window.chosen[0].bundled


def renamable(window: "LibraryWindow") -> bool:
    """Whether one model of the user's is chosen that has a card."""
    return mine(window) and window.chosen[0].card is not None


def reported(window: "LibraryWindow") -> bool:
    """Whether one model is chosen that brings figures on how good it is."""
    return one(window) and window.chosen[0].measured


# What


def use(window: "LibraryWindow") -> None:
    """Make the chosen model the default."""
    window.library.use(window.chosen[0].name)


def compare(window: "LibraryWindow") -> None:
    """Put the default beside the chosen model."""
    window.list.choose_also(window.list.default)


def rename(window: "LibraryWindow") -> None:
    """Edit the name in the list."""
    window.list.edit_name()


def verify(window: "LibraryWindow") -> None:
    """Verify the chosen model."""
    window.library.verify(window.chosen[0].name, window.chosen[0].folder)


def card(window: "LibraryWindow") -> None:
    """Show the card of the chosen model."""
    from cxrview.gui.dialogs import pages
    from cxrview.gui.widgets.text import TextDialog

    if (shown := window.chosen[0].card) is not None:
        dialog = TextDialog(window, tr("Model card"), pages.model_card(shown), CARD_SIZE)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.card_shown.emit(dialog)
        dialog.show()


def report(window: "LibraryWindow") -> None:
    """Show how good the chosen model is, in the browser: on a page of ours, whatever report it brings.

    The report of a model that comes with the program is such a page.
    """
    entry = window.chosen[0]
    if entry.bundled and (page := entry.folder / "report.html").is_file():
        open_page(page)
    else:
        window.library.make_page(entry.name, entry.folder, open_page)


def open_page(page: Path) -> None:
    """Show `page` in the browser."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))


def folder(window: "LibraryWindow") -> None:
    """Open the folder of the chosen model."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(window.chosen[0].folder)))


def export(window: "LibraryWindow") -> None:
    """Ask for a name and pack the chosen model."""
    entry = window.chosen[0]
    kinds = tr("Model bundles (*.zip)")
    name, _ = QFileDialog.getSaveFileName(window, tr("Export a model"), f"{entry.name}.zip", kinds)
    if name:
        path = Path(name)
        window.library.export(entry.folder, path if path.suffix else path.with_suffix(".zip"))


def delete(window: "LibraryWindow") -> None:
    """Delete the chosen model."""
    window.delete(window.chosen[0])


def bring_in(window: "LibraryWindow") -> None:
    """Ask for .zip files of models and import them."""
    kinds = tr("Models (*.zip card.json)")
    paths, _ = QFileDialog.getOpenFileNames(window, tr("Import models"), "", kinds)
    window.import_paths([Path(path) for path in paths])


def search(window: "LibraryWindow") -> None:
    """Go to the search."""
    window.search.setFocus()
    window.search.selectAll()


ACTIONS: "tuple[ActionSpec[LibraryWindow], ...]" = (
    ActionSpec(
        "library_use",
        mark("Use as default"),
        (),
        use,
        tip=mark("It reads the images from now on (Enter)."),
        when=usable,
        scope=Scope.LIBRARY,
    ),
    ActionSpec(
        "library_compare",
        mark("Compare with the default"),
        ("Ctrl+D",),
        compare,
        when=comparable,
        scope=Scope.LIBRARY,
    ),
    ActionSpec("library_rename", mark("Rename"), ("F2",), rename, when=renamable, scope=Scope.LIBRARY),
    ActionSpec(
        "library_verify",
        mark("Verify"),
        ("Ctrl+Y",),
        verify,
        tip=mark("Every file against its hash, and its own answers."),
        when=one,
        scope=Scope.LIBRARY,
    ),
    ActionSpec("library_card", mark("Model card"), ("Ctrl+K",), card, when=readable, scope=Scope.LIBRARY),
    ActionSpec(
        "library_report",
        mark("Report"),
        ("Ctrl+R",),
        report,
        tip=mark("Opens in the browser."),
        when=reported,
        scope=Scope.LIBRARY,
    ),
    ActionSpec("library_folder", mark("Folder"), ("Ctrl+Shift+O",), folder, when=one, scope=Scope.LIBRARY),
    ActionSpec(
        "library_export",
        mark("Export…"),
        ("Ctrl+E",),
        export,
        tip=mark("One .zip file, for another computer."),
        when=whole,
        scope=Scope.LIBRARY,
    ),
    ActionSpec(
        "library_delete",
        mark("Delete"),
        ("Del",),
        delete,
        tip=mark("Into the bin."),
        when=mine,
        scope=Scope.LIBRARY,
    ),
    ActionSpec("library_import", mark("Import…"), ("Ctrl+I",), bring_in, scope=Scope.LIBRARY),
    ActionSpec("library_search", mark("Search"), ("Ctrl+F",), search, scope=Scope.LIBRARY),
)
IN_MENU = (
    "use", "compare", "", "card", "report", "folder", "", "verify", "export", "", "rename", "delete",
)  # fmt: skip


def menu_of(window: "LibraryWindow", parent: QWidget | None = None) -> QMenu:
    """Return the menu of the chosen models."""
    menu = QMenu(parent or window)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(tr("Model"))
    for name in IN_MENU:
        if name:
            menu.addAction(window.commands[f"library_{name}"])
        else:
            menu.addSeparator()
    return menu
