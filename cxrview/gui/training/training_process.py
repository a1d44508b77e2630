"""A training process: started like the command line's, listened to, asked to stop before it is made to."""

import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, Signal

from cxrview.gui.training import messages
from cxrview.gui.training.child_process import OURS, ChildProcess
from cxrview.message import NOTHING, Message, verbatim
from cxrview.training.run.events import Event, Failed, Finished, Stopped, parse

NICE = 5  # how much the training gives way to everything else: the window stays quick
UNUSABLE = 2  # the code with which cxrview ends where nothing could be done
KEPT_LINES = 400  # of what was said and is no event


@dataclass(frozen=True, slots=True)
class ProcessOutcome:
    """How a process ended. `kind` is "finished", "failed", "stopped" or "crashed"."""

    kind: str
    problem: Message = NOTHING
    advice: Message = NOTHING
    resumable: bool = False
    file: str = ""  # that the problem is about


class TrainingProcess(ChildProcess):
    """Runs one command with `--events jsonl`.

    Signals:
        said: carries the event.
        logged: a line that is no event, from either stream, of a library.
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
            if not text.startswith(OURS):  # the events say it, in the user's language
                self.logged.emit(text)

    def _not_started(self, reason: str) -> None:
        self.ended.emit(ProcessOutcome("crashed", messages.NOT_STARTED(reason=reason)))

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self.ended.emit(self._outcome(code, status))

    def _outcome(self, code: int, status: QProcess.ExitStatus) -> ProcessOutcome:
        if (told := outcome_of(self._last)) is not None:
            return told
        if code == 0 and status is QProcess.ExitStatus.NormalExit:
            return ProcessOutcome("finished")
        if self._stopping:
            return ProcessOutcome("stopped", resumable=True)
        words = next((line for line in reversed(self.lines) if line.startswith(OURS)), "")
        if code == UNUSABLE and words:  # it did not get so far as to tell events
            return ProcessOutcome("failed", verbatim(words.removeprefix(OURS)))
        problem = messages.ENDED_WITHOUT_WORD(status=code)
        if os.name == "posix" and status is QProcess.ExitStatus.CrashExit:
            problem = messages.ENDED_BY_SYSTEM
        return ProcessOutcome("crashed", problem, messages.GO_ON_WITH_IT, True)


def outcome_of(last: Event | None) -> ProcessOutcome | None:
    """Return how a process ended that said `last`; None if that does not tell."""
    if isinstance(last, Failed):
        return ProcessOutcome("failed", last.problem, last.advice, last.resumable, last.file)
    if isinstance(last, Stopped):
        return ProcessOutcome("stopped", resumable=last.epochs_done > 0)
    return ProcessOutcome("finished") if isinstance(last, Finished) else None
