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
from cxrview.bundle import Card
from cxrview.errors import CxrviewError
from cxrview.imaging import Identity, Radiograph, read, render
from cxrview.imaging.read_ahead import read_ahead
from cxrview.inference.call import AUTOMATIC, call_of
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import ModelInput, Predictor
from cxrview.progress import Report, silent

NO_TROUBLES: Mapping[Path, CxrviewError] = MappingProxyType({})
NO_OTHERS: Mapping[str, Predictor] = MappingProxyType({})
Illustrate = Callable[[Row, NDArray[np.uint8], float, Prediction], None]
"""Called with a frame's row, its default picture (H, W), its pixel aspect and its prediction."""
Look = Callable[[Radiograph, NDArray[np.uint8]], Row]
"""Called with a frame and its default picture (H, W), in any thread; returns columns of its row."""
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
    model_inputs: tuple[ModelInput, ...]  # of each model
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
    others: Mapping[str, Predictor] = NO_OTHERS,
    card: Card | None = None,
    look: Look | None = None,
) -> Iterator[Row]:
    """Yield one row per frame of `paths`, in order; a file that cannot be read gives one error row.

    Files are decoded by `workers` threads, a little ahead of the model, so memory does not grow with
    their number. `point` is the operating point that decides, see `inference.call`. `key` is for the
    patient pseudonyms, which stay empty without one. In the rows a file is `called` so; those in `troubles`
    are known to be of no use. The `others`, by what columns call them, read each frame too; `card`, if there
    is one, stands in for the model's own where a frame is called, and `look` adds columns. Each row is handed
    to `keep` before it is yielded. `report` may raise Cancelled. Raises EngineUnavailable if the engine
    fails: what was yielded before stands.
    """

    def prepare(path: Path) -> list[_Frame]:
        if path in troubles:
            raise troubles[path]
        return _prepare(path, called(path), predictors, key, illustrate is not None, look)

    predictors = (predictor, *others.values())
    reading = _Reading(predictor, others, card or predictor.card, point, illustrate, keep)

    with closing(read_ahead(prepare, paths, workers)) as results:
        waiting: list[_Frame | _Failure] = []
        for done, result in enumerate(results):
            report(done / len(paths), paths[done].name)
            if isinstance(result, list):
                waiting += result
            else:
                waiting.append(_Failure(rows.failure(called(paths[done]), result), result))
            while sum(isinstance(item, _Frame) for item in waiting) >= batch_size:
                yield from reading.rows(waiting[:batch_size])
                del waiting[:batch_size]
        for start in range(0, len(waiting), batch_size):
            yield from reading.rows(waiting[start : start + batch_size])
        report(1.0, "done")


def _prepare(
    path: Path,
    name: str,
    predictors: Sequence[Predictor],
    key: bytes,
    with_picture: bool,
    look: Look | None,
) -> list[_Frame]:
    """Return what is needed of each frame of the file, which rows call `name`."""
    frames = []
    for radiograph in read(path):
        picture = None
        if with_picture or look is not None:
            picture = render(radiograph, radiograph.default_voi)
        info = rows.frame_info(radiograph, key) | {"path": name}
        if look is not None and picture is not None:
            info |= look(radiograph, picture)
        inputs = tuple(predictor.prepare(radiograph) for predictor in predictors)
        shown = picture if with_picture else None
        frames.append(_Frame(info, radiograph.identity, inputs, shown, radiograph.pixel_aspect))
    return frames


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """Who reads the frames, and what becomes of what is said of them."""

    predictor: Predictor
    others: Mapping[str, Predictor]
    card: Card
    point: str
    illustrate: Illustrate | None
    keep: Keep | None

    def rows(self, items: Sequence[_Frame | _Failure]) -> Iterator[Row]:
        """Yield the row of each item, in order, from one pass of each model."""
        frames = [item for item in items if isinstance(item, _Frame)]
        said = [
            predictor.predict_inputs([frame.model_inputs[number] for frame in frames])
            for number, predictor in enumerate((self.predictor, *self.others.values()))
        ]
        places = iter(range(len(frames)))
        for item in items:
            if isinstance(item, _Failure):
                if self.keep is not None:
                    self.keep(item.row, None, item.error)
                yield item.row
            else:
                place = next(places)
                yield self._row(item, [predictions[place] for predictions in said])

    def _row(self, frame: _Frame, said: Sequence[Prediction]) -> Row:
        prediction, *further = said
        row = rows.success(frame.info, prediction, call_of(prediction, self.card, self.point))
        if further:
            row |= rows.of_others(prediction, dict(zip(self.others, further, strict=True)))
        if self.illustrate is not None and frame.picture is not None:
            self.illustrate(row, frame.picture, frame.pixel_aspect, prediction)
        if self.keep is not None:
            self.keep(row, prediction, frame.identity)
        return row
