"""Find the images in files and folders."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cxrview.errors import InvalidRequest
from cxrview.i18n import trn
from cxrview.imaging import messages, sniff
from cxrview.imaging.raster import formats
from cxrview.progress import Report, silent

SUFFIXES = (".dcm", ".dicom", ".ima", *formats.SUFFIXES)
PASSED_OVER = frozenset({"dicomdir", "thumbs.db", "desktop.ini"})
MISSING, UNKNOWN = 1, 0  # in place of a file mode; neither has the bits of a file type
OFTEN = 256  # names of a folder between two reports


def find_images(paths: Iterable[Path], report: Report = silent) -> list[Path]:
    """Return all that `iter_images` finds. Raises InvalidRequest, and whatever `report` raises."""
    return list(iter_images(paths, report))


def iter_images(paths: Iterable[Path], report: Report = silent) -> Iterator[Path]:
    """Yield the files in `paths` and, for each folder, the images in it and below, in natural order.

    A path named by the user is kept also where it is missing or may not be looked at, and so is a folder
    that cannot be searched, so that the error shows later; each file is yielded once, however often and
    in whatever spelling it was named.
    In folders the suffix decides, and the first bytes where there is none (or only a number, as in UIDs);
    hidden files and folders, DICOMDIR, pipes and the like are passed over, and links to folders are not
    followed.
    Raises InvalidRequest, before anything is yielded, if none of `paths` is there; whatever `report` raises.
    """
    asked = [(path, _mode(path)) for path in map(Path, paths)]
    if asked and all(mode == MISSING for _, mode in asked):
        raise InvalidRequest(messages.DOES_NOT_EXIST, messages.CHECK_THE_PATH, asked[0][0])
    found: set[str] = set()

    def told() -> None:
        report(0.0, trn("{count} image found", "{count} images found", len(found)).format(count=len(found)))

    for path, mode in asked:
        for file in _walk(path, told) if stat.S_ISDIR(mode) else (path,):
            spelling = spelled_out(file)
            if spelling not in found:
                found.add(spelling)
                told()
                yield file


def spelled_out(path: Path) -> str:
    """Return the absolute path with no “..” in it, the same for all spellings of one path."""
    return os.path.abspath(path)  # noqa: PTH100 - a link keeps its own name, and so its own row


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts "image2" before "image10", whatever the case.

    >>> sorted(["b10", "B2", "a"], key=natural_key)
    ['a', 'B2', 'b10']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def named_like_an_image(name: str) -> bool | None:
    """Return whether a file of that name in a folder is an image; None if its first bytes must tell."""
    if name.startswith(".") or name.casefold() in PASSED_OVER:
        return False
    suffix = Path(name).suffix.lower()
    if suffix in SUFFIXES:
        return True
    # “1.2.840.10008.42” has no suffix either
    return None if not suffix or suffix[1:].isdecimal() else False


def begins_like_an_image(head: bytes, size: int) -> bool:
    """Return whether a file of `size` bytes that begins with `head` may hold an image."""
    return (
        sniff.is_dicom(head)
        or sniff.raster_kind(head) != ""
        or (not sniff.other_kind(head) and sniff.looks_like_dicom_elements(head, size))
    )


def _mode(path: Path) -> int:
    """Return the file mode of what `path` leads to, MISSING, or UNKNOWN where that cannot be found out."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except OSError:
        return UNKNOWN


def _walk(top: Path, told: Callable[[], None]) -> Iterator[Path]:
    """Yield the images in `top` and below, and each folder in which nothing could be looked for."""
    waiting = [top]
    while waiting:
        place = waiting.pop()
        try:
            folders, files = _listed(place, told)
        except OSError:
            yield place
            continue
        for name in files:
            told()
            if _is_candidate(place / name):
                yield place / name
        waiting += [place / name for name in reversed(folders)]


def _listed(place: Path, told: Callable[[], None]) -> tuple[list[str], list[str]]:
    """Return the names of the folders in `place`, and of its files, each in natural order. Raises OSError."""
    folders: list[str] = []
    files: list[str] = []
    with os.scandir(place) as entries:
        for number, entry in enumerate(entries):
            if number % OFTEN == 0:
                told()
            if not _is_folder(entry):
                files.append(entry.name)
            elif not entry.name.startswith(".") and not entry.is_symlink():
                folders.append(entry.name)
    return sorted(folders, key=natural_key), sorted(files, key=natural_key)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_candidate(path: Path) -> bool:
    known = named_like_an_image(path.name)
    if known is False:
        return False
    mode = _mode(path)
    if mode in (MISSING, UNKNOWN):
        return True  # a file that may not be opened is an error to report, not one to hide
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        return False
    return known or _begins_like_an_image(path)


def _begins_like_an_image(path: Path) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(sniff.HEAD)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return True
    return begins_like_an_image(head, size)
