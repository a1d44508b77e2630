"""The coarse cells that a heatmap is made of, in the coordinates of the image.

x is the column and y the row, continuous: pixel (0, 0) covers 0…1 × 0…1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.explanation import Explanation
from cxrview.explain.overlay import shares


class Area(NamedTuple):
    """A rectangle in image coordinates."""

    left: float
    top: float
    right: float
    bottom: float


class CellEdges(NamedTuple):
    """The lines between the cells of a map of h × w: `x`, (w + 1,), and `y`, (h + 1,), increasing.

    They may lie outside the image, where the model saw the letterbox's bars.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]


def cell_edges(explanation: Explanation) -> CellEdges:
    """Return where the cells of the activation maps begin and end on the image."""
    box, (left, top, right, bottom) = explanation.letterbox, explanation.field
    high, wide = explanation.maps.shape[1:]
    x = np.linspace(left, right, wide + 1) * box.size - box.left
    y = np.linspace(top, bottom, high + 1) * box.size - box.top
    return CellEdges(
        x * box.crop_width / box.inner_width + box.crop[0],
        y * box.crop_height / box.inner_height + box.crop[1],
    )


def seen_area(explanation: Explanation) -> Area:
    """Return the part of the image that the model looked at."""
    x, y = cell_edges(explanation)
    box = explanation.letterbox
    across, down = np.clip(x[[0, -1]], *box.crop[::2]), np.clip(y[[0, -1]], *box.crop[1::2])
    return Area(float(across[0]), float(down[0]), float(across[1]), float(down[1]))


def sees_all(explanation: Explanation) -> bool:
    """Whether the model looked at the whole image, but for a pixel at its edges."""
    area, box = seen_area(explanation), explanation.letterbox
    near = max(area.left, area.top) <= 1
    return near and area.right >= box.width - 1 and area.bottom >= box.height - 1


def grid_lines(explanation: Explanation) -> tuple[NDArray[np.float64], ...]:
    """Return the lines around and between the cells, each (2, 2) of x and y, where they lie on the image."""
    edges, area = cell_edges(explanation), seen_area(explanation)
    down = [np.array([[x, area.top], [x, area.bottom]]) for x in edges.x if area.left <= x <= area.right]
    across = [np.array([[area.left, y], [area.right, y]]) for y in edges.y if area.top <= y <= area.bottom]
    return (*down, *across)


def cell_at(explanation: Explanation, x: float, y: float) -> tuple[int, int] | None:
    """Return row and column of the cell over the image point, or None where the model saw nothing."""
    edges = cell_edges(explanation)
    column, row = (
        int(np.searchsorted(line, at, "right")) - 1 for line, at in zip(edges, (x, y), strict=True)
    )
    left, top, right, bottom = explanation.letterbox.crop
    inside = 0 <= column < len(edges.x) - 1 and 0 <= row < len(edges.y) - 1
    return (row, column) if inside and left <= x <= right and top <= y <= bottom else None


def strongest(explanation: Explanation, class_name: str, own: bool = True) -> float:
    """Return the share, 0…1, of the strongest cell over the image; scale and errors are those of `shares`."""
    edges, area = cell_edges(explanation), seen_area(explanation)
    columns = (edges.x[1:] > area.left) & (edges.x[:-1] < area.right)
    rows = (edges.y[1:] > area.top) & (edges.y[:-1] < area.bottom)
    return float(shares(explanation, class_name, own)[rows][:, columns].max(initial=0))


def patch_at(explanation: Explanation, class_name: str) -> Area | None:
    """Return what was covered when the strongest cell of a class was looked at; None if nothing ever was."""
    if not explanation.patch:
        return None
    edges, box = cell_edges(explanation), explanation.letterbox
    values = explanation.map_of(class_name)
    row, column = (int(place) for place in np.unravel_index(int(values.argmax()), values.shape))
    x, y = edges.x[column : column + 2].mean(), edges.y[row : row + 2].mean()
    across = explanation.patch * box.size * box.crop_width / box.inner_width / 2
    down = explanation.patch * box.size * box.crop_height / box.inner_height / 2
    left, top, right, bottom = box.crop
    return Area(
        max(left, float(x - across)),
        max(top, float(y - down)),
        min(right, float(x + across)),
        min(bottom, float(y + down)),
    )


def cells_over(
    explanation: Explanation, class_name: str, shape: tuple[int, int] | None = None, own: bool = True
) -> NDArray[np.float32]:
    """Return the map of `class_name` over the whole image without smoothing: each cell is one square.

    Shape, scale and errors are those of `heat_over`.
    """
    box, edges = explanation.letterbox, cell_edges(explanation)
    rows, columns = shape or (box.height, box.width)
    x = (np.arange(columns) + 0.5) * box.width / columns
    y = (np.arange(rows) + 0.5) * box.height / rows
    cells = np.pad(shares(explanation, class_name, own), 1)  # what was not seen lies around
    area = seen_area(explanation)
    across = np.where((x >= area.left) & (x <= area.right), np.searchsorted(edges.x, x, "right"), 0)
    down = np.where((y >= area.top) & (y <= area.bottom), np.searchsorted(edges.y, y, "right"), 0)
    return np.asarray(cells[down][:, across], dtype=np.float32)
