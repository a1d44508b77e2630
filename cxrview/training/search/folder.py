"""What lies where in the folder of a search, and what may be done with it. Light to import."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.run import history
from cxrview.training.run.folder import RunFolder, some_of

_MAY_CHANGE = {"search.trials", "search.prune"}  # when a search goes on


@dataclass(frozen=True, slots=True)
class TrialFolder(RunFolder):
    """The files of one trial. The checkpoints lie in it, so that trials share the features beside them."""

    @property
    def checkpoints(self) -> Path:
        """The folder of weights and history."""
        return self.path

    def drop_weights(self) -> None:
        """Remove what a trial that is not the best need not keep."""
        for path in self.path.glob("*.npz"):
            path.unlink()


@dataclass(frozen=True, slots=True)
class SearchFolder(RunFolder):
    """The files of the search in the folder `path`. Its trials are to it what checkpoints are to a run."""

    @property
    def database(self) -> Path:
        """Every trial, and how it ended."""
        return self.path / "search.db"

    @property
    def checkpoints(self) -> Path:
        """The folder of the trials' folders; there once a trial has begun."""
        return self.path / "trials"

    @property
    def best(self) -> Path:
        """The configuration of the best trial."""
        return self.path / "best.toml"

    def trial(self, number: int) -> TrialFolder:
        """Return the folder of trial `number`."""
        return TrialFolder(self.checkpoints / f"{number:03d}")

    def best_run(self, number: int) -> RunFolder:
        """Return the folder of the run in which trial `number`, the best, becomes a model."""
        return RunFolder(self.path / "best" / f"{number:03d}")

    def hand_over(self, number: int, config: TrainingConfig) -> None:
        """Make the folder of that run, unless it is there: with `config`, and all that was trained already.

        Raises OSError.
        """
        target, trial = self.best_run(number).path, self.trial(number)
        if target.exists():
            return
        part = RunFolder(target.with_name(f".{target.name}.part"))
        shutil.rmtree(part.path, ignore_errors=True)
        part.checkpoints.mkdir(parents=True)
        for path in (*trial.path.glob("*.npz"), trial.checkpoints / history.NAME):
            shutil.copyfile(path, part.checkpoints / path.name)
        shutil.copyfile(trial.start, part.start)
        if self.split.is_file():  # so that the run refuses other images than the search had
            shutil.copyfile(self.split, part.split)
        write_atomically(part.config, configuration.dumps(config))
        part.path.rename(target)

    def of_size(self, side: int) -> RunFolder:
        """Return the folder of images for networks with another input than the first one."""
        return RunFolder(self.path / "sizes" / str(side))

    def enter(self, config: TrainingConfig, resume: bool) -> None:
        """Store `config` here. Raises InvalidRequest as for a run, and OSError; trials may be added."""
        stored = self.stored_config() if self.database.exists() else None
        if stored is None:
            RunFolder(self.path).enter(config, resume=False)
            return
        if not resume:
            raise InvalidRequest(messages.SEARCH_HERE(folder=self.path), messages.RESUME_OR_OTHER_FOLDER)
        names = [name for name in configuration.differences(stored, config) if name not in _MAY_CHANGE]
        if names:
            problem = messages.SEARCH_DIFFERS(folder=self.path, entries=some_of(names))
            raise InvalidRequest(problem, messages.RESUME_SAME)
        write_atomically(self.config, configuration.dumps(config))
