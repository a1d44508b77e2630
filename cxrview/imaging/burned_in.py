"""Text and markers that are burned into a film, or were laid on it: found by their shapes, to be masked.

Text is found as lines of small, sharp, bright shapes of one height, as machines write them, markers as single
shapes of that kind, somewhat larger. It is no proof that there are none: handwriting, and words over bright
bone, are passed over. Whoever makes a set looks at the films too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_LETTERS = 3  # in a line: L and R alone say nothing
LETTER_HEIGHTS = (0.006, 0.06)  # as shares of the film's height
LEAST_HEIGHT = 6  # pixels
WIDTHS = (0.08, 1.6)  # of a letter, as shares of its height
CONTRAST = 90  # grey levels between a letter and what is around it
BRIGHT = 200
MARGIN = 0.5  # of a letter's height, around a line
ALIKE = 1.7  # of heights in a line
MARKER_HEIGHTS = (0.012, 0.15)  # of a marker, as shares of the film's height
MARKER_WIDTHS = (0.15, 3.0)  # of a marker, as shares of its height

Box4 = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the picture, corners at 0."""


def find_text(picture: NDArray[np.uint8]) -> tuple[Box4, ...]:
    """Return boxes around the lines of text on `picture`, (H, W), as it is shown."""
    letters = _shapes(picture, LETTER_HEIGHTS, WIDTHS)
    lines: list[list[int]] = []
    for place in sorted(range(len(letters)), key=lambda index: letters[index][0]):
        line = next((line for line in lines if _goes_on(letters[line[-1]], letters[place])), None)
        if line is None:
            lines.append([place])
        else:
            line.append(place)
    found = []
    for line in lines:
        if len(line) >= LEAST_LETTERS:
            boxes = letters[line]
            start, end = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
            edge = MARGIN * float(boxes[:, 3].max())
            found.append(_around(start[0], start[1], end[0], end[1], edge, picture.shape))
    return tuple(sorted(found))


def find_markers(picture: NDArray[np.uint8]) -> tuple[Box4, ...]:
    """Return boxes around single bright shapes on `picture`, (H, W): the L and R of lead, and other signs.

    Letters of a line of text may be among them, and so may what is no marker: a clip, a button, a wire's end.
    """
    return tuple(
        sorted(
            _around(left, top, left + wide, top + high, MARGIN * high / 2, picture.shape)
            for left, top, wide, high in _shapes(picture, MARKER_HEIGHTS, MARKER_WIDTHS).tolist()
        )
    )


def _around(
    left: float, top: float, right: float, bottom: float, edge: float, shape: tuple[int, ...]
) -> Box4:
    """Return the box with an `edge` around it, as far as that lies on the picture of `shape`."""
    height, width = shape[:2]
    return (
        max(0.0, float(left - edge)),
        max(0.0, float(top - edge)),
        min(float(width), float(right + edge)),
        min(float(height), float(bottom + edge)),
    )


def _shapes(
    picture: NDArray[np.uint8], heights_of: tuple[float, float], widths_of: tuple[float, float]
) -> NDArray[np.int64]:
    """Return the bright shapes of such a size that stand out, (N, 4): left, top, width, height.

    `heights_of` are shares of the picture's height, `widths_of` of the shape's.
    """
    bright = (picture >= BRIGHT).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    found = stats[1:].astype(np.int64)
    low, high = (share * picture.shape[0] for share in heights_of)
    heights, widths = found[:, cv2.CC_STAT_HEIGHT], found[:, cv2.CC_STAT_WIDTH]
    fits = (heights >= max(LEAST_HEIGHT, low)) & (heights <= high)
    fits &= (widths >= widths_of[0] * heights) & (widths <= widths_of[1] * heights)
    chosen = [
        place
        for place in np.flatnonzero(fits).tolist()
        if _stands_out(picture, labels, place + 1, found[place])
    ]
    return np.asarray(found[chosen][:, :4].reshape(-1, 4), np.int64)


def _stands_out(
    picture: NDArray[np.uint8], labels: NDArray[np.int32], label: int, box: NDArray[np.int64]
) -> bool:
    """Return whether the ring around a shape is that much darker than the shape."""
    left, top, width, height = (int(number) for number in box[:4])
    edge = max(2, height // 6)
    area = np.s_[max(0, top - edge) : top + height + edge, max(0, left - edge) : left + width + edge]
    part, inside = picture[area], labels[area] == label
    outside = part[~inside]
    return bool(outside.size) and float(part[inside].mean()) - float(np.median(outside)) >= CONTRAST


def _goes_on(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    """Return whether the letter `other` may stand to the right of `one` in the same line."""
    gap = other[0] - (one[0] + one[2])
    tall = max(one[3], other[3])
    level = abs((one[1] + one[3]) - (other[1] + other[3])) <= 0.35 * tall
    return bool(-0.3 * tall <= gap <= 1.5 * tall and level and tall <= ALIKE * min(one[3], other[3]))
