"""What the reader writes of a film in words: its findings and the impression, kept beside the annotations."""

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cxrview.annotations import messages
from cxrview.annotations.sqlite_file import Troubles, opened
from cxrview.annotations.store import PATIENCE, StoreUnusable

FILE = "texts.sqlite"  # beside the annotations
MIGRATIONS = (
    """
    CREATE TABLE text (
        image TEXT PRIMARY KEY, findings TEXT NOT NULL, impression TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)
TROUBLES = Troubles(StoreUnusable, messages.TEXTS_DAMAGED, messages.TEXTS_UNUSABLE, messages.TRIED_AGAIN)


@dataclass(frozen=True, slots=True)
class FilmText:
    """What is written of a film; "" where nothing is."""

    findings: str = ""
    impression: str = ""


class TextStore:
    """The file at `path`; it is made when something is first written. Every method raises StoreUnusable.

    Films are known by `image_key`, as annotations are, so that a copy elsewhere has the same text.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path, self._patience = path, patience

    def text(self, image: str) -> FilmText:
        """Return what is written of the film with the key `image`."""
        if not self.path.exists():
            return FilmText()
        with self._open() as database:
            row = database.execute(
                "SELECT findings, impression FROM text WHERE image = ?", (image,)
            ).fetchone()
        return FilmText(*row) if row is not None else FilmText()

    def write(self, texts: Mapping[str, FilmText]) -> None:
        """Keep all of `texts`, by the keys of their films, or none of them."""
        with self._open() as database, database:
            database.execute("BEGIN IMMEDIATE")
            for image, text in texts.items():
                if text == FilmText():
                    database.execute("DELETE FROM text WHERE image = ?", (image,))
                else:
                    row = (image, text.findings, text.impression)
                    database.execute("INSERT OR REPLACE INTO text VALUES (?, ?, ?)", row)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, MIGRATIONS, self._patience, TROUBLES)
