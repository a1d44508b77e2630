"""Ask a bundle where it looked on films with boxes or drawn lungs, and measure each map as it comes.

Maps are measured and forgotten, so memory does not grow with the number of films.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, Film, LungFinder, reduced
from cxrview.bundle import Card
from cxrview.bundle.card import LUNGS
from cxrview.datasets.boxes import Box4
from cxrview.datasets.sources import Item
from cxrview.errors import CxrviewError, UnreadableImage
from cxrview.evaluation import messages
from cxrview.evaluation.localization.measures import HeatMeasures, grid_shape, measure_film
from cxrview.evaluation.predict import class_places, group_of
from cxrview.evaluation.roles import healthy_class
from cxrview.imaging import Radiograph, read
from cxrview.imaging.read_ahead import read_ahead
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import BATCH_SIZE, ModelInput, Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent

HALF = 127.5  # of the lung network's mask, from which on a place is lung
LIKE = 0.02  # how far the shapes of a film and its mask may differ, as a share


@dataclass(frozen=True, slots=True)
class MeasuredFilm:
    """One film and how two maps lie on it: that of its own class, and that of the class it was called.

    `label` is the class that its table names, in the words of the table if it is none of the model's. `own`
    is that of `own_class`, and `of_own` None where it is "".
    """

    item: Item
    group: str
    label: str
    own: str
    called: str
    of_own: HeatMeasures | None
    of_called: HeatMeasures


@dataclass(frozen=True, slots=True)
class MeasuredFilms:
    """The films that were measured, and (file, what is wrong) of those that cannot be read."""

    films: tuple[MeasuredFilm, ...]
    failures: tuple[tuple[str, Message], ...] = ()


class _Prepared(NamedTuple):
    """A film that waits for the model: its shape stands in the letterbox of what the model sees."""

    model_input: ModelInput
    patient: str
    film: Film | None  # for the lung network
    drawn: NDArray[np.bool_] | None


def no_disease(card: Card) -> str:
    """Return the class of `card` that stands for no disease, by its name or label; "" if none does."""
    return healthy_class({item.name: item.label for item in card.classes})


def to_measure(items: Sequence[Item], card: Card) -> list[Item]:
    """Return the `items` with boxes of a disease or a drawn mask."""
    return [item for item in items if item.lung_mask is not None or boxes_of(item, card)]


def boxes_of(item: Item, card: Card) -> tuple[Box4, ...]:
    """Return the boxes of a disease; on a film of the class without disease they stand for something else."""
    healthy = no_disease(card)
    if healthy and set(class_places(item.labels, card).values()) == {card.class_names.index(healthy)}:
        return ()
    return item.boxes or ()


def own_class(item: Item, prediction: Prediction, card: Card) -> str:
    """Return the class whose map is the film's own, "" if nothing tells.

    The most probable of its labels; where the model knows none of them and there are boxes, the most probable
    class of a disease.
    """
    places = set(class_places(item.labels, card).values())
    if not places and item.boxes:
        healthy = no_disease(card)
        places = {place for place, name in enumerate(card.class_names) if name != healthy}
    if not places:
        return ""
    return card.class_names[max(sorted(places), key=lambda place: float(prediction.probabilities[place]))]


def measure_films(
    predictor: Predictor,
    items: Sequence[Item],
    finder: LungFinder | None = None,
    report: Report = silent,
    *,
    workers: int = 2,
    pattern: re.Pattern[str] | None = None,
) -> MeasuredFilms:
    """Return how the maps of `predictor` lie on the first frames of those `items` that `to_measure` returns.

    A model that reads lungs has found them; for another `finder` does, and without it, and where it finds
    none, they are not known. The group is found as `answer_files` finds it. `report` may raise Cancelled.
    """
    chosen = to_measure(items, predictor.card)
    films: list[MeasuredFilm] = []
    failures: list[tuple[str, Message]] = []
    if predictor.card.frame == LUNGS:
        finder = None  # what it would find, the predictor finds
    work = partial(_prepare, predictor, finder is not None)
    by_path = {item.path: item for item in chosen}
    paths = list(by_path)

    def prepared() -> Iterator[tuple[Item, _Prepared]]:
        with closing(read_ahead(lambda path: work(by_path[path]), paths, workers)) as results:
            for path, result in zip(paths, results, strict=True):
                if isinstance(result, CxrviewError):
                    failures.append((by_path[path].file, result.whole))
                else:
                    yield by_path[path], result

    waiting = prepared()
    while batch := list(islice(waiting, BATCH_SIZE)):
        report(min(1.0, len(films) / max(1, len(chosen))), messages.LAYING_HEAT)
        predictions = predictor.predict_inputs([ready.model_input for _, ready in batch])
        anatomies: Sequence[Anatomy | None] = [prediction.anatomy for prediction in predictions]
        if finder is not None:
            anatomies = finder.find([ready.film for _, ready in batch if ready.film is not None])
        for (item, ready), prediction, anatomy in zip(batch, predictions, anatomies, strict=True):
            group = group_of(item, ready.patient, pattern)
            films.append(_measured(item, group, prediction, anatomy, ready.drawn, predictor.card))
    return MeasuredFilms(tuple(films), tuple(failures))


def _prepare(predictor: Predictor, with_film: bool, item: Item) -> _Prepared:
    radiograph = read(item.path)[0]
    drawn = None if item.lung_mask is None else _drawn_mask(item.lung_mask, radiograph)
    film = reduced(radiograph) if with_film else None
    return _Prepared(predictor.prepare(radiograph), radiograph.identity.patient_id, film, drawn)


def _drawn_mask(path: Path, radiograph: Radiograph) -> NDArray[np.bool_]:
    """Return the drawn lungs, (h, w). Raises UnreadableImage if the picture has not the film's shape."""
    mask = np.asarray(read(path)[0].values != 0)
    shapes = mask.shape[0] / mask.shape[1], radiograph.shape[0] / radiograph.shape[1]
    if abs(shapes[0] / shapes[1] - 1) > LIKE:
        raise UnreadableImage(messages.MASK_OF_ANOTHER_SHAPE(file=radiograph.path.name), path=path)
    return mask


def _measured(
    item: Item,
    group: str,
    prediction: Prediction,
    anatomy: Anatomy | None,
    drawn: NDArray[np.bool_] | None,
    card: Card,
) -> MeasuredFilm:
    lungs = None
    if anatomy is not None and anatomy.found:
        shape = grid_shape(prediction.letterbox)
        lungs = anatomy.letterbox.back(anatomy.lungs.astype(np.float32), shape=shape) >= HALF
    own, called = own_class(item, prediction, card), prediction.predicted
    boxes = boxes_of(item, card)

    def of(name: str) -> HeatMeasures:
        heat = prediction.activation_maps[prediction.class_names.index(name)]
        return measure_film(heat, prediction.letterbox, boxes, lungs, drawn, prediction.field)

    of_called = of(called)
    places = set(class_places(item.labels, card).values())
    label = card.class_names[places.pop()] if len(places) == len(item.labels) == 1 else "|".join(item.labels)
    of_own = of_called if own == called else of(own) if own else None
    return MeasuredFilm(item, group, label, own, called, of_own, of_called)
