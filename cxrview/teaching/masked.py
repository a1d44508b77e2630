"""From a plan to a set's file: text on the films is found, somebody confirms it, and the set is saved."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cxrview.datasets.boxes import Box4
from cxrview.datasets.sources import Item
from cxrview.progress import Report, silent
from cxrview.teaching.deidentified import pictures_of, text_masks
from cxrview.teaching.films import SetFilms
from cxrview.teaching.make import Plan, make_set, with_masks
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.set_file import save


class MadeSet(NamedTuple):
    """A set that is not saved yet, and the text that was found on its films, by their indices."""

    made: ReadingSet
    masks: dict[int, tuple[Box4, ...]]


def made_and_looked_at(
    items: Sequence[Item], plan: Plan, folder: Path, path: Path, look: bool, report: Report = silent
) -> MadeSet:
    """Make a set whose file will lie at `path`, and `look` for text on its films.

    Raises InvalidRequest, UnreadableImage, Cancelled.
    """
    made, masks = make_set(items, plan, folder, report), {}
    with SetFilms(made, path) as films:
        for index in range(len(made.films)) if look else ():
            report(index / len(made.films), made.films[index].file)
            if boxes := text_masks(films.place(index), report)[0]:
                masks[index] = boxes
    return MadeSet(made, masks)


def masked_and_saved(
    made: ReadingSet, masks: Mapping[int, tuple[Box4, ...]], path: Path, hold: bool, report: Report = silent
) -> ReadingSet:
    """Save the set `made` with these `masks` at `path`, its films in its file if it is to `hold` them.

    Raises InvalidRequest, UnreadableImage, Cancelled.
    """
    made, pictures = with_masks(made, {index: boxes for index, boxes in masks.items() if boxes}), None
    if hold:
        with SetFilms(made, path) as films:
            made, pictures = pictures_of(films, report)
    save(made, path, pictures)
    return made
