"""A process of cxrview: started as the command line does, heard line by line, stopped politely or not."""

import os
import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer

from cxrview.paths import program

PATIENCE = 20_000  # ms for a polite stop: a batch may take that long on a laptop
GRACE = 3_000  # ms between asking the system to end the process and ending it
TURN = 0.008  # seconds of listening, after which the window gets its turn
OURS = "cxrview: "  # begins what the process says in words; all else on that stream is its libraries'


class ChildProcess(QObject):
    """Runs cxrview once at a time; subclasses say what its lines and its end mean."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = QProcess(self)
        if os.name == "posix":  # starting takes the window no longer when it holds much memory
            # In a session of its own a training lives on when the terminal of the window is closed.
            flag = QProcess.UnixProcessFlag
            self._process.setUnixProcessParameters(flag.UseVFork | flag.CreateNewSession)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._rest = b""
        self._waiting: deque[bytes] = deque()
        self._end: tuple[int, QProcess.ExitStatus] | None = None
        self._stopping = False
        self._turn = QTimer(self, interval=0, timeout=self._take_some)
        self._impatient = QTimer(self, singleShot=True, interval=PATIENCE, timeout=self._terminate)
        self._last_resort = QTimer(self, singleShot=True, interval=GRACE, timeout=self._process.kill)

    def _run(self, arguments: Sequence[str]) -> None:
        """Start `cxrview ARGUMENTS`."""
        name, before = program()
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        environment.remove("QT_QPA_PLATFORM")
        self._stopping = False
        self._process.setProcessEnvironment(environment)
        self._process.start(name, [*before, *arguments])

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended, or not all that it said has been heard."""
        return self._is_alive or self._end is not None

    @property
    def number(self) -> int:
        """The system's number of the process."""
        return int(self._process.processId())

    @property
    def _is_alive(self) -> bool:
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def write(self, line: bytes) -> None:
        """Say a line to the process."""
        self._process.write(line + b"\n")

    def stop(self) -> None:
        """Ask for the end; whoever does not hear is told by the system, and in the end it is enforced."""
        if self.is_running and not self._stopping:
            self._stopping = True
            self.write(b"stop")
            self._impatient.start()

    def wait(self, milliseconds: int = PATIENCE + GRACE) -> None:
        """Stop, and return when the process has ended; for when the program itself ends."""
        self.stop()
        if self._is_alive:
            self._process.waitForFinished(milliseconds)
        self.kill()

    def kill(self) -> None:
        """End the process at once, and return when it has ended and all that it said was heard."""
        self._stopping = self._stopping or self.is_running
        if self._is_alive:
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
            self._ended(*ending)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in text.splitlines():
            self._take_error(line)

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._impatient.stop()
        self._last_resort.stop()
        self._read_errors()
        self._end = code, status
        self._read()
        if self._rest:  # a line that was cut off
            self._waiting.append(self._rest)
            self._rest = b""

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._not_started(self._process.errorString())

    def _take(self, text: str) -> None:
        """Hear a line of the output."""
        raise NotImplementedError

    def _take_error(self, text: str) -> None:
        """Hear a line of the errors."""
        raise NotImplementedError

    def _not_started(self, reason: str) -> None:
        """Hear that there is no process; nothing comes after it."""
        raise NotImplementedError

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        """Hear of the end, after all lines."""
        raise NotImplementedError
