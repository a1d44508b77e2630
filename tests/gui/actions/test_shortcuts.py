"""Keys can be changed, no key gives two commands, and what cannot be used is said."""

from cxrview.gui.actions.mnemonics import plain
from cxrview.gui.actions.shortcuts import normal
from cxrview.gui.actions.spec import Scope
from cxrview.gui.actions.table import SHORTCUTS
from cxrview.settings import Settings


def test_without_changes_the_keys_are_those_of_the_table():
    assert SHORTCUTS.in_use({}) == SHORTCUTS.usual()
    assert SHORTCUTS.usual()["open"] == ("Ctrl+O",)


def test_a_key_of_the_user_is_taken_from_the_command_that_had_it():
    changes = SHORTCUTS.changed({}, "open", ("Ctrl+O", "I"))
    assert changes == {"open": ("Ctrl+O", "I"), "invert": ()}
    assert SHORTCUTS.in_use(changes)["invert"] == ()
    assert SHORTCUTS.owner("I", changes) == "open"
    assert SHORTCUTS.complaints(changes) == []


def test_what_is_as_usual_again_is_not_kept():
    changes = SHORTCUTS.changed({}, "open", ("F2",))
    assert SHORTCUTS.changed(changes, "open", SHORTCUTS.usual()["open"]) == {}


def test_the_keys_of_a_command_that_is_not_known_stay():
    assert SHORTCUTS.changed({"later": ("F9",)}, "open", ("F2",)) == {"later": ("F9",), "open": ("F2",)}


def test_the_usual_keys_come_back_from_the_command_that_took_them():
    changes = SHORTCUTS.changed({}, "open", ("I",))
    back = SHORTCUTS.changed(changes, "invert", SHORTCUTS.usual()["invert"])
    assert SHORTCUTS.in_use(back)["invert"] == ("I",)
    assert SHORTCUTS.in_use(back)["open"] == ()


def test_two_commands_on_one_key_in_a_file_written_by_hand_do_not_both_get_it():
    changes = {"invert": ("X",), "fit": ("X",)}
    keys = SHORTCUTS.in_use(changes)
    assert [keys["invert"], keys["fit"]].count(("X",)) == 1
    assert len(SHORTCUTS.complaints(changes)) == 1


def test_what_cannot_be_used_is_said():
    sentences = SHORTCUTS.complaints({"fly": ("F",), "fit": ("Space",), "invert": ("Ctrl+Nonsense",)})
    assert "“fly”" in sentences[0]
    assert "“Space”" in sentences[1]
    assert "“Ctrl+Nonsense”" in sentences[2]
    assert len(sentences) == 3


def test_a_key_that_begins_a_longer_one_is_owned_too():
    changes = SHORTCUTS.changed({}, "open", ("Ctrl+J, Ctrl+K",))
    assert SHORTCUTS.owner("Ctrl+J", changes) == "open"
    assert SHORTCUTS.owner("Ctrl+U", changes) == ""


def test_windows_of_their_own_may_have_the_same_key():
    changes = SHORTCUTS.changed({}, "library_card", ("I",))
    assert changes == {"library_card": ("I",)}
    assert SHORTCUTS.in_use(changes)["invert"] == ("I",)
    assert SHORTCUTS.owner("I", changes) == "invert"
    assert SHORTCUTS.owner("I", changes, Scope.LIBRARY) == "library_card"
    assert SHORTCUTS.owner("Ctrl+Q", changes, Scope.LIBRARY) == "quit"


def test_a_key_for_everywhere_is_taken_from_every_window():
    changes = SHORTCUTS.changed({}, "quit", ("Ctrl+K",))
    assert changes == {"quit": ("Ctrl+K",), "commands": (), "library_card": ()}


def test_what_looks_under_the_heatmap_is_free_where_there_is_none():
    assert SHORTCUTS.reserved("Space", "invert")
    assert SHORTCUTS.reserved("Space", "library_card") == ""


def test_keys_of_the_settings_work_in_the_window_at_once(opened, qtbot):
    state = opened.state
    state.change_settings(shortcuts=SHORTCUTS.changed({}, "invert", ("Q",)))
    opened.activateWindow()
    opened.stage.setFocus()
    qtbot.keyClick(opened, "i")
    assert not state.inverted
    qtbot.keyClick(opened, "q")
    assert state.inverted
    assert opened.menus.actions["invert"].toolTip() == "Invert (Q)\nSwap black and white"


def test_tool_tips_begin_with_name_and_key_and_no_bare_key_changes_the_theme(opened, qtbot):
    actions = opened.menus.actions
    for action in opened.bench.toolbar.actions():
        if not action.isSeparator() and action.text():
            key = action.shortcut().toString()
            first = action.toolTip().splitlines()[0]
            assert first == plain(action.text()) + (f" ({key})" if key else "")
    assert actions["zoom"].toolTip() == "Zoom (Z)\nDrag up and down to zoom; the wheel always does"
    opened.activateWindow()
    opened.stage.setFocus()
    qtbot.keyClick(opened, "t")
    assert opened.state.settings.theme == "dark"


def test_every_default_is_a_key_that_qt_knows_and_stored_keys_come_back():
    assert Settings().shortcuts == {}
    for name, keys in SHORTCUTS.usual().items():
        assert all(normal(key) == key for key in keys), name
