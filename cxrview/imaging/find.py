"""Find the images in files and folders."""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cxrview.errors import InvalidRequest
from cxrview.i18n import trn
from cxrview.imaging import messages, sniff
from cxrview.imaging.passed_over import HIDDEN, OF_SYSTEMS, PassedOver
from cxrview.imaging.raster import formats
from cxrview.progress import Report, silent

SUFFIXES = (".dcm", ".dicom", ".ima", *formats.SUFFIXES)
FOLDERS_PASSED_OVER = frozenset({"__MACOSX"})
MASKS = re.compile(r"(^|[ _.-])(?i:masks?|segmentations?)$|[a-z]Masks?$")  # “lung masks”, “ManualMask”
NO_MASKS = re.compile(r"(?i)(with|without|no)[ _-]")  # before “mask”: people who wear one
MISSING, UNKNOWN = 1, 0  # in place of a file mode; neither has the bits of a file type
OFTEN = 256  # names of a folder between two reports


def find_images(
    paths: Iterable[Path], report: Report = silent, passed: PassedOver | None = None
) -> list[Path]:
    """Return all that `iter_images` finds. Raises InvalidRequest, and whatever `report` raises."""
    return list(iter_images(paths, report, passed))


def iter_images(
    paths: Iterable[Path], report: Report = silent, passed: PassedOver | None = None
) -> Iterator[Path]:
    """Yield the files in `paths` and, for each folder, the images in it and below, in natural order.

    A path named by the user is kept also where it is missing or may not be looked at, and so is a folder
    that cannot be searched, so that the error shows later; each file is yielded once, however often and
    in whatever spelling it was named.
    In folders a suffix of images decides, and for all other files their first bytes; hidden files and
    folders, DICOMDIR, pipes and the like are passed over, and links to folders are not followed. Files that
    are no images, and folders of masks beside images, are passed over and told to `passed`.
    Raises InvalidRequest, before anything is yielded, if none of `paths` is there; whatever `report` raises.
    """
    asked = [(path, _mode(path)) for path in map(Path, paths)]
    if asked and all(mode == MISSING for _, mode in asked):
        raise InvalidRequest(messages.DOES_NOT_EXIST, messages.CHECK_THE_PATH, asked[0][0])
    found: set[str] = set()
    passed = PassedOver() if passed is None else passed

    def told() -> None:
        report(0.0, trn("{count} image found", "{count} images found", len(found)).format(count=len(found)))

    for path, mode in asked:
        for file in _walk(path, told, passed) if stat.S_ISDIR(mode) else (path,):
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
    if name.startswith(HIDDEN) or name.casefold() in OF_SYSTEMS:
        return False
    return True if Path(name).suffix.lower() in SUFFIXES else None


def mask_folders(names: Sequence[str], images: bool = False) -> list[str]:
    """Return those of the folders `names`, side by side, that hold masks of what is in the others.

    `images`: there are images beside them, so that all may be such folders.

    >>> mask_folders(["images", "lung masks"]), mask_folders(["masks"]), mask_folders(["no_mask", "mask"])
    (['lung masks'], [], ['mask'])
    """
    masks = [name for name in names if MASKS.search(name) and not NO_MASKS.match(name)]
    return masks if images or len(masks) < len(names) else []


def begins_like_an_image(name: str, head: bytes, size: int) -> bool:
    """Return whether a file called `name`, of `size` bytes, that begins with `head` may hold an image.

    Bare DICOM elements are told from other bytes by one element where the name has no suffix, or a number as
    in UIDs; the suffix of some other kind asks for two.
    """
    if sniff.is_dicom(head) or sniff.raster_kind(head) != "":
        return True
    if sniff.other_kind(head) or not sniff.looks_like_dicom_elements(head, size):
        return False
    suffix = Path(name).suffix
    return not suffix or suffix[1:].isdecimal() or sniff.second_element_follows(head)


def _mode(path: Path) -> int:
    """Return the file mode of what `path` leads to, MISSING, or UNKNOWN where that cannot be found out."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: no name that a file can have
        return MISSING
    except OSError:
        return UNKNOWN


def _walk(top: Path, told: Callable[[], None], passed: PassedOver) -> Iterator[Path]:
    """Yield the images in `top` and below, and each folder in which nothing could be looked for."""
    waiting = [top]
    while waiting:
        place = waiting.pop()
        try:
            folders, files = _listed(place, told)
        except OSError:
            yield place
            continue
        images = False
        for name in files:
            told()
            if is_candidate(place / name):
                images = True
                yield place / name
            else:
                passed.file(place / name)
        masks = mask_folders(folders, images)
        for name in masks:
            passed.masks(place / name)
        folders = [name for name in folders if name not in masks]
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
            elif not _is_passed_over(entry):
                folders.append(entry.name)
    return sorted(folders, key=natural_key), sorted(files, key=natural_key)


def _is_passed_over(folder: "os.DirEntry[str]") -> bool:
    return folder.name.startswith(HIDDEN) or folder.name in FOLDERS_PASSED_OVER or folder.is_symlink()


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_candidate(path: Path) -> bool:
    """Return whether the file at `path` may be an image, or cannot be looked at, so that its error shows."""
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
    return begins_like_an_image(path.name, head, size)
