"""Tables of images that the window writes itself: for folders that lie apart, and for another split."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview import messages as shared
from cxrview.atomic_file import write_atomically
from cxrview.datasets import messages as data_messages
from cxrview.datasets.boxes import box_text
from cxrview.datasets.config import DataConfig
from cxrview.datasets.survey import file_of, pattern_of
from cxrview.errors import InvalidRequest
from cxrview.progress import Report
from cxrview.safe_text import CsvWriter, legible

if TYPE_CHECKING:
    from cxrview.datasets.sources import Item

COLUMNS = ("file", "label", "group", "source", "boxes", "device", "lung_mask")
Row = tuple[str, ...]


def of_folders(folders: Sequence[Path], table: Path, report: Report) -> Path:
    """Write the images in `folders`, each a class that is called like it, to `table`, and return that.

    Folders of the same name are one class from several collections. Raises InvalidRequest.
    """
    from cxrview.imaging.find import find_images

    alike = Counter(folder.name for folder in folders)
    rows: list[Row] = []
    for folder in folders:
        if "|" in folder.name:
            raise InvalidRequest(data_messages.NO_CLASS_NAME, data_messages.RENAME_FOLDER, folder)
        source = folder.parent.name if alike[folder.name] > 1 else ""
        found = find_images([folder], report)
        if not found:
            raise InvalidRequest(data_messages.HOLDS_NO_IMAGES, shared.CHOOSE_ANOTHER_FOLDER, folder)
        rows += [(path.absolute().as_posix(), folder.name, "", source, "", "", "") for path in found]
    return _write(rows, table)


def arranged(
    parts: Sequence[Path], folders: Sequence[Path], table: Path, report: Report
) -> tuple[Path, tuple[Path, ...]]:
    """Return what to train on when `folders` come to `parts`, and the class folders that it is made of.

    `parts` are the class folders that are there; a table is written where no one folder holds all. Raises
    InvalidRequest.
    """
    from cxrview.datasets.sources import SPLITS

    parents = {folder.parent for folder in folders}
    if (
        len(folders) > 1
        and len(parents) == 1
        and {folder.name.casefold() for folder in folders} <= SPLITS.keys()
    ):
        return parents.pop(), ()
    if len(folders) == 1:
        if not parts or _holds_folders(folders[0]):
            return folders[0], ()
        folders = tuple(dict.fromkeys((*parts, *folders)))
    if len(folders) == 1:
        return folders[0], ()
    return of_folders(folders, table, report), tuple(folders)


def _holds_folders(folder: Path) -> bool:
    try:
        return any(entry.is_dir() and not entry.name.startswith(".") for entry in folder.iterdir())
    except OSError:
        return False


def without_split(config: DataConfig, table: Path, _report: Report) -> DataConfig:
    """Write the images of `config` without their split to `table`, and return the configuration for it.

    What is left out stays left out. Raises InvalidRequest.
    """
    from cxrview.datasets.sources import find_items

    items = find_items(replace(config, exclude=()))
    kept = {item.path for item in find_items(config)}
    names = {item.path: item.path.absolute().as_posix() for item in items}
    _write([_row(item, names[item.path]) for item in items], table)
    left_out = tuple(pattern_of(name) for path, name in names.items() if path not in kept)
    return replace(config, path=str(table), exclude=left_out)


def _row(item: "Item", name: str) -> Row:
    mask = item.lung_mask.absolute().as_posix() if item.lung_mask is not None else ""
    drawn = box_text(item.boxes)
    return name, "|".join(item.labels), item.group, item.source, drawn, item.device, mask


def with_excluded(exclude: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Return the entries of `exclude` and those for `files`, each once."""
    return tuple(dict.fromkeys((*exclude, *map(pattern_of, files))))


def without_excluded(exclude: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Return the entries of `exclude` that are not for one of `files`."""
    taken = set(files)
    return tuple(entry for entry in exclude if file_of(entry) not in taken)


def _write(rows: Iterable[Row], table: Path) -> Path:
    lines = io.StringIO(newline="")
    writer = CsvWriter(lines, "\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        if row[0] != legible(row[0]):  # written otherwise, the file would not be found
            raise InvalidRequest(data_messages.NAME_NO_UNICODE, data_messages.RENAME_IT)
        writer.writerow(row)
    try:
        table.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(table, lines.getvalue())
    except OSError as error:
        problem = shared.CANNOT_BE_WRITTEN(reason=error.strerror)
        raise InvalidRequest(problem, shared.MAKE_ROOM, table) from error
    return table
