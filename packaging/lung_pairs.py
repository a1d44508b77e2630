"""The films with hand-drawn masks that the lung network learns from, and those it never sees."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.duplicates import clusters, neighbours
from cxrview.datasets.similarity import SAME, PairComparison, direction_histogram, fingerprint
from cxrview.imaging import Letterbox

SIZE = 112  # pixels a side of what the network sees
TARGETS = ("lungs", "heart")
UNKNOWN = 255  # in a target: nobody has drawn here, so nothing is learnt
HELD_OUT = 0.2  # of the groups of each source
NEAREST = 12  # pictures that each is compared with for being the same film again


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """N films with their masks, letterboxed to SIZE.

    `films` (N, S, S) uint8; `masks` (N, S, S, targets) uint8: percent of the pixel that lies inside what was
    drawn, 0…100, or UNKNOWN; `adult` and `held_out` (N,) bool; `names` and `sources` are the table's.
    """

    films: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    adult: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    names: NDArray[np.str_]
    sources: NDArray[np.str_]

    def save(self, path: Path) -> None:
        """Write an archive that `load` reads."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> "Pairs":
        """Read what `save` wrote."""
        with np.load(path) as stored:
            return cls(**{name: stored[name] for name in cls.__slots__})


def collect(folder: Path, kept_apart: Sequence[Path]) -> Pairs:
    """Return the pairs that `folder`/manifest.csv lists, without films that are among `kept_apart`.

    The table has a row for each mask: image, mask, kind ("lungs" or "heart"), source, adult, behind_heart.
    Films that are one picture twice stay on one side of the split; a film that is also in one of the folders
    `kept_apart` is left out altogether.
    """
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    drawn = {(row["image"], row["kind"]): row for row in rows}
    lungs = [row for row in rows if row["kind"] == TARGETS[0]]
    films = [_read(folder / row["image"]) for row in lungs]
    others = [_read(path) for place in kept_apart for path in sorted(place.rglob("*.jpg"))]
    groups = _groups([*films, *others])
    taken = ~np.isin(groups[: len(films)], groups[len(films) :])
    squares, masks = [], []
    for row, film in zip(lungs, films, strict=True):
        box = Letterbox.fit(*film.shape, SIZE)
        heart = drawn.get((row["image"], TARGETS[1]))
        squares.append(box.apply(film))
        masks.append(_targets(folder, row, heart, box))
    sources = np.array([row["source"] for row in lungs])
    held_out = _held_out(groups[: len(films)], sources)
    return Pairs(
        np.stack(squares)[taken],
        np.stack(masks)[taken],
        np.array([row["adult"] == "1" for row in lungs])[taken],
        held_out[taken],
        np.array([row["image"] for row in lungs])[taken],
        sources[taken],
    )


def _read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise SystemExit(f"{path} cannot be read as a picture.")
    return np.asarray(picture, dtype=np.uint8)


def _targets(
    folder: Path, lungs: dict[str, str], heart: dict[str, str] | None, box: Letterbox
) -> NDArray[np.uint8]:
    """Return what is to be learnt of one film, (S, S, targets).

    Where the lungs were drawn around the heart, what is inside the heart and not lung is UNKNOWN.
    """
    target = np.full((SIZE, SIZE, len(TARGETS)), UNKNOWN, np.uint8)
    target[..., 0] = _percent(folder / lungs["mask"], box)
    if heart is not None:
        target[..., 1] = _percent(folder / heart["mask"], box)
        if lungs["behind_heart"] != "1":
            target[..., 0][(target[..., 1] > 0) & (target[..., 0] < 50)] = UNKNOWN
    return target


def _percent(path: Path, box: Letterbox) -> NDArray[np.uint8]:
    mask = _read(path)
    if mask.shape != (box.height, box.width):
        mask = cv2.resize(mask, (box.width, box.height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(box.apply((mask > 127).astype(np.uint8) * 100), dtype=np.uint8)


def _groups(films: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """Return for each film the first one that is the same picture, perhaps cropped or in other greys."""
    prints = [fingerprint(film)[0] for film in films]
    histograms = np.stack([direction_histogram(small) for small in prints])
    comparison = PairComparison(prints)
    links = [pair for pair in sorted(neighbours(histograms, NEAREST)) if comparison.similarity(*pair) >= SAME]
    return clusters(len(films), links)


def _held_out(groups: NDArray[np.int64], sources: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return which films are kept from the training: whole groups, HELD_OUT of each source's, (N,)."""
    random = np.random.default_rng(0)
    chosen: set[int] = set()
    for source in np.unique(sources):
        own = np.unique(groups[sources == source])
        chosen |= set(random.permutation(own)[: round(HELD_OUT * len(own))].tolist())
    return np.isin(groups, list(chosen))
