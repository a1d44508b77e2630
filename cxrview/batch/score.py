"""Read many files with a model: decoding in threads, prediction in batches, one row per frame, in order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.batch import rows
from cxrview.batch.rows import Row
from cxrview.errors import CxrviewError, UnreadableImage
from cxrview.imaging import read, render
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import ModelInput, Predictor
from cxrview.progress import Report, silent

Illustrate = Callable[[Row, NDArray[np.uint8], Prediction], None]
"""Called with a frame's row, its default picture (H, W) and its prediction."""


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    info: Row
    model_input: ModelInput
    picture: NDArray[np.uint8] | None


def score(
    paths: Sequence[Path],
    predictor: Predictor,
    report: Report = silent,
    *,
    key: bytes = b"",
    batch_size: int = 16,
    workers: int = 2,
    illustrate: Illustrate | None = None,
) -> Iterator[Row]:
    """Yield one row per frame of `paths`, in order; a file that cannot be read gives one error row.

    Files are decoded by `workers` threads, a little ahead of the model, so memory does not grow with
    their number. `key` is for the patient pseudonyms, which stay empty without one. `report` may raise
    Cancelled. Raises EngineUnavailable if the engine fails: what was yielded before stands.
    """

    def prepare(path: Path) -> list[_Frame] | Row:
        return _prepare(path, predictor, key, illustrate is not None)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="score")
    try:
        waiting: list[_Frame | Row] = []
        for done, result in enumerate(_ahead(pool, prepare, paths, 2 * workers)):
            report(done / len(paths), paths[done].name)
            waiting += result if isinstance(result, list) else [result]
            while sum(isinstance(item, _Frame) for item in waiting) >= batch_size:
                yield from _predict(waiting[:batch_size], predictor, illustrate)
                del waiting[:batch_size]
        for start in range(0, len(waiting), batch_size):
            yield from _predict(waiting[start : start + batch_size], predictor, illustrate)
        report(1.0, "done")
    finally:
        pool.shutdown(cancel_futures=True)


def _ahead(
    pool: ThreadPoolExecutor,
    prepare: Callable[[Path], list[_Frame] | Row],
    paths: Sequence[Path],
    most: int,
) -> Iterator[list[_Frame] | Row]:
    """Yield `prepare` of each path, in order, with at most `most` of them in the making."""
    remaining = iter(paths)
    running: deque[Future[list[_Frame] | Row]] = deque(
        pool.submit(prepare, path) for path in islice(remaining, most)
    )
    while running:
        result = running.popleft().result()
        running.extend(pool.submit(prepare, path) for path in islice(remaining, 1))
        yield result


def _prepare(path: Path, predictor: Predictor, key: bytes, with_picture: bool) -> list[_Frame] | Row:
    """Return what is needed of each frame of the file, or its error row."""
    try:
        return [
            _Frame(
                rows.frame_info(radiograph, key),
                predictor.prepare(radiograph),
                render(radiograph, radiograph.default_voi) if with_picture else None,
            )
            for radiograph in read(path)
        ]
    except CxrviewError as error:
        return rows.failure(path, error)
    except MemoryError:
        return rows.failure(path, UnreadableImage("does not fit into memory.", path=path))
    except Exception as error:  # noqa: BLE001 - one strange file must not stop the other thousands
        problem = f"met a fault in cxrview ({type(error).__name__}: {error})."
        return rows.failure(path, UnreadableImage(problem, "Please report it.", path))


def _predict(
    items: Sequence[_Frame | Row], predictor: Predictor, illustrate: Illustrate | None
) -> Iterator[Row]:
    frames = [item for item in items if isinstance(item, _Frame)]
    predictions = iter(predictor.predict_inputs([frame.model_input for frame in frames]))
    for item in items:
        if not isinstance(item, _Frame):
            yield item
            continue
        prediction = next(predictions)
        row = rows.success(item.info, prediction)
        if illustrate is not None and item.picture is not None:
            illustrate(row, item.picture, prediction)
        yield row
