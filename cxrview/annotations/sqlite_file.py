"""A SQLite file of the user's own work: private, safe against crashes, brought to the present version."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cxrview.annotations import messages
from cxrview.errors import CxrviewError
from cxrview.message import NOTHING, Message
from cxrview.messages import IN_USE_BY_ANOTHER


class _LaterVersion(Exception):
    """The file was written by a later version of the program."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """What is said of a file that cannot be used: as which error, and in which words.

    `unusable` takes the `reason`. `busy` is the advice where another process is at it.
    """

    error: type[CxrviewError]
    damaged: Message
    unusable: Message
    busy: Message = NOTHING

    def told(self, path: Path, error: Exception) -> CxrviewError:
        """Return what `error` of SQLite, or of the system, comes to."""
        if isinstance(error, _LaterVersion):
            return self.error(messages.LATER_VERSION, messages.USE_LATER_VERSION, path)
        code, place = getattr(error, "sqlite_errorcode", 0) & 0xFF, str(path)
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return self.error(self.damaged, messages.MOVE_AWAY(place=place), path)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return self.error(IN_USE_BY_ANOTHER, self.busy, path)
        problem = self.unusable(reason=getattr(error, "strerror", None) or str(error))
        return self.error(problem, messages.LIES_AT(place=place), path)


@contextmanager
def opened(
    path: Path, migrations: Sequence[str], patience: float, troubles: Troubles
) -> Iterator[sqlite3.Connection]:
    """Open the file at `path`, made if need be, for one piece of work; `migrations` lead to its version.

    What is committed is on the disk. Another process is waited for as many seconds as `patience` says. Before
    a file of version 1 is brought forward, it is kept beside its place as `.v1.bak`.
    Raises the error of `troubles`, also for what goes wrong in that work with SQLite or the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)  # what is written on a patient's image is for its writer
        with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as database:
            _prepare(database, path, migrations)
            yield database
    except (_LaterVersion, sqlite3.Error, OSError) as error:
        raise troubles.told(path, error) from error


def _prepare(database: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(migrations):
        raise _LaterVersion
    database.execute("PRAGMA synchronous = FULL")
    if version == len(migrations):
        return
    if version:
        _keep(database, Path(f"{path}.v{version}.bak"))
    database.execute("PRAGMA journal_mode = WAL")  # it stays; a drive that cannot do it keeps its own
    database.execute("BEGIN IMMEDIATE")  # another process may just be doing the same
    (version,) = database.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(migrations[version:], version + 1):
        for statement in filter(str.strip, script.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
    database.execute("COMMIT")


def _keep(database: sqlite3.Connection, place: Path) -> None:
    """Copy `database` as it is to `place`, unless another process has done so."""
    if not place.exists():
        part = Path(f"{place}.part")
        part.touch(0o600)
        with closing(sqlite3.connect(part)) as copy:
            database.backup(copy)
        part.replace(place)
