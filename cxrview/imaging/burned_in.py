"""Text that is burned into a film: found by its letters, so that it can be masked.

It finds lines of small, sharp, bright shapes of one height, as machines write them. It is no proof that there
is none: handwriting, and words over bright bone, are passed over. Whoever makes a set looks at the films too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.boxes import Box4

LEAST_LETTERS = 3  # in a line: L and R alone say nothing
LETTER_HEIGHTS = (0.006, 0.06)  # as shares of the film's height
LEAST_HEIGHT = 6  # pixels
WIDTHS = (0.08, 1.6)  # of a letter, as shares of its height
CONTRAST = 90  # grey levels between a letter and what is around it
BRIGHT = 200
MARGIN = 0.5  # of a letter's height, around a line
ALIKE = 1.7  # of heights in a line


def find_text(picture: NDArray[np.uint8]) -> tuple[Box4, ...]:
    """Return boxes around the lines of text on `picture`, (H, W), as it is shown."""
    letters = _letters(picture)
    lines: list[list[int]] = []
    for place in sorted(range(len(letters)), key=lambda index: letters[index][0]):
        line = next((line for line in lines if _goes_on(letters[line[-1]], letters[place])), None)
        if line is None:
            lines.append([place])
        else:
            line.append(place)
    height, width = picture.shape
    found = []
    for line in lines:
        if len(line) >= LEAST_LETTERS:
            boxes = letters[line]
            left, top = boxes[:, 0].min(), boxes[:, 1].min()
            right, bottom = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
            edge = MARGIN * boxes[:, 3].max()
            found.append(
                (
                    max(0.0, float(left - edge)),
                    max(0.0, float(top - edge)),
                    min(float(width), float(right + edge)),
                    min(float(height), float(bottom + edge)),
                )
            )
    return tuple(sorted(found))


def _letters(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return what may be letters, (N, 4): left, top, width, height."""
    bright = (picture >= BRIGHT).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    found = stats[1:].astype(np.int64)
    low, high = (share * picture.shape[0] for share in LETTER_HEIGHTS)
    heights, widths = found[:, cv2.CC_STAT_HEIGHT], found[:, cv2.CC_STAT_WIDTH]
    fits = (heights >= max(LEAST_HEIGHT, low)) & (heights <= high)
    fits &= (widths >= WIDTHS[0] * heights) & (widths <= WIDTHS[1] * heights)
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
