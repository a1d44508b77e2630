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


class Opener:
    """Adds what is found to the study list. The first file of the newest search goes to `show`.

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
    ) -> None:
        self._state, self._runner = state, runner
        self._show, self._fail, self._say = show, fail, say
        self._jobs: dict[int, Job] = {}
        self._futures: list[Future[None]] = []  # also of searches that were stopped and have not noticed yet
        self._troubles: dict[int, list[CxrviewError]] = {}
        self._passed: dict[int, Message] = {}
        self._number = 0  # of the last search
        self._to_show: int | None = None  # the search whose first file is wanted on the screen
        QTimer.singleShot(TIDY_DELAY, runner, self._tidy)

    def open(self, paths: Iterable[Path]) -> None:
        """Look for images in `paths`. Files named one by one do not wait until folders are searched."""
        chosen = list(paths)
        if not chosen:
            return
        self._number += 1
        number = self._to_show = self._number
        for path in chosen:  # by name: that is no doing of ours
            crash_guard.trust(path)
        title = tr("Looking through {name}").format(name=file_name(chosen[0]))
        self._jobs[number] = self._runner.start(
            title if len(chosen) == 1 else tr("Looking for images"),
            partial(self._discover, chosen),
            done=partial(self._searched, number, chosen),
            failed=partial(self._failed, number, chosen),
            partial=partial(self._found, number),
            lane="folders" if any(map(_takes_long, chosen)) else "named",
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
        wanted = next((entry for entry in news if not crash_guard.suspected(entry.path)), None)
        if number == self._to_show and wanted is not None:
            self._to_show = None
            self._show(wanted.path)

    def _searched(self, number: int, chosen: Sequence[Path], _result: None) -> None:
        del self._jobs[number]
        troubles: list[CxrviewError] = self._troubles.pop(number, [])
        passed = self._passed.pop(number, NOTHING)
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
            self._to_show = None
            self._fail(chosen[0], error)
        else:
            self._say(error_text.whole(error))


def _takes_long(path: Path) -> bool:
    return path.suffix.lower() == ".zip" or path.is_dir()


def _remove_leftovers(report: Report) -> None:
    from cxrview.imaging.unpacked import remove_leftovers

    remove_leftovers(report)
