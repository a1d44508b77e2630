"""The palette finds every command by a few letters, says what cannot be done, and runs what is chosen."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from cxrview.gui import language
from cxrview.gui.actions import fuzzy
from cxrview.gui.viewer.corner_text import person
from tests.gui.commands_of_menus import SPECS
from tests.gui.dicom_files import write_dicom


@pytest.fixture
def palette(window, qtbot):
    """The palette, opened with its key."""
    window.activateWindow()
    window.stage.setFocus()
    qtbot.waitUntil(lambda: not window.runner.jobs)  # the models are in their menu
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.commands.isVisible()
    return window.commands


def titles(palette) -> list[str]:
    return [command.title for command, _places in palette.model.found]


def test_every_command_of_the_menus_is_there(palette):
    keys = {command.key for command, _places in palette.model.found}
    missing = {spec.name for spec in SPECS} - keys - {"commands", "sample"}
    assert missing == set()
    assert "Model › Run on › CPU" in keys  # and what is filled into submenus


def test_a_few_letters_find_a_command_and_enter_gives_it(opened, qtbot):
    opened.activateWindow()
    opened.commands.open()
    qtbot.keyClicks(opened.commands.search, "inve")
    assert titles(opened.commands)[0] == "Invert"
    qtbot.keyClick(opened.commands.search, Qt.Key.Key_Return)
    assert not opened.commands.isVisible()
    qtbot.waitUntil(lambda: opened.state.inverted)


def test_what_cannot_be_done_says_why_and_is_not_done(palette, qtbot):
    qtbot.keyClicks(palette.search, "invert")
    assert palette.foot.text() == "No image is on the screen."
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_what_was_used_last_comes_first(palette, window, qtbot):
    qtbot.keyClicks(palette.search, "light theme")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.state.settings.theme == "light")
    palette.open()
    assert titles(palette)[0] == "Light theme"


def test_the_recent_ones_are_remembered(make_window, qtbot):
    window = make_window()
    window.commands.open()
    qtbot.keyClicks(window.commands.search, "light theme")
    qtbot.keyClick(window.commands.search, Qt.Key.Key_Return)
    window.close()
    again = make_window()
    again.commands.open()
    assert titles(again.commands)[0] == "Light theme"


def test_arrows_go_around_and_escape_gives_the_focus_back(palette, window, qtbot):
    before = window.stage.focusWidget() or window.stage
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == palette.model.rowCount() - 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 0
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() in (before, window.stage, window.canvas)


def test_keys_of_the_window_mean_nothing_while_it_is_open(palette, window, qtbot):
    qtbot.keyClick(palette.search, Qt.Key.Key_F11)
    assert not window.isFullScreen()
    qtbot.keyClick(palette.search, "t")
    assert window.state.settings.theme == "dark"
    assert palette.search.text() == "t"


def test_a_click_beside_it_closes_it(palette, window, qtbot):
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, window.height() - 20))
    assert not palette.isVisible()


def test_letters_that_fit_nothing_say_so(palette, qtbot):
    qtbot.keyClicks(palette.search, "zzqq")
    assert palette.foot.text() == "No command fits these letters."
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_commands_are_found_in_english_too_when_the_window_is_german(qapp, make_window, qtbot):
    language.speak(qapp, "de")
    try:
        window = make_window()
        window.commands.open()
        qtbot.keyClicks(window.commands.search, "full screen")
        assert titles(window.commands)[0] == "Vollbild"
        window.commands.search.clear()
        qtbot.keyClicks(window.commands.search, "vollb")
        assert titles(window.commands)[0] == "Vollbild"
    finally:
        language.speak(qapp, "en")


@pytest.mark.parametrize(
    ("word", "text", "fits"),
    [
        ("wl", "Window level", True),
        ("ndw", "Window level", False),
        ("indow", "Window level", True),
        ("off", "Öffnen", True),
        ("öff", "Offen", True),
        ("sht", "Show the heatmap", True),
        ("xyz", "Show the heatmap", False),
    ],
)
def test_letters_fit_at_the_starts_of_words_or_together(word, text, fits):
    assert (fuzzy.fit(word, text) is not None) == fits


def test_what_stands_at_the_start_is_better_than_what_stands_inside():
    assert fuzzy.fit("open", "Open folder")[0] > fuzzy.fit("open", "Reopen folder")[0]
    assert fuzzy.fit("open", "Open")[0] > fuzzy.fit("open", "Open folder")[0]


def test_every_action_that_can_be_off_says_why():
    from cxrview.gui.actions.when import why_not

    silent = [spec.name for spec in SPECS if spec.when and why_not(spec) == "This cannot be done now."]
    assert silent == []


def test_patients_whose_files_name_no_study_are_each_found(window, tmp_path, qtbot):
    names = ("DOE^JANE", "DOE^RICHARD")
    window.open(
        [write_dicom(tmp_path / name, name=name, patient_id=name, StudyInstanceUID="") for name in names]
    )
    qtbot.waitUntil(lambda: len(window.state.entries) == 2)
    window.commands.open()
    qtbot.keyClicks(window.commands.search, "DOE,")
    assert sorted(titles(window.commands)) == ["DOE, JANE", "DOE, RICHARD"]


def test_open_studies_are_found_by_their_patient_but_not_remembered(window, chest_pa, phantom, qtbot):
    window.open([chest_pa, phantom])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2)
    window.session.select(phantom)
    qtbot.waitUntil(lambda: window.state.shown.path == phantom)
    name = person(next(e.identity.patient_name for e in window.state.entries.values() if e.path == chest_pa))
    window.commands.open()
    assert name not in titles(window.commands)  # only when it is asked for
    qtbot.keyClicks(window.commands.search, name)
    assert titles(window.commands) == [name]
    qtbot.keyClick(window.commands.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.state.shown.path == chest_pa)
    assert not any("study" in key for key in window.commands.recent)
    window.state.change_settings(hide_identity=True)
    window.commands.open()
    qtbot.keyClicks(window.commands.search, name)
    assert titles(window.commands) == []
