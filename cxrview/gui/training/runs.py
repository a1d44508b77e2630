"""The training runs of this computer: those on the disk, and the one that is running."""

import shutil
import time
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cxrview import paths
from cxrview.datasets.messages import MAKE_ROOM_OR_MOVE
from cxrview.errors import CxrviewError
from cxrview.file_lock import is_held
from cxrview.gui.training import messages
from cxrview.gui.training.followed_process import FollowedProcess
from cxrview.gui.training.training_process import ProcessOutcome, TrainingProcess
from cxrview.messages import CANNOT_BE_WRITTEN
from cxrview.training import config as configuration
from cxrview.training.config import TrainingConfig
from cxrview.training.run import events
from cxrview.training.run.events import Event
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.progress import RunProgress

REMEMBERED = 4000  # of what a run said, for its log
_PASSING = ('{"event": "step"', '{"event": "stage"')  # thousands, which take long to read


class Run(QObject):
    """A run in `folder`, alive or not.

    Signals:
        changed: something was said; `progress` holds it already.
        ended: the process has ended; carries Outcome.
    """

    changed = Signal()
    ended = Signal(object)

    def __init__(self, folder: Path, kind: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder, self.kind = RunFolder(folder), kind
        self.progress = RunProgress()
        self.outcome: ProcessOutcome | None = None
        self.process: TrainingProcess | FollowedProcess | None = None
        self.begun = time.time()
        self.said: deque[tuple[float, Event | str]] = deque(maxlen=REMEMBERED)  # with the seconds since 1970
        self.count = 0  # of all that was ever said
        self.config: TrainingConfig | None = None  # what it was begun with

    @property
    def is_running(self) -> bool:
        """Whether its process is alive."""
        return self.process is not None and self.process.is_running

    @property
    def log(self) -> list[str]:
        """What the process said besides events, the last lines."""
        return list(self.process.lines) if self.process is not None else []

    def start(self, arguments: list[str]) -> None:
        """Start its process with `cxrview ARGUMENTS`."""
        process = TrainingProcess(self)
        self._listen(process)
        process.start(arguments)

    def follow(self) -> None:
        """Hear what the process says that works in its folder already."""
        self._listen(FollowedProcess(self.folder, self))

    def _listen(self, process: TrainingProcess | FollowedProcess) -> None:
        self.outcome, self.process = None, process
        process.said.connect(self._take)
        process.logged.connect(self._keep)
        process.ended.connect(self._end)

    @property
    def is_ours(self) -> bool:
        """Whether it runs, and would end with this window if that did not let it go."""
        return self.is_running and isinstance(self.process, TrainingProcess)

    def stop(self) -> None:
        """Ask it to stop; its best epoch is kept, and it can be gone on with."""
        if self.process is not None:
            self.process.stop()

    def finish(self) -> None:
        """Ask for no more epochs and a model of the best one so far."""
        if self.process is not None:
            self.process.finish()

    def _take(self, event: Event) -> None:
        self.progress.take(event)
        self._keep(event)

    def _keep(self, saying: Event | str) -> None:
        self.said.append((time.time(), saying))
        self.count += 1
        self.changed.emit()

    def _end(self, outcome: ProcessOutcome) -> None:
        self.outcome = outcome
        self.ended.emit(outcome)


class TrainingRuns(QObject):
    """Owns the processes, whatever dialogs are open. One trains at a time: two would halve each other.

    Signals:
        started: carries the Run.
        changed: the running one has said something; carries it.
        ended: carries the Run.
    """

    started = Signal(object)
    changed = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None, root: Path | None = None) -> None:
        super().__init__(parent)
        self.root = root if root is not None else paths.training_runs()
        self.current: Run | None = None  # train or tune
        self.checking: Run | None = None
        self.is_detached = False  # the current run goes on without this window

    def new_folder(self, name: str = "run") -> Path:
        """Return a folder for a new run that is not there yet."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        number, path = 1, self.root / f"{stamp}-{name}"
        while path.exists():
            number += 1
            path = self.root / f"{stamp}-{name}-{number}"
        return path

    def check(self, config: TrainingConfig, folder: Path) -> Run:
        """Look at the images that `config` names; a check under way is stopped."""
        if self.checking is not None:
            self.checking.stop()
        self.checking = self._start(config, folder, "check", ["train", "--check-only"], resume=False)
        return self.checking

    def train(
        self, config: TrainingConfig, folder: Path, *, resume: bool = False, finish: bool = False
    ) -> Run:
        """Train, or go on, or `finish` what was begun with its best epoch. Raises CxrviewError while another
        run is alive, or if nothing can be written.
        """
        command = ["train", *(["--finish"] if finish else [])]
        return self._begin(config, folder, "train", command, resume or finish)

    def search(
        self, config: TrainingConfig, folder: Path, *, resume: bool = False, bundle: bool = True
    ) -> Run:
        """Search for a recipe, or go on; with `bundle` the best trial becomes a model."""
        return self._begin(config, folder, "tune", ["tune", *(["--bundle"] if bundle else [])], resume)

    def _begin(
        self, config: TrainingConfig, folder: Path, kind: str, command: list[str], resume: bool
    ) -> Run:
        if self.current is not None and self.current.is_running:
            raise CxrviewError(messages.TRAINING_RUNS, messages.WAIT_OR_STOP_IT)
        self.current = self._start(config, folder, kind, command, resume)
        self.started.emit(self.current)
        return self.current

    def _start(
        self, config: TrainingConfig, folder: Path, kind: str, command: list[str], resume: bool
    ) -> Run:
        request = folder.parent / f"{folder.name}.toml"  # the folder itself must be empty at the beginning
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            configuration.save(config, request, settle=False)
        except OSError as error:
            problem = CANNOT_BE_WRITTEN(reason=error.strerror)
            raise CxrviewError(problem, MAKE_ROOM_OR_MOVE, request) from error
        run = self._told(folder, kind) if resume else Run(folder, kind, self)
        run.progress.failed = run.progress.stopped = None
        run.config = config
        self._pass_on(run)
        options = ["--config", str(request), "--out", str(folder)]
        options += ["--resume"] if resume else []
        options += ["--alone"] if kind != "check" else []
        run.start([*command, *options])
        return run

    def _pass_on(self, run: Run) -> None:
        run.changed.connect(lambda: self.changed.emit(run))
        run.ended.connect(lambda _outcome: self.ended.emit(run))

    def alive(self) -> list[Path]:
        """Return the folders in which a process trains that is none of this window's, newest first."""
        if not self.root.is_dir():
            return []
        here = self.current.folder.path if self.current is not None and self.current.is_running else None
        folders = [RunFolder(path) for path in sorted(self.root.iterdir(), reverse=True) if path != here]
        return [folder.path for folder in folders if folder.alone.exists() and is_held(folder.lock)]

    def attach(self, folder: Path) -> Run:
        """Follow the run in `folder`, which another process works at. Raises CxrviewError."""
        run = self._told(folder, "tune" if "-search" in folder.name else "train")
        run.config = run.folder.stored_config()
        self._pass_on(run)
        run.follow()
        self.current = run
        self.started.emit(run)
        return run

    def opened(self, folder: Path, kind: str = "train") -> Run:
        """Return the run in `folder` as it stands on the disk, with no process. Raises CxrviewError."""
        run = self._told(folder, kind)
        run.config = run.folder.stored_config()
        return run

    def _told(self, folder: Path, kind: str) -> Run:
        """Return the run in `folder` with what it has said so far."""
        run = Run(folder, kind, self)
        for event in self.said_before(folder):
            run.progress.take(event)
        return run

    @staticmethod
    def said_before(folder: Path) -> list[Event]:
        """Return the events of a run that stand on the disk, without what passed in between its epochs."""
        try:
            lines = RunFolder(folder).events.read_text("utf-8").splitlines()
        except OSError:
            return []
        found = (events.parse(line) for line in lines if not line.startswith(_PASSING))
        return [line.event for line in found if line is not None]

    def interrupted(self) -> list[Path]:
        """Return the folders of runs that began to train, did not finish and are not alive, newest first."""
        if not self.root.is_dir():
            return []
        found = []
        for path in sorted(self.root.iterdir(), reverse=True):
            folder = RunFolder(path)
            if not path.is_dir() or folder.finished.exists() or not folder.checkpoints.is_dir():
                continue
            running = (
                self.current is not None and self.current.folder.path == path and self.current.is_running
            )
            if not running and not is_held(path / "run.lock"):
                found.append(path)
        return found

    def forget(self, folder: Path) -> None:
        """Delete a run that nobody wants to go on with."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.toml").unlink(missing_ok=True)

    def close(self) -> None:
        """Stop what runs, politely, and return when it has ended: it can be gone on with.

        What is detached goes on.
        """
        for run in (self.checking, None if self.is_detached else self.current):
            if run is not None and run.process is not None and run.is_running:
                run.process.wait()
