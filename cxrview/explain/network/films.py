"""Films of a folder as a model is given them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, LungFinder, framed, reduced
from cxrview.bundle import Card
from cxrview.bundle.card import LUNGS
from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.explain import messages
from cxrview.imaging import Letterbox, Radiograph, find_images, model_input, read

BATCH = 4  # so few that whoever asks for something else meanwhile need not wait


def given_to(
    card: Card, radiograph: Radiograph, anatomy: Anatomy | None
) -> tuple[NDArray[np.uint8], Letterbox]:
    """Return what the model of `card` is given of `radiograph`, (S, S) or with the lungs (S, S, 2) uint8.

    With it comes the way back to the pixels of the radiograph.
    For a model that reads lungs, `anatomy` is where they are; ValueError without.
    """
    if card.frame != LUNGS:
        return model_input(radiograph, card.input_size)
    if anatomy is None:
        raise ValueError("what a model that reads lungs is given depends on where they are")
    return framed(reduced(radiograph), anatomy, card.input_size)


class FilmBatch(NamedTuple):
    """Some `films`, (N, S, S) or (N, S, S, 2) uint8, N at most BATCH and 0 for none.

    `done` of `total` files have been looked at by now, and `failed` of these cannot be read.
    """

    films: NDArray[np.uint8]
    done: int
    failed: int
    total: int


def batches(card: Card, folder: Path) -> Iterator[FilmBatch]:
    """Yield the films in `folder` and below as the model of `card` is given them; the last may be empty.

    Raises InvalidRequest if there is no image, UnusableModel.
    """
    files = find_images([folder])
    if not files:
        raise InvalidRequest(messages.NO_FILMS_IN_FOLDER)
    finder = LungFinder.load("cpu") if card.frame == LUNGS else None
    waiting: list[NDArray[np.uint8]] = []
    failed = 0
    for done, file in enumerate(files, 1):
        try:
            for radiograph in read(file):
                radiograph.require_whole()
                anatomy = finder.find([reduced(radiograph)])[0] if finder is not None else None
                waiting.append(given_to(card, radiograph, anatomy)[0])
        except UnreadableImage:
            failed += 1
        while len(waiting) >= BATCH:
            yield FilmBatch(np.stack(waiting[:BATCH]), done, failed, len(files))
            waiting = waiting[BATCH:]
    rest = np.stack(waiting) if waiting else np.zeros((0, 0, 0), np.uint8)
    yield FilmBatch(rest, len(files), failed, len(files))
