"""What the reader has looked at is remembered from one session to the next."""

import dataclasses

import numpy as np
import pytest

from cxrview.annotations.image_key import place_key
from cxrview.annotations.store import Store
from cxrview.gui.session.viewed import ViewedImages
from cxrview.gui.state import AppState, Entry
from cxrview.gui.tasks import TaskRunner
from cxrview.imaging import Identity
from cxrview.settings import Settings
from tests.imaging.phantoms import phantom, save


@pytest.fixture
def make(qtbot, tmp_path):
    """Makes a state with its Seen, on one store."""
    runners = []

    def new() -> AppState:
        state = AppState(Settings())
        runners.append(TaskRunner())
        ViewedImages(state, runners[-1], tmp_path / "reading.sqlite", state)
        return state

    yield new
    for runner in runners:
        runner.close(wait=True)


def entry(tmp_path, name: str, uid: str, **parts) -> Entry:
    return Entry(tmp_path / name, Identity(instance_uid=uid), **parts)


def test_what_was_looked_at_is_so_in_the_next_session(make, tmp_path, qtbot):
    first, store = make(), Store(tmp_path / "reading.sqlite")
    entries = [entry(tmp_path, f"{number}.dcm", f"1.{number}") for number in range(3)]
    first.add_entries(entries)
    first.change_entry(entries[1].path, seen=True)
    qtbot.waitUntil(lambda: store.seen(["uid:1.1/0"]) == {"uid:1.1/0"})
    second = make()
    second.add_entries(entries)
    qtbot.waitUntil(lambda: second.entries[entries[1].path].seen)
    assert [each.seen for each in second.entries.values()] == [False, True, False]


def test_another_file_of_the_same_image_was_looked_at_too(make, tmp_path):
    state = make()
    first, copy = entry(tmp_path, "a.dcm", "1.1"), entry(tmp_path, "b.dcm", "1.1")
    state.add_entries([first])
    state.change_entry(first.path, seen=True)
    state.add_entries([copy])
    assert state.entries[copy.path].seen


def test_copies_of_an_image_are_all_known_from_the_last_session(make, tmp_path, qtbot):
    Store(tmp_path / "reading.sqlite").mark_seen(["uid:1.1/0"])
    state = make()
    state.add_entries([entry(tmp_path, name, "1.1") for name in ("a.dcm", "b.dcm", "c.dcm")])
    qtbot.waitUntil(lambda: all(each.seen for each in state.entries.values()))


def test_copies_of_an_image_go_together(make, tmp_path):
    state = make()
    first, copy = entry(tmp_path, "a.dcm", "1.1"), entry(tmp_path, "b.dcm", "1.1")
    state.add_entries([first, copy, entry(tmp_path, "c.dcm", "1.2")])
    state.change_entry(copy.path, seen=True)
    assert [each.seen for each in state.entries.values()] == [True, True, False]
    state.change_entry(first.path, seen=False)
    assert not any(each.seen for each in state.entries.values())


def test_what_is_marked_as_new_is_so_in_the_next_session(make, tmp_path, qtbot):
    state, store = make(), Store(tmp_path / "reading.sqlite")
    store.mark_seen(["uid:1.1/0"])
    one = entry(tmp_path, "a.dcm", "1.1")
    state.add_entries([one])
    qtbot.waitUntil(lambda: state.entries[one.path].seen)
    state.change_entry(one.path, seen=False)
    qtbot.waitUntil(lambda: not store.seen(["uid:1.1/0"]))
    assert not state.entries[one.path].seen


def test_what_is_looked_at_before_its_header_is_known_counts(make, tmp_path, qtbot):
    state, store = make(), Store(tmp_path / "reading.sqlite")
    bare = dataclasses.replace(entry(tmp_path, "a.dcm", "1.1"), identity=None)
    state.add_entries([bare])
    state.change_entry(bare.path, seen=True)
    state.change_entry(bare.path, identity=Identity(instance_uid="1.1"))
    qtbot.waitUntil(lambda: store.seen(["uid:1.1/0"]) == {"uid:1.1/0"})


def raster(tmp_path, name: str = "film.png") -> Entry:
    path = tmp_path / name
    path.write_bytes(b"pixels")
    return Entry(path)


def looked_at(state: AppState, one: Entry, store: Store, qtbot) -> None:
    """Look at `one`, and wait until it is kept."""
    state.add_entries([one])
    state.change_entry(one.path, seen=True)
    qtbot.waitUntil(lambda: bool(store.seen([place_key(one.path, one.archive)])))


def test_an_image_without_uid_is_known_by_its_file(make, tmp_path, qtbot):
    one, other = raster(tmp_path), raster(tmp_path, "other.png")
    looked_at(make(), one, Store(tmp_path / "reading.sqlite"), qtbot)
    second = make()
    second.add_entries([other, one])
    qtbot.waitUntil(lambda: second.entries[one.path].seen)
    assert not second.entries[other.path].seen


def test_an_image_without_uid_that_was_written_anew_is_new(make, tmp_path, qtbot):
    one, store = raster(tmp_path), Store(tmp_path / "reading.sqlite")
    looked_at(make(), one, store, qtbot)
    one.path.write_bytes(b"other pixels")
    witness = raster(tmp_path, "witness.png")
    store.mark_seen([place_key(witness.path)])
    second = make()
    second.add_entries([one, witness])
    qtbot.waitUntil(lambda: second.entries[witness.path].seen)
    assert not second.entries[one.path].seen


def test_an_image_out_of_an_archive_is_known_wherever_it_was_unpacked(make, tmp_path, qtbot):
    archive = tmp_path / "films.zip"
    archive.write_bytes(b"packed")
    unpacked = []
    for place in ("first", "second"):
        folder = tmp_path / place / "films"
        folder.mkdir(parents=True)
        unpacked.append(dataclasses.replace(raster(folder), archive=archive))
    looked_at(make(), unpacked[0], Store(tmp_path / "reading.sqlite"), qtbot)
    second = make()
    second.add_entries([unpacked[1]])
    qtbot.waitUntil(lambda: second.entries[unpacked[1].path].seen)


def test_a_file_that_is_gone_stops_nothing(make, tmp_path, qtbot):
    gone, one = Entry(tmp_path / "gone.png"), raster(tmp_path)
    state = make()
    state.add_entries([gone])
    looked_at(state, one, Store(tmp_path / "reading.sqlite"), qtbot)
    state.change_entry(gone.path, seen=True)
    assert state.entries[gone.path].seen


def test_an_image_whose_uid_is_found_later_goes_by_that(make, tmp_path, qtbot):
    one, store = raster(tmp_path), Store(tmp_path / "reading.sqlite")
    state = make()
    looked_at(state, one, store, qtbot)
    state.change_entry(one.path, identity=Identity(instance_uid="1.1"))
    qtbot.waitUntil(lambda: store.seen(["uid:1.1/0"]) == {"uid:1.1/0"})
    copy = entry(tmp_path, "b.dcm", "1.1")
    state.add_entries([copy])
    assert state.entries[copy.path].seen


def test_the_window_remembers(make_window, tmp_path, qtbot):
    path = save(phantom(np.zeros((64, 64), np.uint16) + np.arange(64, dtype=np.uint16)), tmp_path / "a.dcm")
    first = make_window()
    first.open([path])
    qtbot.waitUntil(lambda: first.state.entries[path].seen if path in first.state.entries else False)
    first.close()
    first.runner.close(wait=True)
    second = make_window()
    second.state.add_entries([Entry(path, first.state.entries[path].identity)])
    qtbot.waitUntil(lambda: second.state.entries[path].seen)
