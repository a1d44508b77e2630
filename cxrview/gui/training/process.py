"""A training process: started like the command line's, listened to, asked to stop before it is made to."""

import os
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from cxrview.gui.training import messages
from cxrview.message import NOTHING, Message, verbatim
from cxrview.training.events import Event, Failed, Finished, Stopped, parse

PATIENCE = 20_000  # ms for a polite stop: a batch may take that long on a laptop
GRACE = 3_000  # ms between asking the system to end the process and ending it
NICE = 5  # how much the training gives way to everything else: the window stays quick
UNUSABLE = 2  # the code with which cxrview ends where nothing could be done
OURS = "cxrview: "  # begins what the process says in words; all else on that stream is its libraries'
KEPT_LINES = 400  # of what was said and is no event
TURN = 0.008  # seconds of listening, after which the window gets its turn


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended. `kind` is "finished", "failed", "stopped" or "crashed"."""

    kind: str
    problem: Message = NOTHING
    advice: Message = NOTHING
    resumable: bool = False
    file: str = ""  # that the problem is about


def program() -> tuple[str, list[str]]:
    """Return the program that is cxrview, and what comes before its arguments."""
    if getattr(sys, "frozen", False):
        return sys.executable, []
    return sys.executable, ["-m", "cxrview"]


def new_process(parent: QObject) -> QProcess:
    """Return a process to be started; starting it takes the window no longer when it holds much memory."""
    process = QProcess(parent)
    if os.name == "posix":
        process.setUnixProcessParameters(QProcess.UnixProcessFlag.UseVFork)
    return process


class TrainingProcess(QObject):
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
        self._process = new_process(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.started.connect(self._give_way)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._not_started)
        self._rest = b""
        self._waiting: deque[bytes] = deque()
        self._end: tuple[int, QProcess.ExitStatus] | None = None
        self._turn = QTimer(self, interval=0, timeout=self._take_some)
        self._last: Event | None = None
        self._stopping = False
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._impatient = QTimer(self, singleShot=True, interval=PATIENCE, timeout=self._terminate)
        self._last_resort = QTimer(self, singleShot=True, interval=GRACE, timeout=self._process.kill)

    def start(self, arguments: Sequence[str]) -> None:
        """Start `cxrview ARGUMENTS --events jsonl`."""
        name, before = program()
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        environment.remove("QT_QPA_PLATFORM")
        self._process.setProcessEnvironment(environment)
        self._process.start(name, [*before, *arguments, "--events", "jsonl"])

    def _give_way(self) -> None:
        """Let the window go first; on an idle computer that costs the training nothing."""
        if os.name == "posix":
            with suppress(OSError):  # it may have ended already
                os.setpriority(os.PRIO_PROCESS, self.number, NICE)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended, or not all that it said has been heard."""
        return self._process.state() is not QProcess.ProcessState.NotRunning or self._end is not None

    @property
    def number(self) -> int:
        """The system's number of the process."""
        return int(self._process.processId())

    def stop(self) -> None:
        """Ask for the end after the present batch; what is finished is kept. In the end it is enforced."""
        if self.is_running and not self._stopping:
            self._stopping = True
            self._process.write(b"stop\n")
            self._impatient.start()

    def finish(self) -> None:
        """Ask for no more epochs and a model of the best one, as soon as there is one."""
        if self.is_running and not self._stopping:
            self._process.write(b"finish\n")

    def wait(self, milliseconds: int = PATIENCE + GRACE) -> None:
        """Stop, and return when the process has ended; for when the program itself ends."""
        self.stop()
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.waitForFinished(milliseconds)
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(GRACE)
        while self._turn.isActive():
            self._take_some()

    def _terminate(self) -> None:
        self._process.terminate()
        self._last_resort.start()

    def _read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        self._waiting.extend(lines)
        self._turn.start()

    def _take_some(self) -> None:
        """Take lines in order until the time is up, lest a talkative process stops the window."""
        end = time.monotonic() + TURN
        while self._waiting and time.monotonic() < end:
            self._take(self._waiting.popleft().decode("utf-8", "replace").rstrip("\r"))
        if self._waiting:
            return
        self._turn.stop()
        if self._end is not None:
            ending, self._end = self._end, None
            self.ended.emit(self._outcome(*ending))

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in text.splitlines():
            self._log(line)

    def _take(self, text: str) -> None:
        line = parse(text)
        if line is None:
            self._log(text)
            return
        if isinstance(line.event, Finished | Failed | Stopped):
            self._last = line.event
        self.said.emit(line.event)

    def _log(self, text: str) -> None:
        if text.strip():
            self.lines.append(text)
            if not text.startswith(OURS):  # the events say it, in the user's language
                self.logged.emit(text)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            problem = messages.NOT_STARTED(reason=self._process.errorString())
            self.ended.emit(Outcome("crashed", problem))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._impatient.stop()
        self._last_resort.stop()
        self._read_errors()
        self._end = code, status
        self._read()
        if self._rest:  # a line that was cut off
            self._waiting.append(self._rest)
            self._rest = b""

    def _outcome(self, code: int, status: QProcess.ExitStatus) -> Outcome:
        last = self._last
        if isinstance(last, Failed):
            return Outcome("failed", last.problem, last.advice, last.resumable, last.file)
        if isinstance(last, Stopped):
            return Outcome("stopped", resumable=last.epochs_done > 0)
        if isinstance(last, Finished) or (code == 0 and status is QProcess.ExitStatus.NormalExit):
            return Outcome("finished")
        if self._stopping:
            return Outcome("stopped", resumable=True)
        words = next((line for line in reversed(self.lines) if line.startswith(OURS)), "")
        if code == UNUSABLE and words:  # it did not get so far as to tell events
            return Outcome("failed", verbatim(words.removeprefix(OURS)))
        problem = messages.ENDED_WITHOUT_WORD(status=code)
        if os.name == "posix" and status is QProcess.ExitStatus.CrashExit:
            problem = messages.ENDED_BY_SYSTEM
        return Outcome("crashed", problem, messages.GO_ON_WITH_IT, True)
