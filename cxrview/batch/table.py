"""Results on disk as CSV or JSON lines: appended row by row, so that a killed run loses nothing."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cxrview.batch.rows import Row
from cxrview.errors import BadRequest

FORMATS = (".csv", ".jsonl")


class Table:
    """An open results file; `write` appends one row and hands it to the system at once."""

    def __init__(self, file: IO[str], columns: Sequence[str], as_csv: bool, begun: bool = False) -> None:
        """Write to `file`; a CSV table that is not `begun` gets its header first."""
        self._file = file
        self._columns = columns
        self._csv = csv.DictWriter(file, columns, lineterminator="\n") if as_csv else None
        if self._csv is not None and not begun:
            self._csv.writeheader()

    def write(self, row: Row) -> None:
        """Append `row`; columns that it lacks stay empty (null in JSON). Raises OSError."""
        whole = {name: row.get(name) for name in self._columns}
        if self._csv is not None:
            self._csv.writerow({name: _cell(value) for name, value in whole.items()})
        else:
            self._file.write(json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def check_format(path: Path) -> None:
    """Raise BadRequest if results cannot be written in the format that the suffix of `path` names."""
    if path.suffix.lower() not in FORMATS:
        raise BadRequest(f"Results cannot be written as “{path.name}”.", f"Choose {' or '.join(FORMATS)}.")


@contextmanager
def open_table(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """Open `path` to append rows with these columns; the suffix names the format.

    Raises BadRequest for another suffix or a file that cannot be written.
    """
    check_format(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A file name need not be valid Unicode; surrogateescape brings its bytes back unharmed.
        file = path.open("a", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error
    with file:
        yield Table(file, columns, path.suffix.lower() == ".csv", begun=file.tell() > 0)


def resume(path: Path, columns: Sequence[str]) -> set[str]:
    """Return the `path` entries that are done in the results at `path`, and drop what is not certain.

    The last file's rows go, because the run may have died among its frames, and so does a line cut in
    half. A missing file means that nothing is done. Raises BadRequest if the columns differ.
    """
    check_format(path)
    if not path.is_file():
        return set()
    rows = _read(path, columns)
    kept = [row for row in rows if rows and row["path"] != rows[-1]["path"]]
    fresh = path.with_name(f"{path.stem}.resuming{path.suffix}")
    fresh.unlink(missing_ok=True)
    with open_table(fresh, columns) as table:
        for row in kept:
            table.write(row)
    fresh.replace(path)
    return {row["path"] for row in kept}


def _read(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the whole rows at `path`; a last line cut in half is passed over."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        if path.suffix.lower() == ".csv":
            reader = csv.DictReader(file)
            found = list(reader.fieldnames or columns)
            rows = [row for row in reader if None not in row.values()]
        else:
            rows = [row for line in file if (row := _parse(line)) is not None]
            found = list(rows[0]) if rows else list(columns)
    if found != list(columns):
        problem = "was written with another model or version: its columns differ."
        raise BadRequest(problem, "Choose another output file, or leave out --resume.", path)
    return rows


def _parse(line: str) -> Row | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
