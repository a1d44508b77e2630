"""The commands of the Help menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.commands import window
from cxrview.gui.commands.help import show_about, show_keys, show_manual, translate
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "commands",
        mark("&Find a command…"),
        ("Ctrl+K",),
        window.find_command,
        icon="search",
        tip=mark("Every command by a few letters of its name"),
    ),
    SEPARATOR,
    ActionSpec("manual", mark("&Manual"), ("F1",), show_manual, icon="book-open"),
    ActionSpec("keys", mark("&Keys and mouse"), ("Shift+F1",), show_keys, icon="keyboard"),
    ActionSpec(
        "translate",
        mark("&Translate cxrview…"),
        (),
        translate,
        tip=mark("Opens the folder for languages of your own, with an example"),
    ),
    SEPARATOR,
    ActionSpec("about", mark("&About cxrview…"), (), show_about, icon="info"),
)
