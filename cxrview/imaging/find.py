"""Find the images in files and folders."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from cxrview.errors import BadRequest
from cxrview.imaging import sniff
from cxrview.progress import Report, silent

SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
PASSED_OVER = frozenset({"dicomdir", "thumbs.db", "desktop.ini"})
MISSING, UNKNOWN = 1, 0  # in place of a file mode; neither has the bits of a file type


def find_images(paths: Iterable[Path], report: Report = silent) -> list[Path]:
    """Return the files in `paths` and, for each folder, the images in it and below, in natural order.

    A path named by the user is kept also where it is missing or may not be looked at, and so is a folder
    that cannot be searched, so that the error shows later; each file is returned once, however often and
    in whatever spelling it was named.
    In folders the suffix decides, and the first bytes where there is none (or only a number, as in UIDs);
    hidden files and folders, DICOMDIR, pipes and the like are passed over, and links to folders are not
    followed.
    Raises BadRequest if not one of `paths` is there, and whatever `report` raises.
    """
    found: dict[str, Path] = {}
    asked = [Path(path) for path in paths]
    missing = 0
    for path in asked:
        mode = _mode(path)
        missing += mode == MISSING
        if not stat.S_ISDIR(mode):
            found.setdefault(spelled_out(path), path)
            continue
        for file in _walk(path):
            found.setdefault(spelled_out(file), file)
            report(0.0, f"{len(found)} images found")
    if asked and missing == len(asked):
        raise BadRequest("does not exist.", "Check the path.", asked[0])
    return list(found.values())


def spelled_out(path: Path) -> str:
    """Return the absolute path with no “..” in it, the same for all spellings of one path."""
    return os.path.abspath(path)  # noqa: PTH100 - a link keeps its own name, and so its own row


def _mode(path: Path) -> int:
    """Return the file mode of what `path` leads to, MISSING, or UNKNOWN where that cannot be found out."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except OSError:
        return UNKNOWN


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts "image2" before "image10", whatever the case.

    >>> sorted(["b10", "B2", "a"], key=natural_key)
    ['a', 'B2', 'b10']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the images in `folder` and below, and each folder in which nothing could be looked for."""
    closed: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        yield from _take(closed, folder)
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural_key)
        for name in sorted(files, key=natural_key):
            path = Path(place, name)
            if not name.startswith(".") and name.casefold() not in PASSED_OVER and _is_candidate(path):
                yield path
    yield from _take(closed, folder)


def _take(closed: list[OSError], top: Path) -> list[Path]:
    """Empty `closed` and return the folders that its errors are about."""
    places = [Path(error.filename or top) for error in closed]
    closed.clear()
    return places


def _is_candidate(path: Path) -> bool:
    suffix = path.suffix.lower()
    # “1.2.840.10008.42” has no suffix either
    if suffix and suffix not in SUFFIXES and not suffix[1:].isdecimal():
        return False
    mode = _mode(path)
    if mode in (MISSING, UNKNOWN):
        return True  # a file that may not be opened is an error to report, not one to hide
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        return False
    return suffix in SUFFIXES or _begins_like_an_image(path)


def _begins_like_an_image(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(sniff.HEAD)
            size = path.stat().st_size
    except OSError:
        return True
    return (
        sniff.is_dicom(head)
        or sniff.raster_kind(head) != ""
        or (sniff.other_kind(head) == "" and sniff.looks_like_dicom_elements(head, size))
    )
