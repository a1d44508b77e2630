"""What is in the files, folders, archives and DICOM directories that the user names; runs in a worker."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.errors import CxrviewError
from cxrview.gui import messages
from cxrview.gui.session import crash_guard
from cxrview.gui.state import Entry, Mark
from cxrview.i18n import say, tr
from cxrview.message import Message
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.imaging.search import Found, Trouble
    from cxrview.imaging.unpacked import Unpacked

BATCH = 64  # files a message to the study list, at most
SOON = 0.1  # seconds after which a message is sent with less
AHEAD = 8  # files that the search is ahead of looking into headers, for each that was looked into

News = list[Entry] | CxrviewError | Message


def discover(paths: Sequence[Path], unpacked: "Unpacked", report: Report) -> Iterator[News]:
    """Yield the files found, first one, then more and more at a time, each with what its header says.

    DICOM directories and archives that are named stand for the images in them; what is wrong with one of
    these is yielded in its place, and at the end what was passed over in folders.
    Raises InvalidRequest if none of `paths` is there; what `report` raises.
    """
    from cxrview.imaging.passed_over import PassedOver
    from cxrview.imaging.search import Trouble, search

    report(-1.0, tr("looking for images"))
    progress, passed = _Progress(report), PassedOver()
    batch: list[Entry] = []
    size, sent = 1, time.monotonic()
    for found in progress.ahead(search(paths, unpacked, passed, progress.go_on, report)):
        if isinstance(found, Trouble):
            yield found.error
            continue
        batch.append(_entry(found))
        if len(batch) >= size or time.monotonic() - sent > SOON:
            yield batch
            batch, size, sent = [], min(2 * size, BATCH), time.monotonic()
    if batch:
        yield batch
    if passed.message:
        yield passed.message


class _Progress:
    """Counts what was found and what was looked into, and says so.

    The walk through the folders is always a little ahead of the headers, so that the number of files is
    known long before the end, without anybody waiting for it.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._said = (-1.0, tr("looking for images"))

    def go_on(self, _fraction: float, _text: Message | str) -> None:
        """Say again how far it is. Raises what the reporter raises."""
        self._report(*self._said)

    def ahead(self, found: Iterator["Found | Trouble"]) -> Iterator["Found | Trouble"]:
        """Yield what is `found`, in its order."""
        from cxrview.imaging.search import Found

        waiting: deque[Found | Trouble] = deque()
        taken, ended, wanted = 0, False, 1
        while True:
            for _ in range(0 if ended else wanted):
                one = next(found, None)
                ended = one is None
                if one is None:
                    break
                waiting.append(one)
                if not isinstance(one, Found) or one.archive is not None:
                    break  # unpacking takes longer than looking
            if not waiting:
                return
            one = waiting.popleft()
            if not isinstance(one, Found) or one.archive is None:
                self._say(taken, taken + 1 + len(waiting), ended)
            taken, wanted = taken + 1, AHEAD
            yield one

    def _say(self, number: int, count: int, all_known: bool) -> None:
        words = tr("{number} of {count} files") if all_known else tr("{number} of about {count} files")
        self._said = (number / count if all_known else -1.0, words.format(number=number, count=count))
        self._report(*self._said)


def _entry(found: "Found") -> Entry:
    """Return the entry of a file with what its header says, as far as that is quick to find out."""
    from cxrview.imaging.header_summary import peek

    if crash_guard.suspected(found.path):
        note = say(messages.ENDED_READING_IT)
        return Entry(found.path, archive=found.archive, mark=Mark.FAILED, note=note)
    known = peek(found.path)
    if known is None:
        return Entry(found.path, archive=found.archive)
    return Entry(found.path, known.identity, known.pictured, frames=known.frames, archive=found.archive)
