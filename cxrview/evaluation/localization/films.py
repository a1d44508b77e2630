"""Ask a bundle where it looked on films with boxes or drawn lungs, and measure each map as it comes.

Maps are measured and forgotten, so memory does not grow with the number of films.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, Film, LungFinder, reduced
from cxrview.bundle import Card
from cxrview.bundle.card import LUNGS
from cxrview.datasets.boxes import Box4, upright
from cxrview.datasets.sources import Item
from cxrview.errors import CxrviewError, UnreadableImage
from cxrview.evaluation import messages
from cxrview.evaluation.localization.measures import HeatMeasures, grid_shape, measure_film
from cxrview.evaluation.predict import class_places, group_of
from cxrview.evaluation.roles import healthy_class
from cxrview.explain.explanation import Explanation, gradcam
from cxrview.explain.methods import DEFAULT, explain
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph, read
from cxrview.imaging.orientation import upright as turned_upright
from cxrview.imaging.read_ahead import read_ahead
from cxrview.inference.call import call
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import BATCH_SIZE, ModelInput, Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent

HALF = 127.5  # of the lung network's mask, from which on a place is lung
LIKE = 0.02  # how far the shapes of a film and its mask may differ, as a share


@dataclass(frozen=True, slots=True)
class MeasuredFilm:
    """One film and how two maps lie on it: that of its own class, and that of the class it was called.

    It is called by the operating point of the model's card, whether it is in domain or not. `label` is the
    class that its table names, in the words of the table if it is none of the model's. `own` is that of
    `own_class`, and `of_own` None where it is "". The item's boxes are those on the upright film.
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


class WaitingFilm(NamedTuple):
    """A film that waits for the model: its shape stands in the letterbox of what the model sees."""

    item: Item  # with the boxes on the upright film
    patient: str
    film: Film | None  # for the lung network, where the model does not find the lungs itself
    drawn: NDArray[np.bool_] | None
    failure: Message | None  # what is wrong with the drawn lungs
    model_input: ModelInput | None = None  # for a method that takes more than the reading has


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


class FilmsToMeasure:
    """Films on which heat is laid as they are read: by the way of an evaluation, or for this alone.

    Those of its `items` that `to_measure` returns, each file once, its first frame. A file that is read by
    others goes through `prepare` and `take`; `read_rest` reads those that nobody has. The group is found as
    `answer_files` finds it. Without `finder`, and where it finds none, the lungs are not known. Maps are made
    by `method`, a name in `explain.methods`.
    """

    def __init__(
        self,
        predictor: Predictor,
        items: Sequence[Item],
        finder: LungFinder | None = None,
        pattern: re.Pattern[str] | None = None,
        method: str = DEFAULT,
    ) -> None:
        self._predictor, self._pattern, self.method = predictor, pattern, method
        self._finder = None if predictor.card.frame == LUNGS else finder  # the model finds them itself
        self._items = {_place(item.path): item for item in to_measure(items, predictor.card)}
        self._films: dict[str, MeasuredFilm] = {}
        self._failures: dict[str, Message] = {}

    def prepare(self, radiograph: Radiograph) -> WaitingFilm | None:
        """Return what is needed of `radiograph`, at most 1 MB; None if it is none of these films.

        Pure, so it may run in any thread.
        """
        item = self._items.get(_place(radiograph.path))
        if item is None:
            return None
        film = drawn = failure = None
        try:
            drawn = None if item.lung_mask is None else _drawn_mask(item.lung_mask, radiograph)
        except CxrviewError as error:
            failure = error.whole
        if self._finder is not None:
            film = reduced(radiograph)
        item = replace(item, boxes=upright(item.boxes, radiograph))
        again = self._predictor.prepare(radiograph) if self.method != DEFAULT else None
        return WaitingFilm(item, radiograph.identity.patient_id, film, drawn, failure, again)

    def take(self, waiting: Sequence[WaitingFilm | None], predictions: Sequence[Prediction]) -> None:
        """Measure those of the `predictions`, one each, that are of these films."""
        pairs = [(ready, said) for ready, said in zip(waiting, predictions, strict=True) if ready is not None]
        films = [ready.film for ready, _ in pairs if ready.film is not None]
        found = iter(self._finder.find(films) if self._finder is not None and films else ())
        for ready, prediction in pairs:
            place = _place(ready.item.path)
            anatomy = prediction.anatomy if ready.film is None else next(found)
            if ready.failure is not None:
                self._failures[place] = ready.failure
                continue
            group = group_of(ready.item, ready.patient, self._pattern)
            maps = _Maps(self._predictor, self.method, prediction, ready.model_input)
            self._films[place] = _measured(ready, group, maps, anatomy, self._predictor.card)

    def read_rest(self, report: Report = silent, workers: int = 2) -> None:
        """Read and measure the films that nobody has read. `report` may raise Cancelled."""
        known = self._films.keys() | self._failures.keys()
        paths = [item.path for place, item in self._items.items() if place not in known]

        def work(path: Path) -> tuple[ModelInput, WaitingFilm | None]:
            radiograph = read(path)[0]
            return self._predictor.prepare(radiograph), self.prepare(radiograph)

        def readable() -> Iterator[tuple[ModelInput, WaitingFilm | None]]:
            with closing(read_ahead(work, paths, workers)) as results:
                for path, result in zip(paths, results, strict=True):
                    if isinstance(result, CxrviewError):
                        self._failures[_place(path)] = result.whole
                    else:
                        yield result

        waiting = readable()
        while batch := list(islice(waiting, BATCH_SIZE)):
            report(len(self._films.keys() - known) / len(paths), messages.LAYING_HEAT)
            predictions = self._predictor.predict_inputs([model_input for model_input, _ in batch])
            self.take([ready for _, ready in batch], predictions)

    def measured(self) -> MeasuredFilms:
        """Return the films that were measured so far, in the order of the items."""
        films = tuple(self._films[place] for place in self._items if place in self._films)
        failures = (
            (item.file, self._failures[place])
            for place, item in self._items.items()
            if place in self._failures
        )
        return MeasuredFilms(films, tuple(failures))


def _place(path: Path) -> str:
    """Return what two tables call the same file."""
    return os.path.normpath(path.absolute())


def _drawn_mask(path: Path, radiograph: Radiograph) -> NDArray[np.bool_]:
    """Return the drawn lungs, (h, w). Raises UnreadableImage if the picture has not the film's shape."""
    picture = read(path)[0]
    mask = np.asarray(picture.values != 0)
    if picture.orientation == 1:  # it lies as the stored film does
        mask = turned_upright(mask, radiograph.orientation)
    shapes = mask.shape[0] / mask.shape[1], radiograph.shape[0] / radiograph.shape[1]
    if abs(shapes[0] / shapes[1] - 1) > LIKE:
        raise UnreadableImage(messages.MASK_OF_ANOTHER_SHAPE(file=radiograph.path.name), path=path)
    return mask


class _Maps:
    """The maps of one film by a method; what a pass of the model gives is got once."""

    def __init__(
        self, predictor: Predictor, method: str, prediction: Prediction, again: ModelInput | None
    ) -> None:
        self.prediction = prediction
        self._method, self._made = method, gradcam(prediction)
        self._subject = Subject(predictor, *predictor.look(again)) if again is not None else None

    def of(self, class_name: str) -> Explanation:
        """Return the map of a class, with others or alone."""
        if self._subject is None:
            return self._made
        if self._made.method != self._method or class_name not in self._made.class_names:
            self._made = explain(self._subject, self._method, class_name)
        return self._made


def _measured(
    ready: WaitingFilm, group: str, maps: _Maps, anatomy: Anatomy | None, card: Card
) -> MeasuredFilm:
    lungs, prediction = None, maps.prediction
    if anatomy is not None and anatomy.found:
        shape = grid_shape(prediction.letterbox)
        lungs = anatomy.letterbox.back(anatomy.lungs.astype(np.float32), shape=shape) >= HALF
    item = ready.item
    own, called = own_class(item, prediction, card), call(prediction.probabilities.tolist(), card).name
    boxes = boxes_of(item, card)

    def of(name: str) -> HeatMeasures:
        made = maps.of(name)
        return measure_film(made.map_of(name), made.letterbox, boxes, lungs, ready.drawn, made.field)

    of_called = of(called)
    places = set(class_places(item.labels, card).values())
    label = card.class_names[places.pop()] if len(places) == len(item.labels) == 1 else "|".join(item.labels)
    of_own = of_called if own == called else of(own) if own else None
    return MeasuredFilm(item, group, label, own, called, of_own, of_called)
