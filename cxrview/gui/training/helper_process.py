"""A process that computes for a page what needs Keras: lines of JSON there and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal

from cxrview.gui.training.child_process import OURS, ChildProcess
from cxrview.i18n import say, tr
from cxrview.training import catalogue


class HelperProcess(ChildProcess):
    """Runs `cxrview helper WORK`.

    Signals:
        said: carries a message, a dict.
        ended: carries a sentence on why, or "" if it has done its work or was stopped.
    """

    said = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problem = ""
        if parent is not None:
            parent.destroyed.connect(self._abandoned)

    def start(self, work: str, arguments: Sequence[str] = ()) -> None:
        """Start the process."""
        self._problem = ""
        self._run(["helper", work, *arguments])

    def send(self, message: Mapping[str, Any]) -> None:
        """Ask for something."""
        self.write(json.dumps(message).encode())

    def stop(self) -> None:
        """End the process and return when it has ended; nothing of value is lost."""
        self.kill()

    def _abandoned(self) -> None:
        """End the process with the page that it worked for."""
        self._process.kill()
        self._process.waitForFinished()

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return  # a library has spoken
        if not isinstance(message, dict) or self._stopping:
            return
        if "failed" in message:
            self._problem = say(catalogue.read(message["failed"]))
        else:
            self.said.emit(message)

    def _take_error(self, text: str) -> None:
        if text.startswith(OURS) and not self._problem:
            self._problem = text.removeprefix(OURS)

    def _not_started(self, reason: str) -> None:
        problem = tr("The process could not be started: {reason}.")
        self.ended.emit(problem.format(reason=reason))

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        problem = self._problem
        if not problem and (code or status is QProcess.ExitStatus.CrashExit):
            problem = tr("The process ended without a word (code {code}).").format(code=code)
        self.ended.emit("" if self._stopping else problem)
