"""What the reader calls films: a class, flag, note and stars for each file, to learn from and read again."""

import csv
import io
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cxrview.annotations import messages
from cxrview.annotations.sqlite_file import Troubles, opened
from cxrview.annotations.store import MOST_VARIABLES, PATIENCE, StoreUnusable
from cxrview.atomic_file import write_atomically

FILE = "labels.sqlite"  # beside the annotations
COLUMNS = (
    "path",
    "label",
    "flagged",
    "note",
    "stars",
)  # the first two are what `datasets.table_reader` looks for
MIGRATIONS = (
    """
    CREATE TABLE label (
        path TEXT PRIMARY KEY, name TEXT NOT NULL, flagged INTEGER NOT NULL, note TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    "ALTER TABLE label ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;",
)
TROUBLES = Troubles(StoreUnusable, messages.LABELS_DAMAGED, messages.LABELS_UNUSABLE)


@dataclass(frozen=True, slots=True)
class FilmLabel:
    """What is said of a film: the name of its class, whether it is flagged, a line, and stars, 0…5.

    "" and 0 say nothing.
    """

    name: str = ""
    flagged: bool = False
    note: str = ""
    stars: int = 0


class LabelStore:
    """The file at `path`; it is made when something is first written. Every method raises StoreUnusable."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def labels(self, films: Sequence[Path]) -> dict[Path, FilmLabel]:
        """Return what is said of those of `films` of which something is said."""
        if not films or not self.path.exists():
            return {}
        found: dict[Path, FilmLabel] = {}
        with self._open() as database:
            for start in range(0, len(films), MOST_VARIABLES):
                some = [str(film) for film in films[start : start + MOST_VARIABLES]]
                marks = ",".join("?" * len(some))
                rows = database.execute(
                    f"SELECT path, name, flagged, note, stars FROM label WHERE path IN ({marks})", some
                )
                for film, name, flagged, note, stars in rows:
                    found[Path(film)] = FilmLabel(name, bool(flagged), note, stars)
        return found

    def write(self, film: Path, label: FilmLabel) -> None:
        """Keep what is said of `film`, in place of what was said before."""
        with self._open() as database:
            if label == FilmLabel():
                database.execute("DELETE FROM label WHERE path = ?", (str(film),))
            else:
                row = (str(film), label.name, int(label.flagged), label.note, label.stars)
                database.execute("INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?, ?)", row)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, MIGRATIONS, PATIENCE, TROUBLES)


def write_table(path: Path, labels: Mapping[Path, FilmLabel], *, every: bool = True) -> int:
    """Write a table that `train`, `evaluate` and reading sets take; return its number of rows.

    Films without a class are left out unless `every`, which is for people. Raises OSError.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    kept = {film: label for film, label in labels.items() if every or label.name}
    for film, label in kept.items():
        rows.writerow((str(film), label.name, "yes" if label.flagged else "", label.note, label.stars or ""))
    write_atomically(path, text.getvalue())
    return len(kept)
