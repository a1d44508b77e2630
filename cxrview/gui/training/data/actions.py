"""The command of the wizard's first step, the images."""

from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.training.data.step import DataStep


def undo(step: "DataStep") -> None:
    """Take back the last change to what is learnt from."""
    step.edits.undo()


ACTIONS: "tuple[ActionSpec[DataStep], ...]" = (
    ActionSpec("wizard_undo", mark("Undo"), ("Ctrl+Z",), undo, scope=Scope.WIZARD),
)
