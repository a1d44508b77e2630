"""A few workers of a process: started when they are first needed, replaced when they die.

Never more than `size` work at a time; whoever comes later waits, without holding the interpreter. What
brought two workers down is not given to a third.
"""

import atexit
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cxrview.isolation import deaths
from cxrview.isolation.channel import Received
from cxrview.isolation.process import NOT_READY, TICK, Worker, WorkerDied

SIZE = min(4, max(2, os.cpu_count() or 1))
MOST = 16  # workers, whatever is asked for: each takes some 100 MB
ENOUGH = 2  # workers that one thing may bring down
AGAIN = 1.5  # seconds: what died sooner is tried once more, because it may be the worker's own fault
REMEMBERED = 1000  # things that brought workers down
CALM = 0.25  # seconds since the last question that somebody waits for, before one that has time is asked
LATEST = 5.0  # seconds after which it is asked in any case


def cores() -> int:
    """Return how many processors this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class NotTriedAgain(Exception):
    """The thing has brought down workers before; `of` says of what the last one died."""

    def __init__(self, of: str) -> None:
        super().__init__(of)
        self.of = of


class NoWorker(Exception):
    """No worker can be started; the text says why."""


class Pool:
    """Workers that run `cxrview ARGUMENTS`. It may be used in several threads.

    Attributes:
        died: of what workers died that were asked something, in order.
    """

    def __init__(self, arguments: Sequence[str], size: int = SIZE) -> None:
        self._arguments = tuple(arguments)
        self._size = size
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._guilty: OrderedDict[Hashable, list[str]] = OrderedDict()
        self._closed = False
        self._urgent = 0  # questions under way that somebody waits for
        self._calm_since = 0.0
        self.died: list[str] = []

    def allow(self, size: int) -> None:
        """Let `size` workers work at a time, if that is more than now."""
        with self._changed:
            self._size = max(self._size, min(size, MOST))
            self._changed.notify_all()

    def warm(self, count: int = 1) -> None:
        """Start workers until there are `count`, and do not wait until they are ready."""
        with self._changed, suppress(OSError):
            while len(self._idle) + len(self._busy) < min(count, self._size) and not self._closed:
                self._idle.append(Worker(self._arguments))

    def ask(
        self,
        thing: Hashable,
        question: Mapping[str, Any],
        limit: float,
        waited: Callable[[], None],
        *,
        has_time: bool = False,
    ) -> Received:
        """Return a worker's answer to a `question` about `thing`, for which it has `limit` seconds.

        `waited` is called every TICK seconds and may raise: the worker has a moment to finish, or is ended.
        A question that `has_time` waits until others have been answered: two at once slow each other down.
        Raises WorkerDied, NotTriedAgain, NoWorker.
        """
        if has_time:
            self._wait_for_calm(waited)
            return self._ask(thing, question, limit, waited)
        with self._changed:
            self._urgent += 1
        try:
            return self._ask(thing, question, limit, waited)
        finally:
            with self._changed:
                self._urgent -= 1
                self._calm_since = time.monotonic()

    def _wait_for_calm(self, waited: Callable[[], None]) -> None:
        end = time.monotonic() + LATEST
        while time.monotonic() < end:
            with self._changed:
                if self._closed or (not self._urgent and time.monotonic() > self._calm_since + CALM):
                    return
                self._changed.wait(TICK)
            waited()

    def _ask(
        self, thing: Hashable, question: Mapping[str, Any], limit: float, waited: Callable[[], None]
    ) -> Received:
        began = time.monotonic()
        while True:
            if len(guilt := self._guilt(thing)) >= ENOUGH:
                raise NotTriedAgain(guilt[-1])
            worker = self._take(waited)
            try:
                answer = worker.ask(question, limit, waited)
            except WorkerDied as death:
                self._bury(worker)
                if death.of == NOT_READY or not worker.was_ready:
                    raise NoWorker(death.of) from None
                self._blame(thing, death.of)
                if time.monotonic() - began > AGAIN or len(self._guilt(thing)) >= ENOUGH:
                    raise
            except BaseException:
                if worker.let_finish():
                    self._give_back(worker)
                else:
                    self._bury(worker)
                raise
            else:
                self._give_back(worker)
                return answer

    def numbers(self) -> list[int]:
        """Return the system's numbers of the workers."""
        with self._changed:
            return [worker.number for worker in (*self._idle, *self._busy)]

    def close(self) -> None:
        """End all workers; nothing can be asked any more."""
        with self._changed:
            self._closed = True
            workers = (*self._idle, *self._busy)
            self._idle.clear()
        for worker in workers:
            worker.kill()

    def forget(self) -> None:
        """Let go of the workers without ending them: this process was forked from the one that has them."""
        for worker in (*self._idle, *self._busy):
            worker.forget()

    def _take(self, waited: Callable[[], None]) -> Worker:
        """Return a worker that nobody else uses, a new one if need be."""
        while True:
            with self._changed:
                if self._closed:
                    raise NoWorker("the program is ending")
                while self._idle:
                    worker = self._idle.pop()
                    if worker.is_alive:
                        self._busy.add(worker)
                        return worker
                    worker.kill()
                if len(self._busy) < self._size:
                    return self._new()
                self._changed.wait(TICK)
            waited()

    def _new(self) -> Worker:
        try:
            worker = Worker(self._arguments)
        except OSError as error:
            raise NoWorker(error.strerror or str(error)) from error
        self._busy.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            self._busy.discard(worker)
            if not self._closed:
                self._idle.append(worker)
            self._changed.notify()

    def _bury(self, worker: Worker) -> None:
        """End `worker`, and start another in its place."""
        worker.kill()
        with self._changed:
            self._busy.discard(worker)
            count = len(self._idle) + len(self._busy)
            self._changed.notify()
        if worker.was_ready:  # else the next would not come to life either
            self.warm(count + 1)

    def _guilt(self, thing: Hashable) -> list[str]:
        with self._changed:
            return list(self._guilty.get(thing, ()))

    def _blame(self, thing: Hashable, of: str) -> None:
        deaths.record(of)
        with self._changed:
            self.died.append(of)
            self._guilty.setdefault(thing, []).append(of)
            self._guilty.move_to_end(thing)
            while len(self._guilty) > REMEMBERED:
                self._guilty.popitem(last=False)


class Pools:
    """The pools of this process, one for each kind of work."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str, ...], Pool] = {}
        self._lock = threading.Lock()

    def of(self, *arguments: str) -> Pool:
        """Return the pool of workers that run `cxrview ARGUMENTS`."""
        with self._lock:
            if arguments not in self._pools:
                self._pools[arguments] = Pool(arguments)
            return self._pools[arguments]

    def close(self) -> None:
        """End all workers of this process."""
        for pool in self._pools.values():
            pool.close()

    def forget(self) -> None:
        """Begin anew in a process that was forked: the workers are its parent's."""
        for pool in self._pools.values():
            pool.forget()
        self.__init__()  # type: ignore[misc]


POOLS = Pools()
atexit.register(POOLS.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOLS.forget)
