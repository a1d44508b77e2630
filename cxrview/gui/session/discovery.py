"""What is in the files, folders, archives and DICOM directories that the user names; runs in a worker."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cxrview.errors import CxrviewError
from cxrview.gui.state import Entry
from cxrview.i18n import tr
from cxrview.message import Message
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.imaging.unpacked import Unpacked

BATCH = 64  # files a message to the study list, at most
SOON = 0.1  # seconds after which a message is sent with less
AHEAD = 8  # files that the search is ahead of looking into headers, for each that was looked into

News = list[Entry] | CxrviewError


class _Found(NamedTuple):
    path: Path
    archive: Path | None = None


def discover(paths: Sequence[Path], unpacked: "Unpacked", report: Report) -> Iterator[News]:
    """Yield the files found, first one, then more and more at a time, each with what its header says.

    DICOM directories and archives that are named stand for the images in them; what is wrong with one of
    these is yielded in its place. Raises InvalidRequest if none of `paths` is there; what `report` raises.
    """
    report(-1.0, tr("looking for images"))
    search = _Search(report)
    batch: list[Entry] = []
    size, sent = 1, time.monotonic()
    for found in search.ahead(_found(paths, unpacked, search.go_on, report)):
        if isinstance(found, CxrviewError):
            yield found
            continue
        batch.append(_entry(found))
        if len(batch) >= size or time.monotonic() - sent > SOON:
            yield batch
            batch, size, sent = [], min(2 * size, BATCH), time.monotonic()
    if batch:
        yield batch


class _Search:
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

    def ahead(self, found: Iterator["_Found | CxrviewError"]) -> Iterator["_Found | CxrviewError"]:
        """Yield what is `found`, in its order."""
        waiting: deque[_Found | CxrviewError] = deque()
        taken, ended, wanted = 0, False, 1
        while True:
            for _ in range(0 if ended else wanted):
                one = next(found, None)
                ended = one is None
                if one is None:
                    break
                waiting.append(one)
                if isinstance(one, CxrviewError) or one.archive is not None:
                    break  # unpacking takes longer than looking
            if not waiting:
                return
            one = waiting.popleft()
            if isinstance(one, CxrviewError) or one.archive is None:
                self._say(taken, taken + 1 + len(waiting), ended)
            taken, wanted = taken + 1, AHEAD
            yield one

    def _say(self, number: int, count: int, all_known: bool) -> None:
        words = tr("{number} of {count} files") if all_known else tr("{number} of about {count} files")
        self._said = (number / count if all_known else -1.0, words.format(number=number, count=count))
        self._report(*self._said)


def _found(
    paths: Sequence[Path], unpacked: "Unpacked", go_on: Report, report: Report
) -> Iterator[_Found | CxrviewError]:
    """Yield the files in `paths`, and what is wrong with archives and directories among them."""
    from cxrview.imaging.archive import is_archive
    from cxrview.imaging.dicomdir import is_dicomdir
    from cxrview.imaging.find import iter_images, spelled_out

    named = {spelled_out(path) for path in paths}
    for path in iter_images(paths, go_on):
        if spelled_out(path) not in named:
            yield _Found(path)
        elif is_dicomdir(path):
            yield from _or_trouble(_in_directory(path))
        elif is_archive(path):
            yield from _or_trouble(_in_archive(path, unpacked, report))
        else:
            yield _Found(path)


def _in_directory(path: Path) -> Iterator[_Found]:
    from cxrview.imaging.dicomdir import listed_images

    yield from map(_Found, listed_images(path))


def _in_archive(path: Path, unpacked: "Unpacked", report: Report) -> Iterator[_Found]:
    from cxrview.imaging.archive import unpack

    for file in unpack(path, unpacked.folder(path), report):
        yield _Found(file, path)


def _or_trouble(source: Iterator[_Found]) -> Iterator[_Found | CxrviewError]:
    try:
        yield from source
    except CxrviewError as error:
        yield error


def _entry(found: _Found) -> Entry:
    """Return the entry of a file with what its header says, as far as that is quick to find out."""
    from cxrview.imaging.header_summary import peek

    known = peek(found.path)
    if known is None:
        return Entry(found.path, archive=found.archive)
    return Entry(found.path, known.identity, known.pictured, frames=known.frames, archive=found.archive)
