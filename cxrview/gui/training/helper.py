"""A process that computes for a page what needs Keras: lines of JSON there and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from cxrview.gui.training.process import GRACE, OURS, new_process, program
from cxrview.training import catalogue
from cxrview.words import say, tr


class HelperProcess(QObject):
    """Runs `cxrview helper WORK`.

    Signals:
        said: carries a message, a dict.
        ended: carries a sentence on why, or "" if it has done its work or was stopped.
    """

    said = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = new_process(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._not_started)
        self._rest = b""
        self._problem = ""
        self._stopping = False

    def start(self, work: str, arguments: Sequence[str] = ()) -> None:
        """Start the process."""
        name, before = program()
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONIOENCODING", "utf-8")
        environment.remove("QT_QPA_PLATFORM")
        self._stopping, self._rest, self._problem = False, b"", ""
        self._process.setProcessEnvironment(environment)
        self._process.start(name, [*before, "helper", work, *arguments])

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def send(self, message: Mapping[str, Any]) -> None:
        """Ask for something."""
        self._process.write(json.dumps(message).encode() + b"\n")

    def stop(self) -> None:
        """End the process and return when it has ended; nothing of value is lost."""
        if self.is_running:
            self._stopping = True
            self._process.kill()
            self._process.waitForFinished(GRACE)

    def _read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a library has spoken
            if not isinstance(message, dict) or self._stopping:
                continue
            if "failed" in message:
                self._problem = say(catalogue.read(message["failed"]))
            else:
                self.said.emit(message)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in text.splitlines():
            if line.startswith(OURS) and not self._problem:
                self._problem = line.removeprefix(OURS)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            problem = tr("The process could not be started: {reason}.")
            self.ended.emit(problem.format(reason=self._process.errorString()))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        problem = self._problem
        if not problem and (code or status is QProcess.ExitStatus.CrashExit):
            problem = tr("The process ended without a word (code {code}).").format(code=code)
        self.ended.emit("" if self._stopping else problem)
