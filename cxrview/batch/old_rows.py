"""Read a results file back, to go on with it; a killed run may have cut its last line in half."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from cxrview.batch import messages
from cxrview.batch.rows import Row
from cxrview.errors import InvalidRequest
from cxrview.messages import CANNOT_BE_READ
from cxrview.safe_text import unguarded


def begun_with(path: Path, choices: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the columns among `choices` with which the table at `path` was begun; the first if none is.

    So a file that is missing, empty or of another kind has the first: `read_rows` says what is wrong with it.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            first = _header(file) if path.suffix.lower() == ".csv" else _keys(file)
    except (OSError, csv.Error):
        first = []
    return next((columns for columns in choices if list(columns) == first), choices[0])


def _header(lines: Iterator[str]) -> list[str]:
    return next(csv.reader(lines), [])


def _keys(lines: Iterator[str]) -> list[str]:
    try:
        row = json.loads(next(lines, ""))
    except (ValueError, RecursionError):
        return []
    return list(row) if isinstance(row, dict) else []


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the rows at `path`; a last line that is not whole is passed over. An empty file has none.

    Raises InvalidRequest if the file cannot be read, has other columns, or another line is not whole: which
    frames are missing then cannot be known.
    """
    rows: list[Row | None] = []
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            read = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
            for row in read(file, columns):
                if rows and rows[-1] is None:
                    raise _Damaged(len(rows) - 1)
                rows.append(row)
    except _OtherColumns as error:
        raise InvalidRequest(messages.OTHER_COLUMNS, messages.OTHER_OUTPUT, path) from error
    except (_Damaged, csv.Error) as error:
        last = error.args[0] if isinstance(error, _Damaged) else len(rows)
        advice = messages.REPAIR_BY_HAND(otherwise=messages.OTHER_OUTPUT)
        raise InvalidRequest(messages.ROWS_DAMAGED(row=last), advice, path) from error
    except OSError as error:
        raise InvalidRequest(CANNOT_BE_READ(reason=error.strerror), messages.OTHER_OUTPUT, path) from error
    return [row for row in rows if row is not None]


class _Damaged(Exception):
    """A row is not whole; the argument is the number of rows before it."""


class _OtherColumns(Exception):
    """The columns are not those of this model."""


def _csv_rows(lines: Iterator[str], columns: Sequence[str]) -> Iterator[Row | None]:
    """Yield the rows, None for one that is not whole. Raises _OtherColumns, _Damaged or csv.Error."""
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is not None and header != list(columns):
        raise _OtherColumns
    line, count = reader.line_num, 0
    for cells in reader:
        whole = len(cells) == len(columns)
        if not whole and reader.line_num > line + 1:
            raise _Damaged(count)  # a quotation mark that is not closed has swallowed the lines after it
        line, count = reader.line_num, count + 1
        row = dict(zip(columns, map(unguarded, cells), strict=True)) if whole else {}
        yield row if row.get("path") else None


def _json_rows(lines: Iterator[str], columns: Sequence[str]) -> Iterator[Row | None]:
    """Yield the rows, None for one that is not whole. Raises _OtherColumns."""
    for line in lines:
        try:
            row = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            yield None
            continue
        if isinstance(row, dict) and row and list(row) != list(columns):
            raise _OtherColumns
        yield row if isinstance(row, dict) and isinstance(row.get("path"), str) and row["path"] else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
