"""A batch at work: films are found, read, and kept one transaction after the other, until all are done.

It is a process of its own (`cxrview helper batch`), which outlives the window. It says what it does in
`events.jsonl`, and looks into its folder for what the user wishes. Killed at any moment it loses nothing that
is kept; started again, it goes on after the last file of which all frames are there.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from cxrview import paths
from cxrview.batch import messages, table
from cxrview.batch.events import (
    BatchFailed,
    BatchFinished,
    BatchPreparing,
    BatchProgress,
    BatchStarted,
    BatchStopped,
    BatchWarned,
    Emit,
    Event,
    FileFailed,
    dump,
)
from cxrview.batch.rows import WHY, Row
from cxrview.batch.run_folder import PAUSE, STOP, BatchFolder, BatchRequest
from cxrview.batch.score import score
from cxrview.batch.store import BatchStore, StoredFilm
from cxrview.batch.store_filter import Wanted
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.imaging import Identity
from cxrview.imaging.passed_over import PassedOver
from cxrview.imaging.search import Trouble, search
from cxrview.imaging.unpacked import Unpacked, remove_leftovers
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Predictor
from cxrview.message import Message, joined
from cxrview.messages import CANNOT_BE_WRITTEN, MAKE_ROOM
from cxrview.progress import Cancelled, silent
from cxrview.pseudonym import load_key
from cxrview.safe_text import legible

LoadPredictor = Callable[[str, str], Predictor]
AT_ONCE = 16  # films in one transaction, at most
KEPT_EVERY = 0.5  # seconds between two transactions, at most
TOLD_EVERY = 0.3  # seconds between two events of progress
LOOKED_EVERY = 0.2  # seconds between two looks for what is wished
OF_LATE, KNOWN_AFTER = 20.0, 1.0  # seconds over which the pace is measured, and after which it is known


def load_for_many(model: str, device: str) -> Predictor:
    """Return what reads as many films in a second as possible. Raises what `Predictor.load` raises."""
    return Predictor.load(model, device, many=True)


def run_batch(folder: BatchFolder, load: LoadPredictor = load_for_many) -> Event:
    """Do what the batch in `folder` was asked, or what is left of it, and return how it ended.

    What is wished there holds from the beginning.
    Raises InvalidRequest if another process is at it; everything else that is wrong is told and returned.
    """
    with folder.held(), _telling(folder) as emit:
        try:
            ended: Event = _Batch(folder, folder.request(), emit).run(load)
        except CxrviewError as error:
            ended = BatchFailed(error.problem, error.advice, str(error.path or ""))
        with suppress(CxrviewError):  # a full disk, of which `ended` tells already
            emit(ended)
        return ended


@contextmanager
def _telling(folder: BatchFolder) -> Iterator[Emit]:
    """Yield what appends an event to the file of events, begun anew. It raises InvalidRequest."""

    def tell(file: TextIO, event: Event) -> None:
        try:
            file.write(dump(event) + "\n")
            file.flush()
        except OSError as error:
            raise InvalidRequest(
                CANNOT_BE_WRITTEN(reason=error.strerror), MAKE_ROOM, folder.events
            ) from error

    try:
        with folder.events.open("w", encoding="utf-8") as file:
            yield lambda event: tell(file, event)
    except OSError as error:
        raise InvalidRequest(CANNOT_BE_WRITTEN(reason=error.strerror), MAKE_ROOM, folder.events) from error


@dataclass(eq=False)
class _Found:
    """The files in order; those out of archives are there as long as the batch runs."""

    files: list[Path] = field(default_factory=list)
    troubles: dict[Path, CxrviewError] = field(default_factory=dict)
    names: dict[Path, Path] = field(default_factory=dict)  # of files out of archives
    archives: dict[str, Path] = field(default_factory=dict)  # by those names

    def called(self, path: Path) -> str:
        return str(self.names.get(path, path))


class _Batch:
    """One run of one batch."""

    def __init__(self, folder: BatchFolder, request: BatchRequest, emit: Emit) -> None:
        self._folder, self._request, self._emit = folder, request, emit
        self._begun, self._looked, self._told = time.monotonic(), 0.0, 0.0
        self._since = time.time_ns()
        self._paused_s = 0.0
        self._pace = _Pace()
        self._before = self._files = self._done = self._ok = self._failed = 0

    def run(self, load: LoadPredictor) -> Event:
        unpacked = Unpacked()
        try:
            return self._run(load, unpacked)
        except Cancelled:
            return BatchStopped(self._before + self._done, self._files, self._ok, self._failed)
        finally:
            if unpacked.used:
                unpacked.remove((), silent)

    def _run(self, load: LoadPredictor, unpacked: Unpacked) -> Event:
        found = self._find(unpacked)
        self._emit(BatchPreparing(messages.LOADING_MODEL, len(found.files)))
        predictor = load(self._request.model, self._request.device)
        with self._opened(predictor) as store:
            known = store.paths()
            left = [path for path in found.files if legible(found.called(path)) not in known]
            self._files, self._before = len(found.files), len(found.files) - len(left)
            total, self._failed = store.count()
            self._ok = total - self._failed
            card, engine = predictor.card, predictor.engine
            numbers, out = (self._files, self._before), self._request.out
            told = (*numbers, card.name, card.version, engine.name, engine.device, out)
            self._emit(BatchStarted(*told))
            self._pace = _Pace()
            try:
                self._read(store, predictor, found, left)
            finally:
                self._write_table(store)
        seconds = time.monotonic() - self._begun - self._paused_s
        counts = (self._files, self._ok, self._failed)
        return BatchFinished(*counts, round(seconds, 1), self._before, self._request.out)

    def _find(self, unpacked: Unpacked) -> _Found:
        found, passed = _Found(), PassedOver()
        self._emit(BatchPreparing(messages.FINDING_FILMS))

        def look(_fraction: float, _doing: Message | str) -> None:
            self._look()
            if self._is_time():
                self._emit(BatchPreparing(messages.FINDING_FILMS, len(found.files)))

        for one in search([Path(source) for source in self._request.sources], unpacked, passed, look, look):
            look(-1.0, "")
            found.files.append(one.path)
            if isinstance(one, Trouble):
                found.troubles[one.path] = one.error
            elif one.archive is not None:
                found.names[one.path] = one.called
                found.archives[str(one.called)] = one.archive
        if unpacked.used:
            remove_leftovers(silent)  # of runs that were killed
        found.files = list(dict.fromkeys(found.files))
        if passed.message:
            self._emit(BatchWarned(passed.message))
        if not found.files:
            raise InvalidRequest(messages.NO_FILMS_THERE)
        return found

    def _opened(self, predictor: Predictor) -> BatchStore:
        """Return the store: made, or gone on with, which only the same model may."""
        card = predictor.card
        if not self._folder.store.exists():
            return BatchStore.make(self._folder.store, card)
        store = BatchStore.open(self._folder.store)
        written = (store.about["model"], store.about["model_version"])
        if written != (card.name, card.version):
            store.close()
            problem = messages.OTHER_MODEL(written=" ".join(written), current=f"{card.name} {card.version}")
            raise InvalidRequest(problem, messages.OTHER_MODEL_NOW, self._folder.path)
        store.upgrade()
        store.drop_last_file()
        return store

    def _read(self, store: BatchStore, predictor: Predictor, found: _Found, left: Sequence[Path]) -> None:
        waiting: list[StoredFilm] = []
        places = {found.called(path): found.archives.get(found.called(path), path) for path in left}

        def keep(row: Row, prediction: Prediction | None, whose: Identity | CxrviewError) -> None:
            film = _film(row, prediction, whose, places, found.archives)
            waiting.append(replace(film, state=self._state(film)))

        def report(fraction: float, _name: Message | str) -> None:
            self._done = round(fraction * len(left))
            self._look()
            self._tell()

        rows = score(
            left, predictor, report, point=self._request.point, key=self._key(), keep=keep,
            workers=self._request.workers, called=found.called, troubles=found.troubles,
        )  # fmt: skip
        kept = time.monotonic()
        try:
            for row in rows:
                self._count(row)
                if len(waiting) >= AT_ONCE or time.monotonic() - kept > KEPT_EVERY:
                    _keep_all(store, waiting)
                    kept = time.monotonic()
        finally:
            rows.close()  # type: ignore[attr-defined]  # it is a generator
            _keep_all(store, waiting)

    def _count(self, row: Row) -> None:
        if row["status"] == "ok":
            self._ok += 1
        else:
            self._failed += 1
            self._emit(FileFailed(row["path"], row[WHY], row["error"]))
        self._pace.count()

    def _state(self, film: StoredFilm) -> tuple[int, int] | None:
        """Return when the file of `film` was written and how long it is, if that was before this run.

        Of one that was written since nobody knows whether it was read before or after that.
        """
        if film.prediction is None or film.archive:
            return None
        with suppress(OSError):
            status = film.place.stat()
            if status.st_mtime_ns < self._since:
                return status.st_mtime_ns, status.st_size
        return None

    def _look(self) -> None:
        """Do what the user wishes: wait while the batch is paused, and raise Cancelled to stop it."""
        if time.monotonic() - self._looked < LOOKED_EVERY:
            return
        paused = 0.0
        while (wished := self._folder.wished()) == PAUSE:
            if not paused:
                paused = time.monotonic()
                self._emit(self._progress(paused=True))
            time.sleep(LOOKED_EVERY)
        if wished == STOP:
            raise Cancelled
        self._looked = time.monotonic()
        if paused:
            self._paused_s += self._looked - paused
            self._pace = _Pace()
            self._emit(self._progress())

    def _tell(self) -> None:
        if self._is_time():
            self._emit(self._progress())

    def _is_time(self) -> bool:
        if time.monotonic() - self._told < TOLD_EVERY:
            return False
        self._told = time.monotonic()
        return True

    def _progress(self, *, paused: bool = False) -> BatchProgress:
        done, pace = self._before + self._done, self._pace.per_second
        left = (self._files - done) / pace if pace else 0.0
        return BatchProgress(
            done, self._files, self._ok, self._failed, round(pace, 3), round(left, 1), paused
        )

    def _key(self) -> bytes:
        """Return the key for the patient pseudonyms; without one, say so and return b""."""
        try:
            return load_key(paths.pseudonym_key())
        except InvalidRequest as error:
            self._emit(BatchWarned(messages.NO_PSEUDONYMS(reason=error.whole)))
            return b""

    def _write_table(self, store: BatchStore) -> None:
        if not self._request.out:
            return
        try:
            rows = store.every_row(store.numbers(Wanted()))
            table.write_file(Path(self._request.out), store.columns, rows)
        except CxrviewError as error:
            self._emit(BatchWarned(error.whole))


def _film(
    row: Row,
    prediction: Prediction | None,
    whose: Identity | CxrviewError,
    places: Mapping[str, Path],
    archives: Mapping[str, Path],
) -> StoredFilm:
    path = row["path"]
    place, inside = places.get(path, Path(path)), path in archives
    if isinstance(whose, CxrviewError):
        return StoredFilm(row, place, inside, problem=joined((whose.problem, whose.advice)))
    return StoredFilm(row, place, inside, whose.patient_id, whose.study_date, prediction)


def _keep_all(store: BatchStore, waiting: list[StoredFilm]) -> None:
    if waiting:
        store.add(waiting)
        waiting.clear()


class _Pace:
    """How many films were read in a second, of late."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._times: deque[float] = deque()

    def count(self) -> None:
        now = time.monotonic()
        self._times.append(now)
        while now - self._times[0] > OF_LATE:
            self._begun = self._times.popleft()

    @property
    def per_second(self) -> float:
        """0 as long as it is not known: rows come a batch at a time."""
        spent = time.monotonic() - self._begun
        return len(self._times) / spent if self._times and spent > KNOWN_AFTER else 0.0


def give_way() -> None:
    """Let everything else on this computer go first; on an idle one that costs nothing.

    On Windows whoever starts the process says so.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            os.nice(10)
