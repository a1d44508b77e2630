"""Opening files, folders, archives and DICOM directories: several searches may run, and only the newest says
what is shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from cxrview.errors import CxrviewError
from cxrview.gui import error_text, messages
from cxrview.gui.session import crash_guard
from cxrview.gui.session.discovery import News, discover
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import say, tr
from cxrview.message import NOTHING, Message, joined
from cxrview.messages import CHOOSE_ANOTHER_FOLDER
from cxrview.progress import Report

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cxrview.imaging.unpacked import Unpacked

TIDY_DELAY = 2000  # ms after the start, when nobody waits for anything
FIRST_LOOK = 400  # ms that a search of folders has to find what stands first in the list


class Opener:
    """Adds what is found to the study list. The first file of the newest search goes to `show`.

    Of files that were named that is the first one named; of folders the one that stands first in the list,
    which `first` returns of many, as far as the search has come in a moment.

    A search that found nothing or failed goes to `fail` if it is still the newest one, else to `say`; so
    does what was wrong with one of several archives.
    """

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        *,
        show: Callable[[Path], None],
        fail: Callable[[Path, Exception], None],
        say: Callable[[str], None],
        first: Callable[[Sequence[Path]], Path],
    ) -> None:
        self._state, self._runner = state, runner
        self._show, self._fail, self._say, self._first = show, fail, say, first
        self._candidates: list[Path] = []  # found so far by the search that is to be shown
        self._look = QTimer(runner, singleShot=True, interval=FIRST_LOOK, timeout=self._show_first)
        self._jobs: dict[int, Job] = {}
        self._futures: list[Future[None]] = []  # also of searches that were stopped and have not noticed yet
        self._troubles: dict[int, list[CxrviewError]] = {}
        self._passed: dict[int, Message] = {}
        self._number = 0  # of the last search
        self._waits = False  # what is to be shown of it waits for what else it finds
        self._to_show: int | None = None  # the search whose first file is wanted on the screen
        QTimer.singleShot(TIDY_DELAY, runner, self._tidy)

    def open(self, paths: Iterable[Path]) -> None:
        """Look for images in `paths`. Files named one by one do not wait until folders are searched."""
        chosen = list(paths)
        if not chosen:
            return
        self._number += 1
        number = self._to_show = self._number
        self._candidates = []
        self._look.stop()
        self._waits = any(map(_takes_long, chosen))
        for path in chosen:  # by name: that is no doing of ours
            crash_guard.trust(path)
        title = tr("Looking through {name}").format(name=file_name(chosen[0]))
        self._jobs[number] = self._runner.start(
            title if len(chosen) == 1 else tr("Looking for images"),
            partial(self._discover, chosen),
            done=partial(self._searched, number, chosen),
            failed=partial(self._failed, number, chosen),
            partial=partial(self._found, number),
            lane="folders" if self._waits else "named",
        )
        self._futures = [future for future in self._futures if not future.done()]
        if (future := self._jobs[number].future) is not None:
            self._futures.append(future)

    def keep_shown(self) -> None:
        """The user has gone to an image: no search may lead away from it any more."""
        self._to_show = None

    def cancel(self) -> None:
        """Stop all searches; nothing more of them reaches the list."""
        for job in self._jobs.values():
            self._runner.cancel(job)
        self._jobs.clear()
        self._troubles.clear()
        self._passed.clear()
        self._candidates.clear()
        self._to_show = None

    def close(self) -> None:
        """Stop all searches and remove what was unpacked, in the background; the window closes."""
        self.cancel()
        searching = [future for future in self._futures if not future.done()]
        if searching or ("_unpacked" in self.__dict__ and self._unpacked.used):
            self._in_background(partial(self._unpacked.remove, searching))

    def _discover(self, chosen: Sequence[Path], report: Report) -> Iterator[News]:
        yield from discover(chosen, self._unpacked, report)

    @cached_property
    def _unpacked(self) -> "Unpacked":
        from cxrview.imaging.unpacked import Unpacked  # what reads images takes long to import: in a worker

        return Unpacked()

    def _tidy(self) -> None:
        self._in_background(_remove_leftovers)

    def _in_background(self, work: Callable[..., None]) -> None:
        title = tr("Removing unpacked files")
        ignored, said = (lambda _nothing: None), (lambda error: self._say(error_text.whole(error)))
        self._runner.start(title, work, done=ignored, failed=said, lane="tidying", quiet=True)

    def _found(self, number: int, news: News) -> None:
        if isinstance(news, CxrviewError):
            self._troubles.setdefault(number, []).append(news)
            return
        if isinstance(news, Message):
            self._passed[number] = news
            return
        self._state.add_entries(news)
        if number != self._to_show:
            return
        self._candidates += [entry.path for entry in news if not crash_guard.suspected(entry.path)]
        if not self._waits:
            self._show_first()
        elif self._candidates and not self._look.isActive():
            self._look.start()

    def _show_first(self) -> None:
        """Show what stands first of what was found, unless the user has gone to an image."""
        self._look.stop()
        found, self._candidates = self._candidates, []
        if found and self._to_show is not None:
            self._to_show = None
            self._show(self._first(found) if self._waits else found[0])

    def _searched(self, number: int, chosen: Sequence[Path], _result: None) -> None:
        del self._jobs[number]
        troubles: list[CxrviewError] = self._troubles.pop(number, [])
        passed = self._passed.pop(number, NOTHING)
        if number == self._to_show:
            self._show_first()
        if number == self._to_show:
            self._to_show = None
            advice = joined((passed, CHOOSE_ANOTHER_FOLDER))
            empty = CxrviewError(messages.HOLDS_NO_RADIOGRAPHS, advice, chosen[0])
            error = troubles[0] if troubles else empty
            self._fail(error.path or chosen[0], error)
        elif troubles or passed:
            self._say(" ".join((*map(error_text.whole, troubles), *([say(passed)] if passed else []))))

    def _failed(self, number: int, chosen: Sequence[Path], error: Exception) -> None:
        del self._jobs[number]
        self._troubles.pop(number, None)
        self._passed.pop(number, None)
        if number == self._to_show:
            self._show_first()
        if number == self._to_show:
            self._to_show = None
            self._fail(chosen[0], error)
        else:
            self._say(error_text.whole(error))


def _takes_long(path: Path) -> bool:
    return path.suffix.lower() == ".zip" or path.is_dir()


def _remove_leftovers(report: Report) -> None:
    from cxrview.imaging.unpacked import remove_leftovers

    remove_leftovers(report)
