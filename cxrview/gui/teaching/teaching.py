"""Teaching in the window: making sets, reading them, and looking at what the readings came to."""

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from cxrview.gui import error_text
from cxrview.gui.teaching.reading import BlindReading, session_path
from cxrview.gui.widgets.dates import minute
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.gui.teaching.new_set import NewSetDialog
    from cxrview.gui.teaching.results_page import ResultsPage
    from cxrview.gui.teaching.sessions_window import SessionsWindow
    from cxrview.gui.teaching.window import ReadWindow
    from cxrview.gui.teaching.work import FinishedReading
    from cxrview.teaching.films import SetFilms
    from cxrview.teaching.over_time import OverTime
    from cxrview.teaching.reading_set import ReadingSet
    from cxrview.teaching.sessions import SessionInfo, Sessions

PAGE = "teaching"  # of the manual
Window = TypeVar("Window", bound=QWidget)


class Teaching:
    """One for each main window: its dialogs and windows are made when they are asked for."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.window: ReadWindow | None = None
        self.dialog: NewSetDialog | None = None
        self.list: SessionsWindow | None = None

    @property
    def sessions(self) -> "Sessions":
        """Where readings are kept."""
        from cxrview.teaching.sessions import Sessions

        return Sessions(session_path(self._bench.places.annotations_store))

    def new_set(
        self,
        films: Path | None = None,
        among: Collection[Path] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Ask over `parent`, or the main window, what a new set is to be, and offer to read it.

        It is of the `films` of a folder or a table: of all, or of those `among` some.
        """
        from cxrview.gui.teaching.new_set import NewSetDialog

        bench = self._bench
        dialog = NewSetDialog(bench.runner, bench.state.settings, parent or bench.window)
        self.dialog = self._attended(dialog)
        self.dialog.accepted.connect(self._offer_new)
        self.dialog.beside_made.connect(self._attended)
        self.dialog.open()
        if films is not None:
            self.dialog.look(films, among)

    def _offer_new(self) -> None:
        path = self.dialog.path if self.dialog is not None else None
        if path is not None:
            self._bench.say(tr("Saved {name}. Read it with Teach › Read a set.").format(name=path.name))

    def ask_for_set(self) -> None:
        """Ask for the file of a set and read it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._bench.window, tr("Read a set"), "", tr("Reading sets (*.cxrset)")
        )
        if chosen:
            self.read(Path(chosen))

    def introduction(self) -> None:
        """Draw the introduction, if it is not there yet, and read it."""
        path = self._bench.places.folder / "introduction.cxrset"

        def work(_report: Report) -> Path:
            from cxrview.teaching.introduction import write_introduction

            write_introduction(path)
            return path

        if path.exists():
            self.read(path)
        else:
            self._start(tr("Drawing the introduction"), work, self.read)

    def read(self, path: Path) -> None:
        """Read the set in the file at `path`: from its beginning, or where it was left."""

        def work(_report: Report) -> "tuple[ReadingSet, list[SessionInfo]]":
            from cxrview.teaching.set_file import load

            return load(path), self.sessions.all()

        self._start(tr("Opening {name}").format(name=path.name), work, partial(self._opened, path))

    def _opened(self, path: Path, found: "tuple[ReadingSet, list[SessionInfo]]") -> None:
        made, sessions = found
        mine = [one for one in sessions if one.set_id == made.identifier]
        left = next((one for one in mine if not one.is_done), None)
        if left is not None:
            self._go_on(path, made, left)
            return
        known = sessions[0].reader if sessions else ""
        name, sure = QInputDialog.getText(self._bench.window, made.title, tr("Who reads?"), text=known)
        if not sure or not name.strip():
            return
        day = self.sessions.read_lately(made.identifier, name.strip())
        if day is not None and not self._wants_again(minute(day.timestamp())):
            return
        work = partial(self._begin_session, made, path, name.strip())
        self._start(tr("Beginning to read"), work, partial(self._go_on, path, made))

    def _begin_session(self, made: "ReadingSet", path: Path, reader: str, _report: Report) -> "SessionInfo":
        return self.sessions.begin(made, path, reader)

    def _wants_again(self, day: str) -> bool:
        words = tr("You read this set on {day}. Within four weeks you may remember its films. Read it again?")
        asked = QMessageBox.question(self._bench.window, tr("Read again"), words.format(day=day))
        return asked is QMessageBox.StandardButton.Yes

    def _go_on(
        self, path: Path, made: "ReadingSet", session: "SessionInfo", review: int | None = None
    ) -> None:
        from cxrview.teaching.films import SetFilms

        films = SetFilms(made, path)
        if films.missing():
            words = tr("Where are the films of “{title}”?").format(title=made.title)
            chosen = QFileDialog.getExistingDirectory(self._bench.window, words)
            if not chosen:
                return
            films = SetFilms(made, path, Path(chosen))
        self.show(films, session, review)

    def show(self, films: "SetFilms", session: "SessionInfo", review: int | None = None) -> None:
        """Open the window of a reading where it stands, or at a film that is to be seen again."""
        from cxrview.gui.teaching.window import ReadWindow

        if self.window is not None:
            self.window.close()
        models = self._bench.session.models
        reading = BlindReading(films, session, self.sessions, self._bench.runner, lambda: models.predictor)
        self.window = self._attended(ReadWindow(self._bench, reading))
        self.window.finished.connect(partial(self._fetch_results, films.made, session))
        self.window.closed.connect(self._forget)
        self.window.show()
        if review is None:
            reading.start()
        else:
            reading.review(review)

    def _forget(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()

    def _fetch_results(self, made: "ReadingSet", session: "SessionInfo") -> None:
        def work(report: Report) -> "FinishedReading":
            from cxrview.gui.teaching.work import finished

            return finished(self.sessions, session, made, report)

        self._start(tr("Working out the results"), work, self._put_results)

    def _put_results(self, done: "FinishedReading") -> None:
        if self.window is not None:
            self.window.show_results(self._page(done))

    @staticmethod
    def _page(done: "FinishedReading") -> "ResultsPage":
        from cxrview.gui.teaching.results_page import ResultsPage

        return ResultsPage(done.made, done.readings, done.found)

    def show_sessions(self) -> None:
        """Show what was read so far, and what it came to."""
        from cxrview.gui.teaching.sessions_window import SessionsWindow

        if self.list is None:
            self.list = self._attended(SessionsWindow(self._bench, self))
        self.list.refresh()
        self.list.show()
        self.list.raise_()

    def open_results(self, session: "SessionInfo", parent: QWidget) -> None:
        """Show the results of `session` in a window of their own."""

        def work(report: Report) -> "FinishedReading":
            from cxrview.gui.teaching.work import finished_of_file

            return finished_of_file(self.sessions, session, report)

        def done(found: "FinishedReading") -> None:
            from cxrview.gui.teaching.sessions_window import ResultsWindow

            page = self._page(found)
            page.film_asked.connect(partial(self._review, found.made, session))
            self._attended(ResultsWindow(page, parent)).show()

        self._start(tr("Working out the results"), work, done)

    def _review(self, made: "ReadingSet", session: "SessionInfo", place: int) -> None:
        """Show a film of an earlier session with all that is known of it."""
        self._go_on(Path(session.set_file), made, session, place)

    def compare(self, sessions: "list[SessionInfo]", parent: QWidget) -> None:
        """Compare the readers of one set."""

        def work(_report: Report) -> str:
            from cxrview.gui.teaching.compared import table_of
            from cxrview.teaching.readers import compare
            from cxrview.teaching.set_file import load

            made = load(Path(sessions[0].set_file))
            return table_of(compare(made, [self.sessions.readings(one) for one in sessions]))

        def done(page: str) -> None:
            from PySide6.QtCore import QSize, Qt

            from cxrview.gui.widgets.text import TextDialog

            dialog = TextDialog(parent, tr("Readers compared"), page, QSize(820, 460))
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.show()

        self._start(tr("Comparing readers"), work, done)

    def show_progress(self, reader: str, parent: QWidget) -> None:
        """Show what all sessions of `reader` came to."""

        def work(report: Report) -> "OverTime":
            from cxrview.teaching.over_time import over_time

            return over_time(self.sessions, reader, report)

        def done(found: "OverTime") -> None:
            from cxrview.gui.teaching.progress_window import ProgressWindow

            self._attended(ProgressWindow(reader, found, parent)).show()

        self._start(tr("Working out the progress"), work, done)

    def _attended(self, window: Window) -> Window:
        """Return `window` with the keys of a secondary window, and its page of the manual."""
        from cxrview.gui.actions.secondary import attend

        attend(window, self._bench, PAGE)
        return window

    def _start(self, title: str, work: object, done: object) -> None:
        assert callable(work)
        assert callable(done)
        self._bench.runner.start(title, work, done=done, failed=self._failed, lane="teaching")

    def _failed(self, error: Exception) -> None:
        QMessageBox.warning(self._bench.window, tr("Teach"), error_text.whole(error))
