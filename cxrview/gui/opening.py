"""Opening files and folders: several searches may run, and only the newest says what is shown."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from cxrview.errors import CxrviewError
from cxrview.gui import sentences
from cxrview.gui.state import AppState, Entry
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.work import discover


class Opener:
    """Adds what is found to the study list. The first file of the newest search goes to `show`.

    A search that found nothing or failed goes to `fail` if it is still the newest one, else to `say`.
    """

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        *,
        show: Callable[[Path], None],
        fail: Callable[[Path, Exception], None],
        say: Callable[[str], None],
    ) -> None:
        self._state, self._runner = state, runner
        self._show, self._fail, self._say = show, fail, say
        self._jobs: dict[int, Job] = {}
        self._number = 0  # of the last search
        self._to_show: int | None = None  # the search whose first file is wanted on the screen

    def open(self, paths: Iterable[Path]) -> None:
        """Look for images in `paths`. Files named one by one do not wait until folders are searched."""
        chosen = list(paths)
        if not chosen:
            return
        self._number += 1
        number = self._to_show = self._number
        self._jobs[number] = self._runner.start(
            f"Looking through {chosen[0].name}" if len(chosen) == 1 else "Looking for images",
            partial(discover, chosen),
            done=partial(self._searched, number, chosen),
            failed=partial(self._failed, number, chosen),
            partial=partial(self._found, number),
            lane="folders" if any(path.is_dir() for path in chosen) else "named",
        )

    def keep_shown(self) -> None:
        """The user has gone to an image: no search may lead away from it any more."""
        self._to_show = None

    def cancel(self) -> None:
        """Stop all searches; nothing more of them reaches the list."""
        for job in self._jobs.values():
            self._runner.cancel(job)
        self._jobs.clear()
        self._to_show = None

    def _found(self, number: int, entries: Sequence[Entry]) -> None:
        self._state.add_entries(entries)
        if number == self._to_show and entries:
            self._to_show = None
            self._show(entries[0].path)

    def _searched(self, number: int, chosen: Sequence[Path], _result: None) -> None:
        del self._jobs[number]
        if number == self._to_show:
            self._to_show = None
            empty = CxrviewError("holds no radiographs.", "Choose another folder.", chosen[0])
            self._fail(chosen[0], empty)

    def _failed(self, number: int, chosen: Sequence[Path], error: Exception) -> None:
        del self._jobs[number]
        if number == self._to_show:
            self._to_show = None
            self._fail(chosen[0], error)
        else:
            self._say(sentences.whole(error))
