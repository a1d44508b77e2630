"""The images in what a user names: files, folders, ZIP archives and DICOM directories."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cxrview.errors import CxrviewError
from cxrview.imaging.archive import is_archive, unpack
from cxrview.imaging.dicomdir import is_dicomdir, listed_images
from cxrview.imaging.find import iter_images, spelled_out
from cxrview.imaging.passed_over import PassedOver
from cxrview.imaging.unpacked import Unpacked
from cxrview.progress import Report


class Found(NamedTuple):
    """A file, `called` so for the user: as it is, or by the archive that it was unpacked from."""

    path: Path
    called: Path
    archive: Path | None = None


class Trouble(NamedTuple):
    """What is wrong with the archive or the DICOM directory at `path`."""

    path: Path
    error: CxrviewError


def search(
    paths: Iterable[Path], unpacked: Unpacked, passed: PassedOver, go_on: Report, report: Report
) -> Iterator[Found | Trouble]:
    """Yield the files in `paths`; archives and DICOM directories that are named stand for the images in them.

    What is wrong with one of these comes in its place. `go_on` hears of the walk through folders, `report` of
    unpacking; both may raise Cancelled. Raises InvalidRequest if none of `paths` is there.
    """
    paths = list(paths)
    named = {spelled_out(path) for path in paths}
    for path in iter_images(paths, go_on, passed):
        if spelled_out(path) not in named:
            yield Found(path, path)
        elif is_dicomdir(path):
            yield from _or_trouble(path, _in_directory(path))
        elif is_archive(path):
            yield from _or_trouble(path, _in_archive(path, unpacked, report))
        else:
            yield Found(path, path)


def _in_directory(path: Path) -> Iterator[Found]:
    for file in listed_images(path):
        yield Found(file, file)


def _in_archive(path: Path, unpacked: Unpacked, report: Report) -> Iterator[Found]:
    folder = unpacked.folder(path)
    for file in unpack(path, folder, report):
        yield Found(file, path / file.relative_to(folder), path)


def _or_trouble(path: Path, source: Iterator[Found]) -> Iterator[Found | Trouble]:
    try:
        yield from source
    except CxrviewError as error:
        yield Trouble(path, error)
