"""The command of the wizard's page about the finished model."""

from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.training.result.model import ResultModelPage


def save(page: "ResultModelPage") -> None:
    """Store the name and the notes, if they can be."""
    page.ask()


ACTIONS: "tuple[ActionSpec[ResultModelPage], ...]" = (
    ActionSpec("wizard_save", mark("Save"), ("Ctrl+S",), save, scope=Scope.WIZARD),
)
