"""The commands of the tag window: copying from its tree, and its search."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.dialogs.tags import TagDialog


def copy_value(dialog: "TagDialog") -> None:
    """Put the values of the selected rows on the clipboard, as they stand in the file."""
    sides = [side for pair in dialog.selected() for side in (pair.left, pair.right) if side is not None]
    if sides:
        QGuiApplication.clipboard().setText("\n".join(side.copied or side.value for side in sides))


def copy_rows(dialog: "TagDialog") -> None:
    """Put the selected rows on the clipboard."""
    from cxrview.gui.dialogs.tags_model import as_text

    if pairs := dialog.selected():
        comparing = dialog.model.comparing
        QGuiApplication.clipboard().setText("\n".join(as_text(pair, comparing) for pair in pairs))


def copy_all(dialog: "TagDialog") -> None:
    """Ask for everything that is shown, which a worker makes into text."""
    dialog.copy_all_asked.emit()


def search(dialog: "TagDialog") -> None:
    """Go to the search."""
    dialog.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
    dialog.search.selectAll()


COPYING: "tuple[ActionSpec[TagDialog], ...]" = (
    ActionSpec("tags_copy_value", mark("Copy &value"), ("Ctrl+Shift+C",), copy_value, scope=Scope.TAGS),
    ActionSpec("tags_copy_rows", mark("Copy &rows"), ("Ctrl+C",), copy_rows, scope=Scope.TAGS),
    ActionSpec("tags_copy_all", mark("Copy &everything shown"), (), copy_all, scope=Scope.TAGS),
)
SEARCHING: "tuple[ActionSpec[TagDialog], ...]" = (
    ActionSpec("tags_search", mark("Search the tags"), ("Ctrl+F",), search, scope=Scope.TAGS),
)
ACTIONS = (*COPYING, *SEARCHING)
