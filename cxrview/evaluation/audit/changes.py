"""What is taken away from a film in a shortcut audit: changes of the picture that the model is given."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy
from cxrview.evaluation.audit.regions import BORDER, HALF, Mask
from cxrview.imaging import Letterbox
from cxrview.imaging.burned_in import Box4

CHANGES = ("lungs_alone", "without_lungs", "without_border", "without_text")
GREY = 128  # that stands for what is blanked: on every film the same, so that it tells nothing of the film
MARGIN = 2  # cells of the map around blanked lungs: the edge of a mask would betray its shape
WIDEST = 1 / 16  # of the square: two cells of a coarse map would leave nothing of the film
REACH = 3  # pixels from which text is filled in


class ChangedFilm(NamedTuple):
    """A picture for the model, (S, S) uint8, and the share of its square that was changed, 0…1."""

    picture: NDArray[np.uint8]
    share: float


def changed(
    square: NDArray[np.uint8],
    letterbox: Letterbox,
    anatomy: Anatomy,
    text: Sequence[Box4],
    cell: tuple[float, float],
) -> dict[str, ChangedFilm]:
    """Return what becomes of `square`, (S, S), by the names CHANGES.

    - `lungs_alone`: all but the lungs is GREY, with what lies beside the film.
    - `without_lungs`: the lungs are GREY, with MARGIN cells of the map around them, at most WIDEST.
    - `without_border`: what is nearer to an edge of the film than `regions.BORDER` of its side is GREY, with
      what lies beside the film.
    - `without_text`: text and markers are filled in from around (Telea 2004).

    `text` are boxes around text and markers in pixels of the film, `cell` is the height and width of a cell
    of the model's map in pixels of the square. A mask of the lungs that the model is given stays as it is.
    """
    lungs = anatomy.mask_in(letterbox) > HALF
    down, across = (math.ceil(min(MARGIN * side, WIDEST * len(square))) for side in cell)
    around = cv2.dilate(lungs.astype(np.uint8), np.ones((2 * down + 1, 2 * across + 1), np.uint8)) > 0
    return {
        "lungs_alone": _blanked(square, ~lungs),
        "without_lungs": _blanked(square, around),
        "without_border": _blanked(square, _border(letterbox)),
        "without_text": _filled(square, _boxes(text, letterbox)),
    }


def _border(letterbox: Letterbox) -> Mask:
    """Return which places of the square are in the film's border or beside it, (S, S)."""
    places = np.arange(letterbox.size) + 0.5
    across = np.array([letterbox.out_of(place, 0)[0] for place in places]) / letterbox.width
    down = np.array([letterbox.out_of(0, place)[1] for place in places]) / letterbox.height
    near = [np.minimum(share, 1 - share) < BORDER for share in (down, across)]
    return np.asarray(near[0][:, None] | near[1][None, :])


def _boxes(boxes: Sequence[Box4], letterbox: Letterbox) -> Mask:
    """Return which pixels of the square `boxes` touch, (S, S)."""
    found = np.zeros((letterbox.size, letterbox.size), np.bool_)
    for left, top, right, bottom in boxes:
        start, end = letterbox.into(left, top), letterbox.into(right, bottom)
        columns, rows = (
            slice(max(0, math.floor(low)), max(0, math.ceil(high)))
            for low, high in zip(start, end, strict=True)
        )
        found[rows, columns] = True
    return found


def _blanked(square: NDArray[np.uint8], mask: Mask) -> ChangedFilm:
    return ChangedFilm(np.where(mask, GREY, square).astype(np.uint8), float(mask.mean()))


def _filled(square: NDArray[np.uint8], mask: Mask) -> ChangedFilm:
    if not mask.any():
        return ChangedFilm(square, 0.0)
    filled = cv2.inpaint(square, mask.astype(np.uint8), REACH, cv2.INPAINT_TELEA)
    return ChangedFilm(np.asarray(filled, np.uint8), float(mask.mean()))
