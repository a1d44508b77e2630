"""How a heatmap is drawn: the same colours and lines on the screen and in files."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.colour import EDGE, colour_table, colourise
from cxrview.explain.contour import SAMPLES, heat_contours
from cxrview.explain.explanation import Explanation
from cxrview.explain.grid import cells_over, strongest
from cxrview.explain.overlay import heat_over, shares
from cxrview.explain.style import HeatStyle

GRID_COLOUR, GRID_OPACITY = (216, 222, 228), 0.45
CASING_OPACITY = 0.6  # of the darker or lighter seam that keeps a contour visible on every grey


class Contour(NamedTuple):
    """A line of equal heat: `points`, (n, 2) of x and y on the image, and `level`, 0…1, with its colour."""

    points: NDArray[np.float64]
    level: float
    colour: tuple[int, int, int]

    @property
    def casing(self) -> tuple[int, int, int]:
        """Black under a light line, white under a dark one."""
        red, green, blue = self.colour
        return (0, 0, 0) if 0.3 * red + 0.59 * green + 0.11 * blue > 110 else (255, 255, 255)


def is_empty(explanation: Explanation, class_name: str, style: HeatStyle) -> bool:
    """Whether all of the class is too weak to be drawn. Raises InvalidRequest for an unknown class."""
    return strongest(explanation, class_name, style.own) <= style.least


def fill(
    explanation: Explanation,
    class_name: str,
    style: HeatStyle,
    shape: tuple[int, int],
    opacity: float | None = None,
) -> NDArray[np.uint8] | None:
    """Return the coloured area over the whole image, (*shape, 4) uint8 RGBA with straight alpha.

    None in the mode "contour", which has lines only; all clear if the class `is_empty`. `opacity` stands for
    that of the style. Raises InvalidRequest for an unknown class.
    """
    if style.mode == "contour":
        return None
    if is_empty(explanation, class_name, style):
        return np.zeros((*shape, 4), np.uint8)
    smooth = style.mode == "smooth"
    heat = (heat_over if smooth else cells_over)(explanation, class_name, shape, style.own)
    return _coloured(heat, style, opacity, EDGE if smooth else 0.0)


def cell_colours(
    explanation: Explanation, class_name: str, style: HeatStyle, opacity: float | None = None
) -> NDArray[np.uint8]:
    """Return the cells of the mode "cells", (h, w, 4) uint8 RGBA; opacity and errors as in `fill`."""
    cells = shares(explanation, class_name, style.own)
    if is_empty(explanation, class_name, style):
        return np.zeros((*cells.shape, 4), np.uint8)
    return _coloured(cells, style, opacity, 0.0)


def _coloured(
    heat: NDArray[np.float32], style: HeatStyle, opacity: float | None, edge: float
) -> NDArray[np.uint8]:
    alpha = style.opacity if opacity is None else opacity
    return colourise(heat, colour_table(style.colours), alpha, style.threshold, edge)


def contour_lines(
    explanation: Explanation, class_name: str, style: HeatStyle, samples: int = SAMPLES
) -> tuple[Contour, ...]:
    """Return the lines of the mode "contour", faintest first; none in others, or if the class `is_empty`.

    `samples` and errors are those of `heat_contours`.
    """
    if style.mode != "contour" or is_empty(explanation, class_name, style):
        return ()
    table = colour_table(style.colours)
    lines = []
    for level in style.levels:
        red, green, blue = table[round(level * 255)].tolist()
        for points in heat_contours(explanation, class_name, level, samples, style.own):
            lines.append(Contour(points, level, (red, green, blue)))
    return tuple(lines)


def line_opacity(opacity: float) -> float:
    """Return the opacity of contours: thin lines need more than areas of `opacity` to look as strong."""
    return float(opacity**0.5)
