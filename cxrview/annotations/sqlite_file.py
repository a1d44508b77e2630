"""A SQLite file of the user's own work: private, safe against crashes, brought to the present version."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path


class LaterVersion(Exception):
    """The file was written by a later version of the program."""


@contextmanager
def opened(path: Path, migrations: Sequence[str], patience: float) -> Iterator[sqlite3.Connection]:
    """Open the file at `path`, made if need be, for one piece of work; `migrations` lead to its version.

    What is committed is on the disk. Another process is waited for as many seconds as `patience` says.
    Raises LaterVersion, sqlite3.Error and OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)  # what is written on a patient's image is for its writer
    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as database:
        _prepare(database, migrations)
        yield database


def _prepare(database: sqlite3.Connection, migrations: Sequence[str]) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(migrations):
        raise LaterVersion
    database.execute("PRAGMA synchronous = FULL")
    if version == len(migrations):
        return
    database.execute("PRAGMA journal_mode = WAL")  # it stays; a drive that cannot do it keeps its own
    database.execute("BEGIN IMMEDIATE")  # another process may just be doing the same
    (version,) = database.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(migrations[version:], version + 1):
        for statement in filter(str.strip, script.split(";")):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {number}")
    database.execute("COMMIT")
