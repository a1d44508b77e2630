"""The commands of the Help menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec(
        "commands",
        mark("&Find a command…"),
        ("Ctrl+K",),
        "commands.open",
        icon="search",
        tip=mark("Every command by a few letters of its name"),
    ),
    SEPARATOR,
    ActionSpec("manual", mark("&Manual"), ("F1",), "help.manual", icon="book-open"),
    ActionSpec("keys", mark("&Keys and mouse"), ("Shift+F1",), "help.keys", icon="keyboard"),
    SEPARATOR,
    ActionSpec("about", mark("&About cxrview…"), (), "help.about", icon="info"),
)
