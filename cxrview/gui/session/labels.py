"""Films labelled in the viewer: what is said of each listed film, kept behind the window."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from cxrview.annotations.labels import FilmLabel, LabelStore
from cxrview.gui import error_text
from cxrview.gui.session import stored
from cxrview.gui.session.annotations import LANE
from cxrview.gui.state import AppState, Entry
from cxrview.gui.tasks import TaskRunner
from cxrview.i18n import tr
from cxrview.progress import Report

NAMES = "label_classes"  # in the settings of the window
MOST = 6  # classes: as many as there are keys
CHUNK = 100  # films that are marked in one go


class FilmLabels(QObject):
    """Knows what is said of the files in the list, and tells their entries of flags and stars.

    A member of an archive has no file and gets no label.

    Signals:
        changed: a label, the film on the screen, or the classes changed.
        said: a sentence for the user.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, state: AppState, runner: TaskRunner, store: LabelStore, kept: QSettings, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._state, self._runner, self._store, self._kept = state, runner, store, kept
        self._labels: dict[Path, FilmLabel] = {}
        self._said: dict[Path, dict[str, str | bool | int]] = {}  # here, whatever was said before
        state.entries_added.connect(self._look_up)
        state.entries_cleared.connect(self._labels.clear)
        state.entries_cleared.connect(self._said.clear)
        state.entries_cleared.connect(self.changed)
        state.shown_changed.connect(lambda _shown: self.changed.emit())
        state.model_changed.connect(lambda _model: self.changed.emit())
        self._look_up(list(state.entries.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that have a key: those that the user has named, else those of the model."""
        chosen = tuple(name for name in stored.texts(self._kept, NAMES) if name)
        card = self._state.model.card
        return (chosen or (card.class_names if card is not None else ()))[:MOST]

    def use_names(self, names: Sequence[str]) -> None:
        """Give keys to the classes `names`; with none to those of the model in use."""
        self._kept.setValue(NAMES, [name.strip() for name in names if name.strip()][:MOST])
        self.changed.emit()

    @property
    def film(self) -> Path | None:
        """The film on the screen, if it is a file that can be labelled."""
        path = self._state.shown.path
        entry = self._state.entries.get(path) if path is not None else None
        return path if entry is not None and entry.archive is None else None

    @property
    def label(self) -> FilmLabel:
        """What is said of the film on the screen."""
        return self._labels.get(self.film, FilmLabel()) if self.film is not None else FilmLabel()

    def listed(self) -> Mapping[Path, FilmLabel]:
        """Return what is said of the listed films, in the order of the list."""
        return {path: self._labels[path] for path in self._state.entries if path in self._labels}

    def call(self, number: int) -> None:
        """Call the film on the screen class `number`, or take that back."""
        if number < len(self.names):
            name = self.names[number]
            self._put(name="" if self.label.name == name else name)

    def flag(self) -> None:
        """Flag the film on the screen, or take that back."""
        self._put(flagged=not self.label.flagged)

    def flag_films(self, films: Sequence[Path]) -> None:
        """Flag `films`, or take that back where all of them are flagged."""
        able = self._able(films)
        flagged = not all(self._labels.get(film, FilmLabel()).flagged for film in able)
        for film in able:
            self._put_on(film, flagged=flagged)

    def rate(self, films: Sequence[Path], stars: int) -> None:
        """Give `films` so many stars, 0…5."""
        for film in self._able(films):
            self._put_on(film, stars=stars)

    def _able(self, films: Sequence[Path]) -> list[Path]:
        """Return those of `films` that can be labelled; if there are none, say why."""
        entries = self._state.entries
        able = [film for film in films if film in entries and entries[film].archive is None]
        if films and not able:
            self.said.emit(tr("Only a film that is a file of its own can be labelled."))
        return able

    def note(self, text: str) -> None:
        """Keep a line about the film on the screen."""
        if text != self.label.note:
            self._put(note=text)

    def _put(self, **said: str | bool) -> None:
        shown = self._state.shown.path
        for film in self._able([shown] if shown is not None else []):
            self._put_on(film, **said)

    def _put_on(self, film: Path, **said: str | bool | int) -> None:
        before = self._labels.get(film, FilmLabel())
        label = dataclasses.replace(before, **said)  # type: ignore[arg-type]  # fields of FilmLabel
        if label == before:
            return
        self._said.setdefault(film, {}).update(said)
        self._labels[film] = label
        if label == FilmLabel():
            del self._labels[film]
        self._state.change_entry(film, flagged=label.flagged, stars=label.stars)
        self._runner.start(
            tr("Keeping a label"),
            partial(_write, self._store, film, said),
            done=lambda _none: None,
            failed=lambda error: self.said.emit(error_text.whole(error)),
            lane=LANE,
            quiet=True,
        )
        self.changed.emit()

    def _look_up(self, entries: Sequence[Entry]) -> None:
        films = [entry.path for entry in entries if entry.archive is None]
        if films:
            self._runner.start(
                tr("Looking up labels"),
                partial(_find, self._store, films),
                done=lambda _none: None,
                failed=lambda error: self.said.emit(error_text.whole(error)),
                partial=self._take,
                lane=LANE,
                quiet=True,
            )

    def _take(self, found: Mapping[Path, FilmLabel]) -> None:
        for film, label in found.items():
            said = self._said.get(film, {})  # meanwhile, which holds
            known = self._labels[film] = dataclasses.replace(label, **said)  # type: ignore[arg-type]
            if known == FilmLabel():
                del self._labels[film]
            self._state.change_entry(film, flagged=known.flagged, stars=known.stars)
        self.changed.emit()


def _write(store: LabelStore, film: Path, said: Mapping[str, str | bool | int], _report: Report) -> None:
    before = store.labels([film]).get(film, FilmLabel())  # which may not be known to the window yet
    store.write(film, dataclasses.replace(before, **said))  # type: ignore[arg-type]


def _find(store: LabelStore, films: Sequence[Path], _report: Report) -> Iterator[Mapping[Path, FilmLabel]]:
    found = list(store.labels(films).items())
    for start in range(0, len(found), CHUNK):
        yield dict(found[start : start + CHUNK])
