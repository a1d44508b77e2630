"""What was opened lately, newest first: files, folders, archives and DICOM directories, as chosen."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from cxrview.gui.session import json_file
from cxrview.gui.tasks import TaskRunner
from cxrview.i18n import tr
from cxrview.progress import Report

MOST = 12
MOST_PATHS = 200  # chosen at once; more are not remembered


class Recent(NamedTuple):
    """What was chosen at once."""

    paths: tuple[Path, ...]

    @property
    def name(self) -> str:
        """How it is called."""
        first = self.paths[0].name or str(self.paths[0])
        if len(self.paths) == 1:
            return first
        return tr("{name} and {count} more").format(name=first, count=len(self.paths) - 1)

    @property
    def place(self) -> str:
        """Where it is, with ~ for the user's own folder."""
        folder = self.paths[0].parent
        with suppress(ValueError, RuntimeError):
            return str(Path("~") / folder.relative_to(Path.home()))
        return str(folder)


class Recents(QObject):
    """The last MOST openings, kept in `file`; a file that cannot be written is not worth a word.

    Signals:
        changed: the list is another one.
    """

    changed = Signal()

    def __init__(self, file: Path, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file, self._runner = file, runner
        self._items = _parse(json_file.load(file).get("recent"))

    @property
    def items(self) -> tuple[Recent, ...]:
        """What was opened, newest first."""
        return self._items

    def note(self, paths: Sequence[Path]) -> None:
        """Put `paths`, which were chosen at once, on top."""
        if 0 < len(paths) <= MOST_PATHS:
            new = Recent(tuple(path.absolute() for path in paths))
            self._keep((new, *(item for item in self._items if item != new))[:MOST])

    def clear(self) -> None:
        """Forget all."""
        self._keep(())

    def look_for(self, found: Callable[[frozenset[Recent]], None]) -> None:
        """Tell `found` which are missing; looked up in the background, since a network drive may be slow."""
        self._runner.start(
            tr("Looking for what was opened lately"),
            partial(_missing, self._items),
            done=found,
            failed=lambda _error: None,
            lane="recents",
            quiet=True,
        )

    def _keep(self, items: tuple[Recent, ...]) -> None:
        if items != self._items:
            self._items = items
            with suppress(OSError):
                json_file.save({"recent": [[str(path) for path in item.paths] for item in items]}, self._file)
            self.changed.emit()


def _missing(items: Sequence[Recent], _report: Report) -> frozenset[Recent]:
    return frozenset(item for item in items if not any(path.exists() for path in item.paths))


def _parse(values: object) -> tuple[Recent, ...]:
    """Return what a file holds; anything that is no list of paths is passed over."""
    lists = values if isinstance(values, list) else []
    kept = [
        Recent(tuple(Path(name) for name in names))
        for names in lists
        if isinstance(names, list) and names and all(isinstance(name, str) and name for name in names)
    ]
    return tuple(kept[:MOST])
