"""Results on disk as CSV or JSON lines: appended row by row, so that a killed run loses nothing."""

import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from cxrview.atomic_file import write_atomically
from cxrview.batch import messages
from cxrview.batch.old_rows import begun_with, read_rows
from cxrview.batch.rows import SINCE_0_2_0, Row
from cxrview.errors import InvalidRequest
from cxrview.imaging.find import spelled_out
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.safe_text import CsvWriter, legible

FORMATS = (".csv", ".jsonl")


class ResultsTable:
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
        """Append `row`; columns that it lacks stay empty (null in JSON).

        Raises InvalidRequest if it cannot be written or `check` fails, and BrokenPipeError if it goes to a
        program that ended.
        """
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


@contextmanager
def refused_writing(name: str) -> Iterator[None]:
    """Turn what the system says of a full disk and the like into InvalidRequest about the file `name`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=name, reason=error.strerror or str(error))
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _legible(value: Any) -> Any:
    return legible(value) if isinstance(value, str) else value


def check_format(path: Path) -> None:
    """Raise InvalidRequest if results cannot be written in the format that the suffix of `path` names."""
    if path.suffix.lower() not in FORMATS:
        one, other = FORMATS
        advice = messages.FORMATS_OF_RESULTS(one=one, other=other)
        raise InvalidRequest(messages.NO_FORMAT_OF_RESULTS(name=path.name), advice)


@contextmanager
def open_table(path: Path, columns: Sequence[str], anew: bool = False) -> Iterator[ResultsTable]:
    """Open `path` to append rows with these columns, or `anew`; the suffix names the format.

    Raises InvalidRequest for another suffix or a file that cannot be written.
    """
    check_format(path)
    with refused_writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w" if anew else "a", encoding="utf-8", newline="")
    try:
        as_csv = path.suffix.lower() == ".csv"
        table = ResultsTable(file, columns, as_csv, begun=file.tell() > 0, path=path)
        yield table
        table.check()
    except BaseException:
        with suppress(OSError):  # what went wrong first is told already
            file.close()
        raise
    with refused_writing(str(path)):
        file.close()


def columns_to_go_on_with(path: Path, columns: Sequence[str]) -> list[str]:
    """Return `columns`, without what tables of 0.1.0 did not have if the one at `path` is such a table."""
    former = [name for name in columns if name not in SINCE_0_2_0]
    return list(begun_with(path, (columns, former)))


def resume(path: Path, columns: Sequence[str], model: str, version: str) -> set[str]:
    """Return the files that are done in the results at `path`, as `done_as` has them, and drop other rows.

    Files that failed are to be tried again. The last file's rows go too, because the run may have died
    among its frames, and so does a line cut in half. A missing file means that nothing is done.
    Raises InvalidRequest, and leaves the file as it was, if it cannot be read, was written with another model
    than `model` in `version`, or is damaged elsewhere than in its last line.
    """
    check_format(path)
    if not path.exists():
        return set()
    rows = read_rows(path, columns)
    good = [row for row in rows if row["status"] == "ok"]
    for row in good:
        if (row["model"], row["model_version"]) != (model, version):
            written = f"{row['model']} {row['model_version']}"
            problem = messages.OTHER_MODEL(written=written, current=f"{model} {version}")
            raise InvalidRequest(problem, messages.OTHER_OUTPUT, path)
    last = done_as(rows[-1]["path"]) if rows else ""
    kept = [row for row in good if done_as(row["path"]) != last]
    content = io.StringIO(newline="")
    table = ResultsTable(content, columns, as_csv=path.suffix.lower() == ".csv")
    for row in kept:
        table.write(row)
    with refused_writing(str(path)):
        write_atomically(path, content.getvalue())
    return {done_as(row["path"]) for row in kept}


def done_as(path: Path | str) -> str:
    """Return what a file is known by in results: spelled out, and as a table can say it."""
    return legible(spelled_out(Path(path)))
