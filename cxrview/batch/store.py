"""A batch on the disk: one SQLite file, with a row for each film and what explanations are made of.

What was committed outlives the process that wrote it, so a batch that was killed is gone on with. Rows and
arrays are apart: sorting and filtering 100,000 rows reads no array. A connection belongs to one thread.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cxrview.batch import messages
from cxrview.batch.kept_reading import packed, unpacked
from cxrview.batch.rows import Row, columns
from cxrview.batch.store_filter import FAILED, Wanted, order, quoted, where
from cxrview.bundle import Card
from cxrview.bundle.card import LUNGS
from cxrview.errors import CxrviewError
from cxrview.i18n import language
from cxrview.inference.prediction import Prediction
from cxrview.message import NOTHING, Message
from cxrview.messages import IN_USE_BY_ANOTHER
from cxrview.safe_text import legible

VERSION = 2  # of the file's layout
WITHOUT_LUNGS = 1  # of an older one, which is still read
PATIENCE = 5.0  # seconds to wait for another process that is writing
MAPPED = 1 << 29  # bytes of the file that are read without being copied
LOOKED_AT = 1000  # films, to learn which columns are empty
# What a film has besides the columns of a results table: what is sorted and filtered by comes first.
BESIDES = {
    "folder": "TEXT",
    "percentile": "REAL",
    "place": "BLOB",  # as the system has it: names of files need not be Unicode
    "archive": "TEXT",
    "patient": "TEXT",
    "study_date": "TEXT",
    "objections": "TEXT",
    "problem": "TEXT",  # as a code and values, for a reader of any language
}
FIRST = ("status", "call", "in_domain", "predicted", "view", "frame")
BOOLEANS = ("in_domain", "lungs_found")


class BatchUnusable(CxrviewError):
    """The file of a batch cannot be read or written: damaged, of a later version, or the disk is full."""

    of_ours = True


@dataclass(frozen=True, slots=True, eq=False)
class StoredFilm:
    """What is to be kept of one row. `place` is the file to open, for one out of an archive the archive.

    `patient` and `study_date` stay in this file: no results table has them. `problem` is why it was not read.
    `state` is when the file was last written (ns) and how long it is; None where that is not sure.
    """

    row: Row
    place: Path
    archive: bool = False
    patient: str = ""
    study_date: str = ""
    prediction: Prediction | None = None
    problem: Message = NOTHING
    state: tuple[int, int] | None = None


class StoredReading(NamedTuple):
    """A reading that can stand for another one of the same file by the same model, and the file's state."""

    prediction: Prediction
    modified: int  # ns
    size: int


class BatchStore:
    """The file at `path`, open. Use it as a context, or call `close`. Every method raises BatchUnusable."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path, self._database = path, database
        self.about: dict[str, Any] = {}
        with self._told():
            for key, value in database.execute("SELECT key, value FROM about"):
                self.about[key] = json.loads(value)
        self.class_names: tuple[str, ...] = tuple(self.about["class_names"])
        with self._told():  # as the file has them: another version may have others
            laid_out = [name for _place, name, *_kind in database.execute("PRAGMA table_info(films)")]
        self.all_columns = tuple(laid_out[1:])
        self.columns = tuple(name for name in columns(self.class_names) if name in self.all_columns)

    @classmethod
    def make(cls, path: Path, card: Card, **about: Any) -> Self:
        """Make the file for a model with this `card`; `about` is kept with it, as JSON."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)  # it says whose films were read, and what was found
            database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")  # the window reads while the batch writes
            with database:
                database.execute("BEGIN IMMEDIATE")
                _lay_out(database, card.class_names)
                about |= {
                    "class_names": list(card.class_names),
                    "labels": {name: card.label(name) for name in card.class_names},
                    "model": card.name,
                    "model_version": card.version,
                    "card": dict(card.raw),
                }
                rows = [(key, json.dumps(value)) for key, value in about.items()]
                database.executemany("INSERT INTO about VALUES (?, ?)", rows)
        except (sqlite3.Error, OSError) as error:
            raise _trouble(path, error) from error
        return cls(path, _prepared(database))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file that is there."""
        try:
            if not path.is_file():
                raise FileNotFoundError(2, os.strerror(2))
            database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version not in (WITHOUT_LUNGS, VERSION):
                database.close()
                raise BatchUnusable(messages.BATCH_OF_ANOTHER_VERSION, path=path)
            return cls(path, _prepared(database))
        except (sqlite3.Error, OSError) as error:
            raise _trouble(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # What the batch writes

    def add(self, films: Sequence[StoredFilm]) -> None:
        """Keep all of `films`, or none of them."""
        names = self.all_columns
        places = ", ".join("?" * (len(names) + 1))
        with self._told(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            (last,) = self._database.execute("SELECT coalesce(max(number), 0) FROM films").fetchone()
            for number, film in enumerate(films, last + 1):
                known = film.row | _besides(film)
                values = [number, *(_cell(known.get(name)) for name in names)]
                self._database.execute(f"INSERT INTO films VALUES ({places})", values)
                if film.prediction is not None:
                    values = [number, *packed(film.prediction, film.state)]
                    self._database.execute("INSERT INTO arrays VALUES (?, ?, ?, ?, ?, ?)", values)

    def upgrade(self) -> None:
        """Give a file of an older layout this one's, before anything is added to it."""
        with self._told(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version == WITHOUT_LUNGS:
                self._database.execute("ALTER TABLE arrays ADD COLUMN lungs BLOB")
                self._database.execute(f"PRAGMA user_version = {VERSION}")

    def drop_last_file(self) -> None:
        """Forget the rows of the last file, among whose frames the batch may have died."""
        with self._told(), self._database:
            self._database.execute("BEGIN IMMEDIATE")
            last = self._database.execute("SELECT path FROM films ORDER BY number DESC LIMIT 1").fetchone()
            if last is not None:
                gone = "SELECT number FROM films WHERE path = ?"
                self._database.execute(f"DELETE FROM arrays WHERE number IN ({gone})", last)
                self._database.execute("DELETE FROM films WHERE path = ?", last)

    # What is read again

    def paths(self) -> set[str]:
        """Return the files that have rows, by the names that these have."""
        with self._told():
            return {path for (path,) in self._database.execute("SELECT DISTINCT path FROM films")}

    def number_of(self, path: Path) -> int | None:
        """Return the number of the first frame of the file `path`, None if it was not among the films."""
        asked = "SELECT min(number) FROM films WHERE path = ?"
        with self._told():
            found: int | None = self._database.execute(asked, (legible(str(path)),)).fetchone()[0]
        return found

    def last(self) -> int:
        """Return the number of the last film, 0 if there is none."""
        with self._told():
            found: int = self._database.execute("SELECT coalesce(max(number), 0) FROM films").fetchone()[0]
        return found

    def numbers(self, wanted: Wanted = Wanted()) -> NDArray[np.int64]:  # noqa: B008 - frozen
        """Return the numbers of the films that are wanted, in the order that is wanted."""
        condition, values = where(wanted)
        chosen = f"SELECT number FROM films{condition}{order(wanted, self.all_columns)}"
        with self._told():  # one text is three times as fast as as many rows
            text = self._database.execute(f"SELECT group_concat(number) FROM ({chosen})", values).fetchone()[
                0
            ]
        return np.fromstring(text or "", np.int64, sep=",")

    def rows(self, numbers: Iterable[int]) -> dict[int, Row]:
        """Return the films with these `numbers`, a few hundred at most; one that is gone is not there."""
        asked = [int(number) for number in numbers]
        marks = ", ".join("?" * len(asked))
        with self._told():
            found = self._database.execute(f"SELECT * FROM films WHERE number IN ({marks})", asked)
            return {number: self._row(values) for number, *values in found}

    def every_row(self, numbers: NDArray[np.int64], at_once: int = 500) -> Iterator[Row]:
        """Yield the films with these `numbers`, in their order."""
        for start in range(0, len(numbers), at_once):
            some = numbers[start : start + at_once].tolist()
            found = self.rows(some)
            yield from (found[number] for number in some if number in found)

    def count(self, wanted: Wanted = Wanted()) -> tuple[int, int]:  # noqa: B008 - frozen
        """Return how many films are wanted, and how many of these could not be read."""
        condition, values = where(wanted)
        counted = f"SELECT count(*), count(CASE WHEN status = '{FAILED}' THEN 1 END) FROM films{condition}"
        with self._told():
            total, failed = self._database.execute(counted, values).fetchone()
        return total, failed

    def empty_columns(self) -> frozenset[str]:
        """Return the columns in which the first films, LOOKED_AT at most, have nothing."""
        names = [quoted(name) for name in self.all_columns]
        counted = ", ".join(f"count(nullif({name}, ''))" for name in names)
        with self._told():
            found = self._database.execute(f"SELECT {counted} FROM (SELECT * FROM films LIMIT {LOOKED_AT})")
            return frozenset(
                name for name, count in zip(self.all_columns, found.fetchone(), strict=True) if not count
            )

    def embedding(self, number: int) -> NDArray[np.float16] | None:
        """Return the embedding, (D,), of a film that was read."""
        with self._told():
            found = self._database.execute(
                "SELECT embedding FROM arrays WHERE number = ?", (int(number),)
            ).fetchone()
        return np.frombuffer(found[0], np.float16) if found is not None else None

    def prediction(self, number: int) -> Prediction | None:
        """Return what the model said of a film that was read, with its maps; a batch of an earlier version
        has no lungs.
        """
        return self._unpacked(number)[0]

    def is_by(self, card: Card) -> bool:
        """Return whether a model with this `card` would say the same, whatever its operating points."""
        return {**self.about["card"], "operating_points": 0} == {**card.raw, "operating_points": 0}

    def reading(self, number: int) -> StoredReading | None:
        """Return the same if nothing is missing and the user would read the same words now; else None."""
        said, told = self._unpacked(number)
        whole = said is not None and (said.anatomy is not None or self.about["card"].get("frame") != LUNGS)
        if said is None or not whole or told.get("file") is None:
            return None
        if said.objections and told["language"] != language():
            return None
        return StoredReading(said, *told["file"])

    def _row(self, values: Sequence[Any]) -> Row:
        row = dict(zip(self.all_columns, values, strict=True))
        for name in BOOLEANS:
            row[name] = bool(value) if (value := row.get(name)) is not None else None
        row["place"] = os.fsdecode(row["place"])
        return row

    def _unpacked(self, number: int) -> tuple[Prediction | None, dict[str, Any]]:
        """Return what was said of a film, and what was told besides."""
        row = self.rows([number]).get(number)
        with self._told():
            found = self._database.execute("SELECT * FROM arrays WHERE number = ?", (int(number),)).fetchone()
            if found is None or row is None:
                return None, {}
            return unpacked(row, self.class_names, found[1:])

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError) as error:
            raise _trouble(self.path, error) from error


def _laid_out(class_names: Sequence[str]) -> tuple[str, ...]:
    names = columns(class_names)
    probabilities = [f"p_{name}" for name in class_names]
    first = [*FIRST, *probabilities, *BESIDES]
    return (*first, *(name for name in names if name not in first))


def _lay_out(database: sqlite3.Connection, class_names: Sequence[str]) -> None:
    kinds = BESIDES | dict.fromkeys((f"p_{name}" for name in class_names), "REAL")
    kinds |= {"frame": "INTEGER", "domain_score": "REAL", "elapsed_ms": "REAL"}
    kinds |= dict.fromkeys(BOOLEANS, "INTEGER")
    made = ", ".join(f"{quoted(name)} {kinds.get(name, 'TEXT')}" for name in _laid_out(class_names))
    database.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    database.execute(f"CREATE TABLE films (number INTEGER PRIMARY KEY, {made})")
    for name in ("path", "folder", "percentile", *(f"p_{name}" for name in class_names)):
        database.execute(f"CREATE INDEX {quoted(f'by_{name}')} ON films ({quoted(name)})")
    for name in class_names:
        within = f"folder, {quoted(f'p_{name}')}"
        database.execute(f"CREATE INDEX {quoted(f'by_folder_and_{name}')} ON films ({within})")
    database.execute("CREATE INDEX by_filters ON films (status, call, in_domain, view)")
    database.execute(
        "CREATE TABLE arrays "
        "(number INTEGER PRIMARY KEY, embedding BLOB, maps BLOB, logits BLOB, more TEXT, lungs BLOB)"
    )
    database.execute(f"PRAGMA user_version = {VERSION}")


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    database.execute("PRAGMA synchronous = NORMAL")  # with WAL no commit is lost by a process that dies
    database.execute(f"PRAGMA mmap_size = {MAPPED}")
    database.execute("PRAGMA temp_store = MEMORY")
    return database


def _besides(film: StoredFilm) -> dict[str, Any]:
    said = film.prediction
    known = said is not None and not np.isnan(said.domain_percentile)
    return {
        "folder": str(PurePath(film.row["path"]).parent),
        "percentile": round(said.domain_percentile, 2) if said is not None and known else None,
        "place": os.fsencode(film.place),
        "archive": "archive" if film.archive else "",
        "patient": film.patient,
        "study_date": film.study_date,
        "problem": json.dumps(film.problem.as_dict()) if film.problem else "",
        "objections": " ".join(said.objections) if said is not None else "",
    }


def _cell(value: Any) -> Any:
    return legible(value) if isinstance(value, str) else value


def _trouble(path: Path, error: Exception) -> BatchUnusable:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT) or isinstance(error, ValueError | KeyError):
        return BatchUnusable(messages.BATCH_DAMAGED, messages.READ_ANEW, path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BatchUnusable(IN_USE_BY_ANOTHER, path=path)
    reason = getattr(error, "strerror", None) or str(error)
    return BatchUnusable(messages.BATCH_UNUSABLE(reason=reason), path=path)
