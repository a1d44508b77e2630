"""What was opened lately, and what comes back at the start if that is wished."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from cxrview.gui.state import ViewStage
from cxrview.gui.studies.recent_menu import RecentButton
from cxrview.gui.studies.recents import MOST
from cxrview.gui.studies.sorting import SortOrder
from tests.gui.conftest import make_phantom, write_png
from tests.gui.studies.test_browser import popups, trigger


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two folders of two films each, and a film of its own."""
    for folder in ("spring", "autumn"):
        (tmp_path / folder).mkdir()
        for number in range(2):
            write_png(tmp_path / folder / f"{folder}{number}.png", make_phantom(number))
    return [tmp_path / "spring", tmp_path / "autumn", write_png(tmp_path / "single.png", make_phantom(5))]


def recent_names(home: Path) -> list[list[str]]:
    stored = json.loads((home / "recent.json").read_text("utf-8"))
    return [[Path(name).name for name in names] for names in stored["recent"]]


@popups
def test_the_recent_menu_opens_again_what_was_opened(window, make_window, home, folders, qtbot):
    for chosen in ([folders[0]], folders[1:], [folders[0]]):
        window.open(chosen)
    assert recent_names(home) == [["spring"], ["autumn", "single.png"]]
    again = make_window()
    menu = again.browsing.menu
    assert menu.menuAction() in again.menus.menus["file"].actions()
    menu.popup(again.mapToGlobal(again.rect().center()))
    assert [action.text() for action in menu.actions()][:2] == ["&1  spring", "&2  autumn and 1 more"]
    trigger(menu, "autumn")
    menu.close()
    qtbot.waitUntil(lambda: len(again.state.entries) == 3)
    assert recent_names(home)[0] == ["autumn", "single.png"]


def test_what_is_missing_is_grey_in_menu_and_list(window, folders, tmp_path, qtbot):
    window.open([tmp_path / "gone.zip"])
    window.open([folders[0]])
    window.session.close_all()
    menu = window.browsing.menu
    menu.fill()

    def enabled() -> list[bool]:
        return [button.isEnabled() for button in window.stage.empty_page.findChildren(RecentButton)]

    qtbot.waitUntil(lambda: not menu.actions()[1].isEnabled() and enabled() == [True, False])
    assert menu.actions()[0].isEnabled()
    assert menu.actions()[1].toolTip() == f"{tmp_path / 'gone.zip'} is not there."


def test_the_empty_page_offers_what_was_opened_lately(window, folders, qtbot):
    assert not window.stage.empty_page.findChildren(RecentButton)
    window.open([folders[0]])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    window.session.close_all()
    (button,) = window.stage.empty_page.findChildren(RecentButton)
    assert button.isVisible()
    assert button.accessibleName() == "Open spring again"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert len(window.state.entries) == 2


def test_the_list_holds_a_dozen_and_is_cleared_by_its_own_entry(window, home, tmp_path, qtbot):
    for number in range(MOST + 3):
        window.open([tmp_path / f"film{number}.png"])
    assert [names for (names,) in recent_names(home)] == [f"film{n}.png" for n in range(14, 2, -1)]
    menu = window.browsing.menu
    menu.fill()
    trigger(menu, "Clear")
    assert recent_names(home) == []
    assert not menu.isEnabled()
    qtbot.waitUntil(lambda: not window.stage.empty_page.findChildren(RecentButton))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"recent": 3}', '{"recent": [[], [3], "x", null, ["/a"]]}'])
def test_a_spoilt_file_of_recent_names_does_no_harm(make_window, home, text):
    (home / "recent.json").write_text(text)
    window = make_window()
    assert [item.name for item in window.browsing.recents.items] == (["a"] if "/a" in text else [])


def test_the_order_of_the_list_is_the_one_chosen_last(window, make_window, home):
    trigger(window.studies.bar.sort.menu(), "Study date")
    again = make_window()
    assert again.studies.model.order is SortOrder.DATE
    checked = [action.text() for action in again.studies.bar.sort.menu().actions() if action.isChecked()]
    assert checked == ["Study date, newest first"]
    (home / "study_list.json").write_text('{"order": "colour"}')
    assert make_window().studies.model.order is SortOrder.NAME


# The last session


def close(window) -> None:
    window.close()
    window.runner.close(wait=True)


@pytest.fixture
def left_open(make_window, home, folders, qtbot) -> Path:
    """What a window leaves behind that was closed with two viewports; its first folder."""
    window = make_window()
    window.state.change_settings(restore_session=True)
    window.open([folders[0]])
    window.open([folders[2]])
    qtbot.waitUntil(lambda: len(window.state.entries) == 3)
    window.viewports.use("two_columns")
    left, right = (port.view for port in window.viewports.viewports)
    window.session.select(folders[0] / "spring1.png", 0, left)
    window.session.select(folders[2], 0, right)
    qtbot.waitUntil(lambda: right.shown.stage is ViewStage.SHOWN and left.shown.stage is ViewStage.SHOWN)
    close(window)
    return folders[0]


def test_the_last_session_comes_back_if_wished(left_open, make_window, home, qtbot):
    stored = json.loads((home / "session.json").read_text("utf-8"))
    assert [Path(name).name for name in stored["opened"]] == ["spring", "single.png"]
    window = make_window()
    qtbot.waitUntil(lambda: len(window.state.entries) == 3)
    views = [port.view for port in window.viewports.viewports]
    assert len(views) == 2
    qtbot.waitUntil(lambda: all(view.shown.stage is ViewStage.SHOWN for view in views))
    assert [view.shown.path.name for view in views] == ["spring1.png", "single.png"]
    assert recent_names(home) == [["single.png"], ["spring"]]  # not once more as one


def test_what_is_gone_since_is_said_in_one_line(left_open, make_window, qtbot):
    for path in left_open.iterdir():
        path.unlink()
    left_open.rmdir()
    window = make_window()
    qtbot.waitUntil(lambda: [path.name for path in window.state.entries] == ["single.png"])
    assert window.statusBar().message.text() == "spring is not there any more."
    left, right = (port.view for port in window.viewports.viewports)
    qtbot.waitUntil(lambda: right.shown.stage is ViewStage.SHOWN)
    assert left.shown.stage is ViewStage.EMPTY  # the place of what has gone stays free


def test_nothing_comes_back_over_what_the_user_opens(left_open, make_window, tmp_path, qtbot):
    window = make_window(complete=False)
    assert not window.is_complete
    window.open([tmp_path / "autumn"])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and not window.runner.jobs)
    assert {path.parent.name for path in window.state.entries} == {"autumn"}


def test_without_the_wish_nothing_is_kept_and_nothing_comes_back(left_open, make_window, home, qtbot):
    window = make_window()
    qtbot.waitUntil(lambda: len(window.state.entries) == 3)
    window.state.change_settings(restore_session=False)
    close(window)
    assert not (home / "session.json").exists()
    (home / "session.json").write_text(json.dumps({"opened": [str(left_open)]}))
    again = make_window()
    qtbot.waitUntil(lambda: again.state.model.card is not None and not again.runner.jobs)
    assert not again.state.entries


def test_removed_files_and_closed_ones_are_not_opened_again(make_window, home, folders, qtbot):
    window = make_window()
    window.state.change_settings(restore_session=True)
    window.open([folders[0]])
    qtbot.waitUntil(lambda: len(window.state.entries) == 2)
    window.session.close_all()
    window.open([folders[1]])
    window.open([folders[2]])
    qtbot.waitUntil(lambda: len(window.state.entries) == 3)
    window.studies.remove([window.state.entries[folders[2]]])
    close(window)
    stored = json.loads((home / "session.json").read_text("utf-8"))
    assert [Path(name).name for name in stored["opened"]] == ["autumn"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"opened": "x"},
        {"opened": [1, None]},
        {"layout": [9, 9]},
        {"layout": "two"},
        {"views": [{"path": 3}]},
        {"active": []},
    ],
)
def test_a_spoilt_session_file_does_no_harm(make_window, home, folders, spoilt, qtbot):
    (home / "settings.toml").write_text("restore_session = true\n")
    values = {"opened": [str(folders[2])], "views": [], "active": {}, "layout": [1, 1]} | spoilt
    (home / "session.json").write_text(json.dumps(values))
    window = make_window()
    if "opened" not in spoilt:
        qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    qtbot.waitUntil(lambda: window.state.model.card is not None and not window.runner.jobs)
    assert len(window.viewports.viewports) == 1
