"""Read a table of results back that is CSV or JSON lines; a killed run may have cut its last line in half."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from cxrview.batch import messages
from cxrview.batch.formats import FoundRow
from cxrview.batch.rows import Row, typed
from cxrview.errors import InvalidRequest
from cxrview.messages import CANNOT_BE_READ
from cxrview.safe_text import unguarded


def begun_with(path: Path) -> list[str]:
    """Return the columns with which the table at `path` was begun; [] if it is missing or no such table."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            return _header(file) if is_csv(path) else _keys(file)
    except (OSError, csv.Error):
        return []


def is_csv(path: Path) -> bool:
    """Return whether the table at `path` is CSV, and not JSON lines."""
    return path.suffix.lower() == ".csv"


def _header(lines: Iterator[str]) -> list[str]:
    return next(csv.reader(lines), [])


def _keys(lines: Iterator[str]) -> list[str]:
    try:
        row = json.loads(next(lines, ""))
    except (ValueError, RecursionError):
        return []
    return list(row) if isinstance(row, dict) else []


def found_rows(path: Path, columns: Sequence[str]) -> Iterator[FoundRow]:
    """Yield the rows at `path` and at which bytes they lie; a last line that is not whole is passed over.

    Raises InvalidRequest if the file cannot be read, has other columns, or another line is not whole: which
    frames are missing then cannot be known.
    """
    count, cut = 0, False
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            lines = _Lines(file)
            for row in (_csv_rows if is_csv(path) else _json_rows)(lines, columns):
                if cut:
                    raise _Damaged(count)
                cut = row is None
                if row is not None:
                    count += 1
                    yield FoundRow(row, lines.begin, lines.end)
                lines.begin = lines.end
    except _OtherColumns as error:
        raise InvalidRequest(messages.OTHER_COLUMNS, messages.OTHER_OUTPUT, path) from error
    except (_Damaged, csv.Error) as error:
        last = error.args[0] if isinstance(error, _Damaged) else count
        advice = messages.REPAIR_BY_HAND(otherwise=messages.OTHER_OUTPUT)
        raise InvalidRequest(messages.ROWS_DAMAGED(row=last), advice, path) from error
    except OSError as error:
        raise InvalidRequest(CANNOT_BE_READ(reason=error.strerror), messages.OTHER_OUTPUT, path) from error


class _Lines:
    """The lines of a file, and how many bytes of it have been read: a row of CSV may have several lines."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.begin = self.end = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.end += len(line.encode("utf-8", "surrogateescape"))
        return line


class _Damaged(Exception):
    """A row is not whole; the argument is the number of rows before it."""


class _OtherColumns(Exception):
    """The columns are not those of this model."""


def _csv_rows(lines: _Lines, columns: Sequence[str]) -> Iterator[Row | None]:
    """Yield the rows, None for one that is not whole. Raises _OtherColumns, _Damaged or csv.Error."""
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is not None and header != list(columns):
        raise _OtherColumns
    lines.begin = lines.end
    line, count = reader.line_num, 0
    for cells in reader:
        whole = len(cells) == len(columns)
        if not whole and reader.line_num > line + 1:
            raise _Damaged(count)  # a quotation mark that is not closed has swallowed the lines after it
        line, count = reader.line_num, count + 1
        yield _whole(dict(zip(columns, map(unguarded, cells), strict=True)) if whole else {})


def _json_rows(lines: _Lines, columns: Sequence[str]) -> Iterator[Row | None]:
    """Yield the rows, None for one that is not whole. Raises _OtherColumns."""
    for line in lines:
        try:
            row = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            yield None
            continue
        if isinstance(row, dict) and row and list(row) != list(columns):
            raise _OtherColumns
        yield _whole(row) if isinstance(row, dict) else None


def _whole(row: Row) -> Row | None:
    """Return `row` with typed values, None if it names no file or a value is none of its column."""
    if not (isinstance(row.get("path"), str) and row["path"]):
        return None
    try:
        return typed(row)
    except ValueError:
        return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
