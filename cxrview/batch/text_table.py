"""Results as CSV or JSON lines: appended row by row, so that a killed run loses nothing."""

import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from cxrview.atomic_file import atomic_file
from cxrview.batch import messages, text_rows
from cxrview.batch.formats import FoundRow, ResultsTable, done_as, refused_writing
from cxrview.batch.rows import Row
from cxrview.errors import InvalidRequest
from cxrview.safe_text import CsvWriter, legible

CHUNK = 2**20  # bytes that are copied at a time


class TextTable:
    """An open results file; `write` appends one row and hands it to the system at once."""

    def __init__(
        self,
        file: IO[str],
        columns: Sequence[str],
        as_csv: bool,
        begun: bool = False,
        path: Path | None = None,
    ) -> None:
        """Write to `file`; a CSV table that is not `begun` gets its header first.

        The file is watched at its `path`, so that no rows are written that nobody will find; without one it
        is the standard output, or a text in memory. Raises as `write` does.
        """
        self._file = file
        self._path = path
        self._name = str(path or messages.STANDARD_OUTPUT)
        self._columns = columns
        self._csv = CsvWriter(file, seen=file.isatty()) if as_csv else None
        if self._csv is not None and not begun:
            with refused_writing(self._name):
                self._csv.writerow(self._columns)
                self._file.flush()

    def write(self, row: Row) -> None:
        """Append `row`, see `ResultsTable`; a column that it lacks is null in JSON."""
        self.check()
        with refused_writing(self._name):
            if self._csv is not None:
                self._csv.writerow(_cell(row.get(name)) for name in self._columns)
            else:
                whole = {name: _legible(row.get(name)) for name in self._columns}
                self._file.write(json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n")
            self._file.flush()

    def check(self) -> None:
        """Raise InvalidRequest if the file was deleted, replaced or shortened since the last row."""
        if self._path is None:
            return
        with refused_writing(self._name):
            opened, length = os.fstat(self._file.fileno()), self._file.tell()
            try:
                there = self._path.stat()
            except FileNotFoundError:
                there = None
        if there is None or not os.path.samestat(there, opened) or there.st_size < length:
            raise InvalidRequest(messages.TAKEN_AWAY(place=self._name), messages.SCORE_AGAIN)


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _legible(value: Any) -> Any:
    return legible(value) if isinstance(value, str) else value


class TextFormat:
    """Tables of text; the suffix says which of the two."""

    def check(self) -> None:
        """Such tables can be written everywhere."""

    def begun_with(self, path: Path) -> list[str]:
        """See `Format`."""
        return text_rows.begun_with(path)

    def rows(self, path: Path, columns: Sequence[str]) -> Iterator[FoundRow]:
        """See `Format`."""
        return text_rows.found_rows(path, columns)

    def cut(self, path: Path, place: int) -> None:
        """See `Format`."""
        if path.stat().st_size > place:
            os.truncate(path, place)

    def replace(self, path: Path, columns: Sequence[str], new: Mapping[str, Sequence[Row]]) -> None:
        """See `Format`; all other bytes stay as they are."""
        kept = 0
        with atomic_file(path) as out, path.open("rb") as old:
            for found in self.rows(path, columns):
                rows = new.get(done_as(found.row["path"]))
                if rows is None:
                    continue
                _copy(old, out, kept, found.begin)
                out.write(_text(rows, columns, text_rows.is_csv(path)))
                kept = found.end
            old.seek(kept)
            shutil.copyfileobj(old, out, CHUNK)

    @contextmanager
    def open(self, path: Path, columns: Sequence[str], anew: bool) -> Iterator[ResultsTable]:
        """See `Format`."""
        with refused_writing(str(path)):
            file = path.open("w" if anew else "a", encoding="utf-8", newline="")
        try:
            table = TextTable(file, columns, text_rows.is_csv(path), begun=file.tell() > 0, path=path)
            yield table
            table.check()
        except BaseException:
            with suppress(OSError):  # what went wrong first is told already
                file.close()
            raise
        with refused_writing(str(path)):
            file.close()


def _copy(old: IO[bytes], out: IO[bytes], begin: int, end: int) -> None:
    old.seek(begin)
    while begin < end:
        piece = old.read(min(CHUNK, end - begin))
        if not piece:
            return
        out.write(piece)
        begin += len(piece)


def _text(rows: Sequence[Row], columns: Sequence[str], as_csv: bool) -> bytes:
    text = io.StringIO(newline="")
    table = TextTable(text, columns, as_csv, begun=True)
    for row in rows:
        table.write(row)
    return text.getvalue().encode()
