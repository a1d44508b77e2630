"""The one reader of tables about images, for training, evaluation and batches.

The first line names the columns, in any case: the image in `file`, relative to the table, in `path`, as
results of `cxrview score` have it, or in `instance_uid`, of a DICOM file; what it shows in `label` or
`truth`. `sources` says what else there may be.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from cxrview.datasets import messages as said
from cxrview.errors import InvalidRequest
from cxrview.imaging import messages as imaging_messages
from cxrview.imaging.find import iter_images
from cxrview.imaging.header_summary import peek
from cxrview.safe_text import unguarded

DELIMITERS = ",;\t"
FILES = ("file", "path", "instance_uid")  # the first that a table has
LABELS = ("label", "truth")
FIRST_FRAME = ("", "1")
Row = dict[str, str]


def read_table(table: Path, among: Iterable[Path] | None = None) -> list[tuple[int, Row]]:
    """Return the rows and the numbers of their lines; each has `file`, and `label` if there are labels.

    `file` is a path, relative to the table unless it is absolute. Frames of a file but the first are passed
    over. DICOM files are looked for by their UID in `among`, or else beside the table and below. Raises
    InvalidRequest for what is no such table, for two columns of one name, and if there are no rows.
    """
    names, rows = _read(table)
    column = next((name for name in FILES if name in names), None)
    if column is None:
        raise InvalidRequest(said.NO_FILE_COLUMN, said.NAME_COLUMNS, table)
    if doubled := [name for name in names if name and names.count(name) > 1]:
        raise InvalidRequest(said.TWO_COLUMNS(name=doubled[0]), said.DROP_ONE, table)
    if not rows:
        raise InvalidRequest(imaging_messages.LISTS_NO_IMAGES, path=table)
    numbered = [(n, row) for n, row in enumerate(rows, start=2) if row.get("frame", "") in FIRST_FRAME]
    label = next((name for name in LABELS if name in names), None)
    places = _by_uid(table, among) if column == "instance_uid" else {}
    for _, row in numbered:
        row["file"] = places.get(row[column], row[column]) if column != "path" else _seen(row[column], table)
        if label is not None:
            row["label"] = row[label]
    return numbered


def columns_of(table: Path) -> list[str]:
    """Return the names of the columns, in small letters. Raises InvalidRequest for what is no table."""
    return [name for name in _read(table)[0] if name]


def _read(table: Path) -> tuple[list[str], list[Row]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(DELIMITERS, key=first.count)
            reader = csv.DictReader(file, delimiter=delimiter, restkey="", restval="")
            names = [name.strip().casefold() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            rows = [{name: unguarded((row[name] or "").strip()) for name in names if name} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidRequest(said.NO_CSV, said.SHOULD_BE_CSV, table) from error
    return names, rows


def _seen(path: str, table: Path) -> str:
    """Return a `path` of results: from the table's folder if it is there, else from where the run began."""
    if not path or "\x00" in path or (table.parent / path).exists() or not Path(path).exists():
        return path
    return os.path.abspath(path)  # noqa: PTH100 - a link keeps its own name


def _by_uid(table: Path, among: Iterable[Path] | None) -> dict[str, str]:
    """Return the DICOM files by their UIDs; of several with one UID the first."""
    found: dict[str, str] = {}
    for path in iter_images([table.parent]) if among is None else among:
        header = peek(path)
        if header is not None and header.identity.instance_uid:
            found.setdefault(header.identity.instance_uid, str(path.absolute()))
    return found
