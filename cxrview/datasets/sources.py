"""Which files a training run is about, and what folders or a table say about each."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PureWindowsPath

from cxrview.datasets import boxes
from cxrview.datasets import messages as said
from cxrview.datasets.archived import unpacked_folder
from cxrview.datasets.boxes import Box4
from cxrview.datasets.config import DataConfig
from cxrview.datasets.prepared import is_prepared, unpacked_rows
from cxrview.datasets.table_reader import columns_of, read_table
from cxrview.errors import InvalidRequest
from cxrview.imaging import find_images
from cxrview.imaging import messages as imaging_messages
from cxrview.imaging.archive import is_archive
from cxrview.imaging.dicomdir import is_dicomdir, listed_images
from cxrview.imaging.find import FOLDERS_PASSED_OVER, is_candidate, iter_images, mask_folders, natural_key
from cxrview.imaging.passed_over import PassedOver
from cxrview.message import NOTHING, Message, joined

SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
MAX_LABEL = 100  # characters
MAX_FILE = 4096
PATIENT = re.compile(r"patient|subject|^pid$")  # in the name of a column, in small letters
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')  # of which some system makes a path, or no file name


@dataclass(frozen=True, slots=True)
class Item:
    """A file and what is said about it; "" where nothing is said.

    `file` is relative to the data folder or the table, with forward slashes. `group` is the patient,
    `source` the collection, `split` one of "train", "validation" and "test". `boxes` are where the readers
    saw the disease, in pixels of the stored film: None if nothing is said, () if it is said that there are
    none. `device` is the machine that made the film, `lung_mask` a picture of its lungs: 0 elsewhere.
    `findings`, `explanation` and `prior`, an earlier film of the patient, are for people who learn to read.
    """

    path: Path
    file: str
    labels: tuple[str, ...]
    group: str = ""
    source: str = ""
    split: str = ""
    boxes: tuple[Box4, ...] | None = None
    device: str = ""
    lung_mask: Path | None = None
    findings: str = ""
    explanation: str = ""
    prior: Path | None = None


def find_items(
    config: DataConfig, passed: PassedOver | None = None, among: Iterable[Path] | None = None
) -> list[Item]:
    """Return the files in `config.path`, without those to leave out.

    That is a folder, a ZIP archive of one, a CSV file, a DICOM directory, or what `cxrview prepare` wrote.
    A folder without folders, a table without labels and a DICOM directory give files without labels. What is
    no image, and folders of masks, is passed over and told to `passed`. What a table knows by UID is looked
    for in `among`, else beside it. A label that could be taken for a path, a file listed twice, a file name
    that is no Unicode, boxes that are none, classes that differ in case only and a pattern that is none raise
    InvalidRequest; a damaged archive raises UnreadableImage.
    """
    patient_pattern(config)
    root = Path(config.path)
    passed = PassedOver() if passed is None else passed
    if not config.path or not root.exists():
        raise InvalidRequest(said.NO_IMAGES_AT(path=config.path), imaging_messages.CHECK_THE_PATH)
    folder = _folder_of(root)
    if folder is not None:
        items = _of_folder(folder, passed)
    elif is_prepared(root):
        items = _prepared_items(root)
    elif is_dicomdir(root):
        items = [Item(path, _relative(path, root.parent), ()) for path in listed_images(root)]
    else:
        items = _of_table(root, among)
    items = [item for item in items if not _left_out(item.file, config.exclude)]
    if not items:
        advice = joined((passed.message, said.A_FOLDER_A_CLASS)) if folder is not None else NOTHING
        raise InvalidRequest(said.HOLDS_NO_IMAGES, advice, root)
    _check_names(items, root)
    _check_labels(items, root)
    return items


def _check_names(items: list[Item], root: Path) -> None:
    """Raise InvalidRequest for a file name that no table could name again."""
    for item in items:
        try:
            f"{item.file}{item.path}".encode()
        except UnicodeEncodeError as error:
            shown = item.file.encode("utf-8", "backslashreplace").decode()
            raise InvalidRequest(said.NAME_NOT_UTF8(name=shown), said.RENAME_IT, root) from error


def _folder_of(root: Path) -> Path | None:
    """Return the folder of class folders at `root`, unpacked if that is an archive; None if it is a file."""
    if is_prepared(root):
        return None
    folder = root if root.is_dir() else unpacked_folder(root) if is_archive(root) else None
    if folder is None:
        return None
    inside = _folders(folder)
    masks = mask_folders([path.name for path in _unhidden_folders(folder)])
    # images/CLASS beside masks/CLASS
    return inside[0] if len(inside) == 1 and masks and _folders(inside[0]) else folder


def empty_folders(config: DataConfig, names: Sequence[str]) -> list[str]:
    """Return the class folders that are none of `names` and hold no image."""
    root = _folder_of(Path(config.path))
    if root is None:
        return []
    parents = _split_folders(root) or [root]
    others = [folder for parent in parents for folder in _folders(parent) if folder.name not in names]
    return list(dict.fromkeys(folder.name for folder in others if not any(iter_images([folder]))))


def unread_patients(config: DataConfig) -> str:
    """Return the column of a table without groups that seems to name the patient, or ""."""
    root = Path(config.path)
    is_table = root.is_file() and not (is_archive(root) or is_dicomdir(root) or is_prepared(root))
    columns = columns_of(root) if is_table else []
    if "group" in columns:
        return ""
    return next((name for name in columns if PATIENT.search(name)), "")


def _left_out(file: str, exclude: Iterable[str]) -> bool:
    return any(file == pattern or fnmatchcase(file, pattern) for pattern in exclude)


def _of_folder(root: Path, passed: PassedOver) -> list[Item]:
    """Return the images in the class folders of `root`, or in those of its train, val and test folders."""
    parts = _split_folders(root)
    if parts:
        return [
            item for part in parts for item in _of_classes(root, part, SPLITS[part.name.casefold()], passed)
        ]
    if not _folders(root):
        return [Item(path, _relative(path, root), ()) for path in find_images([root], passed=passed)]
    return list(_of_classes(root, root, "", passed))


def _split_folders(root: Path) -> list[Path]:
    folders = _folders(root)
    parts = [folder for folder in folders if folder.name.casefold() in SPLITS]
    sides = Counter(SPLITS[part.name.casefold()] for part in parts)
    if "train" not in sides or len(folders) == 1:
        return []
    if twice := [side for side, count in sides.items() if count > 1]:
        raise InvalidRequest(said.TWO_FOLDERS(side=twice[0]), said.JOIN_THEM, root)
    if others := [folder.name for folder in folders if folder not in parts]:
        raise InvalidRequest(said.FOLDER_BESIDE_SPLIT(name=others[0]), said.MOVE_IT, root)
    return parts


def _of_classes(root: Path, parent: Path, split: str, passed: PassedOver) -> Iterator[Item]:
    folders = _folders(parent)
    for folder in folders:
        for path in find_images([folder], passed=passed):
            yield Item(path, _relative(path, root), (folder.name,), split=split)
    for folder in _unhidden_folders(parent):
        if folder not in folders:
            passed.masks(folder)
    images = []
    for path in _files(parent):
        if is_candidate(path):
            images.append(path)
        else:
            passed.file(path)
    if images:
        problem = said.IMAGES_OUTSIDE_CLASSES(count=len(images), name=images[0].name)
        raise InvalidRequest(problem, said.A_FOLDER_A_CLASS, parent)


def _folders(parent: Path) -> list[Path]:
    """Return the folders in `parent` without those of masks of what is in the others."""
    found = _unhidden_folders(parent)
    masks = mask_folders([folder.name for folder in found])
    return [folder for folder in found if folder.name not in masks]


def _unhidden_folders(parent: Path) -> list[Path]:
    return [path for path in _entries(parent) if path.name not in FOLDERS_PASSED_OVER and path.is_dir()]


def _files(parent: Path) -> list[Path]:
    return [path for path in _entries(parent) if path.is_file()]


def _entries(parent: Path) -> list[Path]:
    try:
        found = [path for path in parent.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        problem = said.CANNOT_SEARCH(reason=error.strerror)
        raise InvalidRequest(problem, imaging_messages.ASK_FOR_ACCESS, parent) from error
    return sorted(found, key=lambda path: natural_key(path.name))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _of_table(table: Path, among: Iterable[Path] | None) -> list[Item]:
    rows = read_table(table, among)
    items = [_item(row, number, table) for number, row in rows]
    twice = [file for file, count in Counter(item.file for item in items).items() if count > 1]
    if twice:
        raise InvalidRequest(said.LISTED_TWICE(name=twice[0]), said.JOIN_LABELS, table)
    untold = [number for (number, _), item in zip(rows, items, strict=True) if not item.split]
    if untold and len(untold) < len(items):
        number = untold[0]
        raise InvalidRequest(said.SPLIT_MISSING(number=number), said.FILL_COLUMN, table)
    return items


def _prepared_items(table: Path) -> list[Item]:
    """Return the images of a table of `cxrview prepare`; the rows of files that failed there have none."""
    rows = unpacked_rows(table)
    twice = [file for file, count in Counter(row.file for row in rows).items() if count > 1]
    if twice:
        raise InvalidRequest(said.LISTED_TWICE(name=twice[0]), said.PREPARE_AGAIN, table)
    if unknown := [row.split for row in rows if row.split and row.split not in SPLITS.values()]:
        raise InvalidRequest(said.UNKNOWN_SPLIT_NAMED(name=unknown[0][:40]), said.USE_KNOWN_SPLITS, table)
    return [
        Item(row.path, row.file, labels_in(row.label), group=row.group, source=row.source, split=row.split)
        for row in rows
    ]


def labels_in(text: str) -> tuple[str, ...]:
    """Return the labels that a cell names, each once; none if it is empty."""
    return tuple(dict.fromkeys(part.strip() for part in text.split("|"))) if text else ()


def _item(row: dict[str, str], number: int, table: Path) -> Item:
    file, mask = row["file"], row.get("lung_mask", "") or row.get("mask", "")
    prior = row.get("prior", "")
    if not file or any("\x00" in name or len(name) > MAX_FILE for name in (file, mask, prior)):
        raise InvalidRequest(said.NO_USABLE_FILE(number=number), said.RELATIVE_PATHS, table)
    labels = labels_in(row.get("label", ""))
    split = row.get("split", "").casefold()
    if split and split not in SPLITS:
        problem = said.UNKNOWN_SPLIT(name=row["split"][:40], number=number)
        raise InvalidRequest(problem, said.USE_KNOWN_SPLITS, table)
    return Item(
        _beside(table, file),
        file,
        labels,
        group=row.get("group", ""),
        source=row.get("source", ""),
        split=SPLITS.get(split, ""),
        boxes=_boxes(row, number, table),
        device=row.get("device", ""),
        lung_mask=_beside(table, mask) if mask else None,
        findings=row.get("findings", ""),
        explanation=row.get("explanation", ""),
        prior=_beside(table, prior) if prior else None,
    )


def _beside(table: Path, file: str) -> Path:
    return Path(os.path.normpath(table.parent / file))


def _boxes(row: dict[str, str], number: int, table: Path) -> tuple[Box4, ...] | None:
    column = next((name for name in boxes.COLUMNS if name in row), "")
    try:
        return boxes.parse_boxes(row.get(column, ""))
    except ValueError as error:
        problem = said.UNREADABLE_BOXES(column=column, number=number)
        raise InvalidRequest(problem, said.BOXES_AS_JSON, table) from error


def _check_labels(items: list[Item], root: Path) -> None:
    """Raise InvalidRequest for a label that is no plain name; class names end up in file names."""
    seen: dict[str, str] = {}
    for label in dict.fromkeys(label for item in items for label in item.labels):
        if (complaint := _complaint(label)) is not None:
            shown = label if len(label) <= 40 else f"{label[:40]}…"
            problem = said.UNUSABLE_LABEL(label=repr(shown), complaint=complaint)
            raise InvalidRequest(problem, said.GIVE_PLAIN_NAME, root)
        other = seen.setdefault(label.casefold(), label)
        if other != label:
            raise InvalidRequest(said.CLASSES_ALIKE(one=other, other=label), said.SPELL_ALIKE, root)


def _complaint(label: str) -> Message | None:
    if not label:
        return said.EMPTY_LABEL
    if len(label) > MAX_LABEL:
        return said.TOO_LONG(count=len(label), most=MAX_LABEL)
    if label in (".", "..") or _UNSAFE.search(label) or PureWindowsPath(label).drive:
        return said.LIKE_A_PATH
    if not label.isprintable() or label != label.strip():
        return said.INVISIBLE
    return None


def patient_pattern(config: DataConfig) -> re.Pattern[str] | None:
    """Return the pattern that finds the patient in a file's name, if there is one. Raises InvalidRequest."""
    pattern = config.group_pattern
    if not pattern:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InvalidRequest(said.NO_REGULAR_EXPRESSION(pattern=pattern, reason=str(error))) from error
    if compiled.groups != 1:
        problem = said.NOT_ONE_GROUP(pattern=pattern, count=compiled.groups)
        raise InvalidRequest(problem, said.PUT_PATIENT_INTO_GROUP(example=r"p(\d+)_"))
    return compiled
