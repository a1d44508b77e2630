"""What a batch says of films that are listed is said in the study list too."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject

from cxrview.batch.rows import Row
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import FAILED
from cxrview.errors import CxrviewError
from cxrview.gui.batch.archived import entry_of
from cxrview.gui.batch.columns import problem
from cxrview.gui.batch.runs import BatchRuns, BatchState
from cxrview.gui.session import calls
from cxrview.gui.state import AppState, Entry, Mark
from cxrview.gui.widgets import identity

AT_ONCE = 200  # rows, so that the window stays quick


class ListFeed(QObject):
    """Follows the batch that is read, as long as the model in use reads it."""

    def __init__(self, state: AppState, runs: BatchRuns, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._store: BatchStore | None = None
        self._last = 0  # row that was taken
        runs.changed.connect(self._take)
        runs.ended.connect(self._take_rest)

    def _take(self, batch: BatchState) -> bool:
        """Take the next rows; return whether there may be more."""
        if not self._state.entries:
            return False
        with suppress(CxrviewError):  # the batch window says so
            if self._store is None or self._store.path != batch.folder.store:
                self.close()
                self._store = BatchStore.open(batch.folder.store)
                self._last = 0
            return self._tell(self._store)
        return False

    def _take_rest(self, batch: BatchState) -> None:
        while self._take(batch):
            pass
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _tell(self, store: BatchStore) -> bool:
        card, last = self._state.model.card, store.last()
        read = (store.about["model"], store.about["model_version"])
        if card is None or read != (card.name, card.version):
            return False
        found = store.rows(range(self._last + 1, min(last, self._last + AT_ONCE) + 1))
        for row in found.values():
            entry = self._entry(row)
            if entry is not None:
                self._change(entry, row, store.class_names)
        self._last = min(last, self._last + AT_ONCE)
        return self._last < last

    def _entry(self, row: Row) -> Entry | None:
        place = Path(row["place"])
        if not row["archive"]:
            return self._state.entries.get(place)
        return entry_of(row, self._state.entries.values())

    def _change(self, entry: Entry, row: Row, names: Sequence[str]) -> None:
        if row["status"] == FAILED:
            note = "" if identity.hidden() else problem(row)
            self._state.change_entry(entry.path, mark=Mark.FAILED, note=note, findings={})
            return
        shares = [row[f"p_{name}"] for name in names]
        finding = calls.finding(self._state, shares, bool(row["in_domain"]))
        findings = {**entry.findings, (row["frame"] or 1) - 1: finding}
        refused = not any(found.in_domain for found in findings.values())
        mark = Mark.REFUSED if refused and len(findings) == entry.frames else Mark.SHOWN
        self._state.change_entry(entry.path, mark=mark, findings=findings)
