"""Films of a batch in the viewer: opened from the table, and walked through in its order."""

from contextlib import suppress
from pathlib import Path

from cxrview.batch.rows import Row
from cxrview.errors import CxrviewError
from cxrview.gui.batch.archived import entry_of
from cxrview.gui.batch.films import Films
from cxrview.gui.batch.table import BatchTable
from cxrview.gui.session.cache import Stamp
from cxrview.gui.state import Entry, Shown
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

OFFERED = 50  # readings that are handed over when many films are opened at once


class BatchWalk:
    """Takes the place of the list's order for films that were opened from the table."""

    def __init__(self, bench: Workbench, table: BatchTable) -> None:
        self._bench, self._table = bench, table
        self._films: Films = table.films
        self._numbers: dict[Path, int] = {}  # of films that were opened here, or stand beside one
        self._archived: Row | None = None  # a film that is still to be unpacked
        self._in_list = bench.session.next_file
        bench.session.next_file = self.next_file
        bench.state.shown_changed.connect(self._follow)
        bench.state.entries_added.connect(self._arrived)
        table.films.modelReset.connect(self._forget_other_batch)

    def open(self, number: int) -> None:
        """Show the film with this number."""
        store = self._films.store
        film = store.rows([number]).get(number) if store is not None else None
        if film is None:
            return
        place = Path(film["place"])
        if not place.exists():
            self._bench.say(
                tr("{name} is no longer where it was.").format(name=self._bench.state.called(place))
            )
            return
        self._tell_whose_reading()
        if film["archive"]:
            self._archived = film
            self._bench.open([place])
            self._arrived(list(self._bench.state.entries.values()))
            return
        self._numbers[place] = number
        self._offer(place, number)
        self._bench.state.add_entries([Entry(place)])
        self._bench.session.select(place, (film["frame"] or 1) - 1)
        self._raise()

    def open_paths(self, paths: list[Path]) -> None:
        """Show films without an order of the table."""
        there = [path for path in paths if path.exists()]
        if there:
            self._tell_whose_reading()
            for path in there[:OFFERED]:
                self._offer(path)
            self._bench.open(there)
            self._raise()

    def next_file(self, path: Path, by: int) -> Path | None:
        """Return the film after (1) or before (-1) `path` in the table as it is seen, or in the list."""
        row = self._films.row_of(self._numbers[path]) if path in self._numbers else -1
        if row < 0:
            return self._in_list(path, by)
        while 0 <= (row := row + by) < len(self._films.numbers):
            film = self._films.film(row)
            place = Path(film["place"]) if film is not None and not film["archive"] else path
            if place != path:
                self._numbers[place] = int(self._films.numbers[row])
                self._offer(place, self._numbers[place])
                return place
        return None

    def _offer(self, place: Path, number: int | None = None) -> None:
        """Let the viewer know what the model in use has said of a film: it need not read it again."""
        store, card = self._films.store, self._bench.state.model.card
        if store is None or card is None or not store.is_by(card):
            return
        with suppress(CxrviewError):  # then it is read again
            number = number or store.number_of(place)
            if number is None:
                return
            film, known = store.rows([number]).get(number), store.reading(number)
            if film is not None and known is not None:
                stamp = Stamp(place, known.modified, known.size)
                self._bench.session.know(stamp, (film["frame"] or 1) - 1, known.prediction)

    def _follow(self, shown: Shown) -> None:
        """Mark the film in the table that is on the screen."""
        if shown.path in self._numbers:
            self._table.go_to(self._numbers[shown.path])

    def _arrived(self, entries: list[Entry]) -> None:
        """An archive is unpacked: show the film of it that was asked for."""
        if self._archived is None:
            return
        entry = entry_of(self._archived, entries)
        if entry is not None:
            frame = (self._archived["frame"] or 1) - 1
            self._archived = None
            self._bench.session.select(entry.path, frame)
            self._raise()

    def _tell_whose_reading(self) -> None:
        store, card = self._films.store, self._bench.state.model.card
        if store is not None and card is not None:
            read = (store.about["model"], store.about["model_version"])
            if read != (card.name, card.version):
                words = tr("What you see here is by the model in use, not by “{name}”.")
                self._bench.say(words.format(name=read[0]))

    def _forget_other_batch(self) -> None:
        if self._films.store is None:
            self._numbers.clear()

    def _raise(self) -> None:
        self._bench.window.raise_()
        self._bench.window.activateWindow()
