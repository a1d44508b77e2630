"""A training process: started like the command line's, listened to, asked to stop before it is made to."""

import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, Signal

from cxrview.gui.training.child_process import OURS, ChildProcess
from cxrview.training.events import Event, Failed, Finished, Stopped, parse
from cxrview.words import tr

NICE = 5  # how much the training gives way to everything else: the window stays quick
UNUSABLE = 2  # the code with which cxrview ends where nothing could be done
KEPT_LINES = 400  # of what was said and is no event


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended. `kind` is "finished", "failed", "stopped" or "crashed"."""

    kind: str
    problem: str = ""
    advice: str = ""
    resumable: bool = False


class TrainingProcess(ChildProcess):
    """Runs one command with `--events jsonl`.

    Signals:
        said: carries the event.
        logged: a line that is no event, from either stream.
        ended: carries Outcome; nothing comes after it.
    """

    said = Signal(object)
    logged = Signal(str)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process.started.connect(self._give_way)
        self._last: Event | None = None
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)

    def start(self, arguments: Sequence[str]) -> None:
        """Start `cxrview ARGUMENTS --events jsonl`."""
        self._run([*arguments, "--events", "jsonl"])

    def finish(self) -> None:
        """Ask for no more epochs and a model of the best one, as soon as there is one."""
        if self.is_running and not self._stopping:
            self.write(b"finish")

    def _give_way(self) -> None:
        """Let the window go first; on an idle computer that costs the training nothing."""
        if os.name == "posix":
            with suppress(OSError):  # it may have ended already
                os.setpriority(os.PRIO_PROCESS, self.number, NICE)

    def _take(self, text: str) -> None:
        line = parse(text)
        if line is None:
            self._take_error(text)
            return
        if isinstance(line.event, Finished | Failed | Stopped):
            self._last = line.event
        self.said.emit(line.event)

    def _take_error(self, text: str) -> None:
        if text.strip():
            self.lines.append(text)
            self.logged.emit(text)

    def _not_started(self, reason: str) -> None:
        problem = tr("The training process could not be started: {reason}.")
        self.ended.emit(Outcome("crashed", problem.format(reason=reason)))

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self.ended.emit(self._outcome(code, status))

    def _outcome(self, code: int, status: QProcess.ExitStatus) -> Outcome:
        last = self._last
        if isinstance(last, Failed):
            return Outcome("failed", last.problem, last.advice, last.resumable)
        if isinstance(last, Stopped):
            return Outcome("stopped", resumable=last.epochs_done > 0)
        if isinstance(last, Finished) or (code == 0 and status is QProcess.ExitStatus.NormalExit):
            return Outcome("finished")
        if self._stopping:
            return Outcome("stopped", resumable=True)
        words = next((line for line in reversed(self.lines) if line.startswith(OURS)), "")
        if code == UNUSABLE and words:
            problem, stop, advice = words.removeprefix(OURS).partition(". ")
            return Outcome("failed", problem + stop.rstrip(), advice)
        problem = tr("The training process ended without a word (code {code}).").format(code=code)
        if os.name == "posix" and status is QProcess.ExitStatus.CrashExit:
            problem = tr("The training process was ended by the system; it may have run out of memory.")
        return Outcome("crashed", problem, tr("Go on with it: nothing that was finished is lost."), True)
