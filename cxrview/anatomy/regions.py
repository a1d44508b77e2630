"""Which part of a mask is lungs, and what can be measured of them: pure functions of a square mask.

A mask is (S, S) uint8, 255 times the probability of being lung; what is 128 and more is lung. The patient's
right is at the left of a frontal film.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Region = NDArray[np.bool_]

HALF = 127.5  # between what is lung and what is not
SECOND = 0.15  # of the larger lung, below which the smaller one is none
LEAST_AREA = 0.03  # of the square, below which there are no lungs
LEAST_SIDE = 0.18  # of the square's, in either direction
BORDER = 2  # pixels around a lung in which the mask may fade
BOTH_SIDES = 0.25  # of one piece on each side of the middle, from which on it is both lungs grown together
ZONES = ("upper", "middle", "lower")


def kept(mask: Mask) -> Mask:
    """Return `mask` without all that hangs together with neither of the two largest pieces, (S, S)."""
    lung = mask > HALF
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(lung.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = 1 + np.argsort(-areas, kind="stable")[:2]
    pieces = [label for label in largest if areas[label - 1] >= SECOND * areas.max()]
    chosen = np.isin(labels, pieces) & lung
    around = cv2.dilate(chosen.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=BORDER) > 0
    return np.where(around & (chosen | ~lung), mask, 0).astype(np.uint8)


def bounds(mask: Mask) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom of the lungs, right and bottom exclusive, None if there are none.

    `mask` holds no more than the lungs (see `kept`). There are none where they would be too small.
    """
    lung = mask > HALF
    if lung.mean() < LEAST_AREA:
        return None
    left, top, wide, high = cv2.boundingRect(lung.astype(np.uint8))
    if min(wide, high) < LEAST_SIDE * len(mask):
        return None
    return left, top, left + wide, top + high


def sides(mask: Mask) -> tuple[Mask, Mask]:
    """Return the right lung and the left one, each `mask` where that lung is and 0 elsewhere.

    One piece that lies on both sides of the middle is cut where it is narrowest; one that does not is the
    lung of its side, and the other is empty.
    """
    lung = (mask > HALF).astype(np.uint8)
    count, labels, _stats, centres = cv2.connectedComponentsWithStats(lung)
    columns = np.arange(len(mask))
    if count > 2:
        # What fades around them belongs to the nearer one.
        first, second = sorted((1, 2), key=lambda label: float(centres[label][0]))
        near = [
            cv2.distanceTransform((labels != label).astype(np.uint8), cv2.DIST_L2, 3)
            for label in (first, second)
        ]
        is_right = near[0] <= near[1]
    else:
        heights = lung.sum(axis=0)
        is_right = np.broadcast_to(columns < _cut(heights), mask.shape)
    return np.where(is_right, mask, 0).astype(np.uint8), np.where(is_right, 0, mask).astype(np.uint8)


def _cut(heights: NDArray[np.int64]) -> int:
    """Return the column from which on one piece of lung is the left one; `heights` are its pixels in each."""
    size, area = len(heights), int(heights.sum())
    if area == 0:
        return size
    share = float(heights[: size // 2].sum()) / area
    if share < BOTH_SIDES:
        return 0
    if share > 1 - BOTH_SIDES:
        return size
    inside = np.flatnonzero(heights)
    start, end = int(inside[0]), int(inside[-1]) + 1
    third = max(1, (end - start) // 3)
    return start + third + int(np.argmin(heights[start + third : end - third]))


def thirds(mask: Mask) -> dict[str, Region]:
    """Return the upper, middle and lower third of a lung's height, each (S, S) bool, by the names ZONES."""
    lung = mask > HALF
    rows = np.flatnonzero(lung.any(axis=1))
    edges = np.linspace(rows[0], rows[-1] + 1, 4).round() if len(rows) else np.zeros(4)
    row = np.arange(len(mask))[:, None]
    return {name: lung & (row >= edges[index]) & (row < edges[index + 1]) for index, name in enumerate(ZONES)}


def between_thirds(mask: Mask) -> list[tuple[float, float, float]]:
    """Return the lines between the thirds of a lung: its outer columns there, and the row, (x, x, y).

    Empty for a mask without lung. The rows are those at which `thirds` parts the lung.
    """
    parts = thirds(mask)
    lines = []
    for name in ZONES[1:]:
        rows = np.flatnonzero(parts[name].any(axis=1))
        if len(rows):
            columns = np.flatnonzero(parts[name][rows[0]])
            lines.append((float(columns[0]), float(columns[-1] + 1), float(rows[0])))
    return lines


def widest(right: Mask, left: Mask) -> tuple[float, float, float] | None:
    """Return where both lungs together are widest: their outer borders and the row, (x, x, y).

    Between pixels the border lies where the mask is a half, interpolated linearly. None if a lung is missing.
    """
    rows = np.flatnonzero((right > HALF).any(axis=1) & (left > HALF).any(axis=1))
    if not len(rows):
        return None
    start = np.array([_border(right[row]) for row in rows])
    end = np.array([len(left) - _border(left[row, ::-1]) for row in rows])
    best = int(np.argmax(end - start))
    return float(start[best]), float(end[best]), float(rows[best]) + 0.5


def _border(values: Mask) -> float:
    """Return how far from the start of a row of pixels the mask first is a half."""
    index = int(np.argmax(values > HALF))
    if index == 0:
        return 0.0
    before, after = float(values[index - 1]), float(values[index])
    return index - 0.5 + (HALF - before) / (after - before)


def hull(mask: Mask) -> NDArray[np.float32]:
    """Return the corners of the convex hull of the lungs' pixels, (n, 2) of x and y; n is 0 without lungs."""
    lung = mask > HALF
    rows = np.flatnonzero(lung.any(axis=1))
    if not len(rows):
        return np.zeros((0, 2), np.float32)
    first = lung.argmax(axis=1)[rows]
    last = lung.shape[1] - lung[:, ::-1].argmax(axis=1)[rows]
    corners = [(x, row + down) for x in (first, last) for row, down in ((rows, 0), (rows, 1))]
    points = np.concatenate([np.stack(corner, axis=1) for corner in corners]).astype(np.float32)
    return np.asarray(cv2.convexHull(points)[:, 0], np.float32)


def outlines(mask: Mask) -> tuple[NDArray[np.float64], ...]:
    """Return the lines on which the mask is a half, each (n, 2) of x and y, closed, around every piece."""
    from contourpy import LineType, contour_generator  # only now: the app starts without it

    padded = np.pad(mask, 1).astype(np.float64)
    generator = contour_generator(z=padded, name="serial", line_type=LineType.Separate)
    return tuple(np.asarray(line, np.float64) - 0.5 for line in generator.lines(HALF))
