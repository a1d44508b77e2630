"""Occlusion sensitivity (Zeiler and Fergus 2014, arXiv 1311.2901): what is missed where it is covered."""

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.covered import scores_of
from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.subject import Subject
from cxrview.inference.calibration import probabilities
from cxrview.progress import Report

CELLS = 16  # along each side of what the model sees
PATCH = 3  # cells along the side of the square that covers


def explain(
    subject: Subject, _class_name: str, report: Report, cells: int = CELLS, patch: int = PATCH
) -> Explanation:
    """Return by how much the probability of each class falls, −1…1, while a square is covered with grey.

    The square is `patch` of the `cells` wide and lies with its middle on each of them in turn; where it would
    cover nothing of the film the film is not read, and nothing falls. The grey is `Subject.grey`. `report`
    may raise Cancelled.
    """
    places = _places(subject, cells, patch)
    film, grey = subject.film, round(subject.grey)

    def covered(number: int) -> NDArray[np.uint8]:
        _, (left, top, right, bottom) = places[number]
        changed = film.copy()
        changed[top:bottom, left:right] = grey
        return changed

    scores = scores_of(subject, "occlusion", covered, len(places), report)
    falls = subject.prediction.probabilities - probabilities(scores, subject.predictor.card)
    maps = np.zeros((len(subject.prediction.class_names), cells, cells), np.float32)
    for (cell, _), fall in zip(places, falls, strict=True):
        maps[:, cell[0], cell[1]] = fall
    wide = subject.prediction.field[2] - subject.prediction.field[0]
    return of_maps(subject.prediction, "occlusion", maps, patch=patch / cells * wide)


def _places(
    subject: Subject, cells: int, patch: int
) -> list[tuple[tuple[int, int], tuple[int, int, int, int]]]:
    """Return the cells whose squares cover some of the film, each with its square in pixels of the input."""
    side, box = len(subject.film), subject.given.letterbox
    left, top, right, bottom = (part * side for part in subject.prediction.field)
    ends = box.left + box.inner_width, box.top + box.inner_height
    found = []
    for row in range(cells):
        for column in range(cells):
            x = [left + (column + 0.5 + way * patch / 2) * (right - left) / cells for way in (-1, 1)]
            y = [top + (row + 0.5 + way * patch / 2) * (bottom - top) / cells for way in (-1, 1)]
            # Only the film itself is covered: grey on the black bars beside it would be a thing of its own.
            area = (
                max(round(x[0]), box.left),
                max(round(y[0]), box.top),
                min(round(x[1]), ends[0]),
                min(round(y[1]), ends[1]),
            )
            if area[0] < area[2] and area[1] < area[3]:
                found.append(((row, column), area))
    return found
