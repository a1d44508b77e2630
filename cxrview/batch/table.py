"""Tables of results by the suffix of their name: begun, appended to, and gone on with when a run ended."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cxrview.batch import messages
from cxrview.batch.formats import Format, FoundRow, ResultsTable, done_as, refused_writing
from cxrview.batch.parts_table import PartsFormat, write_joined
from cxrview.batch.rows import SINCE_0_2_0, Row
from cxrview.batch.text_table import TextFormat
from cxrview.errors import InvalidRequest

_TEXT = TextFormat()
FORMATS: dict[str, Format] = {".csv": _TEXT, ".jsonl": _TEXT, ".parquet": PartsFormat()}


@dataclass
class Resumed:
    """What an old table holds: the files that are `done`, as `done_as` has them, also those that failed.

    `failed` has the latter, with what was wrong.
    """

    done: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)


def check_format(path: Path) -> None:
    """Raise InvalidRequest if results cannot be written in the format that the suffix of `path` names."""
    format_of(path).check()


def format_of(path: Path) -> Format:
    """Return the format of the table at `path`. Raises InvalidRequest if its suffix names none."""
    if path.suffix.lower() not in FORMATS:
        advice = messages.FORMATS_OF_RESULTS(names=list(FORMATS))
        raise InvalidRequest(messages.NO_FORMAT_OF_RESULTS(name=path.name), advice)
    return FORMATS[path.suffix.lower()]


@contextmanager
def open_table(path: Path, columns: Sequence[str], anew: bool = False) -> Iterator[ResultsTable]:
    """Open `path` to append rows with these columns, or `anew`; the suffix names the format.

    Raises InvalidRequest for another suffix or a table that cannot be written.
    """
    kind = format_of(path)
    kind.check()
    with refused_writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
    with kind.open(path, columns, anew) as table:
        yield table


def write_file(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a whole table as one file, anew. A Parquet file is there when it is done, or not at all.

    Raises InvalidRequest as `open_table`, and what taking the `rows` raises.
    """
    if isinstance(format_of(path), PartsFormat):
        format_of(path).check()
        with refused_writing(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_joined(path, columns, rows)
        return
    with open_table(path, columns, anew=True) as table:
        for row in rows:
            table.write(row)


def columns_to_go_on_with(path: Path, columns: Sequence[str]) -> list[str]:
    """Return `columns`, without what tables of 0.1.0 did not have if the one at `path` is such a table."""
    former = [name for name in columns if name not in SINCE_0_2_0]
    return former if format_of(path).begun_with(path) == former else list(columns)


def rows_of(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of the table at `path`. Raises InvalidRequest if it cannot be read or has others."""
    return (found.row for found in format_of(path).rows(path, columns))


def nobody(_row: Row) -> None:
    """Hear of a row, and do nothing."""


def resume(
    path: Path,
    columns: Sequence[str],
    model: str,
    version: str,
    hear: Callable[[Row], None] = nobody,
) -> Resumed:
    """Return what is done in the results at `path`, and drop the last file's rows.

    These because the run may have died among its frames, and with them goes a line cut in half. `hear` is
    told of each row that was read well and stays. Nothing before is written again. A missing table means that
    nothing is done. Raises InvalidRequest, and leaves the table as it was, if it cannot be read, was written
    with another model than `model` in `version`, or is damaged elsewhere than in its last line.
    """
    kind = format_of(path)
    if not path.exists():
        return Resumed()
    kind.check()
    resumed, of_one_file = Resumed(), list[FoundRow]()
    for found in kind.rows(path, columns):
        _check_model(found.row, path, (model, version))
        if of_one_file and done_as(found.row["path"]) != done_as(of_one_file[0].row["path"]):
            _take(of_one_file, resumed, hear)
            of_one_file = []
        of_one_file.append(found)
    with refused_writing(str(path)):
        kind.cut(path, of_one_file[0].begin if of_one_file else 0)
    return resumed


def _check_model(row: Row, path: Path, current: tuple[str, str]) -> None:
    written = (row["model"], row["model_version"])
    if row["status"] == "ok" and written != current:
        problem = messages.OTHER_MODEL(written=" ".join(map(str, written)), current=" ".join(current))
        raise InvalidRequest(problem, messages.OTHER_OUTPUT, path)


def _take(of_one_file: Sequence[FoundRow], resumed: Resumed, hear: Callable[[Row], None]) -> None:
    name = done_as(of_one_file[0].row["path"])
    resumed.done.add(name)
    for row, _, _ in of_one_file:
        if row["status"] == "ok":
            hear(row)
        else:
            resumed.failed[name] = row["error"] or ""


def replace(path: Path, columns: Sequence[str], new: Mapping[str, Sequence[Row]]) -> None:
    """Put `new` rows in the place of those of the files that have some, by what `done_as` calls them.

    Raises InvalidRequest, and leaves the table as it was, if it cannot be read or written.
    """
    with refused_writing(str(path)):
        format_of(path).replace(path, columns, new)
