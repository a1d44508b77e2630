"""What can be measured of a pair of lungs whatever the size of the film: a pure function of a square mask.

A mask is (S, S) uint8, 255 times the probability of being lung; what is 128 and more is lung. The words
"right" and "left" are the patient's; the right lung is on the left of a frontal film.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import regions
from cxrview.anatomy.regions import HALF, Mask, Region

NAMES = (
    "covered",  # logarithm of the lungs' share of the film
    "across",  # middle of the lungs' box from the middle of the film, in its width
    "down",  # the same down the film, in its height
    "aspect",  # logarithm of the box's width divided by its height
    "filled",  # share of the box that is lung
    "scattered",  # share of all lung that is in no lung kept
    "sure",  # mean probability in the lungs
    "blurred",  # length of what is undecided, 0.2 to 0.8, in the circumference of a disc of the lungs' area
    "areas",  # logarithm of the right lung's area divided by the left one's
    "heights",  # the same of their heights
    "widths",  # the same of their widths
    "tops",  # how much lower the left lung begins, in the height of the box
    "bottoms",  # how much lower it ends
    "apart",  # distance of their centres across, in the width of the box
    "level",  # how much lower the left lung's centre lies, in the height of the box
    "gap",  # mean gap between them on the rows of both, in the width of the box
    "opening",  # how much farther apart the lower thirds are than the upper ones, in the width of the box
    "upper",  # logarithm of the mean width of the upper thirds divided by that of the middle ones
    "lower",  # the same of the lower thirds
    "right base",  # how much lower the right lung ends at its outer than at its inner half, in its height
    "left base",  # the same of the left lung
    "right apex",  # how much lower the right lung begins at its outer than at its inner half, in its height
    "left apex",  # the same of the left lung
    "mirrored",  # overlap of the right lung, turned over, with the left one: intersection over union
    # Greys, in spreads of the film's greys:
    "below",  # how much brighter the film is just below the lungs than in them
    "above",  # the same just above them
    "outside",  # the same beside them
    "between",  # the same where each lung faces the other
    "even",  # spread of the greys in the lungs
    "edge",  # mean step of the greys from pixel to pixel on their outline
    "darker",  # share of the film beside the lungs that is darker than they are in the mean
)
BAND = 0.1  # of the lungs' height: how wide the bands around them are
LEAST = 1e-3  # of an area or length, of which a logarithm is taken


def measured(mask: Mask, square: NDArray[np.uint8], film: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Return the measures NAMES of the lungs in `mask`, (31,) float32, all finite; all 0 without any lung.

    `mask` is what the network gave for `square`, (S, S) uint8, in which the film lies in `film` (left, top,
    right, bottom); beside the film both are 0. A measure that needs both lungs is that of an empty one where
    a lung is missing.
    """
    lungs = regions.kept(mask)
    lung = lungs > HALF
    if not lung.any():
        return np.zeros(len(NAMES), np.float32)
    left, top, right, bottom = _box(lung)
    wide, high = right - left, bottom - top
    film_wide, film_high = film[2] - film[0], film[3] - film[1]
    area = float(lung.sum())
    undecided = float(((mask > 0.2 * 255) & (mask < 0.8 * 255)).sum())
    whole = (
        _log(area / (film_wide * film_high)),
        ((left + right) / 2 - film[0]) / film_wide - 0.5,
        ((top + bottom) / 2 - film[1]) / film_high - 0.5,
        _log(wide / high),
        area / (wide * high),
        1 - area / float((mask > HALF).sum()),
        float(mask[lung].mean()) / 255,
        undecided / np.sqrt(4 * np.pi * area),
    )
    one, other = (side > HALF for side in regions.sides(lungs))
    pair = _compared(one, other, wide, high)
    shapes = _bases_and_apices(one, other)
    greys = _greys(one, other, square, film)
    return np.array((*whole, *pair, *shapes, _mirrored(one, other), *greys), np.float32)


def _compared(one: Region, other: Region, wide: int, high: int) -> tuple[float, ...]:
    """Return the measures from "areas" to "lower" of the right lung `one` and the left one `other`."""
    boxes = [_box(side) for side in (one, other)]
    (left, top, right, bottom), (left2, top2, right2, bottom2) = boxes
    centres = [_centre(side) for side in (one, other)]
    rows = np.flatnonzero(one.any(axis=1) & other.any(axis=1))
    ends = one.shape[1] - one[rows, ::-1].argmax(axis=1)
    gap = float((other[rows].argmax(axis=1) - ends).mean()) if len(rows) else 0.0
    thirds = [np.array_split(side[box[1] : box[3]], 3) for side, box in zip((one, other), boxes, strict=True)]
    distances = [_centre(second)[0] - _centre(first)[0] for first, second in zip(*thirds, strict=True)]
    upper, middle, lower = (
        float(first.sum() + second.sum()) / max(1, len(first) + len(second))
        for first, second in zip(*thirds, strict=True)
    )
    return (
        _log(_ratio(float(one.sum()), float(other.sum()))),
        _log(_ratio(bottom - top, bottom2 - top2)),
        _log(_ratio(right - left, right2 - left2)),
        (top2 - top) / high,
        (bottom2 - bottom) / high,
        (centres[1][0] - centres[0][0]) / wide,
        (centres[1][1] - centres[0][1]) / high,
        gap / wide,
        (distances[2] - distances[0]) / wide,
        _log(_ratio(upper, middle)),
        _log(_ratio(lower, middle)),
    )


def _bases_and_apices(one: Region, other: Region) -> tuple[float, ...]:
    """Return the measures from "right base" to "left apex"."""
    differences = []
    for side in (one, other[:, ::-1]):  # outer border on the left
        left, top, right, bottom = _box(side)
        columns = side[top:bottom, left:right]
        high, half = max(1, bottom - top), (right - left) // 2
        nothing = np.zeros(0, np.int64)
        ends = high - columns[::-1].argmax(axis=0) if columns.size else nothing
        starts = columns.argmax(axis=0) if columns.size else nothing
        differences.append([_step(line[:half], line[half:], high) for line in (ends, starts)])
    (base, apex), (base2, apex2) = differences
    return base, base2, apex, apex2


def _step(outer: NDArray[np.int64], inner: NDArray[np.int64], high: int) -> float:
    return float(outer.mean() - inner.mean()) / high if len(outer) and len(inner) else 0.0


def _mirrored(one: Region, other: Region) -> float:
    """Return how well the right lung, turned over, covers the left one, the centres laid on each other."""
    if not one.any() or not other.any():
        return 0.0
    turned = one[:, ::-1]
    (x, y), (x2, y2) = _centre(turned), _centre(other)
    moved = _moved(turned, round(y2 - y), round(x2 - x))
    return float((moved & other).sum()) / float((moved | other).sum())


def _greys(
    one: Region, other: Region, square: NDArray[np.uint8], film: tuple[int, int, int, int]
) -> tuple[float, ...]:
    """Return the measures from "below" to "darker"."""
    left, top, right, bottom = film
    grey = square[top:bottom, left:right].astype(np.float32)
    spread = max(1.0, float(grey.std()))
    one, other = one[top:bottom, left:right], other[top:bottom, left:right]
    lung = one | other
    inside = float(grey[lung].mean())
    far = max(2, round(BAND * np.ptp(np.flatnonzero(lung.any(axis=1)))))
    bands = (
        _moved(lung, far, 0),
        _moved(lung, -far, 0),
        _moved(one, 0, -far) | _moved(other, 0, far),
        _moved(one, 0, far) | _moved(other, 0, -far),
    )
    steps = np.hypot(*np.gradient(grey))
    outline = lung & ~(_moved(lung, 1, 0) & _moved(lung, -1, 0) & _moved(lung, 0, 1) & _moved(lung, 0, -1))
    return (
        *((_mean(grey, band & ~lung, inside) - inside) / spread for band in bands),
        float(grey[lung].std()) / spread,
        _mean(steps, outline, 0.0) / spread,
        _mean((grey < inside).astype(np.float32), ~lung, 0.0),
    )


def _moved(region: Region, down: int, across: int) -> Region:
    """Return `region` moved by so many pixels; what leaves it is lost."""
    way = np.array([[1, 0, across], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(region.astype(np.uint8), way, region.shape[::-1], flags=cv2.INTER_NEAREST)
    return np.asarray(moved > 0)


def _mean(values: NDArray[np.float32], where: Region, otherwise: float) -> float:
    return float(values[where].mean()) if where.any() else otherwise


def _box(region: Region) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom, exclusive, of what is true; all 0 if nothing is."""
    columns, rows = np.flatnonzero(region.any(axis=0)), np.flatnonzero(region.any(axis=1))
    if not len(rows):
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _centre(region: Region) -> tuple[float, float]:
    """Return the mean x and y of what is true, pixel centres at +0.5; the region's middle if nothing is."""
    rows, columns = np.nonzero(region)
    if not len(rows):
        return region.shape[1] / 2, region.shape[0] / 2
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def _ratio(first: float, second: float) -> float:
    return max(first, LEAST) / max(second, LEAST)


def _log(ratio: float) -> float:
    """Return the logarithm of `ratio`, at most 3 from 0."""
    return float(np.clip(np.log(max(ratio, LEAST)), -3, 3))
