"""The file of annotations: what is kept survives copies, kills, other writers and damage."""

import dataclasses
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cxrview.annotations import messages
from cxrview.annotations.annotation import Length, Point, Text
from cxrview.annotations.image_key import image_key, uid_key
from cxrview.annotations.sqlite_file import opened
from cxrview.annotations.store import MIGRATIONS, TROUBLES, Change, Store, StoreUnusable
from cxrview.imaging import Identity, read
from cxrview.messages import CANNOT_BE_READ, IN_USE_BY_ANOTHER
from tests.annotations.images import image, write_png
from tests.imaging.phantoms import RAMP, phantom, save
from tests.refusals import refused

LINE = Length(points=(Point(1, 2), Point(3.25, 4)))
NOTE = Text(points=(Point(1, 2),), label="here")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "data" / "reading.sqlite", patience=0.05)


def keep(store, annotation, key="uid:1/0"):
    store.write([Change(key, annotation.id, annotation)])


def test_what_is_drawn_on_an_image_comes_back_for_it_alone(store):
    keep(store, LINE)
    keep(store, NOTE, "uid:2/0")
    assert store.annotations("uid:1/0").annotations == (LINE,)
    assert store.annotations("uid:3/0").annotations == ()


def test_looking_does_not_make_a_file(store):
    assert store.annotations("uid:1/0").annotations == ()
    assert store.seen(["uid:1/0"]) == frozenset()
    assert not store.path.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_only_the_owner_may_read_it(store):
    keep(store, LINE)
    assert store.path.stat().st_mode & 0o077 == 0


def test_what_is_changed_or_removed_stays_so(store):
    keep(store, LINE)
    keep(store, NOTE)
    longer = LINE.with_point(0, Point(0, 0))
    store.write([Change("uid:1/0", LINE.id, longer), Change("uid:1/0", NOTE.id, None)])
    assert store.annotations("uid:1/0").annotations == (longer,)


def test_two_windows_do_not_overwrite_each_other(store):
    keep(store, LINE)
    other = Store(store.path)
    keep(other, NOTE)
    keep(store, LINE.moved(1, 1))
    kept = other.annotations("uid:1/0").annotations
    assert set(kept) == {LINE.moved(1, 1), NOTE}


def test_many_processes_write_at_once_and_nothing_is_lost(tmp_path):
    path = tmp_path / "reading.sqlite"
    code = """if True:
        import sys; from pathlib import Path
        from cxrview.annotations.annotation import Length, Point
        from cxrview.annotations.store import Change, Store
        store = Store(Path(sys.argv[1]))
        for number in range(20):
            line = Length(points=(Point(number, 0), Point(0, 1)))
            store.write([Change("uid:1/0", line.id, line)])
    """
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(Store(path).annotations("uid:1/0").annotations) == 60


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_kill_in_mid_write_loses_nothing_that_was_kept(tmp_path):
    path = tmp_path / "reading.sqlite"
    code = """if True:
        import sys; from pathlib import Path
        from cxrview.annotations.annotation import Length, Point
        from cxrview.annotations.store import Change, Store
        store = Store(Path(sys.argv[1]))
        for number in range(10**6):
            pair = [Length(points=(Point(number, end), Point(0, 1))) for end in (0, 1)]
            store.write([Change("uid:1/0", line.id, line) for line in pair])
            print(number, flush=True)
    """
    writer = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    said = [int(writer.stdout.readline()) for _ in range(30)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [int(line) for line in writer.stdout.read().split()]
    writer.stdout.close()
    writer.wait()
    kept = Store(path).annotations("uid:1/0").annotations
    whole = {line.points[0] for line in kept}
    assert {(number, end) for number in said for end in (0, 1)} <= whole
    assert len(kept) % 2 == 0  # a pair is kept whole or not at all
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_what_a_later_version_drew_is_counted_and_left_alone(store):
    keep(store, LINE)
    with sqlite3.connect(store.path) as database:
        database.execute("INSERT INTO annotation VALUES ('x', 'uid:1/0', '', '{\"schema\": 9}')")
    database.close()
    kept = store.annotations("uid:1/0")
    assert (kept.annotations, kept.unreadable) == ((LINE,), 1)
    keep(store, NOTE)
    assert store.annotations("uid:1/0").unreadable == 1


def test_a_file_of_a_later_version_is_refused(store):
    keep(store, LINE)
    with sqlite3.connect(store.path) as database:
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    with refused(StoreUnusable, messages.LATER_VERSION):
        store.annotations("uid:1/0")


def test_a_file_of_an_earlier_version_is_brought_forward_and_kept(store):
    keep(store, LINE)
    later = (*MIGRATIONS, "ALTER TABLE seen ADD COLUMN by TEXT")
    for _ in range(2):  # the second time there is nothing to do
        with opened(store.path, later, 1.0, TROUBLES) as database:
            assert database.execute("PRAGMA user_version").fetchone() == (len(later),)
            assert database.execute("SELECT by FROM seen").fetchall() == []
    (kept,) = (path for path in store.path.parent.iterdir() if path.suffix == ".bak")
    assert kept.name == f"reading.sqlite.v{len(MIGRATIONS)}.bak"
    assert kept.stat().st_mode & 0o077 == 0
    assert Store(kept).annotations("uid:1/0").annotations == (LINE,)


def test_a_damaged_file_is_refused_and_not_touched(store):
    store.path.parent.mkdir()
    store.path.write_bytes(b"no database" * 999)
    before = store.path.read_bytes()
    for work in (lambda: store.annotations("x"), lambda: keep(store, LINE), lambda: store.mark_seen(["x"])):
        with refused(StoreUnusable, messages.STORE_DAMAGED) as refusal:
            work()
        assert refusal.error.advice == messages.MOVE_AWAY(place=str(store.path))
    assert store.path.read_bytes() == before


def test_a_file_held_by_another_program_is_named(store):
    keep(store, LINE)
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with refused(StoreUnusable, IN_USE_BY_ANOTHER):
        keep(store, NOTE)
    assert store.annotations("uid:1/0").annotations == (LINE,)  # reading goes on
    holder.execute("ROLLBACK")
    holder.close()
    keep(store, NOTE)


def test_a_place_where_nothing_can_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with refused(StoreUnusable, messages.STORE_UNUSABLE, CANNOT_BE_READ):
        keep(Store(tmp_path / "file" / "reading.sqlite"), LINE)


def test_images_that_were_looked_at_are_remembered(store):
    keys = [f"uid:{number}/0" for number in range(1200)]
    store.mark_seen(keys[::2])
    store.mark_seen(keys[:1], seen=False)
    assert store.seen(keys) == frozenset(keys[2::2])


def test_an_image_is_known_by_its_uid_and_frame():
    radiograph = dataclasses.replace(image(identity=Identity(instance_uid="1.2.3")), frame=4)
    assert image_key(radiograph) == "uid:1.2.3/4" == uid_key(radiograph.identity, 4)
    assert uid_key(Identity()) == uid_key(None) == ""


def test_a_copy_of_a_png_elsewhere_is_the_same_image(tmp_path):
    first = write_png(tmp_path / "a.png", RAMP)
    copy = Path(shutil.copy(first, tmp_path / "other name.png"))
    third = write_png(tmp_path / "c.png", RAMP + 1)
    keys = [image_key(read(path)[0]) for path in (first, copy, third)]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("file:")


def test_an_image_whose_file_is_gone_is_known_by_its_pixels(tmp_path):
    path = save(phantom(RAMP, SOPInstanceUID=""), tmp_path / "a.dcm")
    (radiograph,) = read(path)
    path.unlink()
    key = image_key(radiograph)
    assert key.startswith("pixels:")
    values = np.array(radiograph.values)
    values[0, 0] += 1
    assert key == image_key(radiograph) != image_key(dataclasses.replace(radiograph, values=values))


def test_the_image_itself_is_never_written(store, tmp_path):
    path = save(phantom(RAMP), tmp_path / "a.dcm")
    before = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns
    keep(store, LINE, image_key(read(path)[0]))
    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == before
