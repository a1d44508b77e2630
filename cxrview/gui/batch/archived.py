"""Films in archives: the list knows them by where they were unpacked, a batch by their names inside."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.state import Entry

if TYPE_CHECKING:
    from cxrview.batch.rows import Row


def entry_of(row: "Row", entries: Iterable[Entry]) -> Entry | None:
    """Return the entry of a film out of an archive, as `Unpacked` lays it down; None if it is not listed."""
    archive = Path(row["place"])
    inside = Path(row["path"]).parts[len(archive.parts) :]
    laid_down = (archive.stem.strip(". ") or "archive", *inside)
    for entry in entries:
        if entry.archive == archive and entry.path.parts[-len(laid_down) :] == laid_down:
            return entry
    return None
