"""One worker: a child process that answers questions, is given up when it takes too long, and may die."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cxrview import paths
from cxrview.isolation.channel import Channel, Received
from cxrview.isolation.memory import memory_of

TICK = 0.05  # seconds between two looks at the clock and at whoever waits
START = 120.0  # seconds that a worker may take until it is ready: a cold disk, a busy machine
MOST_MEMORY = 2 * 10**9  # bytes; where the system keeps a tighter bound itself, this one is never met
LOOK_AT_MEMORY = 0.25  # seconds
STILL_WELCOME = 0.3  # seconds in which a worker that nobody waits for any more may come to its end
MEMORY = {
    "MALLOC_ARENA_MAX": "2",  # else each thread of a library takes 64 MB of addresses
    # What one film took is kept for the next: asking the system for it anew costs milliseconds a film.
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**26),
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

OUT_OF_TIME, OUT_OF_MEMORY, NOT_READY = "out of time", "out of memory", "never ready"
EXIT_OUT_OF_MEMORY = 77  # with which a worker says so itself
WORKED_TOO_LONG = "SIGPROF"  # by which the system ends a worker whose time is up


class WorkerDied(Exception):
    """A worker ended, or had to be ended, before it answered; `of` says of what: "SIGABRT", "out of time"."""

    def __init__(self, of: str) -> None:
        super().__init__(of)
        self.of = of


class Worker:
    """A child process `cxrview ARGUMENTS`, which is started at once and waited for when it is asked.

    It serves one thread at a time.

    Attributes:
        was_ready: it has come so far as to be asked something.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        """Start it. Raises OSError if the system starts no process."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = _started(arguments, theirs)
            except BaseException:
                ours.close()
                raise
        self._channel = Channel(ours)
        self.was_ready = False

    @property
    def number(self) -> int:
        """The system's number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, question: Mapping[str, Any], limit: float, waited: Callable[[], None]) -> Received:
        """Return the answer to `question`, to which it may take `limit` seconds.

        `waited` is called between whiles and may raise what it likes: then `let_finish`. Raises WorkerDied.
        """
        if not self.was_ready:
            if (problem := self._hear(START, NOT_READY, waited).message.get("unusable")) is not None:
                raise WorkerDied(str(problem))
            self.was_ready = True
        try:
            self._channel.send(question)
        except OSError:
            raise WorkerDied(self._end_of_it()) from None
        return self._hear(limit, OUT_OF_TIME, waited)

    def let_finish(self) -> bool:
        """Give a worker that nobody waits for any more a moment to answer; return whether it has."""
        if not self.was_ready:  # it was not asked yet
            return True
        try:
            self._hear(STILL_WELCOME, OUT_OF_TIME, lambda: None)
        except WorkerDied:
            return False
        return True

    def kill(self) -> None:
        """End it at once, and return when it has ended."""
        self._channel.close()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Let go of it without ending it: it belongs to the process that this one was forked from."""
        self._channel.close()
        self._process.returncode = 0  # or it would be asked for, and missed

    def _hear(self, limit: float, too_late: str, waited: Callable[[], None]) -> Received:
        began = last_look = time.monotonic()
        while True:
            try:
                return self._channel.receive(TICK)
            except TimeoutError:
                waited()
                now = time.monotonic()
                if now - began > limit:
                    raise WorkerDied(too_late) from None
                if now - last_look > LOOK_AT_MEMORY:
                    last_look = now
                    if memory_of(self.number) > MOST_MEMORY:
                        raise WorkerDied(OUT_OF_MEMORY) from None
            except (EOFError, OSError, ValueError):
                raise WorkerDied(self._end_of_it()) from None

    def _end_of_it(self) -> str:
        """Return of what the process, which has hung up, died."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        if code == EXIT_OUT_OF_MEMORY:
            return OUT_OF_MEMORY
        if code is not None and code < 0:
            with suppress(ValueError):
                name = signal.Signals(-code).name
                return OUT_OF_TIME if name == WORKED_TOO_LONG else name
        return "hung up" if code is None else f"code {code & 0xFFFFFFFF:#x}" if code > 255 else f"code {code}"


def _started(arguments: Sequence[str], theirs: socket.socket) -> "subprocess.Popen[bytes]":
    name, before = paths.program()
    command = [name, *before, *arguments]
    # Neither what it prints nor Ctrl+C in the terminal is its matter.
    if sys.platform == "win32":  # pragma: no cover
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=flags,
        )
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(theirs.share(process.pid))
        return process
    return subprocess.Popen(
        command,
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        process_group=0,
    )


def _environment() -> dict[str, str]:
    """Return the environment of a worker: the same cxrview as here, whatever lies in the current folder."""
    environment = dict(os.environ)
    environment["PYTHONSAFEPATH"] = "1"
    home = paths.PACKAGE.parent
    if home.name not in ("site-packages", "dist-packages"):  # last, lest it hides what others need
        known = environment.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = f"{known}{os.pathsep}{home}" if known else str(home)
    environment.update(dict.fromkeys(THREADS, "1"))  # there are several workers already
    for name, value in MEMORY.items():
        environment.setdefault(name, value)
    return environment
