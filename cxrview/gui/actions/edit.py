"""The commands of the Edit menu."""

from cxrview.gui.actions.spec import ActionSpec

ACTIONS: tuple[ActionSpec | None, ...] = ()
