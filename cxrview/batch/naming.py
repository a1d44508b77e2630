"""Pseudonyms for files in results, with the key to them in a file of its own."""

import csv
import io
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from cxrview.atomic_file import write_atomically
from cxrview.batch.formats import done_as, refused_writing
from cxrview.batch.rows import Row
from cxrview.pseudonym import pseudonym
from cxrview.safe_text import CsvWriter, unguarded

_NAME = re.compile(r"film-[0-9a-f]{16}")
UIDS = ("study_uid", "series_uid", "instance_uid")
COLUMNS = ("name", "path")


class Pseudonyms:
    """Stands in for the names of files, and hides what else in a row leads to a patient.

    The same key gives the same names, so a run can be gone on with, and tables of one installation joined.
    """

    def __init__(self, called: Callable[[Path], str], key: bytes) -> None:
        """Hide what files are `called` behind names made with `key`, which must not be empty."""
        if not key:
            raise ValueError("pseudonyms need a key")
        self._called, self._key = called, key
        self._known: dict[str, tuple[str, ...]] = {}  # what a name stands for, in all spellings

    def __call__(self, path: Path) -> str:
        """Return the name of a file."""
        shown = self._called(path)
        name = f"film-{pseudonym(done_as(shown), self._key)}"
        spellings = {done_as(shown), shown, str(path), Path(shown).name, path.name}
        self._known[name] = tuple(sorted(spellings, key=len, reverse=True))
        return name

    def hidden(self, row: Row) -> Row:
        """Return `row` with pseudonyms for its UIDs, and no name of the file in what is wrong with it."""
        changed = {name: pseudonym(row[name], self._key) for name in UIDS if row.get(name)}
        if row.get("error"):
            changed["error"] = self._without_names(row["error"], row["path"])
        return row | changed

    def _without_names(self, text: str, name: str) -> str:
        for spelling in self._known.get(name, ()):
            text = text.replace(spelling, name)
        return text


def is_pseudonym(name: str) -> bool:
    """Return whether a row that calls its file `name` was written by a run that names none."""
    return _NAME.fullmatch(name) is not None


def key_table(results: Path) -> Path:
    """Return where the key to the results at `results` lies."""
    return results.with_suffix(".key.csv")


def write_key(results: Path, files: Iterable[Path], called: Callable[[Path], str], names: Pseudonyms) -> None:
    """Write which name stands for which of `files`, for the owner's eyes alone; what was there stays.

    Raises InvalidRequest.
    """
    place = key_table(results)
    with refused_writing(str(place)):
        known = _read(place) | {names(path): called(path) for path in files}
        text = io.StringIO(newline="")
        writer = CsvWriter(text)
        for cells in (COLUMNS, *known.items()):
            writer.writerow(cells)
        write_atomically(place, text.getvalue(), private=True)


def _read(place: Path) -> dict[str, str]:
    if not place.exists():
        return {}
    with place.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) == len(COLUMNS)]
    return {name: unguarded(path) for name, path in rows[1:]}
