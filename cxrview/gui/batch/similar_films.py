"""“Similar films” in the main window: what is asked about, and films opened beside it."""

from pathlib import Path

from PySide6.QtCore import QObject

from cxrview.batch.rows import Row
from cxrview.batch.run_folder import BatchFolder, batches
from cxrview.batch.store import BatchStore
from cxrview.gui.actions.secondary import attend
from cxrview.gui.batch.archived import entry_of
from cxrview.gui.batch.similar import SimilarDialog
from cxrview.gui.batch.similar_search import FoundFilm, Query
from cxrview.gui.state import Entry
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr


class SimilarFilmsDesk(QObject):
    """Made when it is first asked for. Its dialog is a child of the main window and goes with it."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench = bench
        self._waiting: Row | None = None  # a film in an archive that is still to be unpacked
        self.dialog = SimilarDialog(
            bench.window, bench.state, bench.runner, lambda: batches(bench.places.batches)
        )
        attend(self.dialog, bench, "batch")
        self.dialog.open_asked.connect(self.open_beside)
        bench.state.entries_added.connect(self._arrived)

    def ask_about_shown(self) -> None:
        """Look for films that are like the one in the active viewport."""
        state = self._bench.state
        prediction, shown = state.reading.prediction, state.shown
        if prediction is None or shown.path is None or shown.radiograph is None:
            return
        self._show(
            Query(
                shown.path,
                shown.frame,
                prediction.embedding,
                (prediction.model, prediction.model_version),
                shown.radiograph.identity.patient_id,
            )
        )

    def ask_about_stored(self, folder: BatchFolder, store: BatchStore, number: int) -> None:
        """Look for films that are like one of a stored batch. Raises BatchUnusable."""
        row, embedding = store.rows([number]).get(number), store.embedding(number)
        if row is None or embedding is None:
            return
        model = store.about["model"], store.about["model_version"]
        frame = (row["frame"] or 1) - 1
        self._show(Query(Path(row["place"]), frame, embedding, model, row["patient"] or "", folder, number))

    def open_beside(self, film: FoundFilm) -> None:
        """Show a film that was found beside the one that was asked about."""
        bench, row = self._bench, film.row
        place = Path(row["place"])
        if not place.exists():
            bench.say(tr("{name} is no longer where it was.").format(name=bench.state.called(place)))
        elif not row["archive"]:
            bench.state.add_entries([Entry(place)])
            self._beside(place, row)
        elif (entry := entry_of(row, bench.state.entries.values())) is not None:
            self._beside(entry.path, row)
        else:
            self._waiting = row
            bench.open([place])

    def _show(self, query: Query) -> None:
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        self.dialog.show_like(query)

    def _beside(self, path: Path, row: Row) -> None:
        query, bench = self.dialog.query, self._bench
        if query is None:
            return
        found = path, (row["frame"] or 1) - 1
        if query.place.exists() and query.place.suffix.casefold() != ".zip":
            bench.state.add_entries([Entry(query.place)])
            bench.viewports.show_beside((query.place, query.frame), found)
        else:  # one in an archive, which is not unpacked for it
            bench.session.select(*found)

    def _arrived(self, entries: list[Entry]) -> None:
        """An archive is unpacked: show the film of it that was asked for."""
        if self._waiting is not None and (entry := entry_of(self._waiting, entries)) is not None:
            row, self._waiting = self._waiting, None
            self._beside(entry.path, row)
