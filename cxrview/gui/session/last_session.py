"""What was open at the end, to be opened again at the start if the user wishes so."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject

from cxrview.gui import messages
from cxrview.gui.session import crash_guard, json_file
from cxrview.gui.state import Entry
from cxrview.gui.widgets.identity import file_name
from cxrview.gui.widgets.identity import place as shown_place
from cxrview.gui.workbench import Workbench
from cxrview.i18n import say, tr, trn
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.view_state import ViewState

MOST_VIEWPORTS = 4
Reopen = Callable[[Sequence[Path]], None]
NAMED = 3  # missing files that are named in the one line about them


class ViewportContent(NamedTuple):
    """What one viewport showed; a file out of an archive is known by its name in there."""

    path: Path
    frame: int
    archive: Path | None

    def is_of(self, entry: Entry) -> bool:
        """Whether `entry` is the file that was shown."""
        if self.archive is not None:
            return entry.archive == self.archive and entry.path.name == self.path.name
        return entry.path == self.path


def remember(bench: Workbench, opened: Sequence[Path], file: Path) -> None:
    """Store `opened`, the paths as they were chosen, the layout and what is shown, if that is wished.

    Raises OSError.
    """
    state = bench.state
    if not state.settings.restore_session or not opened:
        file.unlink(missing_ok=True)
        return
    shown = [_shown(bench, view) for view in (state.active, *state.views)]
    values = {
        "opened": [str(path) for path in opened],
        "layout": [state.arrangement.rows, state.arrangement.columns],
        "active": shown[0],
        "views": shown[1:],
    }
    json_file.save(values, file)


def _shown(bench: Workbench, view: "ViewState") -> dict[str, Any]:
    shown = view.shown
    entry = bench.state.entries.get(shown.path) if shown.path is not None else None
    if entry is None:
        return {}
    archive = str(entry.archive) if entry.archive is not None else ""
    return {"path": str(entry.path), "frame": shown.frame, "archive": archive}


def restore(bench: Workbench, file: Path, chosen: Sequence[Path], reopen: Reopen) -> None:
    """Let `reopen` open in the background what is stored in `file`, and say in one line what is missing.

    `chosen` is what the user has opened; anything there means that the old session is not wanted any more.
    """
    values = json_file.load(file)
    opened = [Path(name) for name in _list(values.get("opened")) if isinstance(name, str) and name]
    if not bench.state.settings.restore_session or not opened:
        return
    bench.runner.start(
        tr("Looking for the last session"),
        partial(_present, opened),
        done=partial(_open, bench, values, opened, chosen, reopen),
        failed=lambda _error: None,
        lane="recents",
    )


def _present(paths: Sequence[Path], _report: Report) -> list[Path]:
    return [path for path in paths if path.exists()]


def _open(
    bench: Workbench,
    values: dict[str, Any],
    opened: Sequence[Path],
    chosen: Sequence[Path],
    reopen: Reopen,
    present: Sequence[Path],
) -> None:
    suspected = [path for path in present if crash_guard.suspected(path)]
    present = [path for path in present if path not in suspected]
    if suspected:
        bench.session.said.emit(say(messages.LEFT_CLOSED(count=len(suspected))), "")
    missing = [path for path in opened if path not in present and path not in suspected]
    if missing:
        names = ", ".join(file_name(path) for path in missing[:NAMED]) + (
            " …" if len(missing) > NAMED else ""
        )
        words = trn("{names} is not there any more.", "{names} are not there any more.", len(missing))
        bench.session.said.emit(words.format(names=names), "\n".join(filter(None, map(shown_place, missing))))
    if chosen or not present:  # the user was quicker
        return
    layout = _list(values.get("layout"))
    numbers = all(isinstance(number, int) and number > 0 for number in layout)
    if len(layout) == 2 and numbers and 1 < layout[0] * layout[1] <= MOST_VIEWPORTS:
        bench.viewports.use_layout(*layout)
    _Fill(bench, values)
    reopen(present)


class _Fill(QObject):
    """Waits until the files that were shown are found, and shows them where they were."""

    def __init__(self, bench: Workbench, values: dict[str, Any]) -> None:
        super().__init__(bench.window)
        self._bench, self._state = bench, bench.state
        views = [_seen(value) for value in _list(values.get("views"))]
        active = _seen(values.get("active"))
        self._wanted = [
            (view, seen) for view, seen in zip(self._state.views, views, strict=False) if seen is not None
        ]
        if active is not None and all(seen != active for _view, seen in self._wanted):
            self._wanted = [(self._state.active, active)]
        self._state.entries_added.connect(self._look)

    def _look(self, entries: Sequence[Entry]) -> None:
        for place in tuple(self._wanted):
            view, seen = place
            entry = next((entry for entry in entries if seen.is_of(entry)), None)
            if entry is None:
                continue
            self._wanted.remove(place)
            if crash_guard.suspected(entry.path):
                continue
            if view in self._state.views:
                self._bench.session.select(entry.path, min(seen.frame, entry.frames - 1), view)
        if not self._wanted:
            self._state.entries_added.disconnect(self._look)
            self.deleteLater()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _seen(value: object) -> ViewportContent | None:
    """Return what a viewport showed, or None where the file says nothing sensible."""
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        return None
    frame, archive = value.get("frame"), value.get("archive")
    frame = frame if isinstance(frame, int) and frame >= 0 else 0
    return ViewportContent(
        Path(value["path"]), frame, Path(archive) if isinstance(archive, str) and archive else None
    )
