"""Bring a bundle in from a folder or a .zip that may come from anywhere, and pack one for others.

What comes in is decided by the card alone: its files are copied, under their plain names, and nothing else.
"""

import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import MappingProxyType

from cxrview.atomic_file import atomic_file
from cxrview.bundle import messages, naming
from cxrview.bundle.card import SEGMENTER, Card
from cxrview.bundle.load import MAX_CARD_BYTES, MAX_FILE_BYTES, load, read_card
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.file_lock import file_lock
from cxrview.messages import CANNOT_BE_WRITTEN, CHOOSE_ANOTHER_PLACE

CARD = "card.json"
MAX_TOTAL_BYTES = 4 * 2**30
MAX_ENTRIES = 1000
SCRATCH = ".import-"
LOCK = ".import.lock"
GRAPH = "model.onnx"
HEAD = 64
SPACE = b"\xef\xbb\xbf \t\r\n"
ZIP, JSON, ANYTHING = (b"PK\x03\x04",), (b"{", b"["), (b"",)
# By the ends of their names: how files of a model begin. What is in a graph is looked at before it is run.
KINDS = {
    ".onnx": ANYTHING,
    ".keras": ZIP,
    ".npz": ZIP,
    ".json": JSON,
    ".html": ANYTHING,  # which is never opened
    ".txt": ANYTHING,
    ".md": ANYTHING,
}


def unchecked(_folder: Path) -> None:
    """Ask no more of a bundle than that it is whole."""


def import_bundle(
    path: Path,
    into: Path,
    check: Callable[[Path], None] = unchecked,
    others: Mapping[str, Path] = MappingProxyType({}),
) -> Path:
    """Copy the bundle in `path`, a folder or a .zip, to a new folder in `into` and return that folder.

    It is named after the card, with a number behind the name if another model in `into` has it, and the
    version if one of `others` has it, models by name that are kept elsewhere and are not to be hidden. A
    bundle that is there already is not copied again. It appears whole and checked, or not at all: `check`
    is given the folder before that, and what a killed import has left is removed by the next. Raises
    UnusableModel, InvalidRequest if another import is under way, and what `check` raises.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        with file_lock(into, into / LOCK), TemporaryDirectory(dir=into, prefix=SCRATCH) as scratch:
            _remove_others(into, Path(scratch))
            made = Path(scratch) / "made"  # one level down, where nobody looks for bundles
            made.mkdir()
            card = _copy_folder(path, made) if path.is_dir() else _unpack(path, made)
            if card.kind == SEGMENTER:
                raise UnusableModel(messages.HAS_ITS_OWN_SEGMENTER, messages.CHOOSE_A_CLASSIFIER, path)
            load(made)
            _check_kinds(card, made, path)
            other = others.get(card.name)
            if other is not None and _same(made, other):
                return other
            check(made)
            name = card.name if other is None else naming.plain(f"{card.name}-{card.version}")
            return _settle(made, into, name)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        problem = messages.ARCHIVE_BROKEN(error=str(error))
        raise UnusableModel(problem, messages.GET_AGAIN, path) from error
    except OSError as error:
        problem = messages.CANNOT_BE_IMPORTED(reason=error.strerror or str(error))
        raise UnusableModel(problem, path=path) from error


def remove_left_over(into: Path) -> None:
    """Remove what killed imports have left in `into`, unless one is under way."""
    if any(into.glob(f"{SCRATCH}*")):
        with suppress(InvalidRequest), file_lock(into, into / LOCK):
            _remove_others(into, into)


def _remove_others(into: Path, mine: Path) -> None:
    for other in into.glob(f"{SCRATCH}*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)


def _check_kinds(card: Card, made: Path, source: Path) -> None:
    """Raise UnusableModel for a listed file that no model has, or that is not what its name says."""
    for name in card.files:
        kind = next((kind for suffix, kind in KINDS.items() if name.lower().endswith(suffix)), None)
        if kind is None or (name.lower().endswith(".onnx") and name != GRAPH):
            raise UnusableModel(messages.NO_KIND(name=name), messages.GET_AGAIN, source)
        with (made / name).open("rb") as file:
            if not file.read(HEAD).lstrip(SPACE if kind == JSON else b"").startswith(kind):
                raise UnusableModel(messages.NOT_ITS_KIND(name=name), messages.GET_AGAIN, source)


def export_bundle(folder: Path, path: Path, *, replace: bool = False) -> None:
    """Write the bundle in `folder` to the archive `path`, whole or not at all; equal bundles, equal bytes.

    Raises UnusableModel if the bundle is not whole, InvalidRequest if the file is there and must stay,
    or cannot be written; then what was there is there still.
    """
    card = load(folder).card
    if path.exists() and not replace:
        raise InvalidRequest(messages.IS_THERE, messages.OTHER_NAME_OR_DELETE, path)
    try:
        with atomic_file(path) as file, zipfile.ZipFile(file, "w") as archive:
            for name in (CARD, *sorted(card.files)):
                entry = zipfile.ZipInfo(f"{card.name}/{name}")
                archive.writestr(entry, (folder / name).read_bytes(), zipfile.ZIP_DEFLATED)
    except OSError as error:
        problem = CANNOT_BE_WRITTEN(reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE, path) from error


def _settle(made: Path, into: Path, name: str) -> Path:
    """Move the checked bundle to the first name that is free, unless it is there already."""
    for number in range(1, MAX_ENTRIES):
        target = into / (name if number == 1 else f"{name}-{number}")
        if not target.exists():
            made.rename(target)
            return target
        if _same(made, target):
            load(target)
            return target
    raise UnusableModel(messages.NAME_USED_UP(count=MAX_ENTRIES), messages.DELETE_SOME, into / name)


def _same(made: Path, other: Path) -> bool:
    """Return whether two folders hold the same bundle: a card has the hash of every other file."""
    return (other / CARD).is_file() and (other / CARD).read_bytes() == (made / CARD).read_bytes()


def _copy_folder(source: Path, made: Path) -> Card:
    card = read_card(source)
    for name in (CARD, *card.files):
        found = source / name
        if not found.exists() and not found.is_symlink():
            raise UnusableModel(messages.LACKS_FILE(name=name), messages.GET_AGAIN, source)
        if not stat.S_ISREG(found.lstat().st_mode):
            raise UnusableModel(messages.LINK_IN_PLACE(name=name), messages.GET_AGAIN, source)
        shutil.copyfile(found, made / name, follow_symlinks=False)
    return card


def _unpack(source: Path, made: Path) -> Card:
    with zipfile.ZipFile(source) as archive:
        entries = dict(_entries(archive, source))
        if CARD not in entries or entries[CARD].file_size > MAX_CARD_BYTES:
            raise UnusableModel(messages.HOLDS_NO_MODEL, messages.GET_AGAIN, source)
        (made / CARD).write_bytes(archive.read(entries[CARD]))
        card = read_card(made)
        if sum(info.bytes for info in card.files.values()) > MAX_TOTAL_BYTES:
            problem = messages.LARGER_THAN(limit=MAX_TOTAL_BYTES >> 30)
            raise UnusableModel(problem, messages.GET_AGAIN, source)
        for name in entries:
            if name != CARD and name not in card.files:
                raise UnusableModel(messages.FILE_NOT_LISTED(name=name), messages.GET_AGAIN, source)
        for name, expected in card.files.items():
            if name not in entries or entries[name].file_size != min(expected.bytes, MAX_FILE_BYTES):
                raise UnusableModel(messages.LACKS_FILE_AS_LISTED(name=name), messages.GET_AGAIN, source)
            with archive.open(entries[name]) as packed, (made / name).open("wb") as file:
                shutil.copyfileobj(packed, file, 2**20)  # never more than the entry's stated size
    return card


def _entries(archive: zipfile.ZipFile, source: Path) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield the files of the bundle by their names in it; it may lie in one folder of the archive.

    Raises UnusableModel for paths that lead out of the archive, links, encryption, and names given twice.
    """
    found = archive.infolist()
    if len(found) > MAX_ENTRIES:
        raise UnusableModel(messages.HOLDS_TOO_MANY_FILES(limit=MAX_ENTRIES), messages.GET_AGAIN, source)
    cards = [PurePosixPath(entry.filename).parent for entry in found if _is_card(entry.filename)]
    top = cards[0] if len(cards) == 1 else PurePosixPath()
    seen = set()
    for entry in found:
        place = PurePosixPath(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if place.is_absolute() or not all(map(naming.is_allowed, _own_parts(place))):
            problem = messages.LEADS_ELSEWHERE(name=entry.filename)
            raise UnusableModel(problem, messages.GET_AGAIN, source)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or entry.flag_bits & 1:
            problem = messages.LINK_OR_ENCRYPTED(name=str(place))
            raise UnusableModel(problem, messages.GET_AGAIN, source)
        if entry.is_dir() or not _concerns(place, top):
            continue
        name = str(place.relative_to(top))
        if name.lower() in seen:
            raise UnusableModel(messages.FILE_TWICE(name=name), messages.GET_AGAIN, source)
        seen.add(name.lower())
        yield name, entry


def _own_parts(place: PurePosixPath) -> list[str]:
    """Return the parts of the path of an entry that must be allowed: all, but for what systems put there."""
    return [
        part
        for part in place.parts
        if not (part == place.name and part.startswith(".") and not part.startswith(".."))
    ]


def _is_card(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == CARD and len(path.parts) <= 2


def _concerns(place: PurePosixPath, top: PurePosixPath) -> bool:
    """Return whether a file of the archive is one of the bundle: no report, none that a system put there."""
    if place.parts[0] == "__MACOSX" or place.name.startswith("."):
        return False
    return not place.is_relative_to(top / "report")
