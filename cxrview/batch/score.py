"""Read many files with a model: decoding in threads, prediction in batches, one row per frame, in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cxrview.batch import rows
from cxrview.batch.rows import Row
from cxrview.errors import CxrviewError
from cxrview.imaging import Identity, read, render
from cxrview.imaging.read_ahead import read_ahead
from cxrview.inference.call import AUTOMATIC, call_of
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import ModelInput, Predictor
from cxrview.progress import Report, silent

NO_TROUBLES: Mapping[Path, CxrviewError] = MappingProxyType({})
Illustrate = Callable[[Row, NDArray[np.uint8], float, Prediction], None]
"""Called with a frame's row, its default picture (H, W), its pixel aspect and its prediction."""


Keep = Callable[[Row, Prediction | None, Identity | CxrviewError], None]
"""Called with every row, what the model said, and whose film it is; for a file that failed, None and why."""


@dataclass(frozen=True, slots=True, eq=False)
class _Failure:
    row: Row
    error: CxrviewError


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    info: Row
    identity: Identity
    model_input: ModelInput
    picture: NDArray[np.uint8] | None
    pixel_aspect: float


def score(
    paths: Sequence[Path],
    predictor: Predictor,
    report: Report = silent,
    *,
    point: str = AUTOMATIC,
    key: bytes = b"",
    batch_size: int = 16,
    workers: int = 2,
    illustrate: Illustrate | None = None,
    keep: Keep | None = None,
    called: Callable[[Path], str] = str,
    troubles: Mapping[Path, CxrviewError] = NO_TROUBLES,
) -> Iterator[Row]:
    """Yield one row per frame of `paths`, in order; a file that cannot be read gives one error row.

    Files are decoded by `workers` threads, a little ahead of the model, so memory does not grow with
    their number. `point` is the operating point that decides, see `inference.call`. `key` is for the
    patient pseudonyms, which stay empty without one. In the rows a file is `called` so; those in `troubles`
    are known to be of no use. Each row is handed to `keep` before it is yielded. `report` may raise
    Cancelled. Raises EngineUnavailable if the engine fails: what was yielded before stands.
    """

    def prepare(path: Path) -> list[_Frame]:
        if path in troubles:
            raise troubles[path]
        return _prepare(path, called(path), predictor, key, illustrate is not None)

    with closing(read_ahead(prepare, paths, workers)) as results:
        waiting: list[_Frame | _Failure] = []
        for done, result in enumerate(results):
            report(done / len(paths), paths[done].name)
            if isinstance(result, list):
                waiting += result
            else:
                waiting.append(_Failure(rows.failure(called(paths[done]), result), result))
            while sum(isinstance(item, _Frame) for item in waiting) >= batch_size:
                yield from _predict(waiting[:batch_size], predictor, point, illustrate, keep)
                del waiting[:batch_size]
        for start in range(0, len(waiting), batch_size):
            yield from _predict(waiting[start : start + batch_size], predictor, point, illustrate, keep)
        report(1.0, "done")


def _prepare(path: Path, name: str, predictor: Predictor, key: bytes, with_picture: bool) -> list[_Frame]:
    """Return what is needed of each frame of the file, which rows call `name`."""
    return [
        _Frame(
            rows.frame_info(radiograph, key) | {"path": name},
            radiograph.identity,
            predictor.prepare(radiograph),
            render(radiograph, radiograph.default_voi) if with_picture else None,
            radiograph.pixel_aspect,
        )
        for radiograph in read(path)
    ]


def _predict(
    items: Sequence[_Frame | _Failure],
    predictor: Predictor,
    point: str,
    illustrate: Illustrate | None,
    keep: Keep | None,
) -> Iterator[Row]:
    frames = [item for item in items if isinstance(item, _Frame)]
    predictions = iter(predictor.predict_inputs([frame.model_input for frame in frames]))
    for item in items:
        if isinstance(item, _Failure):
            if keep is not None:
                keep(item.row, None, item.error)
            yield item.row
            continue
        prediction = next(predictions)
        row = rows.success(item.info, prediction, call_of(prediction, predictor.card, point))
        if illustrate is not None and item.picture is not None:
            illustrate(row, item.picture, item.pixel_aspect, prediction)
        if keep is not None:
            keep(row, prediction, item.identity)
        yield row
