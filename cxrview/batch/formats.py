"""What every format of a table of results can do; `table` has them by suffix."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from cxrview.batch.rows import Row
from cxrview.errors import InvalidRequest
from cxrview.imaging.find import spelled_out
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.safe_text import legible


class FoundRow(NamedTuple):
    """A row of a table, its values of the kinds of their columns, and where it begins and ends.

    Places are bytes of a file of text, and numbers of rows of a table in parts.
    """

    row: Row
    begin: int
    end: int


class ResultsTable(Protocol):
    """An open table of results."""

    def write(self, row: Row) -> None:
        """Append `row`; columns that it lacks stay empty.

        Raises InvalidRequest if it cannot be written or `check` fails, and BrokenPipeError if it goes to a
        program that ended.
        """

    def check(self) -> None:
        """Raise InvalidRequest if the table was deleted, replaced or shortened since the last row."""


class Format(Protocol):
    """A kind of table. `path` is where it lies, `columns` are those that it was, or is to be, begun with."""

    def check(self) -> None:
        """Raise InvalidRequest if such tables cannot be written here."""

    def begun_with(self, path: Path) -> list[str]:
        """Return the columns with which the table was begun; [] if it is missing or none."""

    def rows(self, path: Path, columns: Sequence[str]) -> Iterator[FoundRow]:
        """Yield the rows; a last one that is not whole is passed over.

        Raises InvalidRequest if it cannot be read, has other columns, or is damaged elsewhere.
        """

    def cut(self, path: Path, place: int) -> None:
        """Let the table end before `place`, where a row begins; 0 leaves nothing. Raises OSError."""

    def replace(self, path: Path, columns: Sequence[str], new: Mapping[str, Sequence[Row]]) -> None:
        """Put `new` rows in the place of those of the files that have some, by what `done_as` calls them.

        What does not change is not read into memory at once. Raises OSError, and as `rows`.
        """

    def open(self, path: Path, columns: Sequence[str], anew: bool) -> AbstractContextManager[ResultsTable]:
        """Open the table to append rows, or `anew`. Raises InvalidRequest."""


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


def done_as(path: Path | str) -> str:
    """Return what a file is known by in results: spelled out, and as a table can say it."""
    return legible(spelled_out(Path(path)))
