"""Preferences hold at once, come back, and can be undone; keys are changed without surprises."""

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QSlider, QSpinBox

from cxrview import settings
from cxrview.gui.actions.table import SHORTCUTS
from cxrview.settings import Settings

SHOWN = [field for field in dataclasses.fields(Settings) if field.metadata["page"] not in ("", "model")]


@pytest.fixture
def dialog(window, qtbot):
    window.activateWindow()
    window.stage.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    return window.preferences.dialog


@pytest.fixture
def page(dialog):
    """The page of shortcuts, with the command Invert chosen."""
    dialog.show_page("shortcuts")
    page = dialog.pages["shortcuts"]
    choose(page, "invert")
    return page


def choose(page, name: str) -> None:
    page.list.setCurrentItem(
        next(item for item in page._items() if item.data(0, Qt.ItemDataRole.UserRole) == name)
    )


def test_every_setting_has_a_control_that_changes_it_at_once(dialog, window, qtbot):
    for field in SHOWN:
        dialog.show_page(field.metadata["page"])
        control = dialog.pages[field.metadata["page"]].rows[field.name].control
        before = getattr(window.state.settings, field.name)
        assert control.accessibleName(), field.name
        if isinstance(control, QCheckBox):
            qtbot.keyClick(control, Qt.Key.Key_Space)
        elif isinstance(control, QComboBox):
            qtbot.keyClick(control, Qt.Key.Key_Down if control.currentIndex() == 0 else Qt.Key.Key_Up)
        elif isinstance(control, QSlider | QSpinBox):
            qtbot.keyClick(control, Qt.Key.Key_Up)
        assert getattr(window.state.settings, field.name) != before, field.name


def test_a_change_elsewhere_is_shown(dialog, window):
    for name in ("heatmap", "display", "general"):
        dialog.show_page(name)
    window.state.change_settings(heatmap_opacity=0.8, theme="light", memory_budget_mb=2048)
    assert dialog.pages["heatmap"].rows["heatmap_opacity"].control.value() == 80
    assert dialog.pages["general"].rows["theme"].control.currentText() == "Light"
    assert dialog.pages["display"].rows["memory_budget_mb"].control.text() == "2048 MB"


def test_settings_are_stored(dialog, window, home, qtbot):
    dialog.show_page("display")
    dialog.pages["display"].rows["prefetch"].control.setValue(5)
    window.close()
    assert settings.load(home / "settings.toml")[0].prefetch == 5


def test_defaults_of_one_page_come_back_and_can_be_undone(dialog, window, qtbot):
    window.state.change_settings(prefetch=7, heatmap_opacity=0.9)
    dialog.show_page("display")
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert window.state.settings.prefetch == Settings().prefetch
    assert window.state.settings.heatmap_opacity == 0.9  # of another page
    assert dialog.said.text() == "Defaults restored."
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert window.state.settings.prefetch == 7
    assert not dialog.undo.isVisible()


def test_a_page_with_its_defaults_says_so(dialog, qtbot):
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert dialog.said.text() == "This page has its defaults already."
    assert not dialog.undo.isVisible()


def test_the_operating_point_is_chosen_and_comes_back_with_the_page(dialog, window, qtbot):
    dialog.show_page("model")
    point = dialog.pages["model"].point.control
    qtbot.keyClick(point, Qt.Key.Key_End)
    assert window.state.settings.operating_point == point.currentData() == "sensitive"
    window.state.change_settings(operating_point="balanced")
    assert point.currentData() == "balanced"
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert window.state.settings.operating_point == point.currentData() == "auto"
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert window.state.settings.operating_point == "balanced"


def test_a_device_is_remembered_only_when_it_works(dialog, window, home, qtbot):
    dialog.show_page("model")
    page = dialog.pages["model"]
    page.device.setCurrentIndex(page.device.findData("cpu"))
    page.device.activated.emit(page.device.currentIndex())
    qtbot.waitUntil(lambda: window.state.settings.device == "cpu")
    assert "brightness CPU" in page.used.text()


def test_a_new_key_works_at_once_and_is_stored(page, window, home, qtbot):
    qtbot.keyClick(page.record, Qt.Key.Key_Q)
    assert page.said.text() == "Q is a key of this command now."
    assert window.state.settings.shortcuts == {"invert": ("Q",)}
    assert [key.toString() for key in window.menus.actions["invert"].shortcuts()] == ["Q"]
    window.close()
    assert settings.load(home / "settings.toml") == (
        dataclasses.replace(window.state.settings, shortcuts={"invert": ("Q",)}),
        [],
    )


def test_a_key_that_is_taken_is_said_and_can_be_taken_over(page, window, qtbot):
    qtbot.keyClick(page.record, Qt.Key.Key_F)
    assert page.said.text() == "F gives “Fit to window” now."
    assert window.state.settings.shortcuts == {}
    qtbot.mouseClick(page.leave, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {}
    qtbot.keyClick(page.record, Qt.Key.Key_F)
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    assert SHORTCUTS.in_use(window.state.settings.shortcuts)["invert"] == ("F",)
    assert SHORTCUTS.in_use(window.state.settings.shortcuts)["fit"] == ()
    assert not window.menus.actions["fit"].shortcuts()


def test_a_reserved_key_is_refused_with_a_sentence(page, window, qtbot):
    qtbot.keyClick(page.record, Qt.Key.Key_1)
    assert page.said.text() == "The digits from 1 to 9 choose the class of the heatmap."
    assert window.state.settings.shortcuts == {}


def test_one_command_or_all_get_their_usual_keys_again(page, dialog, window, qtbot):
    qtbot.keyClick(page.record, Qt.Key.Key_Q)
    choose(page, "fit")
    qtbot.mouseClick(page.none, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {"invert": ("Q",), "fit": ()}
    qtbot.mouseClick(page.usual, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {"invert": ("Q",)}
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {}
    qtbot.mouseClick(dialog.undo, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {"invert": ("Q",)}


def test_commands_are_found_by_name_and_by_key(page, qtbot):
    qtbot.keyClicks(page.search, "F11")
    shown = [item.text(0) for item in page._items() if not item.isHidden()]
    assert "Full screen" in shown
    assert "Invert" not in shown


def test_a_key_is_given_only_to_a_command_that_is_in_sight(page, window, qtbot):
    choose(page, "open")
    qtbot.keyClicks(page.search, "invert")
    assert page.list.currentItem().text(0) == "Invert"
    qtbot.keyClick(page.record, Qt.Key.Key_F10)
    assert window.state.settings.shortcuts == {"invert": ("F10",)}
    assert not page.list.currentItem().isHidden()  # though its key may have been what was searched for
    page.search.setText("zzqq")
    assert page.list.currentItem() is None
    assert not page.record.isEnabled()
    page.search.clear()
    assert page.list.currentItem().text(0) == "Open"


def test_wrong_keys_in_the_file_are_said_and_stay_there(make_window, home):
    (home / "settings.toml").write_text('[shortcuts]\nfly = ["F"]\nfit = ["Space"]\n')
    window = make_window()
    said = window.statusBar().message.text()
    assert "“fly”" in said
    assert "“Space”" in said
    window.close()
    assert settings.load(home / "settings.toml")[0].shortcuts == {"fly": ("F",), "fit": ("Space",)}


def test_another_window_has_keys_of_its_own_to_be_changed(page, window, qtbot):
    window.training.show_library()
    library = window.training.library
    choose(page, "library_search")
    qtbot.keyClick(page.record, Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    assert window.state.settings.shortcuts == {"library_search": ("Alt+I",)}
    library.activateWindow()
    qtbot.waitUntil(library.isActiveWindow)
    library.list.setFocus()
    qtbot.keyClick(library.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not library.search.hasFocus()
    qtbot.keyClick(library.list, Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    assert library.search.hasFocus()
    qtbot.keyClick(page.record, Qt.Key.Key_F)  # which fits the image, but not in there
    assert window.state.settings.shortcuts == {"library_search": ("F",)}


def test_a_key_for_everywhere_clashes_with_those_of_every_window(page, window, qtbot):
    choose(page, "quit")
    qtbot.keyClick(page.record, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert page.said.text() == "Ctrl+E gives “Export” now."
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    assert window.state.settings.shortcuts == {"quit": ("Ctrl+E",), "library_export": ()}
