"""Results as Parquet: a folder of parts, each written whole, as Spark writes them; pyarrow is an extra.

Spark and pandas read the folder as one table: all Parquet in it belongs to that, and with parts of Spark's it
is not gone on with here. What is not yet in a part is lost with a killed run, so a part that is not full is
written every `SETTLED_S` seconds too, and once more when it is full.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrview.atomic_file import atomic_file
from cxrview.batch import messages
from cxrview.batch.formats import FoundRow, ResultsTable, done_as, refused_writing
from cxrview.batch.rows import Row, kind
from cxrview.errors import InvalidRequest
from cxrview.safe_text import legible

if TYPE_CHECKING:
    import pyarrow

PART_ROWS = 4096
SETTLED_S = 30.0
COMMAND = 'pip install "cxrview[parquet]"'
_PART = re.compile(r"part-(\d{5})\.parquet")
_UNFINISHED = ".unfinished.part"


class PartsTable:
    """An open folder of parts."""

    def __init__(self, folder: Path, columns: Sequence[str]) -> None:
        """Go on after the parts in `folder`; a last one that is not full is filled up. Raises OSError."""
        self._folder, self._columns = folder, columns
        there = parts(folder)
        self._rows: list[Row] = []  # of the part that is being filled
        self._number = len(there)
        if there and len(rows := read_part(there[-1])) < PART_ROWS:
            self._rows, self._number = rows, len(there) - 1
        self._written = len(self._rows)
        self._at = time.monotonic()

    def write(self, row: Row) -> None:
        """Append `row`, see `ResultsTable`."""
        self.check()
        self._rows.append(_plain_row(row, self._columns))
        if len(self._rows) >= PART_ROWS or time.monotonic() - self._at >= SETTLED_S:
            self.settle()

    def settle(self) -> None:
        """Write the rows that are in no part yet. Raises InvalidRequest."""
        self._at = time.monotonic()
        if len(self._rows) == self._written:
            return
        with refused_writing(str(self._folder)):
            write_part(part(self._folder, self._number), self._rows, self._columns)
        self._written = len(self._rows)
        if len(self._rows) >= PART_ROWS:
            self._rows, self._number, self._written = [], self._number + 1, 0

    def check(self) -> None:
        """Raise InvalidRequest if the folder was deleted, or its last part."""
        last = self._number if self._written else self._number - 1
        there = self._folder.is_dir() if last < 0 else part(self._folder, last).is_file()
        if not there:
            raise InvalidRequest(messages.TAKEN_AWAY(place=str(self._folder)), messages.SCORE_AGAIN)


class PartsFormat:
    """Tables in parts."""

    def check(self) -> None:
        """Raise InvalidRequest without pyarrow."""
        if find_spec("pyarrow") is None:
            raise InvalidRequest(messages.NEEDS_PYARROW, messages.INSTALL_PYARROW(command=COMMAND))

    def begun_with(self, path: Path) -> list[str]:
        """See `Format`."""
        import pyarrow
        from pyarrow import parquet

        try:
            return list(parquet.read_schema(parts(path)[0]).names)
        except (OSError, IndexError, InvalidRequest, pyarrow.ArrowException):
            return []

    def rows(self, path: Path, columns: Sequence[str]) -> Iterator[FoundRow]:
        """See `Format`; a part is always whole, or it is not there."""
        number = 0
        for file in parts(path):
            rows = read_part(file)
            if rows and list(rows[0]) != list(columns):
                raise InvalidRequest(messages.OTHER_COLUMNS, messages.OTHER_OUTPUT, path)
            for row in rows:
                yield FoundRow(row, number, number + 1)
                number += 1

    def cut(self, path: Path, place: int) -> None:
        """See `Format`. Parts go from the last on, so that one that ends too early has none behind it."""
        begins = 0
        kept: tuple[Path, list[Row]] | None = None
        beyond: list[Path] = []
        for file in parts(path):
            count = rows_in(file)
            if begins >= place:
                beyond.append(file)
            elif begins + count > place:
                kept = file, read_part(file)[: place - begins]
            begins += count
        for file in reversed(beyond):
            file.unlink()
        if kept is not None:
            write_part(kept[0], kept[1], list(kept[1][0]))

    def replace(self, path: Path, columns: Sequence[str], new: Mapping[str, Sequence[Row]]) -> None:
        """See `Format`; only parts with such rows are written again."""
        for file in parts(path):
            rows = read_part(file)
            changed: list[Row] = []
            for row in rows:
                changed += new.get(done_as(row["path"]), [row])
            if any(row is not other for row, other in zip(rows, changed, strict=False)):
                write_part(file, [_plain_row(row, columns) for row in changed], columns)

    @contextmanager
    def open(self, path: Path, columns: Sequence[str], anew: bool) -> Iterator[ResultsTable]:
        """See `Format`. What is in no part yet is written at the end, also at that of an error."""
        with refused_writing(str(path)):
            if anew and path.is_file():
                path.unlink()
            path.mkdir(exist_ok=True)
            if anew:
                _empty(path)
            table = PartsTable(path, columns)
        try:
            yield table
        except BaseException:
            with suppress(InvalidRequest, OSError):  # what went wrong first is told already
                table.check()
                table.settle()
            raise
        table.check()
        table.settle()


def part(folder: Path, number: int) -> Path:
    """Return where part `number`, from 0, of the table in `folder` lies."""
    return folder / f"part-{number:05}.parquet"


def parts(folder: Path) -> list[Path]:
    """Return the parts in `folder` in order.

    Raises OSError, and InvalidRequest if one is missing or another program wrote some.
    """
    if foreign := [file.name for file in _parquet_in(folder) if not _PART.fullmatch(file.name)]:
        raise InvalidRequest(messages.FOREIGN_PARTS(part=foreign[0]), messages.GO_ON_WITH_SPARK, folder)
    numbers = sorted(int(found[1]) for file in folder.iterdir() if (found := _PART.fullmatch(file.name)))
    for number, there in enumerate(numbers):
        if number != there:
            raise InvalidRequest(messages.PARTS_MISSING(part=number), messages.OTHER_OUTPUT, folder)
    return [part(folder, number) for number in numbers]


def _parquet_in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.parquet") if not file.name.startswith("."))


def _empty(folder: Path) -> None:
    """Remove the table in `folder`, whoever wrote it, from its end on. Raises OSError."""
    for file in reversed(_parquet_in(folder)):
        file.unlink()
    for file in (*folder.glob(".*.crc"), folder / "_SUCCESS"):  # of Spark's
        file.unlink(missing_ok=True)


def read_part(file: Path) -> list[Row]:
    """Return the rows of one part. Raises InvalidRequest if it is damaged."""
    import pyarrow
    from pyarrow import parquet

    try:
        rows: list[Row] = parquet.ParquetFile(file).read().to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        problem = messages.PART_DAMAGED(part=file.name)
        raise InvalidRequest(problem, messages.OTHER_OUTPUT, file.parent) from error
    return rows


def rows_in(file: Path) -> int:
    """Return how many rows a part has, by its end alone."""
    from pyarrow import parquet

    return int(parquet.read_metadata(file).num_rows)


def write_part(file: Path, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Write a part whole, or not at all. Raises OSError."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist(list(rows), schema_of(columns))
    with atomic_file(file, part=file.with_name(f".{file.name}{_UNFINISHED}")) as out:
        parquet.write_table(table, out)


def write_joined(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one file of `rows`, which are taken PART_ROWS at a time. Raises OSError."""
    import pyarrow
    from pyarrow import parquet

    plain, schema = (_plain_row(row, columns) for row in rows), schema_of(columns)
    with atomic_file(path) as out, parquet.ParquetWriter(out, schema) as writer:
        while some := list(islice(plain, PART_ROWS)):
            writer.write_table(pyarrow.Table.from_pylist(some, schema))


def schema_of(columns: Sequence[str]) -> "pyarrow.Schema":
    """Return names and types: whole numbers of 32 bits, floating point of 64, truth values and texts."""
    import pyarrow

    types = {int: pyarrow.int32(), float: pyarrow.float64(), bool: pyarrow.bool_(), str: pyarrow.string()}
    return pyarrow.schema([(name, types[kind(name)]) for name in columns])


def _plain_row(row: Row, columns: Sequence[str]) -> Row:
    return {name: _plain(name, row.get(name)) for name in columns}


def _plain(name: str, value: Any) -> Any:
    """Return `value` as the column `name` holds it."""
    if value is None:
        return None
    return legible(str(value)) if kind(name) is str else kind(name)(value)


def parts_beside(path: Path) -> Path:
    """Return the folder in which the parts lie while one file at `path` is to be made of them."""
    return path.with_name(f"{path.stem}.parts{path.suffix}")


def take_apart(path: Path, columns: Sequence[str]) -> None:
    """Let the table at `path`, one file or a folder, be gone on with in `parts_beside`.

    Parts that are there already are those of a run that ended before they were joined. Raises InvalidRequest.
    """
    folder = parts_beside(path)
    if folder.is_dir() or not path.exists():
        return
    with refused_writing(str(folder)):
        if path.is_dir():
            parts(path)
            path.rename(folder)
            return
        unfinished = path.with_name(f".{folder.name}{_UNFINISHED}")
        unfinished.mkdir(exist_ok=True)
        for number, rows in enumerate(_pieces(path)):
            write_part(part(unfinished, number), rows, columns)
        unfinished.rename(folder)


def _pieces(path: Path) -> Iterator[list[Row]]:
    """Yield the rows of one large file, so many at a time. Raises InvalidRequest."""
    import pyarrow
    from pyarrow import parquet

    try:
        for piece in parquet.ParquetFile(path).iter_batches(PART_ROWS):
            yield piece.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        problem = messages.PART_DAMAGED(part=path.name)
        raise InvalidRequest(problem, messages.OTHER_OUTPUT, path) from error


def join(path: Path, columns: Sequence[str]) -> None:
    """Make one file at `path` of the parts beside it, a part at a time, and remove these.

    Raises InvalidRequest.
    """
    from pyarrow import parquet

    folder = parts_beside(path)
    with refused_writing(str(path)):
        with (
            atomic_file(path) as out,
            parquet.ParquetWriter(out, schema_of(columns)) as writer,
        ):
            for file in parts(folder):
                writer.write_table(parquet.ParquetFile(file).read())
        for file in reversed(parts(folder)):
            file.unlink()
        folder.rmdir()
