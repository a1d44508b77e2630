"""What lies where in the folder of a training run, and what may be done with it. Light to import."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cxrview.atomic_file import write_atomically
from cxrview.datasets import messages as data_messages
from cxrview.errors import InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.message import Message
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.run import events
from cxrview.training.run.events import Finished

_OWN = {"events.jsonl", "run.lock"}  # there before the configuration is
_SHOWN = 5  # differing entries that a message names


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of the run in the folder `path`."""

    path: Path

    @property
    def config(self) -> Path:
        """What the run is."""
        return self.path / "config.toml"

    @property
    def events(self) -> Path:
        """Everything that the run has said."""
        return self.path / "events.jsonl"

    @property
    def data_report(self) -> Path:
        """What was found about the images."""
        return self.path / "data_report.json"

    @property
    def split(self) -> Path:
        """Which image is on which side."""
        return self.path / "split.csv"

    @property
    def checkpoints(self) -> Path:
        """The folder of weights and history; there once training has begun."""
        return self.path / "checkpoints"

    @property
    def start(self) -> Path:
        """A sentence on where the weights come from."""
        return self.path / "start.txt"

    @property
    def report(self) -> Path:
        """The folder of the evaluation."""
        return self.path / "report"

    @property
    def bundles(self) -> Path:
        """The folder that holds the folder of the finished model."""
        return self.path / "bundle"

    @property
    def lock(self) -> Path:
        """Held by the process that works here, as long as it lives."""
        return self.path / "run.lock"

    @property
    def alone(self) -> Path:
        """There while a process trains here that goes on when whoever started it has gone."""
        return self.path / ".alone"

    @property
    def request(self) -> Path:
        """What such a process is asked for by others: the word "stop" or "finish"."""
        return self.path / ".request"

    @property
    def finished(self) -> Path:
        """The last event of a finished run."""
        return self.path / "finished.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and hold it for this process alone. Raises InvalidRequest."""
        with file_lock(self.path, self.lock):
            yield

    def stored_config(self) -> TrainingConfig | None:
        """Return the configuration of the run that is here, or None. Raises InvalidRequest."""
        return configuration.load(self.config) if self.config.is_file() else None

    def outcome(self) -> Finished | None:
        """Return how the run ended, if it did."""
        try:
            line = events.parse(self.finished.read_text("utf-8"))
        except OSError:
            return None
        return line.event if line is not None and isinstance(line.event, Finished) else None

    def enter(self, config: TrainingConfig, resume: bool) -> None:
        """Store `config` here, at the beginning of a run or its resumption.

        Raises InvalidRequest if something else is here, another run, or this run with another configuration,
        or if this is among the images, and OSError.
        """
        for data in (config.data.path, config.data.external, config.data.out_of_distribution):
            check_apart(self.path, Path(data) if data else None)
        stored = self.stored_config()
        if stored is None:
            names = sorted(item.name for item in self.path.iterdir())
            strange = [name for name in names if name not in _OWN and not name.startswith(".")]
            if strange:
                problem = messages.OTHER_FILES_HERE(folder=self.path, files=strange[:_SHOWN])
                raise InvalidRequest(problem, messages.CHOOSE_EMPTY_FOLDER)
        elif self.checkpoints.exists() or self.finished.exists():  # before them, there is nothing to lose
            if not resume:
                raise InvalidRequest(messages.RUN_HERE(folder=self.path), messages.RESUME_OR_OTHER_FOLDER)
            if names := configuration.differences(stored, config):
                problem = messages.RUN_DIFFERS(folder=self.path, entries=some_of(names))
                raise InvalidRequest(problem, messages.RESUME_SAME)
        write_atomically(self.config, configuration.dumps(config))


def check_apart(out: Path, data: Path | None) -> None:
    """Raise InvalidRequest if `out` lies in the folder `data`, where its pictures would pass for a class."""
    if data is not None and data.is_dir() and out.resolve().is_relative_to(data.resolve()):
        raise InvalidRequest(
            messages.RUN_AMONG_IMAGES(folder=out, data=data), messages.CHOOSE_FOLDER_ELSEWHERE
        )


def some_of(names: list[str]) -> Message | list[str]:
    """Return the first few of the entries `names`, and how many more there are."""
    if len(names) <= _SHOWN:
        return names
    return data_messages.NAMES_AND_MORE(names=names[:_SHOWN], count=len(names) - _SHOWN)
