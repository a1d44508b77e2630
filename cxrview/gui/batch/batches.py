"""Batches in the main window: the batch window, what runs, and what of it reaches list and viewer."""

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cxrview.batch.run_folder import BatchRequest
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.actions.secondary import attend
from cxrview.gui.batch.feed import ListFeed
from cxrview.gui.batch.indicator import BatchIndicator
from cxrview.gui.batch.leaving import may_close
from cxrview.gui.batch.runs import BatchRuns, BatchState
from cxrview.gui.commands.teaching import teaching
from cxrview.gui.session import json_file
from cxrview.gui.state import Entry
from cxrview.gui.studies.filters import is_settled
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.batch.run_folder import BatchFolder
    from cxrview.gui.batch.walking import BatchWalk
    from cxrview.gui.batch.window import BatchWindow

COLUMNS = "batch_columns.json"  # beside the settings


class BatchDesk(QObject):
    """Made after the first picture; takes up a batch that an earlier window has left running."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench = bench
        self.window: BatchWindow | None = None
        self.walk: BatchWalk | None = None
        self.runs = BatchRuns(self, bench.places.batches)
        ListFeed(bench.state, bench.session.withheld, bench.runner, self.runs, self)  # which its parent keeps
        self.indicator = BatchIndicator(self.runs)
        self.indicator.asked.connect(self.show_state)
        bench.studies.read_all_asked.connect(self.show_listed)
        bench.studies.read_rest_asked.connect(self.read_rest)
        if self.runs.find_running() is not None:
            bench.say(tr("A batch from earlier goes on; the status bar shows how far it is."))

    def show(self) -> None:
        """Open the batch window, or bring it to the front."""
        self._then(lambda _window: None)

    def show_listed(self) -> None:
        """Open the batch window for a batch of what is listed."""

        def use(window: "BatchWindow") -> None:
            window.show_setup()
            window.setup.only(self.listed())

        self._then(use)

    def show_state(self, state: BatchState) -> None:
        """Open the batch window on a batch."""
        self._then(lambda window: window.show_folder(state.folder))

    def turn_to_evaluation(self, folder: "BatchFolder") -> None:
        """Show how well a batch was read, if it is the one that the window shows, or is about to show."""

        def turn(window: "BatchWindow") -> None:
            if window.shown == folder:
                window.page.tabs.setCurrentWidget(window.page.evaluation)

        if self.window is None:
            self._then(turn)
        else:
            turn(self.window)

    def show_similar(self, number: int) -> None:
        """Look for films that are like the one with this number of the batch that is shown."""
        from cxrview.gui.batch.similar_films import SimilarFilmsDesk

        page = self.window.page if self.window is not None else None
        if page is not None and page.folder is not None and (store := page.table.films.store) is not None:
            desk = self._bench.part(SimilarFilmsDesk)
            try:
                desk.ask_about_stored(page.folder, store, number)
            except CxrviewError as error:
                page.note.setText(error_text.whole(error))

    def read_rest(self) -> None:
        """Read the listed films that the model in use has not read; what it says is said in the list."""
        bench = self._bench
        model, device = bench.session.models.choice
        waiting = [entry for entry in bench.state.entries.values() if not is_settled(entry)]
        request = BatchRequest(
            _sources(waiting), model=model, device=device or "auto", point=bench.state.point or "auto"
        )
        try:
            self.runs.begin(request)
        except CxrviewError as error:
            bench.say(error_text.whole(error))

    def listed(self) -> list[Path]:
        """Return what is listed, archives for what is in them."""
        return [Path(source) for source in _sources(self._bench.state.entries.values())]

    def may_leave(self) -> bool:
        """Ask what shall become of a batch that is read; return whether the main window may close."""
        return may_close(self.runs, self._bench.window)

    def leave(self) -> None:
        """The main window closes; a batch that is read is no business of its any more."""
        if self.window is not None:
            self.window.close()
            self.window.page.let_go()
        self.runs.close()

    def _then(self, use: "Callable[[BatchWindow], None]") -> None:
        """Open the window and `use` it. Its libraries take a while, so a worker loads them before."""

        def ready(_nothing: object = None) -> None:
            if self.window is None:
                self.window = self._make()
            self.window.show()
            self.window.raise_()
            self.window.activateWindow()
            use(self.window)

        if self.window is not None:
            ready()
            return
        title = tr("Opening the batch window")
        self._bench.runner.start(title, _load_libraries, done=ready, failed=_raise, lane="training")

    def _make(self) -> "BatchWindow":
        from cxrview.gui.batch.walking import BatchWalk
        from cxrview.gui.batch.window import BatchWindow

        bench = self._bench
        made = BatchWindow(
            bench.state, self.runs, bench.runner, self.listed, lambda: bench.session.models.choice
        )
        made.commands.follow(bench.state, bench.shortcuts)
        attend(made, bench, "batch")
        made.addAction(bench.actions["quit"])
        table = made.page.table
        self.walk = BatchWalk(bench, table)
        made.page.open_asked.connect(self.walk.open)
        made.page.open_paths_asked.connect(self.walk.open_paths)
        made.page.evaluation.set_asked.connect(
            lambda labels, films: bench.part(teaching).new_set(Path(labels), films, made)
        )
        made.page.similar_asked.connect(self.show_similar)
        kept = bench.places.folder / COLUMNS
        table.use_columns({key: bool(shown) for key, shown in json_file.load(kept).items()})
        table.columns_changed.connect(lambda: _keep(table.chosen_columns, kept))
        return made


def _sources(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(entry.origin) for entry in entries))


def _keep(columns: dict[str, bool], path: Path) -> None:
    try:
        json_file.save(columns, path)
    except OSError:  # the next start has the usual columns
        return


def _load_libraries(_report: Report) -> None:
    for name in ("cxrview.gui.batch.evaluated", "pyqtgraph"):
        importlib.import_module(name)


def _raise(error: Exception) -> None:
    raise error
