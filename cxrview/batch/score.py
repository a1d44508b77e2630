"""Read many files with a model: one row per frame, in order.

Decoding in processes, the finding of lungs and the reading itself go on side by side, each on another batch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cxrview.batch import rows
from cxrview.batch.line import AT_ONCE, Line
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
    is_last = True  # of its file


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    info: Row
    identity: Identity
    model_inputs: tuple[ModelInput, ...]  # of each model
    picture: NDArray[np.uint8] | None
    pixel_aspect: float
    is_last: bool  # of its file


_Item = _Frame | _Failure


def score(
    paths: Sequence[Path],
    predictor: Predictor,
    report: Report = silent,
    *,
    point: str = AUTOMATIC,
    key: bytes = b"",
    batch_size: int = 16,
    workers: int = 0,
    illustrate: Illustrate | None = None,
    keep: Keep | None = None,
    called: Callable[[Path], str] = str,
    troubles: Mapping[Path, CxrviewError] = NO_TROUBLES,
    others: Mapping[str, Predictor] = NO_OTHERS,
    card: Card | None = None,
    look: Look | None = None,
) -> Iterator[Row]:
    """Yield one row per frame of `paths`, in order; a file that cannot be read gives one error row.

    Files are decoded by `workers` processes (0: as many as there are cores), a little ahead of the model, so
    memory does not grow with their number. `point` is the operating point that decides, see `inference.call`.
    `key` is for the patient pseudonyms, which stay empty without one. In the rows a file is `called` so;
    those in `troubles` are known to be of no use. The `others`, by what columns call them, read each frame
    too; `card`, if there is one, stands in for the model's own where a frame is called, and `look` adds
    columns. Each row is handed to `keep` before it is yielded. `report` is told the share of the files whose
    rows were yielded, and may raise Cancelled. Raises EngineUnavailable if the engine fails: what was yielded
    before stands.
    """

    finished = 0  # files

    def prepare(path: Path) -> list[_Frame]:
        if path in troubles:
            raise troubles[path]
        return _prepare(path, called(path), reading.predictors, key, illustrate is not None, look)

    def told(most: int) -> Iterator[Row]:
        nonlocal finished
        for batch, said in line.done(most):
            for item, row in zip(batch, reading.rows(batch, said), strict=True):
                finished += item.is_last
                yield row

    reading = _Reading(predictor, others, card or predictor.card, point, illustrate, keep)
    most = 0 if illustrate is not None else AT_ONCE  # whole pictures are large
    waiting: list[_Item] = []
    with closing(read_ahead(prepare, paths, workers)) as results, Line(reading.framed, reading.said) as line:
        for path, result in zip(paths, results, strict=True):
            report(finished / len(paths), path.name)
            waiting += result if isinstance(result, list) else [_failed(called(path), result)]
            for batch in _full(waiting, batch_size):
                line.put(batch)
            yield from told(most)
        for start in range(0, len(waiting), batch_size):
            line.put(waiting[start : start + batch_size])
        yield from told(0)
        report(1.0, "done")


def _full(waiting: list[_Item], size: int) -> Iterator[list[_Item]]:
    """Take `size` items at a time off `waiting`, as long as there are so many frames."""
    while sum(isinstance(item, _Frame) for item in waiting) >= size:
        yield waiting[:size]
        del waiting[:size]


def _failed(name: str, error: CxrviewError) -> _Failure:
    return _Failure(rows.failure(name, error), error)


def _prepare(
    path: Path,
    name: str,
    predictors: Sequence[Predictor],
    key: bytes,
    with_picture: bool,
    look: Look | None,
) -> list[_Frame]:
    """Return what is needed of each frame of the file, which rows call `name`."""
    frames: list[_Frame] = []
    radiographs = read(path)
    for radiograph in radiographs:
        picture = None
        if with_picture or look is not None:
            picture = render(radiograph, radiograph.default_voi)
        info = rows.frame_info(radiograph, key) | {"path": name}
        if look is not None and picture is not None:
            info |= look(radiograph, picture)
        inputs = tuple(predictor.prepare(radiograph) for predictor in predictors)
        shown = picture if with_picture else None
        last = radiograph is radiographs[-1]
        frames.append(_Frame(info, radiograph.identity, inputs, shown, radiograph.pixel_aspect, last))
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

    def framed(self, items: Sequence[_Item]) -> list[list[ModelInput]]:
        """Return what each model is given of the frames among `items`, with the lungs found."""
        frames = [item for item in items if isinstance(item, _Frame)]
        return [
            predictor.framed([frame.model_inputs[number] for frame in frames])
            for number, predictor in enumerate(self.predictors)
        ]

    def said(self, inputs: Sequence[Sequence[ModelInput]]) -> list[list[Prediction]]:
        """Return what each model says of what it is given, from one pass of each."""
        return [
            predictor.predict_inputs(given) for predictor, given in zip(self.predictors, inputs, strict=True)
        ]

    def rows(self, items: Sequence[_Item], said: Sequence[Sequence[Prediction]]) -> Iterator[Row]:
        """Yield the row of each item, in order, of whose frames the models have `said` so."""
        places = iter(range(len(items)))
        for item in items:
            if isinstance(item, _Failure):
                if self.keep is not None:
                    self.keep(item.row, None, item.error)
                yield item.row
            else:
                place = next(places)
                yield self._row(item, [predictions[place] for predictions in said])

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """All of them, the first before the others."""
        return (self.predictor, *self.others.values())

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
