"""Keys can be changed, no key gives two commands, and what cannot be used is said."""

from cxrview.gui import shortcuts
from cxrview.settings import Settings


def test_without_changes_the_keys_are_those_of_the_table():
    assert shortcuts.in_use({}) == shortcuts.usual()
    assert shortcuts.usual()["open"] == ("Ctrl+O",)


def test_a_key_of_the_user_is_taken_from_the_command_that_had_it():
    changes = shortcuts.changed({}, "open", ("Ctrl+O", "I"))
    assert changes == {"open": ("Ctrl+O", "I"), "invert": ()}
    assert shortcuts.in_use(changes)["invert"] == ()
    assert shortcuts.owner("I", changes) == "open"
    assert shortcuts.complaints(changes) == []


def test_what_is_as_usual_again_is_not_kept():
    changes = shortcuts.changed({}, "open", ("F2",))
    assert shortcuts.changed(changes, "open", shortcuts.usual()["open"]) == {}


def test_the_usual_keys_come_back_from_the_command_that_took_them():
    changes = shortcuts.changed({}, "open", ("I",))
    back = shortcuts.changed(changes, "invert", shortcuts.usual()["invert"])
    assert shortcuts.in_use(back)["invert"] == ("I",)
    assert shortcuts.in_use(back)["open"] == ()


def test_two_commands_on_one_key_in_a_file_written_by_hand_do_not_both_get_it():
    changes = {"invert": ("X",), "fit": ("X",)}
    keys = shortcuts.in_use(changes)
    assert [keys["invert"], keys["fit"]].count(("X",)) == 1
    assert len(shortcuts.complaints(changes)) == 1


def test_what_cannot_be_used_is_said():
    sentences = shortcuts.complaints({"fly": ("F",), "fit": ("Space",), "invert": ("Ctrl+Nonsense",)})
    assert "“fly”" in sentences[0]
    assert "“Space”" in sentences[1]
    assert "“Ctrl+Nonsense”" in sentences[2]
    assert len(sentences) == 3


def test_a_key_that_begins_a_longer_one_is_owned_too():
    changes = shortcuts.changed({}, "open", ("Ctrl+J, Ctrl+K",))
    assert shortcuts.owner("Ctrl+J", changes) == "open"
    assert shortcuts.owner("Ctrl+U", changes) == ""


def test_keys_of_the_settings_work_in_the_window_at_once(opened, qtbot):
    state = opened.state
    state.change_settings(shortcuts=shortcuts.changed({}, "invert", ("J",)))
    opened.activateWindow()
    opened.stage.setFocus()
    qtbot.keyClick(opened, "i")
    assert not state.inverted
    qtbot.keyClick(opened, "j")
    assert state.inverted
    assert opened.menus.actions["invert"].toolTip() == "Swap black and white (J)"


def test_every_default_is_a_key_that_qt_knows_and_stored_keys_come_back():
    assert Settings().shortcuts == {}
    for name, keys in shortcuts.usual().items():
        assert all(shortcuts.normal(key) == key for key in keys), name
