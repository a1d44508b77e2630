"""How well the lung network draws: on films with hand-drawn masks that it never saw, and by boxes of readers.

What is measured is the bundle as the program uses it, at the resolution of the films.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from lung_pairs import Pairs
from numpy.typing import NDArray

from cxrview import bundle
from cxrview.anatomy import Anatomy, Film, LungFinder, contract, reduced
from cxrview.imaging import read

RESAMPLED = 2000  # times, for an interval
BATCH = 32
LOW_DICE, LOW_OVERLAP = 0.9, 0.5  # below that a film counts as a failure
PARTLY = "General Blockchain"  # whose lungs leave out what is behind the heart, on some films

Region = NDArray[np.bool_]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


def measure(folder: Path, data: Path, pairs: Pairs) -> dict[str, Any]:
    """Return the figures of the bundle in `folder`, as they stand in its card."""
    opened = bundle.load(folder)
    finder = LungFinder(opened, contract.choose(folder).engine)
    partly = np.array([source.startswith(PARTLY) for source in pairs.sources])
    lungs = data / "lungs"
    unseen = {
        "adults": _drawn(finder, lungs, pairs.names[pairs.held_out & pairs.adult & ~partly], "lungs"),
        "children": _drawn(finder, lungs, pairs.names[pairs.held_out & ~pairs.adult], "lungs"),
    }
    if "heart" in opened.card.class_names:
        unseen["heart, adults"] = _drawn(finder, lungs, pairs.names[pairs.held_out & partly], "heart")
    return {
        "intervals": f"95 %, by {RESAMPLED} bootstrap samples of the films",
        "distances": "between both outlines, in percent of the width of the box around what was drawn",
        "trained on": {
            "adults": int((~pairs.held_out & pairs.adult).sum()),
            "children": int((~pairs.held_out & ~pairs.adult).sum()),
        },
        "unseen": unseen,
        "siim": _boxes(finder, data / "siim"),
    }


def _drawn(finder: LungFinder, folder: Path, names: Sequence[str], target: str) -> dict[str, Any]:
    """Return how near the masks of `target` come to those drawn on the films `names`."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        masks = {row["image"]: row["mask"] for row in csv.DictReader(file) if row["kind"] == target}
    dice, mean, far, by_film = [], [], [], {}
    for name, found in zip(names, _masks(finder, [folder / name for name in names], target), strict=True):
        drawn = cv2.imread(str(folder / masks[name]), cv2.IMREAD_GRAYSCALE) > 127
        both = np.logical_and(drawn, found).sum()
        dice.append(2 * both / max(1, drawn.sum() + found.sum()))
        by_film[name] = round(float(dice[-1]), 4)
        distances = _distances(drawn, found) / max(1, np.ptp(np.flatnonzero(drawn.any(axis=0)))) * 100
        mean.append(distances.mean())
        far.append(np.percentile(distances, 95))
    return {
        "films": len(names),
        "dice": _interval(dice),
        f"dice below {LOW_DICE}": int((np.array(dice) < LOW_DICE).sum()),
        "least dice": round(float(min(dice)), 4),
        "mean distance": _interval(mean),
        "95th percentile of the distance": _interval(far),
        "worst films": dict(sorted(by_film.items(), key=lambda item: item[1])[:6]),
    }


def _masks(finder: LungFinder, paths: Sequence[Path], target: str) -> Iterator[Region]:
    """Yield what belongs to `target` on each film, in its own pixels."""
    for films in _films(paths):
        if target == "lungs":
            for anatomy in finder.find(films):
                yield anatomy.letterbox.back(anatomy.lungs.astype(np.float32) / 255) > 0.5
            continue
        boxes = [film.letterbox(finder.card.input_size) for film in films]
        squares = np.stack([film.in_square(box) for film, box in zip(films, boxes, strict=True)])
        index = finder.card.class_names.index(target)
        for mask, box in zip(finder.engine.predict(squares)[contract.OUTPUT][:, index], boxes, strict=True):
            yield box.back(mask) > 0.5


def _films(paths: Sequence[Path]) -> Iterator[list[Film]]:
    for start in range(0, len(paths), BATCH):
        yield [reduced(read(path)[0]) for path in paths[start : start + BATCH]]


def _distances(one: Region, other: Region) -> NDArray[np.float64]:
    """Return how far each pixel of either outline is from the other outline, in pixels.

    Where one of them is empty, every distance is the diagonal of the picture.
    """
    rims = [region & ~(cv2.erode(np.pad(region, 1).astype(np.uint8), np.ones((3, 3)))[1:-1, 1:-1] > 0)
            for region in (one, other)]  # fmt: skip
    if not (rims[0].any() and rims[1].any()):
        return np.full(1, np.hypot(*one.shape))
    away = [cv2.distanceTransform((~rim).astype(np.uint8), cv2.DIST_L2, 5) for rim in rims]
    return np.concatenate([away[1][rims[0]], away[0][rims[1]]]).astype(np.float64)


def _boxes(finder: LungFinder, folder: Path) -> dict[str, Any]:
    """Return how the boxes around the lungs overlap with those that readers drew, on all films with one."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lung_box"]]
    overlaps, kinds, failed = [], Counter[str](), {}
    found = (
        anatomy for films in _films([folder / row["file"] for row in rows]) for anatomy in finder.find(films)
    )
    for row, anatomy in zip(rows, found, strict=True):
        drawn = _around(json.loads(row["lung_box"]))
        box = _box(anatomy)
        overlap = _overlap(box, drawn) if box is not None else 0.0
        overlaps.append(overlap)
        if overlap < LOW_OVERLAP:
            kind = _kind(anatomy, box, drawn)
            kinds[kind] += 1
            failed[row["file"]] = kind
    low = np.array(overlaps) < LOW_OVERLAP
    return {
        "films": len(rows),
        "overlap of the boxes (IoU)": _interval(overlaps),
        f"overlap below {LOW_OVERLAP}": {"films": int(low.sum()), "share": _interval(low.astype(float))},
        "what failed": dict(kinds.most_common()),
        "failed films": failed,
    }


def _around(boxes: Sequence[Sequence[float]]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _box(anatomy: Anatomy) -> Box | None:
    """Return the box around the lungs in pixels of the film."""
    lung = anatomy.lungs > 127
    rows, columns = np.flatnonzero(lung.any(axis=1)), np.flatnonzero(lung.any(axis=0))
    if not anatomy.found:
        return None
    start = anatomy.letterbox.out_of(float(columns[0]), float(rows[0]))
    return *start, *anatomy.letterbox.out_of(float(columns[-1] + 1), float(rows[-1] + 1))


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _shared(one: Box, other: Box) -> float:
    return _area((max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])))


def _overlap(one: Box, other: Box) -> float:
    shared = _shared(one, other)
    return shared / (_area(one) + _area(other) - shared)


def _kind(anatomy: Anatomy, box: Box | None, drawn: Box) -> str:
    """Return in what way the lungs of a film were missed."""
    if box is None:
        return "no lungs found"
    if anatomy.thoracic_width() is None:
        return "one lung only"
    outside = 1 - _shared(box, drawn) / _area(box)
    return "reaches beyond the lungs" if outside > 1 / 3 else "a part of the lungs only"


def _interval(values: Sequence[float] | NDArray[np.floating]) -> dict[str, float]:
    """Return the mean with its 95 % interval, by resampling."""
    array = np.asarray(values, np.float64)
    random = np.random.default_rng(0)
    means = [random.choice(array, len(array)).mean() for _ in range(RESAMPLED)]
    low, high = np.percentile(means, (2.5, 97.5))
    return {
        "value": round(float(array.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }
