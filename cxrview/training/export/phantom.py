"""A drawn chest for self-tests: no patient, no licence, the same on every machine."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

LUNGS = (0.3, 0.7)  # shares of the width


def framed_phantom(size: int) -> NDArray[np.uint8]:
    """Return the phantom and 255 times its share of lung, (size, size, 2) uint8: for lung readers."""
    lungs = sum(_ellipse(size, 0.45, x, 0.33, 0.16) for x in LUNGS)
    return np.stack([chest_phantom(size), np.asarray(np.floor(lungs * 255), dtype=np.uint8)], axis=-1)


def _ellipse(size: int, y: float, x: float, high: float, wide: float) -> NDArray[np.float64]:
    row, column = np.mgrid[0:size, 0:size] / (size - 1)
    inside = 1 - ((row - y) / high) ** 2 - ((column - x) / wide) ** 2
    return np.asarray(np.clip(inside * 6, 0, 1), dtype=np.float64)


def chest_phantom(size: int) -> NDArray[np.uint8]:
    """Return two dark lungs with ribs, heart and diaphragm in a grey body, (size, size) uint8.

    Drawn with arithmetic that rounds alike everywhere; the same size gives the same bytes.
    """
    row, column = np.mgrid[0:size, 0:size] / (size - 1)
    ellipse = partial(_ellipse, size)
    picture = 0.1 + 0.5 * ellipse(0.6, 0.5, 0.62, 0.48)
    for x in LUNGS:
        lung = ellipse(0.45, x, 0.33, 0.16)
        ribs = 0.06 * ((row * 14 + 2 * np.abs(column - 0.5)) % 1 < 0.3)
        picture += lung * (ribs - 0.35)
    picture += 0.3 * ellipse(0.6, 0.56, 0.17, 0.16)  # heart, to the reader's right
    picture += 0.25 * (ellipse(0.5, 0.5, 0.6, 0.04))  # spine and mediastinum
    return np.asarray(np.clip(np.floor(picture * 255), 0, 255), dtype=np.uint8)
