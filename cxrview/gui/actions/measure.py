"""The commands of the Measure menu."""

from cxrview.gui.actions.spec import ActionSpec

ACTIONS: tuple[ActionSpec | None, ...] = ()
