"""Several readers of one set: their mean areas by Obuchowski and Rockette, with and without the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxrview.teaching.multireader import MultiReader, analyse
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.results import scores_of, truth_of
from cxrview.teaching.sessions import Readings


@dataclass(frozen=True, slots=True)
class ComparedReaders:
    """One class read by several `readers`: on `films` that all of them judged.

    `found` has one way of reading, or two where all answered twice: with the model, and alone.
    """

    name: str
    readers: tuple[str, ...]
    films: int
    found: MultiReader


def compare(made: ReadingSet, readings: Sequence[Readings]) -> tuple[ComparedReaders, ...]:
    """Return the classes that can be compared: two readers, two films with and two without it at least."""
    compared = []
    for name in made.questions:
        places = _common(made, readings, name)
        assisted = [place for place in places if all(_said(r.assisted, place, name) for r in readings)]
        both = len(assisted) >= len(places) > 0
        if not places:
            continue
        truth = truth_of(made, places, name)
        alone = np.stack([scores_of(reader.blind, places, name) for reader in readings])
        ways = [np.stack([scores_of(reader.assisted, places, name) for reader in readings])] if both else []
        found = analyse(np.stack([*ways, alone]), truth)
        if found is not None:
            names = tuple(reader.session.reader for reader in readings)
            compared.append(ComparedReaders(name, names, len(places), found))
    return tuple(compared)


def _common(made: ReadingSet, readings: Sequence[Readings], name: str) -> list[int]:
    """Return the first showings of films that all have judged."""
    return [
        place
        for place in range(len(made))
        if made.showing(place) == 0 and all(_said(reader.blind, place, name) for reader in readings)
    ]


def _said(answers: object, place: int, name: str) -> bool:
    return isinstance(answers, dict) and place in answers and name in answers[place].confidence
