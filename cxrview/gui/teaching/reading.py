"""A blind reading at work: films come, answers are locked, and only then is anything revealed. No widgets."""

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from cxrview.gui import error_text
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.i18n import tr
from cxrview.progress import Report
from cxrview.teaching.sessions import (
    ASSISTED,
    BLIND,
    ModelAnswer,
    ReaderAnswer,
    Readings,
    SessionInfo,
    Sessions,
)

if TYPE_CHECKING:
    from cxrview.bundle import Card
    from cxrview.imaging import Radiograph
    from cxrview.imaging.pyramid import ImagePyramid
    from cxrview.inference.prediction import Prediction
    from cxrview.inference.predictor import Predictor
    from cxrview.teaching.films import SetFilms
    from cxrview.teaching.reading_set import ReadingSet

LANE = "answers"  # in which the answers are kept, one after the other


class FilmStage(Enum):
    """How far the film in front of the reader has come."""

    LOADING = "loading"
    ASKED = "asked"
    LOCKING = "locking"
    REVEALED = "revealed"
    FAILED = "failed"
    DONE = "done"  # after the last film
    REVIEW = "review"  # a film that was read, with all that is known of it


class FilmShown(NamedTuple):
    """A film, ready to be drawn, with its prior if it has one."""

    radiograph: "Radiograph"
    levels: "ImagePyramid"
    prior: "FilmShown | None" = None


class BlindReading(QObject):
    """One session from where it stands to its end.

    Signals:
        stage_changed: carries the FilmStage.
        predicted: the model has read the film; whoever listens waits until it is revealed.
    """

    stage_changed = Signal(object)
    predicted = Signal()

    def __init__(
        self,
        films: "SetFilms",
        session: SessionInfo,
        sessions: Sessions,
        runner: TaskRunner,
        predictor: "Callable[[], Predictor | None]",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.films, self.session = films, session
        self._sessions, self._runner, self._predictor = sessions, runner, predictor
        self.stage = FilmStage.LOADING
        self.place = 0
        self.problem = ""
        self.shown: FilmShown | None = None
        self.prediction: Prediction | None = None
        self.readings: Readings | None = None
        self._job: Job | None = None
        self._ahead = -1  # the place of the film that is read, or was read before it is shown
        self._read: FilmShown | None = None
        self._asked_model = -1  # the place of the film that the model has been given
        self._reviewed = False
        self._clock = QElapsedTimer()

    @property
    def made(self) -> "ReadingSet":
        """The set that is read."""
        return self.films.made

    @property
    def seconds(self) -> float:
        """How long the film has been shown."""
        return self._clock.elapsed() / 1000 if self._clock.isValid() else 0.0

    def start(self) -> None:
        """Go on at the first film that is not done with."""
        self._keep(lambda _report: self._sessions.readings(self.session), self._begin)

    def lock(self, answer: ReaderAnswer) -> None:
        """Keep the first answer to this film for good, then reveal, or go on where that comes at the end."""
        if self.stage is not FilmStage.ASKED:
            return
        self._set_stage(FilmStage.LOCKING)
        place = self.place

        def work(_report: Report) -> None:
            self._sessions.lock(self.session, place, answer, BLIND)
            if self.made.examination:
                self._sessions.pass_on(self.session, place)

        self._keep(
            work, lambda _none: self._next() if self.made.examination else self._set_stage(FilmStage.REVEALED)
        )

    def go_on(self, second: ReaderAnswer | None) -> None:
        """Be done with the film that is revealed: keep the `second` answer, if there is one, and go on."""
        if self.stage is not FilmStage.REVEALED:
            return
        self._set_stage(FilmStage.LOCKING)
        place, said = self.place, self._model_answer()

        def work(_report: Report) -> None:
            if said is not None:
                self._sessions.keep_model(self.session, place, said)
            if second is not None:
                self._sessions.lock(self.session, place, second, ASSISTED)
            self._sessions.pass_on(self.session, place)

        self._keep(work, lambda _none: self._next())

    def pass_over(self) -> None:
        """Go on without the film that cannot be shown; it counts as not answered."""
        if self.stage is FilmStage.FAILED:
            place = self.place
            self._keep(
                lambda _report: self._sessions.pass_on(self.session, place), lambda _none: self._next()
            )

    def try_again(self) -> None:
        """Read the film once more that could not be shown."""
        if self.stage is FilmStage.FAILED:
            self._show(self.place)

    def review(self, place: int) -> None:
        """Show the film at `place` once more, with its truth, when all is read."""
        self._keep(lambda _report: self._sessions.readings(self.session), partial(self._review, place))

    def leave_review(self) -> None:
        """Go back to the results."""
        if self.stage is FilmStage.REVIEW:
            self._set_stage(FilmStage.DONE)

    def _review(self, place: int, readings: Readings) -> None:
        self.readings, self._reviewed = readings, True
        self._show(place)

    def own_answer(self) -> ReaderAnswer | None:
        """Return the first answer to this film, if it was locked in an earlier sitting."""
        return self.readings.blind.get(self.place) if self.readings is not None else None

    def close(self) -> None:
        """Stop what is on its way, and clear up."""
        self._runner.cancel(self._job)
        self.films.close()

    def _begin(self, readings: Readings) -> None:
        self.readings = readings
        self._show(readings.place)

    def _next(self) -> None:
        self._show(self.place + 1)

    def _show(self, place: int) -> None:
        self.place, self.shown, self.prediction = place, None, None
        self._asked_model = -1
        self._clock.invalidate()
        if place >= len(self.made):
            self._set_stage(FilmStage.DONE)
            return
        self._set_stage(FilmStage.LOADING)
        if self._ahead != place:
            self._load(place)
        elif self._read is not None:  # else it is on its way
            self._loaded(self._read)

    def _load(self, place: int, quiet: bool = False) -> None:
        """Read the film at `place`, be it before its turn, so that nobody waits for it then."""
        self._runner.cancel(self._job)
        self._ahead, self._read = place, None
        self._job = self._runner.start(
            tr("Reading film {number}").format(number=place + 1),
            partial(film_of, self.films, self.made.order[place]),
            done=partial(self._arrived, place),
            failed=partial(self._not_read, place),
            quiet=quiet,
        )

    def _is_awaited(self, place: int) -> bool:
        return place == self.place and self.stage is FilmStage.LOADING

    def _arrived(self, place: int, film: FilmShown) -> None:
        self._read = film
        if self._is_awaited(place):
            self._loaded(film)

    def _not_read(self, place: int, error: Exception) -> None:
        self._ahead = -1  # it is tried again when its turn comes
        if self._is_awaited(place):
            self._failed(error)

    def _loaded(self, shown: FilmShown) -> None:
        self.shown = shown
        if not self._reviewed and self.place + 1 < len(self.made):
            self._load(self.place + 1, quiet=True)
        else:
            self._ahead = -1
        answered = self.own_answer() is not None
        self._clock.start()
        if self._reviewed:
            self._set_stage(FilmStage.REVIEW)
        else:
            self._set_stage(FilmStage.REVEALED if answered else FilmStage.ASKED)
        self.ask_model()

    def ask_model(self) -> None:
        """Let the model read the film, unless it is at it; one that has come late is asked then."""
        predictor, shown = self._predictor(), self.shown
        if predictor is None or shown is None or self._asked_model == self.place:
            return
        self._asked_model = self.place
        self._runner.start(
            tr("Predicting"),
            lambda report: predictor.predict([shown.radiograph], report)[0],
            done=partial(self._predicted, self.place, predictor.card),
            failed=lambda _error: None,  # the reading goes on without the model
            lane="model",
            quiet=True,
        )

    def _predicted(self, place: int, card: "Card", prediction: "Prediction") -> None:
        if place != self.place:
            self._keep_late(place, card, prediction)
            return
        self.prediction, self._card = prediction, card
        if self.made.examination and self.stage is not FilmStage.REVIEW:
            self._keep_late(place, card, prediction)
        self.predicted.emit()

    def _keep_late(self, place: int, card: "Card", prediction: "Prediction") -> None:
        """Keep what the model said of a film that is not waited for."""
        said = model_answer(self.made.questions, card, prediction)
        self._keep(lambda _report: self._sessions.keep_model(self.session, place, said), lambda _none: None)

    def _model_answer(self) -> ModelAnswer | None:
        if self.prediction is None:
            return None
        return model_answer(self.made.questions, self._card, self.prediction)

    def _failed(self, error: Exception) -> None:
        self.problem = error_text.whole(error)
        self._set_stage(FilmStage.FAILED)

    def _keep(self, work: Callable[[Report], object], done: Callable[..., None]) -> None:
        self._runner.start(
            tr("Keeping the reading"),
            work,
            done=done,
            failed=self._failed,
            lane=LANE,
            quiet=True,
        )

    def _set_stage(self, stage: FilmStage) -> None:
        self.stage = stage
        self.stage_changed.emit(stage)


def film_of(films: "SetFilms", index: int, report: Report) -> FilmShown:
    """Return film `index` of a set with its prior, read in a worker. Raises as `SetFilms.read` does."""
    from cxrview.imaging.pyramid import ImagePyramid

    radiograph, prior = films.read(index, report), films.made.films[index].prior
    earlier = film_of(films, prior, report) if prior >= 0 else None
    return FilmShown(radiograph, ImagePyramid.of(radiograph), earlier)


def model_answer(questions: tuple[str, ...], card: "Card", prediction: "Prediction") -> ModelAnswer:
    """Return what the model says of those classes asked for that it knows, by name or by label."""
    known = {word.casefold(): item.name for item in card.classes for word in (item.name, item.label)}
    by_name = dict(zip(prediction.class_names, prediction.probabilities.tolist(), strict=True))
    found = {
        question: by_name[known[question.casefold()]]
        for question in questions
        if question.casefold() in known
    }
    return ModelAnswer(found, (), prediction.in_domain)


def session_path(store: Path) -> Path:
    """Return where readings are kept: beside the annotations."""
    return store.with_name("teaching.sqlite")
