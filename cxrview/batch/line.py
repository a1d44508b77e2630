"""Batches of frames on their way through the models: lungs are found on one while another is read.

Each part of a reading has a thread of its own, in which its engine works; whoever asks decodes meanwhile.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Self, TypeVar

Batch = TypeVar("Batch")
Ready = TypeVar("Ready")
Said = TypeVar("Said")
AT_ONCE = 2  # batches on their way: one in each part


class Line(Generic[Batch, Ready, Said]):
    """Does `first` and then `second` with each batch, in order. Use it as a context: it waits at its end.

    What either raises comes out of `done`.
    """

    def __init__(self, first: Callable[[Batch], Ready], second: Callable[[Ready], Said]) -> None:
        self._first, self._second = first, second
        self._threads = [ThreadPoolExecutor(1, f"batch_{name}") for name in ("first", "second")]
        self._waiting: deque[tuple[Batch, Future[Said]]] = deque()

    def put(self, batch: Batch) -> None:
        """Send `batch` on its way."""
        one, two = self._threads
        ready = one.submit(self._first, batch)
        self._waiting.append((batch, two.submit(lambda: self._second(ready.result()))))

    def done(self, most: int = AT_ONCE) -> Iterator[tuple[Batch, Said]]:
        """Yield what has come to its end, in order; wait as long as more than `most` are on their way."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0][1].done()):
            batch, said = self._waiting.popleft()
            yield batch, said.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for threads in self._threads:  # the first before the second, which waits for it
            threads.shutdown(cancel_futures=True)
