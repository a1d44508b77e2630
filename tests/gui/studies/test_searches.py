"""Searches for images: which of several says what is shown, and that none outlives the list."""

import threading

import pytest

from cxrview.gui.session import discovery, opening
from tests.gui.conftest import make_phantom, write_png


@pytest.fixture
def slow_folder(tmp_path, monkeypatch):
    """A folder of three films whose search goes on only when `gate` is set."""
    folder = tmp_path / "folder"
    folder.mkdir()
    paths = [write_png(folder / f"{number}.png", make_phantom(number, 60, 50)) for number in range(3)]
    gate, begun = threading.Event(), threading.Event()

    def discover(chosen, unpacked, report):
        for number, batch in enumerate(discovery.discover(chosen, unpacked, report)):
            if number == 1 and chosen == [folder]:
                begun.set()
                assert gate.wait(20)
            yield batch

    monkeypatch.setattr(opening, "discover", discover)
    yield folder, paths, gate, begun
    gate.set()


def test_a_file_opened_during_a_search_is_shown_at_once_and_stays(window, slow_folder, phantom, qtbot):
    folder, _paths, gate, begun = slow_folder
    window.open([folder])
    qtbot.waitUntil(begun.is_set)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.path == phantom)  # while the search stands still
    gate.set()
    qtbot.waitUntil(lambda: len(window.state.entries) == 4 and not window.runner.jobs)
    assert window.state.shown.path == phantom


def test_closing_all_files_ends_every_search(window, slow_folder, phantom, qtbot):
    folder, _paths, gate, begun = slow_folder
    window.open([folder])
    qtbot.waitUntil(begun.is_set)
    qtbot.waitUntil(lambda: window.menus.actions["close_all"].isEnabled())  # the first film has arrived
    window.open([phantom])
    window.menus.actions["close_all"].trigger()
    gate.set()
    ended = []
    window.runner.start("after", lambda _report: None, done=ended.append, failed=pytest.fail, lane="folders")
    qtbot.waitUntil(lambda: bool(ended))
    assert window.state.entries == {}
    assert window.state.shown.path is None
