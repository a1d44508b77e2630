"""Into which regions a film is divided for a shortcut audit, by rules of the boxes of the lung masks.

Each place of a film belongs to one region, the first of these rules that fits:

1. `text`: in a box around burned-in text or a marker (`imaging.burned_in`).
2. `lungs`: the lung network's mask is a half or more.
3. `border`: nearer to an edge of the film than BORDER of the film's side.
4. `below`: lower than the box of the lung on its side of the midline. The midline lies halfway between the
   inner edges of the boxes of the right and of the left lung.
5. `between`: in the rows of the box around both lungs, and in the columns between the middles of the boxes of
   each: mediastinum, heart, hila and spine.
6. `around`: all else: above the lungs, and beside them.

Where one lung alone was found its box stands for both, and nothing is between.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, Film
from cxrview.imaging.burned_in import Box4, find_markers, find_text

REGIONS = ("lungs", "between", "around", "below", "border", "text")
BORDER = 0.05  # of a film's side
HALF = 127.5  # of the lung network's mask, from which on a place is lung

Mask = NDArray[np.bool_]


def regions(right: Mask, left: Mask, text: Mask) -> Mapping[str, Mask]:
    """Return the region of each place by the names REGIONS, each (h, w): no place is in two of them.

    `right` and `left` are the lungs, the one nearer to the picture's left first, and `text` where text and
    markers are; all (h, w), over the whole film. Raises ValueError if there are no lungs.
    """
    lungs = right | left
    rows, columns = np.indices(lungs.shape)
    boxes = [_box(lung) for lung in (right, left)]
    first, second = boxes[0] or boxes[1], boxes[1] or boxes[0]
    if first is None or second is None:
        raise ValueError("no lungs")
    midline = (first[2] + second[0]) / 2
    bottoms = np.where(columns + 0.5 < midline, first[3], second[3])
    middles = (first[0] + first[2]) / 2, (second[0] + second[2]) / 2
    inside = (rows >= min(first[1], second[1])) & (rows < max(first[3], second[3]))
    rules: dict[str, Mask] = {
        "text": text,
        "lungs": lungs,
        "border": border(lungs.shape),
        "below": np.asarray(rows >= bottoms),
        "between": np.asarray(inside & (columns + 0.5 >= middles[0]) & (columns + 0.5 < middles[1])),
        "around": np.ones(lungs.shape, np.bool_),
    }
    taken, found = np.zeros(lungs.shape, np.bool_), dict[str, Mask]()
    for name, rule in rules.items():
        found[name] = rule & ~taken
        taken |= rule
    return {name: found[name] for name in REGIONS}


def border(shape: tuple[int, ...]) -> Mask:
    """Return which places of a film of `shape` are nearer to an edge than BORDER of that side, (h, w)."""
    across, down = ((np.arange(side) + 0.5) / side for side in (shape[1], shape[0]))
    edges = [np.minimum(place, 1 - place) < BORDER for place in (down, across)]
    return edges[0][:, None] | edges[1][None, :]


def lungs_over(anatomy: Anatomy, shape: tuple[int, int]) -> tuple[Mask, Mask]:
    """Return the lung nearer to the film's left, and the other, each over the whole film, `shape`."""
    first, second = (
        anatomy.letterbox.back(side.astype(np.float32), shape=shape) >= HALF for side in anatomy.sides()
    )
    return first, second


def text_on(film: Film, lungs: Mask) -> tuple[Box4, ...]:
    """Return boxes around text and markers on `film`, in pixels of the radiograph.

    A single shape whose middle lies in `lungs`, (h, w) over the same film, is no marker: it may be a clip, a
    port, or disease.
    """
    rows, columns = film.pixels.shape
    markers = [
        (left, top, right, bottom)
        for left, top, right, bottom in find_markers(film.pixels)
        if not lungs[
            int((top + bottom) / 2 * lungs.shape[0] / rows),
            int((left + right) / 2 * lungs.shape[1] / columns),
        ]
    ]
    across, down = film.width / columns, film.height / rows
    return tuple(
        (left * across, top * down, right * across, bottom * down)
        for left, top, right, bottom in (*find_text(film.pixels), *markers)
    )


def shares(heat: NDArray[np.float32], divided: Mapping[str, Mask]) -> dict[str, float]:
    """Return which share of `heat`, (h, w) ≥ 0, lies in each region; NaN where there is no heat."""
    total = float(heat.sum())
    return {
        name: float(heat[mask].sum()) / total if total else float("nan") for name, mask in divided.items()
    }


def _box(lung: Mask) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom, right and bottom exclusive; None if there is no lung."""
    if not lung.any():
        return None
    left, top, wide, high = cv2.boundingRect(lung.astype(np.uint8))
    return left, top, left + wide, top + high
