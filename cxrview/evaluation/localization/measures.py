"""How one map lies on the boxes and lungs of its film: pure functions of arrays.

Everything but the pointing game is taken on the map as it is drawn, smooth between its cells, on a grid over
the whole film (`grid_shape`). A map that is nowhere above 0 points at nothing: it misses.
"""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.boxes import Box4
from cxrview.imaging import Letterbox

GRID = 256  # samples along the longer side of the film
UNTOLD = float("nan")
Field = tuple[float, float, float, float]
WHOLE: Field = (0.0, 0.0, 1.0, 1.0)
Mask = NDArray[np.bool_] | NDArray[np.floating] | NDArray[np.uint8]


HeatMeasures = Mapping[str, float]
"""What was measured of one map, 0…1 by the names of `MEASURES`; NaN where boxes or lungs are not known.

- `pointing_game`: 1 if the centre of the strongest cell lies in a box, with no tolerance, else 0. Of equal
  cells the first counts; one outside what the model saw misses (Zhang 2018).
- `energy_inside`: the share of the map's sum over the film that lies in boxes (Wang 2020, the energy-based
  pointing game).
- `iou`: of the boxes with the part of the map from a threshold on, at the best of the map's own values above
  0, which is `iou_threshold` of the strongest.
- `in_lungs`, `in_drawn_lungs`: the share of the map's sum over the film inside the lungs that a network
  found, and that somebody drew.
- `chance_lungs`, `chance_seen`: the share of boxes among the cells whose centres lie in the lungs (those
  drawn, if there are any), and among all that the model saw: what the pointing game gives to one who points
  there anywhere.
- `empty`: 1 if there is no heat on the film, else 0.
"""
MEASURES = (
    "pointing_game",
    "energy_inside",
    "iou",
    "iou_threshold",
    "in_lungs",
    "in_drawn_lungs",
    "chance_lungs",
    "chance_seen",
    "empty",
)


def measure(
    maps: Sequence[NDArray[np.float32]],
    letterboxes: Sequence[Letterbox],
    boxes: Sequence[Sequence[Box4]],
    lungs: Sequence[Mask | None] | None = None,
    drawn_lungs: Sequence[Mask | None] | None = None,
    field: Field = WHOLE,
) -> dict[str, NDArray[np.float64]]:
    """Return the measures of N films by name, each (N,) float64; what they mean says `HeatMeasures`.

    One map, letterbox, list of boxes and, where they are known, masks for each film, as `measure_film` takes
    them. Raises ValueError if there are not as many of each.
    """
    nothing: list[Mask | None] = [None] * len(maps)
    found = [
        measure_film(*film, field)
        for film in zip(maps, letterboxes, boxes, lungs or nothing, drawn_lungs or nothing, strict=True)
    ]
    return {name: np.array([film[name] for film in found], np.float64) for name in MEASURES}


def measure_film(
    heat: NDArray[np.float32],
    letterbox: Letterbox,
    boxes: Sequence[Box4] = (),
    lungs: Mask | None = None,
    drawn_lungs: Mask | None = None,
    field: Field = WHOLE,
) -> HeatMeasures:
    """Return how the map `heat`, (h, w) float32 ≥ 0 of any scale, lies on `boxes` and lungs.

    `field` is the part of the model's square that the map covers. `boxes` are in pixels of the film; without
    any, what is about boxes is not known. Masks cover the whole film at any resolution, and count from a half
    (of 255 if uint8) on.
    """
    shape = grid_shape(letterbox)
    warm = np.clip(letterbox.back(heat, field, shape), 0, None).astype(np.float64)
    total = float(warm.sum())
    network, drawn = _on_grid(lungs, shape), _on_grid(drawn_lungs, shape)
    found = dict.fromkeys(MEASURES, UNTOLD) | {"empty": float(total == 0)}
    if total > 0:
        shares = {"in_lungs": network, "in_drawn_lungs": drawn}
        found |= {name: _share(warm, mask) for name, mask in shares.items() if mask is not None}
    if boxes:
        inside = box_mask(boxes, letterbox, shape)
        best, threshold = _best_overlap(warm, inside)
        found |= {"iou": best, "iou_threshold": threshold}
        found["energy_inside"] = _share(warm, inside) if total > 0 else 0.0
        found |= _pointing(heat, letterbox, boxes, network if drawn is None else drawn, field)
    return found


def grid_shape(letterbox: Letterbox) -> tuple[int, int]:
    """Return rows and columns of the grid over the film: `GRID` along its longer side."""
    longer = max(letterbox.height, letterbox.width)
    return max(1, round(GRID * letterbox.height / longer)), max(1, round(GRID * letterbox.width / longer))


def box_mask(boxes: Sequence[Box4], letterbox: Letterbox, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which of `shape` samples over the film have their centre in one of `boxes`."""
    y = (np.arange(shape[0]) + 0.5) * letterbox.height / shape[0]
    x = (np.arange(shape[1]) + 0.5) * letterbox.width / shape[1]
    return _in_boxes(*np.meshgrid(x, y), boxes)


def _in_boxes(x: NDArray[np.float64], y: NDArray[np.float64], boxes: Sequence[Box4]) -> NDArray[np.bool_]:
    inside = np.zeros(x.shape, np.bool_)
    for left, top, right, bottom in boxes:
        inside |= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return inside


def _on_grid(mask: Mask | None, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
    """Return `mask` as (rows, columns) of `shape`; None if there is none."""
    if mask is None:
        return None
    shares = np.asarray(mask, np.float32) / (255 if mask.dtype == np.uint8 else 1)
    smaller = shape[0] < mask.shape[0]
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(shares, shape[::-1], interpolation=way) >= 0.5)


def _share(warm: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    return float(warm[mask].sum() / warm.sum())


def _best_overlap(warm: NDArray[np.float64], inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the greatest IoU of `inside` with `warm` from a threshold on, and that as a share of the top."""
    flat = warm.ravel()
    order = np.argsort(-flat, kind="stable")
    values = flat[order]
    common = np.cumsum(inside.ravel()[order])
    overlap = common / (np.arange(1, len(flat) + 1) + inside.sum() - common)
    ends = np.append(values[1:] != values[:-1], True) & (values > 0)  # equal values come together
    if not ends.any():
        return 0.0, UNTOLD
    best = int(np.flatnonzero(ends)[overlap[ends].argmax()])
    return float(overlap[best]), float(values[best] / values[0])


def _pointing(
    heat: NDArray[np.float32],
    letterbox: Letterbox,
    boxes: Sequence[Box4],
    lungs: NDArray[np.bool_] | None,
    field: Field,
) -> dict[str, float]:
    """Return the pointing game and its chance levels, all of the centres of the map's cells."""
    high, wide = heat.shape
    left, top, right, bottom = field
    across = (left + (np.arange(wide) + 0.5) / wide * (right - left)) * letterbox.size
    down = (top + (np.arange(high) + 0.5) / high * (bottom - top)) * letterbox.size
    x, y = np.meshgrid(
        [letterbox.out_of(place, 0)[0] for place in across], [letterbox.out_of(0, place)[1] for place in down]
    )
    seen = (x >= letterbox.crop[0]) & (x < letterbox.crop[2])
    seen &= (y >= letterbox.crop[1]) & (y < letterbox.crop[3])
    hits = _in_boxes(x, y, boxes) & seen
    strongest = int(heat.argmax())
    found = {
        "pointing_game": float(heat.flat[strongest] > 0 and hits.flat[strongest]),
        "chance_seen": _part(hits, seen),
    }
    if lungs is not None:
        rows = np.clip(y * lungs.shape[0] / letterbox.height, 0, lungs.shape[0] - 1).astype(int)
        columns = np.clip(x * lungs.shape[1] / letterbox.width, 0, lungs.shape[1] - 1).astype(int)
        found["chance_lungs"] = _part(hits, seen & lungs[rows, columns])
    return found


def _part(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(hits[among].mean()) if among.any() else UNTOLD
