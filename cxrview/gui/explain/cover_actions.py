"""The commands of the window in which a film is covered."""

from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.explain.cover import CoverDialog


def undo(dialog: "CoverDialog") -> None:
    """Take back the last step."""
    dialog.history.undo()


def redo(dialog: "CoverDialog") -> None:
    """Do again what was taken back."""
    dialog.history.redo()


def clear(dialog: "CoverDialog") -> None:
    """Uncover all."""
    dialog.history.put(())


ACTIONS: "tuple[ActionSpec[CoverDialog], ...]" = (
    ActionSpec(
        "cover_undo",
        mark("Undo"),
        ("Ctrl+Z",),
        undo,
        scope=Scope.COVER,
        when=lambda dialog: dialog.history.can_undo,
    ),
    ActionSpec(
        "cover_redo",
        mark("Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        redo,
        scope=Scope.COVER,
        when=lambda dialog: dialog.history.can_redo,
    ),
    ActionSpec(
        "cover_clear",
        mark("Uncover all"),
        ("Ctrl+Del",),
        clear,
        scope=Scope.COVER,
        when=lambda dialog: bool(dialog.history.covers),
    ),
)
