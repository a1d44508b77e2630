"""The commands of the Help menu."""

from cxrview.gui.actions.spec import ActionSpec
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec("keys", mark("&Keys and mouse…"), ("F1",), "show_keys"),
    ActionSpec("about", mark("&About cxrview…"), (), "show_about", icon="info"),
)
