"""Find the images in files and folders."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cxrview.errors import BadRequest
from cxrview.imaging import sniff
from cxrview.progress import Report, silent

SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
PASSED_OVER = frozenset({"dicomdir", "thumbs.db", "desktop.ini"})


def find_images(paths: Iterable[Path], report: Report = silent) -> list[Path]:
    """Return the files in `paths` and, for each folder, the images in it and below, in natural order.

    A file named by the user is always kept, so that its error shows later; each file is returned once.
    In folders the suffix decides, and the first bytes where there is none (or only a number, as in UIDs);
    hidden files and folders, DICOMDIR and the like are passed over, and links to folders are not followed.
    Raises BadRequest for a path that is not there, and whatever `report` raises.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            for file in _walk(path):
                found[file] = None
                report(0.0, f"{len(found)} images found")
        elif path.exists():
            found[path] = None
        else:
            raise BadRequest("does not exist.", "Check the path.", path)
    return list(found)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that puts "image2" before "image10", whatever the case.

    >>> sorted(["b10", "B2", "a"], key=natural_key)
    ['a', 'B2', 'b10']
    """
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural_key)
        for name in sorted(files, key=natural_key):
            path = Path(place, name)
            if not name.startswith(".") and name.casefold() not in PASSED_OVER and _is_candidate(path):
                yield path


def _is_candidate(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return True
    if suffix and not suffix[1:].isdecimal():  # “1.2.840.10008.42” has no suffix either
        return False
    try:
        with path.open("rb") as file:
            head = file.read(sniff.HEAD)
            size = path.stat().st_size
    except OSError:
        return True  # a file that may not be opened is an error to report, not one to hide
    return (
        sniff.is_dicom(head)
        or sniff.raster_kind(head) != ""
        or (sniff.other_kind(head) == "" and sniff.looks_like_dicom_elements(head, size))
    )
