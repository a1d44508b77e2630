"""The memory of a search: its trials in an SQLite file, and what to try next. Only here is Optuna known.

A trial is in the file before its training begins, with what was chosen for it. What a stopped or killed
search left unfinished therefore goes on under its number, with the same choice.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cxrview import messages as shared
from cxrview.errors import CxrviewError
from cxrview.message import NOTHING, Message, verbatim
from cxrview.training import catalogue, messages
from cxrview.training.config import SearchConfig
from cxrview.training.search.space import Space, Value

_NAME = "search"
_WAIT_S = 20  # for another program that writes to the file
_MOST_STARTS = 3  # of one trial: what has ended the process so often would do so again
_RANDOM_SHARE = 4  # one trial in so many is drawn blindly before the sampler begins to conclude
_FIRST_WHOLE = 2  # complete trials that there must be before others are judged against their median
_STARTS, _PROBLEM = "starts", "problem"
_STATES: dict[TrialState, Literal["complete", "pruned", "failed"]] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """How a trial ended. `number` counts from 1; a failed one has no `value`, a pruned one its last."""

    number: int
    state: Literal["complete", "pruned", "failed"]
    value: float | None
    chosen: dict[str, Value]
    problem: Message = NOTHING


class Attempt:
    """A trial under way: its `number` (from 1) and what was `chosen` for it."""

    def __init__(self, study: "Study", trial: optuna.Trial, chosen: dict[str, Value]) -> None:
        self._study, self._trial = study, trial
        self._known = dict(study.frozen(trial.number).intermediate_values)
        self.number, self.chosen = trial.number + 1, chosen

    def is_hopeless(self, epoch: int, value: float) -> bool:
        """Take down the `value` reached in `epoch` and return whether the trial had better end."""
        if epoch not in self._known:  # a resumed trial may come by here again
            self._known[epoch] = value
            self._trial.report(value, epoch)
        return bool(self._trial.should_prune())

    def complete(self, value: float) -> TrialOutcome:
        """End with `value`."""
        return self._study.end(self._trial, TrialState.COMPLETE, value)

    def prune(self) -> TrialOutcome:
        """End early; the last value counts."""
        return self._study.end(self._trial, TrialState.PRUNED)

    def fail(self, problem: Message) -> TrialOutcome:
        """End without a value, because of `problem`."""
        self._trial.set_user_attr(_PROBLEM, problem.as_dict())
        return self._study.end(self._trial, TrialState.FAIL)

    def put_back(self) -> None:
        """Leave the trial to the next run of the search, which was not ended by the trial."""
        self._trial.set_user_attr(_STARTS, 0)
        self._study.requeue(self._trial.number)


class _Grid(optuna.samplers.GridSampler):  # type: ignore[misc]
    """Optuna's grid, which at its end would stop a loop of Optuna's that is not running here."""

    def after_trial(self, *_arguments: Any) -> None:
        """Do nothing."""


class Study:
    """The trials of the search in the file `path`, made if it is not there. One process at a time.

    Every method may raise what `storage_errors` converts.
    """

    def __init__(self, path: Path, space: Space, search: SearchConfig) -> None:
        optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # what matters is told as events
        self._space, self._search = space, search
        # Not by URL, in which some characters of a path mean something else.
        options = {"creator": lambda: sqlite3.connect(path, timeout=_WAIT_S), "poolclass": NullPool}
        self._storage = optuna.storages.RDBStorage("sqlite:///search.db", engine_kwargs=options)
        pruner = optuna.pruners.MedianPruner(_FIRST_WHOLE) if search.prune else optuna.pruners.NopPruner()
        self._study = optuna.create_study(
            study_name=_NAME, storage=self._storage, direction="maximize", load_if_exists=True, pruner=pruner
        )
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self.requeue(trial.number)  # its process is gone

    @property
    def total(self) -> int:
        """How many trials there are to be, at most."""
        points = self._space.points
        return self._search.trials if points is None else min(self._search.trials, points)

    def outcomes(self) -> list[TrialOutcome]:
        """Return the trials that are over, in order."""
        trials = self._study.get_trials(deepcopy=False, states=tuple(_STATES))
        return [_outcome(trial) for trial in trials]

    def best(self) -> TrialOutcome | None:
        """Return the complete trial of the highest value, the earliest of equals; None before the first."""
        complete = [outcome for outcome in self.outcomes() if outcome.state == "complete"]
        return max(complete, key=lambda outcome: outcome.value or 0.0, default=None)

    def twin(self, attempt: Attempt) -> TrialOutcome | None:
        """Return the trial that has had the same choice and was not pruned, if there is one."""
        same = (item for item in self.outcomes() if item.chosen == attempt.chosen and item.state != "pruned")
        return next(same, None)

    def begin(self) -> Attempt | TrialOutcome | None:
        """Begin the next trial and return it; None if there have been enough.

        A trial that has ended the process again and again fails instead, and its outcome is returned.
        """
        over = len(self.outcomes())
        waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if over >= self.total:
            return None
        number = waiting[0].number if waiting else over
        self._study.sampler = self._sampler(number)
        trial = self._study.ask()
        starts = int(trial.user_attrs.get(_STARTS, 0)) + 1
        trial.set_user_attr(_STARTS, starts)
        attempt = Attempt(self, trial, self._choose(trial))
        if starts > _MOST_STARTS:
            return attempt.fail(messages.ENDED_IN_TRIAL(count=_MOST_STARTS))
        return attempt

    def end(self, trial: optuna.Trial, state: TrialState, value: float | None = None) -> TrialOutcome:
        """Take down how `trial` ended."""
        self._study.tell(trial, value, state)
        return _outcome(self.frozen(trial.number))

    def requeue(self, number: int) -> None:
        """Let the trial with Optuna's `number` (from 0) be begun again."""
        study = self._storage.get_study_id_from_name(_NAME)
        trial = self._storage.get_trial_id_from_study_id_trial_number(study, number)
        self._storage.set_trial_state_values(trial, TrialState.WAITING)

    def frozen(self, number: int) -> FrozenTrial:
        """Return what is known of the trial with Optuna's `number`."""
        return self._study.get_trials(deepcopy=False)[number]

    def _sampler(self, number: int) -> optuna.samplers.BaseSampler:
        """Return a sampler for one trial: what it draws follows from seed and number, and from nothing that a
        kill could lose.
        """
        if self._search.method == "grid":
            return _Grid(
                {name: list(values) for name, values in self._space.choices.items()}, self._search.seed
            )
        blind = max(_FIRST_WHOLE, self._search.trials // _RANDOM_SHARE)
        seed = zlib.crc32(f"{self._search.seed} {number}".encode())
        return optuna.samplers.TPESampler(n_startup_trials=blind, seed=seed)

    def _choose(self, trial: optuna.Trial) -> dict[str, Value]:
        chosen: dict[str, Value] = {
            name: trial.suggest_float(name, low, high, log=True)
            for name, (low, high) in self._space.ranges.items()
        }
        for name, values in self._space.choices.items():
            chosen[name] = trial.suggest_categorical(name, values)
        return chosen


def _outcome(trial: FrozenTrial) -> TrialOutcome:
    said = trial.user_attrs.get(_PROBLEM, "")  # in 0.1.0 a sentence
    problem = catalogue.read(said) if isinstance(said, dict) else verbatim(str(said))
    return TrialOutcome(trial.number + 1, _STATES[trial.state], trial.value, dict(trial.params), problem)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise a CxrviewError where the file `path` of a search cannot be used."""
    try:
        yield
    except (SQLAlchemyError, optuna.exceptions.OptunaError, sqlite3.Error) as error:
        words = f"{error} {error.__cause__ or ''}"
        if "locked" in words:
            raise CxrviewError(shared.IN_USE_BY_ANOTHER, messages.CLOSE_AND_RESUME, path) from error
        if "not a database" in words or "malformed" in words:
            raise CxrviewError(messages.DATABASE_DAMAGED, messages.MOVE_DATABASE, path) from error
        if "disk is full" in words or "disk I/O" in words:
            raise CxrviewError(messages.DATABASE_DISK_FULL, messages.MAKE_ROOM_AND_RESUME, path) from error
        if "readonly" in words or "unable to open" in words:
            problem = messages.DATABASE_READ_ONLY
            raise CxrviewError(problem, shared.CHOOSE_ANOTHER_FOLDER, path) from error
        raise CxrviewError(messages.DATABASE_OF_OTHER_OPTUNA, messages.SEARCH_ANEW, path) from error
