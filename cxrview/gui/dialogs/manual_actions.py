"""The command of the manual's window."""

from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.dialogs.help import HelpWindow


def search(window: "HelpWindow") -> None:
    """Go to the search."""
    window.search.setFocus()


ACTIONS: "tuple[ActionSpec[HelpWindow], ...]" = (
    ActionSpec("manual_search", mark("Search the manual"), ("Ctrl+F",), search, scope=Scope.MANUAL),
)
