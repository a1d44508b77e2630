"""How a stored picture lies, as EXIF counts (tag 0x0112, 1…8), and what turning it upright does to places."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDEWAYS = (5, 6, 7, 8)
FROM_RIGHT = (2, 3, 6, 7)  # once the sideways ones are transposed: columns run from the right
FROM_BELOW = (3, 4, 7, 8)
Rectangle = tuple[float, float, float, float]


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return the stored `pixels`, (h, w) or (h, w, C), turned upright; as they are for no known number."""
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in FROM_RIGHT:
        pixels = pixels[:, ::-1]
    if orientation in FROM_BELOW:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def upright_box(box: Rectangle, orientation: int, shape: tuple[int, int]) -> Rectangle:
    """Return where `box`, left, top, right, bottom of the stored picture, lies on the upright one.

    `shape` are height and width of the upright one.
    """
    left, top, right, bottom = box
    height, width = shape
    if orientation in SIDEWAYS:
        left, top, right, bottom = top, left, bottom, right
    if orientation in FROM_RIGHT:
        left, right = width - right, width - left
    if orientation in FROM_BELOW:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom
