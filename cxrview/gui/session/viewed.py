"""Which images the reader has looked at, remembered from one session to the next.

An image without SOP Instance UID, such as a PNG, is known again by where its file lies, its size and when it
was changed: to know it anywhere, each file would have to be read whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from cxrview.annotations.image_key import place_key, uid_key
from cxrview.annotations.store import Store
from cxrview.gui.session.annotations import LANE
from cxrview.gui.state import AppState, Entry
from cxrview.gui.tasks import TaskRunner
from cxrview.i18n import tr
from cxrview.progress import Report

DELAY = 200  # ms in which entries gather
CHUNK = 100  # entries that are marked in one go


class ViewedImages(QObject):
    """Keeps `seen` of the state's entries and the store at `path` in step."""

    def __init__(
        self, state: AppState, runner: TaskRunner, path: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._runner, self._store = state, runner, Store(path)
        self._known: dict[str, bool] = {}  # by image: what the store has, or is about to have
        self._last: dict[Path, bool] = {}  # by file, as far as its image is known
        self._keys: dict[Path, str] = {}  # by file: its image
        self._places: dict[Path, str] = {}  # by file: its image if it has no UID; empty where it is gone
        self._unplaced: dict[Path, Path | None] = {}  # files without UID, each with its archive
        self._files: dict[str, set[Path]] = {}  # by image: it may be in the list more than once
        self._asked: set[str] = set()
        self._changed: dict[str, bool] = {}
        self._soon = QTimer(self, singleShot=True, interval=DELAY, timeout=self.flush)
        state.entries_added.connect(self._take_all)
        state.entry_changed.connect(self._take)

    def _take_all(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._forget(entry.path)
            self._places.pop(entry.path, None)  # the file may be another one now
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        key = uid_key(entry.identity) or self._places.get(entry.path)
        if key is None:
            self._unplaced[entry.path] = entry.archive
            self._soon.start()
        if not key:
            return
        if self._keys.get(entry.path) != key:  # by its UID, now that it is known
            self._forget(entry.path)
        before = self._last.get(entry.path)
        self._last[entry.path] = entry.seen
        if before is None:
            self._keys[entry.path] = key
            self._files.setdefault(key, set()).add(entry.path)
        if entry.seen != (before or False):
            self._known[key] = self._changed[key] = entry.seen
            self._soon.start()
            self._tell(key, entry.seen)
        elif before is None and self._known.get(key):  # another file of an image that was looked at
            self._tell(key, True)
        elif key not in self._known:
            self._known[key] = False
            self._asked.add(key)
            self._soon.start()

    def _forget(self, path: Path) -> None:
        self._last.pop(path, None)
        if (key := self._keys.pop(path, None)) is not None:
            self._files[key].discard(path)

    def _tell(self, key: str, seen: bool) -> None:
        """Mark all files of one image in the list."""
        for path in self._files[key]:
            if path in self._state.entries and self._last[path] != seen:
                self._last[path] = seen
                self._state.change_entry(path, seen=seen)

    def flush(self) -> None:
        """Write what was looked at, and look up what has come, behind the window."""
        self._soon.stop()
        asked, changed, unplaced = self._asked, self._changed, self._unplaced
        self._asked, self._changed, self._unplaced = set(), {}, {}
        if unplaced:
            self._run(tr("Looking up what was looked at"), lambda _report: _place(unplaced), self._placed)
        if changed:
            self._run(tr("Keeping what was looked at"), partial(_write, self._store, changed))
        if asked:
            self._run(tr("Looking up what was looked at"), lambda _report: _look_up(self._store, asked))

    def _run(
        self, title: str, work: Callable[[Report], object], found: Callable[[Any], None] | None = None
    ) -> None:
        self._runner.start(
            title,
            work,
            done=lambda _none: None,
            failed=lambda _error: None,  # the annotations, in the same file, say so
            partial=found or self._mark,
            lane=LANE,
            quiet=True,
        )

    def _placed(self, places: Mapping[Path, str]) -> None:
        self._places.update(places)
        for path in places:
            if (entry := self._state.entries.get(path)) is not None:
                self._take(entry)

    def _mark(self, found: Sequence[str]) -> None:
        for key in found:
            if key not in self._changed:
                self._known[key] = True
                self._tell(key, True)


def _write(store: Store, changed: dict[str, bool], _report: Report) -> None:
    for seen in (True, False):
        if keys := [key for key, value in changed.items() if value is seen]:
            store.mark_seen(keys, seen)


def _place(unplaced: Mapping[Path, Path | None]) -> Iterator[Mapping[Path, str]]:
    paths = list(unplaced)
    for start in range(0, len(paths), CHUNK):
        yield {path: _place_or_nothing(path, unplaced[path]) for path in paths[start : start + CHUNK]}


def _place_or_nothing(path: Path, archive: Path | None) -> str:
    try:
        return place_key(path, archive)
    except OSError:  # gone meanwhile
        return ""


def _look_up(store: Store, asked: set[str]) -> Iterator[Sequence[str]]:
    found = sorted(store.seen(sorted(asked)))
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]
