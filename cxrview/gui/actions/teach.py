"""The commands of the Teach menu: reading sets, and what readings came to."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.commands import teaching
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "read_set",
        mark("&Read a set…"),
        ("Ctrl+B",),
        teaching.read_set,
        tip=mark("First your own answer, film by film, then the truth and the model"),
    ),
    ActionSpec(
        "introduction",
        mark("&Introduction"),
        (),
        teaching.introduction,
        tip=mark("Drawn chests with known lesions, for five minutes"),
    ),
    ActionSpec("readings", mark("&My readings…"), (), teaching.show_sessions),
    SEPARATOR,
    ActionSpec(
        "new_set",
        mark("&New reading set…"),
        (),
        teaching.new_set,
        tip=mark("From a folder with a folder a class, or from a table"),
    ),
)
