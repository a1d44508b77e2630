"""Ask a model about films of which a part was taken away, as they are read for an evaluation anyway."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, Film, LungFinder, framed, reduced
from cxrview.bundle.card import LUNGS
from cxrview.datasets.sources import Item
from cxrview.evaluation.audit.changes import CHANGES, changed
from cxrview.evaluation.audit.regions import lungs_over, regions, shares, text_on
from cxrview.evaluation.localization.measures import box_mask, grid_shape
from cxrview.evaluation.predict import class_places, group_of
from cxrview.explain.explanation import Explanation, gradcam
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph
from cxrview.inference.call import call
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Given, Predictor

WHOLE = "whole"
READINGS = (WHOLE, *CHANGES)


@dataclass(frozen=True, slots=True, eq=False)
class AuditedFilm:
    """One film: where the heat of the class that it was called lies, and what is said of it changed.

    `truth` are its classes, (C,) bool. `heat` are shares by `regions.REGIONS`, `probabilities` are (C,) by
    READINGS, `taken` are the shares of the model's square that each of CHANGES changed. The last three are
    empty where no lungs were found.
    """

    item: Item
    group: str
    called: str
    truth: NDArray[np.bool_]
    heat: Mapping[str, float]
    probabilities: Mapping[str, NDArray[np.float64]]
    taken: Mapping[str, float]


class WaitingToAudit(NamedTuple):
    """A film that waits for the model, at most 2 MB: shrunk, and as the model is given it."""

    item: Item
    patient: str
    film: Film
    given: Given | None


class FilmsToAudit:
    """Films that are audited as they are read: a `Watcher` of `evaluation.predict.answer_files`.

    The first frames of the files of `items` count, each file once. `finder` finds the lungs where the model
    does not find them itself. The group is found as `answer_files` finds it.
    """

    def __init__(
        self,
        predictor: Predictor,
        items: Sequence[Item],
        finder: LungFinder | None = None,
        pattern: re.Pattern[str] | None = None,
    ) -> None:
        """Raise ValueError if nothing finds the lungs."""
        self._reads_lungs = predictor.card.frame == LUNGS
        if not self._reads_lungs and finder is None:
            raise ValueError("a model that reads whole films needs what finds the lungs")
        self._predictor, self._finder, self._pattern = predictor, finder, pattern
        self._items = {_place(item): item for item in items}
        self._films: dict[str, AuditedFilm] = {}

    def prepare(self, radiograph: Radiograph) -> WaitingToAudit | None:
        """Return what is needed of `radiograph`; None if it is none of these films. Pure."""
        item = self._items.get(os.path.normpath(radiograph.path.absolute()))
        if item is None:
            return None
        given = None
        if not self._reads_lungs:
            film = self._predictor.prepare(radiograph).film
            given = film if isinstance(film, Given) else None
        return WaitingToAudit(item, radiograph.identity.patient_id, reduced(radiograph), given)

    def take(self, waiting: Sequence[WaitingToAudit | None], predictions: Sequence[Prediction]) -> None:
        """Audit those of the `predictions`, one each, that are of these films."""
        pairs = [(ready, said) for ready, said in zip(waiting, predictions, strict=True) if ready is not None]
        if self._finder is not None and not self._reads_lungs:
            found: list[Anatomy | None] = [*self._finder.find([ready.film for ready, _ in pairs])]
        else:
            found = [said.anatomy for _, said in pairs]
        for (ready, prediction), anatomy in zip(pairs, found, strict=True):
            self._films[_place(ready.item)] = self._audited(ready, prediction, anatomy)

    @property
    def films(self) -> tuple[AuditedFilm, ...]:
        """The films that were audited so far, in the order of the items."""
        return tuple(self._films[place] for place in self._items if place in self._films)

    def _audited(self, ready: WaitingToAudit, prediction: Prediction, anatomy: Anatomy | None) -> AuditedFilm:
        card = self._predictor.card
        truth = np.zeros(len(card.class_names), np.bool_)
        truth[list(set(class_places(ready.item.labels, card).values()))] = True
        group = group_of(ready.item, ready.patient, self._pattern)
        called = call(prediction.probabilities.tolist(), card).name
        if anatomy is None or not anatomy.found:
            return AuditedFilm(ready.item, group, called, truth, {}, {}, {})
        box, given = prediction.letterbox, ready.given
        shape = grid_shape(box)
        right, left = lungs_over(anatomy, shape)
        text = text_on(ready.film, right | left)
        explanation = gradcam(prediction)
        warm = box.back(np.clip(explanation.map_of(called), 0, None), explanation.field, shape)
        heat = shares(np.clip(warm, 0, None), regions(right, left, box_mask(text, box, shape)))
        if given is None:
            given = Given(*framed(ready.film, anatomy, card.input_size), anatomy)
        subject = Subject(self._predictor, prediction, given, {})
        pictures = changed(subject.film, box, anatomy, text, _cell(explanation))
        said = subject.probabilities(np.stack([pictures[name].picture for name in CHANGES]))
        readings = {WHOLE: prediction.probabilities, **dict(zip(CHANGES, said, strict=True))}
        return AuditedFilm(
            ready.item,
            group,
            called,
            truth,
            heat,
            {name: each.astype(np.float64) for name, each in readings.items()},
            {name: pictures[name].share for name in CHANGES},
        )


def _cell(explanation: Explanation) -> tuple[float, float]:
    """Return the height and width of a cell of the map in pixels of the model's square."""
    left, top, right, bottom = explanation.field
    high, wide = explanation.maps.shape[1:]
    return explanation.letterbox.size * (bottom - top) / high, explanation.letterbox.size * (
        right - left
    ) / wide


def _place(item: Item) -> str:
    """Return what two tables call the same file."""
    return os.path.normpath(item.path.absolute())
