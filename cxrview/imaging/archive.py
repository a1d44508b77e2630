"""Unpack the images in a ZIP archive, one by one, and nothing else that an archive may carry."""

import lzma
import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from cxrview.errors import UnreadableImage
from cxrview.i18n import tr
from cxrview.imaging import archive_names, messages, sniff
from cxrview.imaging.find import (
    FOLDERS_PASSED_OVER,
    begins_like_an_image,
    named_like_an_image,
    natural_key,
)
from cxrview.imaging.limits import MAX_FILE_BYTES
from cxrview.imaging.read import trouble_reported
from cxrview.messages import CANNOT_BE_UNPACKED, MAKE_ROOM
from cxrview.progress import Report

MAX_MEMBERS = 100_000
MAX_UNPACKED = 32 * 2**30  # bytes, of all images together
MAX_RATIO = 200  # of unpacked to packed bytes, in archives that unpack to more than SMALL
SMALL = 2**30
KEPT_FREE = 2**29  # bytes that are left on the disk
CHUNK = 2**20
LONGEST_NAME = 100  # characters; encrypted home folders on Linux take 143 bytes
UNIX = 3
ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
NOT_ALLOWED = re.compile(r'[\x00-\x1f<>:"|?*]')  # in a name on Windows
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
FOREIGN_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    MemoryError,
    LookupError,
)


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in the archive and where it goes, relative to the folder that it is unpacked into."""

    info: zipfile.ZipInfo
    target: PurePosixPath
    certain: bool  # an image by its name; else its first bytes tell


def is_archive(path: Path) -> bool:
    """Return whether `path` is a ZIP archive, by its first bytes. Raises nothing."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def unpack(path: Path, folder: Path, report: Report) -> Iterator[Path]:
    """Unpack the images in the ZIP archive at `path` into `folder`; yield each when it is there.

    They come in natural order, below the folders that the archive has them in. What is no image is passed
    over, as in a folder, and what was unpacked there before stays. `report` is called between pieces of a
    megabyte and may raise Cancelled; no half file is left.
    Raises UnreadableImage: at once if it is no archive, encrypted, holds links or names that lead out of
    the folder, or unpacks to more than the limits or the disk; at the end if single files were damaged.
    """
    with trouble_reported(path), _opened(path) as archive:
        members, lost = _images(archive, path)
        total = sum(member.info.file_size for member in members)
        _check_room(total, path, folder)
        before = 0
        for number, member in enumerate(members):
            text = tr("{number} of {count} files").format(number=number, count=len(members))
            go_on = partial(report, before / max(1, total), text)
            go_on()
            try:
                file = _unpacked(archive, member, folder / member.target, go_on)
            except FOREIGN_ERRORS:
                lost += 1
            except OSError as error:
                problem = CANNOT_BE_UNPACKED(reason=error.strerror or str(error))
                raise UnreadableImage(problem, MAKE_ROOM, path) from error
            else:
                if file is not None:
                    yield file
            before += member.info.file_size
    if lost:
        raise UnreadableImage(messages.FILES_PASSED_OVER(count=lost), messages.UNPACK_ELSEWHERE, path)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file:
        if sniff.other_kind(file.read(sniff.HEAD)) is messages.LOCKED_ZIP:
            raise _locked(path)
        try:
            archive = zipfile.ZipFile(file)
        except FOREIGN_ERRORS as error:
            raise UnreadableImage(messages.ARCHIVE_DAMAGED, messages.COPY_OR_MAKE_AGAIN, path) from error
        with archive:
            yield archive


def _images(archive: zipfile.ZipFile, path: Path) -> tuple[list[_Member], int]:
    """Return what may be images, in natural order, and how many files have no name.

    Raises UnreadableImage if they must not be unpacked.
    """
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(infos) > MAX_MEMBERS:
        problem = messages.ARCHIVE_OF_TOO_MANY(count=len(infos), limit=MAX_MEMBERS)
        raise UnreadableImage(problem, messages.UNPACK_ELSEWHERE, path)
    found: list[tuple[zipfile.ZipInfo, list[str], bool]] = []
    nameless = 0
    for info, name in zip(infos, archive_names.names(infos), strict=True):
        if not name:
            nameless += 1
            continue
        parts = _parts(name, path)
        by_name = named_like_an_image(parts[-1]) if parts else False
        if by_name is False or any(part.startswith(".") or part in FOLDERS_PASSED_OVER for part in parts):
            continue
        if info.flag_bits & ENCRYPTED:
            raise _locked(path)
        if info.create_system == UNIX and stat.S_ISLNK(info.external_attr >> 16):
            problem = messages.ARCHIVE_HOLDS_LINK(name=name)
            raise UnreadableImage(problem, messages.MAKE_WITH_FILES, path)
        if info.compress_type not in METHODS:
            raise UnreadableImage(messages.ARCHIVE_METHOD_UNKNOWN, messages.UNPACK_ELSEWHERE, path)
        found.append((info, parts, by_name is True))
    found.sort(key=lambda one: [natural_key(part) for part in one[1]])
    targets = _targets([parts for _, parts, _ in found])
    members = [_Member(info, to, certain) for (info, _, certain), to in zip(found, targets, strict=True)]
    return members, nameless


def _parts(name: str, path: Path) -> list[str]:
    """Return the folders and the name in `name`. Raises UnreadableImage if they lead elsewhere."""
    parts = re.split(r"[/\\]", name)
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", name):
        raise UnreadableImage(messages.ARCHIVE_LEADS_OUTSIDE(name=name), messages.DO_NOT_TRUST, path)
    return [part for part in parts if part not in ("", ".")]


def _targets(names: list[list[str]]) -> list[PurePosixPath]:
    """Return where to put files of these names: allowed on every system, no two in one place."""
    targets = [PurePosixPath(*map(_allowed, parts)) for parts in names]
    taken = {_key(folder) for target in targets for folder in target.parents}
    numbers: Counter[str] = Counter()  # given to files of one name already
    for index, target in enumerate(targets):
        key = _key(target)
        while _key(targets[index]) in taken:
            numbers[key] += 1
            targets[index] = target.with_name(f"{target.stem}-{numbers[key] + 1}{target.suffix}")
        taken.add(_key(targets[index]))
    return targets


def _allowed(part: str) -> str:
    """Return `part` as a name that every system allows."""
    plain = NOT_ALLOWED.sub("_", part).rstrip(". ") or "_"
    if RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    if len(plain) <= LONGEST_NAME:
        return plain
    suffix = PurePosixPath(plain).suffix[:8]
    return plain[: LONGEST_NAME - len(suffix)] + suffix


def _key(target: PurePosixPath) -> str:
    """Return the same for two paths that some system takes for one."""
    return unicodedata.normalize("NFC", str(target).casefold())


def _check_room(total: int, path: Path, folder: Path) -> None:
    """Raise UnreadableImage if `total` bytes are too many for us, for such a file, or for the disk."""
    size = path.stat().st_size
    gigabytes = total / 2**30
    if total > MAX_UNPACKED or (total > SMALL and total > MAX_RATIO * size):
        problem = messages.ARCHIVE_TOO_LARGE(size=gigabytes)
        raise UnreadableImage(problem, messages.DO_NOT_TRUST_OR_UNPACK_PARTS, path)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free - KEPT_FREE
    if total > max(0, free):
        problem = messages.NO_ROOM_TO_UNPACK(size=gigabytes, free=max(0, free) / 2**30)
        raise UnreadableImage(problem, MAKE_ROOM, path)


def _unpacked(
    archive: zipfile.ZipFile, member: _Member, target: Path, go_on: Callable[[], None]
) -> Path | None:
    """Unpack one file and return its path, or None if it is no image. Raises FOREIGN_ERRORS, OSError."""
    if target.exists():
        return target
    size = member.info.file_size
    if size > MAX_FILE_BYTES:
        raise ValueError("larger than what is read")
    with archive.open(member.info) as source:
        head = source.read(sniff.HEAD)
        if not member.certain and not begins_like_an_image(target.name, head, size):
            return None
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}")
        try:
            with half.open("wb") as file:
                file.write(head)
                while piece := source.read(CHUNK):
                    go_on()
                    file.write(piece)
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)
    return target


def _locked(path: Path) -> UnreadableImage:
    return UnreadableImage(messages.ARCHIVE_LOCKED, messages.DECRYPT_FIRST, path)
