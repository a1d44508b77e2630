"""Whatever has become of our files, the window starts; and nothing that was drawn is lost unasked."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from cxrview.annotations.annotation import Length, Point
from cxrview.annotations.messages import TRIED_AGAIN
from cxrview.annotations.store import Store
from cxrview.gui import messages
from cxrview.gui.session import annotations, crash_guard
from cxrview.gui.session.annotations import SAVE_DELAY
from cxrview.gui.session.crash_guard import CrashGuard
from cxrview.gui.state import Mark, ViewStage
from cxrview.i18n import say, tr
from cxrview.messages import IN_USE_BY_ANOTHER
from tests.gui.conftest import make_phantom, write_png

DEEP = "[" * 100_000
DAMAGE = {
    "nothing": b"",
    "bytes": b"\xff\xfe\x00\x81garbage\x00" * 20,
    "other": b"[1, 2",
    "deep": DEEP.encode(),
    "null": b'{"recent": null, "opened": null, "views": null, "active": 3, "layout": "x", "order": []}',
    "strange": json.dumps(
        {
            "recent": [[], ["\0"], [1], ["\ud800"], "x", ["a" * 70_000]],
            "opened": ["\0", "\ud800", "", 1, None],
            "layout": [True, -1, 10**30],
            "views": [{"path": "\0", "frame": -1}, {"path": 1}, 7],
            "active": {"path": "\ud800", "frame": 10**30, "archive": 1},
            "files": [1, None],
            "order": {"a": 1},
        }
    ).encode(),
}
WINDOW = (
    b"[General]\ngeometry=a, b, c\nsplitter=12\nstudies=maybe\nreading=@Rect(1 2 3 4)\n"
    b"commands=@Rect(1 2 3 4)\n"
    b"[histogram]\nopen=@Size(1 2)\n[tags]\ngeometry=x\n[export]\nquality=@Rect(1 2 3 4)\nformat=1, 2\n"
)
FILES = (
    "reading.sqlite",
    "window.ini",
    "settings.toml",
    "recent.json",
    "session.json",
    "study_list.json",
    "reading/suspected.json",
)


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_files_never_stop_a_start(make_window, home, phantom, qtbot, kind):
    for name in FILES:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(DAMAGE[kind])
    (home / "settings.toml").write_bytes(b"restore_session = true\n" if kind == "strange" else DAMAGE[kind])
    if kind == "null":
        (home / "window.ini").write_bytes(WINDOW)
    window = make_window()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    assert window.studies.isVisible()
    window.commands.open()


def test_folders_in_place_of_files_never_stop_a_start(make_window, home, phantom, qtbot):
    for name in FILES:
        (home / name).mkdir(parents=True)
    window = make_window()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)


# A file that brought the program down

DYING = """
import os, sys
from pathlib import Path
from cxrview.gui.session.crash_guard import CrashGuard
with CrashGuard(Path(sys.argv[1])).reading(Path(sys.argv[2])):
    os._exit(6)
"""


def die_reading(home, path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", DYING, str(home), str(path)], env=environment, check=False)
    assert done.returncode == 6


def test_a_file_that_brought_the_program_down_is_not_opened_again_by_itself(
    make_window, home, tmp_path, qtbot
):
    folder = tmp_path / "films"
    folder.mkdir()
    bad, good = (write_png(folder / f"{name}.png", make_phantom(seed)) for seed, name in enumerate("ab"))
    alone = write_png(tmp_path / "alone.png", make_phantom(2))
    (home / "settings.toml").parent.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text("restore_session = true\n")
    shown = {"path": str(bad), "frame": 0, "archive": ""}
    session = {"opened": [str(folder), str(alone)], "layout": [1, 1], "active": shown, "views": []}
    (home / "session.json").write_text(json.dumps(session))
    die_reading(home, bad)
    die_reading(home, alone)
    for _ in range(2):  # not at the next start either
        window = make_window()
        qtbot.waitUntil(lambda window=window: len(window.state.entries) == 2 and not window.runner.jobs)
        assert window.state.shown.path == good
        entry = window.state.entries[bad]
        assert (entry.mark, entry.note) == (Mark.FAILED, say(messages.ENDED_READING_IT))
        assert alone not in window.state.entries
        window.close()
        (home / "session.json").write_text(json.dumps(session))
    window = make_window()
    qtbot.waitUntil(lambda: len(window.state.entries) == 2 and not window.runner.jobs)
    window.session.select(bad)  # the user wants it
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN and window.state.shown.path == bad)
    assert not CrashGuard(home).suspected(bad)
    assert CrashGuard(home).suspected(alone)
    window.open([alone])
    qtbot.waitUntil(lambda: window.state.shown.path == alone and window.state.shown.stage is ViewStage.SHOWN)


def test_what_another_window_is_reading_is_not_suspected(tmp_path):
    first, path = CrashGuard(tmp_path), tmp_path / "a.png"
    with first.reading(path):
        assert not CrashGuard(tmp_path).suspected(path)
    first.close()
    assert not CrashGuard(tmp_path).suspected(path)
    assert list((tmp_path / crash_guard.NAME).iterdir()) == []


def test_where_nothing_can_be_remembered_files_are_read_all_the_same(tmp_path):
    (tmp_path / crash_guard.NAME).write_text("in the way")
    guard = CrashGuard(tmp_path)
    with guard.reading(tmp_path / "a.png"):
        pass
    assert not guard.suspected(tmp_path / "a.png")


# What was drawn


LINE = Length(points=(Point(60, 100), Point(160, 200)))


@pytest.fixture
def film(make_window, phantom, qtbot):
    """A window on an image on which something may be drawn."""
    window = make_window()
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.shown.path == phantom and bool(window.measuring.key))
    qtbot.waitUntil(lambda: not window.runner.jobs)
    return window


def draw(window, annotation=LINE):
    window.annotations.add(window.measuring.key, annotation, "Length")


def place(window):
    return window.bench.places.annotations_store


def kept(window):
    return Store(place(window)).annotations(window.measuring.key).annotations


def answer(button):
    """Press `button` of the dialog that will come, and return what it says once it is gone."""
    told = []

    def press():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        told.append(f"{box.text()} {box.informativeText()}")
        next(item for item in box.findChildren(QPushButton) if item.text() == tr(button)).click()

    QTimer.singleShot(0, press)
    return told


def test_what_was_drawn_is_on_the_disk_within_half_a_second_also_while_one_draws_on(film, qtbot):
    began = time.monotonic()
    draw(film)

    def go_on():
        draw(film, replace(LINE, id=f"{time.monotonic_ns()}"))

    going = QTimer(film, interval=20, timeout=go_on)
    going.start()
    qtbot.waitUntil(lambda: len(kept(film)) > 0, timeout=3000)
    going.stop()
    assert SAVE_DELAY <= 250  # the rest of the half second is for the disk
    assert time.monotonic() - began < 3


def locked(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Store(path).write([])
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    return database


def test_closing_asks_where_another_program_locks_the_file(film, monkeypatch):
    monkeypatch.setattr(annotations, "LAST_PATIENCE", 0.05)
    database = locked(place(film))
    draw(film)
    told = answer("&Keep the window open")
    assert not film.close()
    assert film.isVisible()
    why = f"reading.sqlite {say(IN_USE_BY_ANOTHER)} {say(TRIED_AGAIN)}"
    assert told == [f"{tr('What you drew could not be kept.')} {why}"]
    database.execute("ROLLBACK")
    database.close()
    assert film.close()
    assert len(kept(film)) == 1


def test_trying_again_keeps_it_once_the_trouble_is_over(film, monkeypatch):
    monkeypatch.setattr(annotations, "LAST_PATIENCE", 0.05)
    database = locked(place(film))
    draw(film)
    answer("&Try again")
    QTimer.singleShot(0, database.close)  # in the dialog's own loop
    assert film.close()
    assert len(kept(film)) == 1


def test_closing_without_it_loses_it_because_the_user_said_so(film, monkeypatch):
    monkeypatch.setattr(annotations, "LAST_PATIENCE", 0.05)
    database = locked(place(film))
    draw(film)
    told = answer("&Close without it")
    assert film.close()
    assert len(told) == 1
    database.execute("ROLLBACK")
    database.close()
    assert kept(film) == ()


def test_closing_asks_nothing_where_all_is_kept(film, qtbot):
    draw(film)
    assert film.close()
    assert len(kept(film)) == 1
