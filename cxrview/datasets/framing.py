"""Films framed to their lungs, as a model that reads lungs is given them, with the boxes of a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Film, LungFinder, finder, framed
from cxrview.bundle.load import read_card
from cxrview.datasets.boxes import Box4
from cxrview.imaging import Letterbox

BATCH = 16  # films that the network looks at together
Boxes = tuple[Box4, ...] | None


def identity() -> str:
    """Return what changes with the network that finds the lungs. Raises UnusableModel."""
    return " ".join(entry.sha256 for _name, entry in sorted(read_card(finder.folder()).files.items()))


class Framing:
    """Frames films to squares of `size` pixels. Use from one thread at a time."""

    def __init__(self, size: int) -> None:
        """Load the network that finds the lungs. Raises UnusableModel or EngineUnavailable."""
        self._size, self._finder = size, LungFinder.load("cpu")

    def __call__(self, films: Sequence[Film], boxes: Sequence[Boxes]) -> list[tuple[NDArray[np.uint8], bool]]:
        """Return of each film (size, size, 3) uint8, and whether lungs were found.

        The channels are the film, 255 times the probability of being lung, and 255 inside the film's boxes.
        """
        results = []
        for film, anatomy, given in zip(films, self._finder.find(films), boxes, strict=True):
            pair, letterbox = framed(film, anatomy, self._size)
            results.append((np.concatenate([pair, drawn(given, letterbox)[..., None]], -1), anatomy.found))
        return results


def drawn(boxes: Boxes, letterbox: Letterbox) -> NDArray[np.uint8]:
    """Return the square of `letterbox` with 255 inside the `boxes` of its image, as far as they are in it."""
    square = np.zeros((letterbox.size, letterbox.size), np.uint8)
    low = np.array([letterbox.left, letterbox.top])
    high = low + np.array([letterbox.inner_width, letterbox.inner_height])
    for left, top, right, bottom in boxes or ():
        start = np.clip(np.rint(letterbox.into(left, top)), low, high).astype(int)
        end = np.clip(np.rint(letterbox.into(right, bottom)), low, high).astype(int)
        square[start[1] : end[1], start[0] : end[0]] = 255
    return square
