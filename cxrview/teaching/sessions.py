"""Blind readings, kept answer by answer: what was said once stays said, and a crash loses nothing."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cxrview.annotations.sqlite_file import Troubles, opened
from cxrview.errors import CxrviewError
from cxrview.teaching import messages
from cxrview.teaching.reading_set import LEVELS, ReadingSet

PATIENCE = 5.0  # seconds to wait for another process that is writing
MIGRATIONS = (
    """
    CREATE TABLE session (
        id TEXT PRIMARY KEY, set_id TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL,
        reader TEXT NOT NULL, begun TEXT NOT NULL, films INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE answer (
        session TEXT NOT NULL, place INTEGER NOT NULL, turn INTEGER NOT NULL, body TEXT NOT NULL,
        locked TEXT NOT NULL, PRIMARY KEY (session, place, turn)
    ) WITHOUT ROWID;
    CREATE TABLE model (
        session TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (session, place)
    ) WITHOUT ROWID;
    CREATE TABLE passed (
        session TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (session, place)
    ) WITHOUT ROWID;
    """,
)
FORGOTTEN = timedelta(weeks=4)  # after which a set may be read again as if it were new
BLIND, ASSISTED = 0, 1  # turns: before the truth and the model were shown, and after


class SessionsUnusable(CxrviewError):
    """The file of readings cannot be read or written."""

    of_ours = True


TROUBLES = Troubles(SessionsUnusable, messages.SESSIONS_DAMAGED, messages.SESSIONS_UNUSABLE)


class AnswerLocked(CxrviewError):
    """The film was answered before, and an answer is never changed."""

    of_ours = True


class Spot(NamedTuple):
    """Where the reader saw it: an ellipse around (x, y) in pixels of the stored film; a click has no size."""

    x: float
    y: float
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class ReaderAnswer:
    """What a reader said of a film: the confidence of each class asked for, 1…5; none where it "cannot be
    judged". `seconds` is how long it took. Raises ValueError for a confidence that is none.
    """

    confidence: Mapping[str, int]
    spots: tuple[Spot, ...] = ()
    note: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if any(not 1 <= level <= LEVELS for level in self.confidence.values()):
            raise ValueError("no such confidence")

    @property
    def judged(self) -> bool:
        """Whether the reader could judge the film."""
        return bool(self.confidence)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said of the same film: probabilities by class, and what it calls present."""

    probabilities: Mapping[str, float]
    called: tuple[str, ...] = ()
    in_domain: bool = True


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One reader's way through one set. `set_file` is where the set lay; `passed` films are done with."""

    id: str
    set_id: str
    title: str
    set_file: str
    reader: str
    begun: datetime
    films: int
    passed: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every film is done with."""
        return self.passed >= self.films


@dataclass(frozen=True, slots=True)
class Readings:
    """What was said in a session, by place in the order: `blind` first answers, `assisted` second ones."""

    session: SessionInfo
    blind: Mapping[int, ReaderAnswer]
    assisted: Mapping[int, ReaderAnswer]
    model: Mapping[int, ModelAnswer]
    passed: frozenset[int]

    @property
    def place(self) -> int:
        """The first film that is not done with; the number of films where all are."""
        return next(
            (place for place in range(self.session.films) if place not in self.passed), self.session.films
        )


class Sessions:
    """The readings in the file at `path`. Every method raises SessionsUnusable; each is on the disk when it
    returns.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path, self._patience = path, patience

    def begin(
        self, made: ReadingSet, set_file: Path, reader: str, now: datetime | None = None
    ) -> SessionInfo:
        """Begin to read `made`, which lies in `set_file`."""
        session = SessionInfo(
            secrets.token_hex(8),
            made.identifier,
            made.title,
            str(set_file.absolute()),
            reader,
            now or datetime.now(UTC),
            len(made),
        )
        row = (session.id, session.set_id, session.title, session.set_file, reader)
        with self._open() as database:
            database.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, session.begun.isoformat(), session.films),
            )
        return session

    def all(self) -> list[SessionInfo]:
        """Return every session, the latest first."""
        if not self.path.exists():
            return []
        with self._open() as database:
            rows = database.execute(
                "SELECT id, set_id, title, file, reader, begun, films, "
                "(SELECT count(*) FROM passed WHERE session = id) FROM session ORDER BY begun DESC, id"
            ).fetchall()
        return [
            SessionInfo(key, set_id, title, file, reader, datetime.fromisoformat(begun), films, passed)
            for key, set_id, title, file, reader, begun, films, passed in rows
        ]

    def lock(self, session: SessionInfo, place: int, answer: ReaderAnswer, turn: int = BLIND) -> None:
        """Keep the `answer` to the film at `place`, for good. Raises AnswerLocked if there is one already."""
        body = json.dumps(
            {
                "confidence": dict(answer.confidence),
                "spots": [list(spot) for spot in answer.spots],
                "note": answer.note,
                "seconds": round(answer.seconds, 2),
            }
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as database:
            try:
                database.execute(
                    "INSERT INTO answer VALUES (?, ?, ?, ?, ?)", (session.id, place, turn, body, now)
                )
            except sqlite3.IntegrityError as error:
                raise AnswerLocked(messages.ANSWER_LOCKED) from error

    def keep_model(self, session: SessionInfo, place: int, answer: ModelAnswer) -> None:
        """Keep what the model said of the film at `place`; what it said first stays."""
        body = json.dumps(
            {
                "probabilities": dict(answer.probabilities),
                "called": list(answer.called),
                "in_domain": answer.in_domain,
            }
        )
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO model VALUES (?, ?, ?)", (session.id, place, body))

    def pass_on(self, session: SessionInfo, place: int) -> None:
        """Be done with the film at `place`."""
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO passed VALUES (?, ?)", (session.id, place))

    def readings(self, session: SessionInfo) -> Readings:
        """Return what was said so far."""
        with self._open() as database:
            answers = database.execute(
                "SELECT place, turn, body FROM answer WHERE session = ?", (session.id,)
            ).fetchall()
            model = database.execute(
                "SELECT place, body FROM model WHERE session = ?", (session.id,)
            ).fetchall()
            passed = database.execute("SELECT place FROM passed WHERE session = ?", (session.id,)).fetchall()
        turns: dict[int, dict[int, ReaderAnswer]] = {BLIND: {}, ASSISTED: {}}
        for place, turn, body in answers:
            turns[turn][place] = _answer(json.loads(body))
        said = {place: _model_answer(json.loads(body)) for place, body in model}
        return Readings(session, turns[BLIND], turns[ASSISTED], said, frozenset(place for (place,) in passed))

    def read_lately(self, set_id: str, reader: str, now: datetime | None = None) -> datetime | None:
        """Return when `reader` last began the set, if less than four weeks ago: he may remember it."""
        since = (now or datetime.now(UTC)) - FORGOTTEN
        begun = [info.begun for info in self.all() if (info.set_id, info.reader) == (set_id, reader)]
        return max((day for day in begun if day > since), default=None)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, MIGRATIONS, self._patience, TROUBLES)


def _answer(body: Mapping[str, Any]) -> ReaderAnswer:
    return ReaderAnswer(
        body["confidence"], tuple(Spot(*spot) for spot in body["spots"]), body["note"], body["seconds"]
    )


def _model_answer(body: Mapping[str, Any]) -> ModelAnswer:
    return ModelAnswer(body["probabilities"], tuple(body["called"]), body["in_domain"])
