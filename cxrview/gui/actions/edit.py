"""The commands of the Edit menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.commands import measure, preferences
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "undo",
        mark("&Undo"),
        ("Ctrl+Z",),
        measure.undo,
        icon="undo-2",
        tip=mark("Take back what was drawn"),
    ),
    ActionSpec(
        "redo",
        mark("&Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        measure.redo,
        icon="redo-2",
        tip=mark("Draw it again"),
    ),
    SEPARATOR,
    ActionSpec(
        "delete_annotation",
        mark("&Delete annotation"),
        ("Del",),
        measure.delete,
        icon="trash-2",
        tip=mark("Remove the selected measurement or annotation"),
    ),
    ActionSpec("rename_annotation", mark("&Label…"), (), measure.rename),
    ActionSpec("next_annotation", mark("&Next annotation"), ("N",), measure.select_next),
    SEPARATOR,
    ActionSpec(
        "preferences", mark("&Preferences…"), ("Ctrl+,",), preferences.show_preferences, icon="settings-2"
    ),
    ActionSpec("shortcuts", mark("&Shortcuts…"), (), preferences.show_shortcuts, icon="keyboard"),
)
