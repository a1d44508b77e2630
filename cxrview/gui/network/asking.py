"""What the network explorer asks of the process that has Keras: one thing at a time, the newest."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cxrview.gui.training.helper_process import HelperProcess
from cxrview.i18n import say
from cxrview.training import catalogue

LINGERS = 300_000  # ms that the process stays warm after nobody looks any more


class NetworkProcess(QObject):
    """Begins when something is asked, and ends a while after it was let go.

    Signals:
        answered: carries the work, and the answer, a dict.
        failed: carries the work, and a sentence on why there is no answer.
        ended: the process has ended by itself; carries a sentence on why.
    """

    answered = Signal(str, object)
    failed = Signal(str, str)
    ended = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.helper = HelperProcess(self)
        self.helper.said.connect(self._take)
        self.helper.ended.connect(self._helper_ended)
        self._linger = QTimer(self, singleShot=True, interval=LINGERS, timeout=self.close)
        self._ready = False
        self._number = 0
        self._asked: tuple[int, str] | None = None  # number and work of what is being answered
        self._watching = 0  # the number of the folder that is watched
        self._waiting: dict[str, dict[str, Any]] = {}  # by work, in the order in which they came

    @property
    def is_warm(self) -> bool:
        """Whether it answers at once."""
        return self._ready

    def ask(self, work: str, **needs: Any) -> None:
        """Ask for `work`; what of the same kind still waits is not wanted any more."""
        self._linger.stop()
        self._waiting.pop(work, None)
        self._waiting[work] = needs
        if not self.helper.is_running:
            self._ready = False
            self.helper.start("network")
        self._send()

    def open(self, folder: str) -> None:
        """Ask for the network in `folder`; what was asked about another one is not wanted any more."""
        self._waiting.clear()
        self.stop_watching()
        self.ask("open", folder=folder)
        self.ask("filters")

    def watch(self, films: str) -> None:
        """Let the films of a folder be watched; how far that is comes as answers to “watch”."""
        self._watching = self._next_number()
        self.helper.send({"number": self._watching, "work": "watch", "films": films})

    def stop_watching(self) -> None:
        """Stop that."""
        if self._watching and self.helper.is_running:
            self.helper.send({"number": self._next_number(), "work": "stop"})
        self._watching = 0

    def let_go(self) -> None:
        """Nobody looks any more: forget what was asked, and end in a while."""
        self._waiting.clear()
        self.stop_watching()
        self._linger.start()

    def close(self) -> None:
        """End the process."""
        self._linger.stop()
        self._waiting.clear()
        self._ready, self._asked, self._watching = False, None, 0
        self.helper.stop()

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _send(self) -> None:
        if not self._ready or self._asked is not None or not self._waiting:
            return
        work = next(iter(self._waiting))
        self._asked = self._next_number(), work
        self.helper.send({**self._waiting.pop(work), "number": self._asked[0], "work": work})

    def _take(self, message: Mapping[str, Any]) -> None:
        number, work = message.get("number"), message.get("work", "")
        if "ready" in message:
            self._ready = True
        elif work == "watch":
            if number == self._watching:
                self._hand_on("watch", message)
        elif self._asked == (number, work):
            self._asked = None
            if work not in self._waiting:  # else something newer is wanted
                self._hand_on(work, message)
        self._send()

    def _hand_on(self, work: str, message: Mapping[str, Any]) -> None:
        if "problem" in message:
            self.failed.emit(work, say(catalogue.read(message["problem"])))
        else:
            self.answered.emit(work, message)

    def _helper_ended(self, problem: str) -> None:
        self._ready, self._asked, self._watching = False, None, 0
        self._waiting.clear()
        if problem:
            self.ended.emit(problem)
