"""Work on many files in threads, a little ahead of who asks: one strange file does not stop the others."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

from cxrview.errors import CxrviewError, UnreadableImage
from cxrview.imaging import messages
from cxrview.isolation.decoders import decoders
from cxrview.isolation.pool import MOST, cores

T = TypeVar("T")


def read_ahead(
    work: Callable[[Path], T], paths: Sequence[Path], workers: int = 0
) -> Generator[T | CxrviewError, None, None]:
    """Yield `work` of each path, in order, or why there is none.

    At most two files for each of the `workers` threads are in the making, and as many processes decode, by
    default (0) as many as there are cores; what has not begun is dropped when it is closed.
    """
    workers = workers or min(cores(), MOST)
    decoders().allow(workers)
    remaining = iter(paths)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="read_ahead")
    try:
        running: deque[Future[T | CxrviewError]] = deque(
            pool.submit(_done, work, path) for path in islice(remaining, 2 * workers)
        )
        while running:
            result = running.popleft().result()
            running.extend(pool.submit(_done, work, path) for path in islice(remaining, 1))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _done(work: Callable[[Path], T], path: Path) -> T | CxrviewError:
    try:
        return work(path)
    except CxrviewError as error:
        return error
    except MemoryError:
        return UnreadableImage(messages.NO_MEMORY, path=path)
    except Exception as error:  # noqa: BLE001 - one strange file must not stop the other thousands
        problem = messages.OUR_FAULT(error=f"{type(error).__name__}: {error}")
        return UnreadableImage(problem, messages.PLEASE_REPORT, path)
