"""Lines of equal heat: marching squares (Lorensen 1987, in the plane), in the coordinates of the image."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain.grid import seen_area
from cxrview.explain.overlay import overlay
from cxrview.inference.prediction import Prediction

SAMPLES = 192  # between which the lines are straight
SLACK = 0.05  # of a sample, by which a line may leave its points, so that few of them remain

# For each of the 16 ways in which the corners of a square can lie above the level (1 top left, 2 top right,
# 4 bottom right, 8 bottom left): pairs of sides (0 top, 1 right, 2 bottom, 3 left) that a line joins, with
# what is above on its left. Of 5 and 10 this is the form whose middle lies below.
_PAIRS: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((3, 0),), ((0, 1),), ((3, 1),), ((1, 2),), ((3, 0), (1, 2)), ((0, 2),), ((3, 2),),
    ((2, 3),), ((2, 0),), ((0, 1), (2, 3)), ((2, 1),), ((1, 3),), ((1, 0),), ((0, 3),), (),
)  # fmt: skip
_MIDDLE_ABOVE = {5: ((3, 2), (1, 0)), 10: ((0, 3), (2, 1))}


def contours(values: NDArray[np.float32], level: float) -> tuple[NDArray[np.float64], ...]:
    """Return the lines on which `values`, (h, w), are `level`, each (n, 2) of column and row.

    Sample (0, 0) is at 0, 0. Higher values lie on a line's left, as it is seen. A line that closes has its
    first point again at the end; the others end at the edge of the array. Crossings are interpolated
    linearly.
    """
    following = _links(values, level)
    lines = []
    starts = set(following) - set(following.values())  # lines that begin at the edge, then the closed ones
    for start in [*sorted(starts), *following]:
        if start not in following:
            continue
        line = [start]
        while (after := following.pop(line[-1], None)) is not None:
            line.append(after)
        lines.append(_points(values, level, np.array(line)))
    return tuple(lines)


def _links(values: NDArray[np.float32], level: float) -> dict[int, int]:
    """Return, by crossed side, the next on its line. Side 2k runs from sample k to the right, 2k + 1 down."""
    above = values >= level
    width = values.shape[1]
    corners = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
    kinds = np.zeros(corners[0].shape, np.uint8)
    for bit, corner in enumerate(corners):
        kinds |= corner.astype(np.uint8) << bit
    following: dict[int, int] = {}
    for row, column in np.argwhere((kinds > 0) & (kinds < 15)).tolist():
        kind = int(kinds[row, column])
        pairs = _PAIRS[kind]
        if kind in _MIDDLE_ABOVE and values[row : row + 2, column : column + 2].mean() >= level:
            pairs = _MIDDLE_ABOVE[kind]
        first = row * width + column
        sides = (2 * first, 2 * (first + 1) + 1, 2 * (first + width), 2 * first + 1)
        for begin, end in pairs:
            following[sides[begin]] = sides[end]
    return following


def _points(values: NDArray[np.float32], level: float, sides: NDArray[np.int64]) -> NDArray[np.float64]:
    down = sides % 2
    row, column = np.divmod(sides // 2, values.shape[1])
    before = values[row, column].astype(np.float64)
    after = values[row + down, column + 1 - down].astype(np.float64)
    part = (level - before) / (after - before)
    return np.stack([column + part * (1 - down), row + part * down], axis=1)


def heat_contours(
    prediction: Prediction, class_name: str, level: float, samples: int = SAMPLES
) -> tuple[NDArray[np.float64], ...]:
    """Return the lines at `level` (0…1) of the heatmap of `class_name`, each (n, 2) of x and y.

    They lie where the model looked and end at the border of that. `samples` are taken along the longer
    side of the image. Raises BadRequest for an unknown class.
    """
    box, area = prediction.letterbox, seen_area(prediction)
    step = max(box.height, box.width) / samples
    rows, columns = max(1, round(box.height / step)), max(1, round(box.width / step))
    heat = overlay(prediction, class_name, (rows, columns))
    x = (np.arange(columns) + 0.5) * box.width / columns
    y = (np.arange(rows) + 0.5) * box.height / rows
    # Beyond the outermost cell centres the heat is constant, so the last samples hold up to the border.
    inside_x, inside_y = (x > area.left) & (x < area.right), (y > area.top) & (y < area.bottom)
    if not inside_x.any() or not inside_y.any():
        return ()
    values = np.pad(heat[inside_y][:, inside_x], 1, mode="edge")
    across = np.concatenate(([area.left], x[inside_x], [area.right]))
    down = np.concatenate(([area.top], y[inside_y], [area.bottom]))
    lines = contours(values, level)
    return tuple(
        np.stack(
            [
                np.interp(line[:, 0], np.arange(len(across)), across),
                np.interp(line[:, 1], np.arange(len(down)), down),
            ],
            axis=1,
        )
        for line in map(_simplified, lines)
    )


def _simplified(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `line` without the points that it does not need (Douglas and Peucker 1973)."""
    closed = len(line) > 3 and bool((line[0] == line[-1]).all())
    points = (line[:-1] if closed else line).astype(np.float32)
    kept = cv2.approxPolyDP(points[:, None], SLACK, closed)[:, 0]
    return np.asarray(np.vstack((kept, kept[:1])) if closed else kept, dtype=np.float64)
