"""What a batch says of films that are listed is said in the study list too."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer

from cxrview.batch.run_folder import BatchFolder
from cxrview.batch.store_filter import FAILED
from cxrview.gui.batch.archived import entry_of
from cxrview.gui.batch.runs import BatchRuns, BatchState
from cxrview.gui.session import calls
from cxrview.gui.session.withheld import Withheld
from cxrview.gui.state import AppState, Entry, Mark
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets import identity
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:  # what reads rows takes long to import: in a worker
    from cxrview.batch.rows import Row

AT_ONCE = 200  # rows, so that the window stays quick
LANE = "results"
TRIES, SOON = 5, 300  # after what cannot be fetched, and the milliseconds between


class News(NamedTuple):
    """Rows of a batch with what is wrong with each, the model that gave them, and the last row looked at."""

    folder: BatchFolder
    model: tuple[str, str]  # name and version
    class_names: tuple[str, ...]
    rows: "Sequence[tuple[Row, str]]"
    last: int
    more: bool


class ListFeed(QObject):
    """Follows the batch that is read, as long as the model in use reads it."""

    def __init__(
        self, state: AppState, withheld: Withheld, runner: TaskRunner, runs: BatchRuns, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._state, self._withheld, self._runner = state, withheld, runner
        self._folder: BatchFolder | None = None
        self._last = 0  # row that was taken
        self._job: Job | None = None
        self._again = False  # there was news while the last was fetched
        self._misses = 0
        self._later = QTimer(self, singleShot=True, interval=SOON, timeout=self._fetch)
        runs.changed.connect(self._look)
        runs.ended.connect(self._look)

    def _look(self, batch: BatchState) -> None:
        if batch.folder != self._folder:
            self._folder, self._last = batch.folder, 0
        if not self._state.entries or not batch.folder.store.exists():
            return
        self._again, self._misses = True, 0
        self._fetch()

    def _fetch(self) -> None:
        if self._folder is None or (self._job is not None and self._runner.is_running(self._job)):
            return
        self._again = False
        self._job = self._runner.start(
            tr("Taking over what a batch says"),
            partial(fetch, self._folder, self._last),
            done=self._take,
            failed=self._miss,
            lane=LANE,
            quiet=True,
        )

    def _take(self, news: News) -> None:
        card, self._misses = self._state.model.card, 0
        if news.folder == self._folder and card is not None and news.model == (card.name, card.version):
            for row, problem in news.rows:
                entry = self._entry(row)
                if entry is not None:
                    self._change(entry, row, problem, news.class_names)
            self._last = news.last
            self._again |= news.more
        if self._again:
            self._fetch()

    def _miss(self, _error: Exception) -> None:
        """Try again soon: the batch may be at its store. Where that does not help its window says so."""
        self._misses += 1
        if self._misses <= TRIES:
            self._later.start()

    def _entry(self, row: "Row") -> Entry | None:
        if row["archive"]:
            return entry_of(row, self._state.entries.values())
        return self._state.entries.get(Path(row["place"]))

    def _change(self, entry: Entry, row: "Row", problem: str, names: Sequence[str]) -> None:
        if row["status"] == FAILED:
            note = "" if identity.hidden() else problem
            self._state.change_entry(entry.path, mark=Mark.FAILED, note=note, findings={})
            return
        shares = [row[f"p_{name}"] for name in names]
        finding = calls.finding(self._state, shares, bool(row["in_domain"]))
        frame = (row["frame"] or 1) - 1
        if self._state.hides(entry.path, frame):
            self._withheld.put(entry.path, frame, finding)
            self._state.change_entry(entry.path, mark=Mark.SHOWN)
            return
        findings = {**entry.findings, frame: finding}
        refused = not any(found.in_domain for found in findings.values())
        mark = Mark.REFUSED if refused and len(findings) == entry.frames else Mark.SHOWN
        self._state.change_entry(entry.path, mark=mark, findings=findings)


def fetch(folder: BatchFolder, last: int, _report: Report) -> News:
    """Return the next rows of a batch after row `last`, AT_ONCE at most. Raises BatchUnusable."""
    from cxrview.batch.store import BatchStore
    from cxrview.gui.batch.columns import problem

    with BatchStore.open(folder.store) as store:
        newest = store.last()
        until = min(newest, last + AT_ONCE)
        rows = [(row, problem(row)) for row in store.rows(range(last + 1, until + 1)).values()]
        model = (store.about["model"], store.about["model_version"])
        return News(folder, model, store.class_names, rows, until, until < newest)
