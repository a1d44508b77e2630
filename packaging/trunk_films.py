"""Films framed to the lungs for the pretraining of a trunk: collected once, changed anew for every batch."""

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import LungFinder, reduced
from cxrview.imaging import read

SIDE = 288  # pixels of the stored squares
WIDER = 0.25  # how much longer the stored part is than the crop that a model is given
CLASSES = ("covid19", "normal", "pneumonia")
READINGS = ("typical", "negative", "indeterminate", "atypical")  # of the readers of siim
UNSURE = len(CLASSES)  # index of the films that may be the first or the last class
CHILDREN = "kermany"
BATCH = 64

Square = NDArray[np.uint8]
Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class Films:
    """N films: `pictures` and lung `masks`, (N, SIDE, SIDE) uint8, and what the table says of each.

    `crops` is the part that a model is given and `boxes` is where readers saw disease: left, top, right,
    bottom in pixels of the square. `classes` counts `UNSURE` too; `readings` is -1 where nobody read so.
    """

    pictures: Square
    masks: Square
    rows: list[dict[str, Any]]

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """The class of each film, (N,)."""
        names = {name: index for index, name in enumerate(CLASSES)}
        return np.array([names.get(row["label"], UNSURE) for row in self.rows])

    @cached_property
    def readings(self) -> NDArray[np.int64]:
        """What the readers of siim called each film, (N,)."""
        names = {name: index for index, name in enumerate(READINGS)}
        return np.array([names.get(row["finding"], -1) for row in self.rows])

    @cached_property
    def children(self) -> NDArray[np.int64]:
        """1 for the films of children, (N,)."""
        return np.array([int(CHILDREN in row["source"]) for row in self.rows])

    def column(self, name: str) -> NDArray[np.str_]:
        """Return what the table says of each film under `name`, (N,)."""
        return np.array([row[name] for row in self.rows])

    @classmethod
    def collect(cls, table: Path, folder: Path) -> "Films":
        """Return the films of `table` (see `left_out_tables`), framed once and kept in `folder`."""
        names = [folder / name for name in ("pictures.npy", "masks.npy", "rows.json")]
        if not names[2].exists():
            folder.mkdir(parents=True, exist_ok=True)
            framed = _framed(table)
            for path, array in zip(names, framed[:2], strict=False):
                np.save(path, array)
            names[2].write_text(json.dumps(framed[2]), "utf-8")
        pictures, masks = (np.load(path, mmap_mode="r") for path in names[:2])
        return cls(pictures, masks, json.loads(names[2].read_text("utf-8")))


def _framed(table: Path) -> tuple[Square, Square, list[dict[str, Any]]]:
    with table.open(newline="", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    pictures, masks = (np.zeros((len(rows), SIDE, SIDE), np.uint8) for _ in range(2))
    finder = LungFinder.load("cpu")
    for start in range(0, len(rows), BATCH):
        films = [reduced(read(table.parent / row["file"])[0]) for row in rows[start : start + BATCH]]
        for index, (film, anatomy) in enumerate(zip(films, finder.find(films), strict=True), start):
            left, top, right, bottom = anatomy.crop
            reach = WIDER / 2 * max(right - left, (bottom - top) * film.pixel_aspect)
            wide = film.part(left - reach, top - reach, right + reach, bottom + reach)
            box = film.letterbox(SIDE, wide)
            pictures[index], masks[index] = film.in_square(box), anatomy.mask_in(box)
            given = json.loads(rows[index]["boxes"] or "[]")
            rows[index]["boxes"] = [(*box.into(*each[:2]), *box.into(*each[2:])) for each in given]
            rows[index]["crop"] = (*box.into(left, top), *box.into(right, bottom))
    return pictures, masks, rows


def square(films: Films, index: int, side: int, random: Random | None = None) -> tuple[Square, ...]:
    """Return film, lung mask and boxes of a film, each (side, side) uint8.

    Without `random` it is what a model is given; with it the margins are others, and the film is turned,
    moved, sheared and mirrored a little.
    """
    left, top, right, bottom = films.rows[index]["crop"]
    way = _way(films.rows[index]["crop"], side, random)
    picture = cv2.warpAffine(films.pictures[index], way, (side, side), flags=cv2.INTER_AREA)
    mask = cv2.warpAffine(films.masks[index], way, (side, side))
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    for x0, y0, x1, y1 in films.rows[index]["boxes"]:
        drawn[max(0, int(y0)) : max(0, int(np.ceil(y1))), max(0, int(x0)) : max(0, int(np.ceil(x1)))] = 255
    boxes = cv2.warpAffine(drawn, way, (side, side))
    if random is None:
        corners = way @ np.array([[left, right], [top, bottom], [1, 1]])
        return _alone((picture, mask, boxes), *corners.T.ravel())
    if random.random() < 0.6 and (found := cv2.boundingRect((mask > 127).astype(np.uint8)))[2]:
        x, y, wide, high = found
        margins = random.uniform(0, 0.16, 4)
        edges = (x - margins[0] * wide, y - margins[1] * high)
        ends = (x + (1 + margins[2]) * wide, y + (1 + margins[3]) * high)
        picture, mask, boxes = _alone((picture, mask, boxes), *edges, *ends)
    if random.random() < 0.3:
        picture, mask, boxes = (np.ascontiguousarray(each[:, ::-1]) for each in (picture, mask, boxes))
    return picture, mask, boxes


def _way(crop: tuple[float, ...], side: int, random: Random | None) -> NDArray[np.float64]:
    """Return the affine map, (2, 3), from a stored square to one of `side` pixels that holds `crop`."""
    left, top, right, bottom = crop
    centre, length, turn = np.array([left + right, top + bottom]) / 2, max(right - left, bottom - top), 0.0
    if random is not None:
        length *= np.exp(random.uniform(-0.16, 0.2))
        centre = centre + random.uniform(-0.06, 0.06, 2) * length
        turn = random.uniform(-12, 12)
    way = cv2.getRotationMatrix2D(centre.tolist(), turn, side / length)
    way[:, 2] += side / 2 - centre
    if random is not None and random.random() < 0.5:
        shear = np.array([[np.exp(random.uniform(-0.08, 0.08)), random.uniform(-0.06, 0.06)], [0, 1]])
        way = np.column_stack([shear @ way[:, :2], shear @ (way[:, 2] - side / 2) + side / 2])
    return np.asarray(way, dtype=np.float64)


def _alone(
    squares: tuple[Square, ...], left: float, top: float, right: float, bottom: float
) -> tuple[Square, ...]:
    """Return the squares with all black but a rectangle."""
    kept = np.zeros_like(squares[0])
    kept[max(0, round(top)) : max(0, round(bottom)), max(0, round(left)) : max(0, round(right))] = 1
    return tuple(each * kept for each in squares)


def with_other_greys(picture: Square, mask: Square, films: Films, random: Random) -> Square:
    """Return `picture` as another machine, window, file format or console might have shown it."""
    grey = picture.astype(np.float32) / 255
    if random.random() < 0.3:
        grey = _restyled(grey, mask, films, random)
    if random.random() < 0.8:
        grey = np.clip(grey, 0, 1) ** np.exp(random.uniform(-0.5, 0.5))
        grey = (grey - 0.5) * random.uniform(0.6, 1.4) + 0.5 + random.uniform(-0.15, 0.15)
    grey = _sharpness(np.clip(grey, 0, 1), random)
    if random.random() < 0.3:
        grey = grey + random.normal(0, random.uniform(0.005, 0.04), grey.shape)
    changed = (np.clip(grey, 0, 1) * 255).astype(np.uint8)
    if random.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(25, 90))]
        changed = cv2.imdecode(cv2.imencode(".jpg", changed, quality)[1], cv2.IMREAD_GRAYSCALE)
    if random.random() < 0.25:
        changed = cv2.createCLAHE(random.uniform(1, 3), (8, 8)).apply(changed)
    for _ in range(random.integers(0, 3)):  # markers
        (y, x), (high, wide) = random.integers(0, len(picture) - 24, 2), random.integers(6, 36, 2)
        if mask[y : y + high, x : x + wide].mean() < 40:
            changed[y : y + high, x : x + wide] = random.integers(0, 256)
    return changed


def _restyled(grey: NDArray[np.float32], mask: Square, films: Films, random: Random) -> NDArray[np.float32]:
    """Return `grey` brought some way to the histogram that the lungs of another film have."""
    other = int(random.integers(len(films.rows)))
    theirs, ours = films.pictures[other][films.masks[other] > 127], grey[mask > 127]
    if min(len(theirs), len(ours)) < 200:
        return grey
    shares = np.linspace(0, 1, 33)
    start = np.maximum.accumulate(np.quantile(ours[::7], shares) + np.arange(33) * 1e-5)
    end, part = np.quantile(theirs[::7], shares) / 255, random.uniform(0.4, 1)
    return np.asarray((1 - part) * grey + part * np.interp(grey, start, end), dtype=np.float32)


def _sharpness(grey: NDArray[Any], random: Random) -> NDArray[Any]:
    kind = random.random()
    if kind < 0.35:
        part = random.uniform(0.35, 0.9)
        small = cv2.resize(grey, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if kind < 0.55:
        return cv2.GaussianBlur(grey, (0, 0), random.uniform(0.4, 1.3))
    if kind < 0.65:
        return grey + random.uniform(0.2, 0.8) * (grey - cv2.GaussianBlur(grey, (0, 0), 2))
    return grey


def standardised(picture: Square, mask: Square) -> NDArray[np.float32]:
    """Return `picture` with mean 0 and spread 1 inside the convex hull of the lungs, cut off at ±3."""
    hull = np.zeros_like(mask)
    points = cv2.findNonZero((mask > 127).astype(np.uint8))
    if points is None or len(points) < 50:
        hull[:] = 1
    else:
        cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    inside = picture[hull > 0].astype(np.float32)
    values = (picture.astype(np.float32) - inside.mean()) / (inside.std() + 5)
    return np.clip(values, -3, 3)


def cells(
    mask: Square, boxes: Square, label: int, has_boxes: bool, grid: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Return for each cell of a grid: its share of lung, the class it teaches, and whether it teaches one.

    Inside boxes that is the film's class; in lungs beside all boxes, and in lungs of normal films, "normal".
    """
    lung, box = (
        cv2.resize(each, (grid, grid), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for each in (mask, boxes)
    )
    normal = CLASSES.index("normal")
    wanted = np.full((grid, grid), normal, np.int64)
    if label == normal:
        return lung, wanted, (lung > 0.5).astype(np.float32)
    if not has_boxes:
        return lung, wanted, np.zeros_like(lung)
    known = (lung > 0.5) & (box < 0.1)
    if label != UNSURE:
        wanted[box > 0.5] = label
        known |= (lung > 0.5) & (box > 0.7)
    return lung, wanted, known.astype(np.float32)
