"""Where the reader's work is kept: one SQLite file among the user's data, never the image itself.

Each annotation is a row of its own, so that two windows on the same image do not overwrite each other.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cxrview.annotations import messages
from cxrview.annotations.annotation import Annotation
from cxrview.annotations.annotation_json import from_json, to_json
from cxrview.annotations.sqlite_file import Troubles, opened
from cxrview.errors import CxrviewError
from cxrview.messages import CANNOT_BE_READ

PATIENCE = 5.0  # seconds to wait for another process that is writing
# Each entry brings a file of the version before it to the next one (PRAGMA user_version).
MIGRATIONS = (
    """
    CREATE TABLE annotation (
        id TEXT PRIMARY KEY, image TEXT NOT NULL, created TEXT NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX annotation_image ON annotation (image);
    CREATE TABLE seen (image TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
    """,
)
MOST_VARIABLES = 500  # in one statement


class StoreUnusable(CxrviewError):
    """The file of annotations cannot be read or written: damaged, locked, or not allowed."""

    of_ours = True


TROUBLES = Troubles(StoreUnusable, messages.STORE_DAMAGED, messages.STORE_UNUSABLE, messages.TRIED_AGAIN)


@dataclass(frozen=True, slots=True)
class Change:
    """One annotation of `image` as it is now, or None if it was removed."""

    image: str
    id: str
    annotation: Annotation | None


@dataclass(frozen=True, slots=True)
class StoredAnnotations:
    """The annotations of an image, oldest first, and how many rows this version cannot read (they stay)."""

    annotations: tuple[Annotation, ...]
    unreadable: int = 0


class Store:
    """The file at `path`; it is made when something is first written. Every method raises StoreUnusable."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience

    def annotations(self, image: str) -> StoredAnnotations:
        """Return what was drawn on `image`."""
        if not self._exists():
            return StoredAnnotations(())
        with self._open() as database:
            rows = database.execute(
                "SELECT body FROM annotation WHERE image = ? ORDER BY created, id", (image,)
            ).fetchall()
        readable, unreadable = [], 0
        for (body,) in rows:
            try:
                readable.append(from_json(body))
            except ValueError:
                unreadable += 1
        return StoredAnnotations(tuple(readable), unreadable)

    def write(self, changes: Sequence[Change]) -> None:
        """Keep all of `changes`, or none of them."""
        with self._open() as database, database:
            database.execute("BEGIN IMMEDIATE")
            for change in changes:
                drawn = change.annotation
                if drawn is None:
                    database.execute("DELETE FROM annotation WHERE id = ?", (change.id,))
                    continue
                row = (change.id, change.image, drawn.created.isoformat(), to_json(drawn))
                database.execute("INSERT OR REPLACE INTO annotation VALUES (?, ?, ?, ?)", row)

    def mark_seen(self, images: Iterable[str], seen: bool = True) -> None:
        """Remember that the reader has looked at `images`, or not."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as database, database:
            database.execute("BEGIN IMMEDIATE")
            for image in images:
                if seen:
                    database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (image, now))
                else:
                    database.execute("DELETE FROM seen WHERE image = ?", (image,))

    def seen(self, images: Sequence[str]) -> frozenset[str]:
        """Return those of `images` at which the reader has looked."""
        if not images or not self._exists():
            return frozenset()
        found: set[str] = set()
        with self._open() as database:
            for start in range(0, len(images), MOST_VARIABLES):
                some = images[start : start + MOST_VARIABLES]
                marks = ",".join("?" * len(some))
                rows = database.execute(f"SELECT image FROM seen WHERE image IN ({marks})", some)
                found.update(image for (image,) in rows)
        return frozenset(found)

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise StoreUnusable(CANNOT_BE_READ(reason=error.strerror), path=self.path) from error

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open the file for one piece of work, brought to the present version."""
        return opened(self.path, MIGRATIONS, self._patience, TROUBLES)
