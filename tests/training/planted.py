"""Tasks planted in drawn chests: what tells the two classes apart is known, and nothing else does."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.training.drawn import texture
from tests.training.lesions import varied_chest

SIDE = 384  # pixels
Drawing = NDArray[np.float64]  # (SIDE, SIDE), 0…1
Draw = Callable[[Drawing, Drawing, int, np.random.Generator], None]


def write_task(folder: Path, draw: Draw, count: int) -> None:
    """Write `count` chests of different build, place, exposure and texture to the folders "a" and "b".

    `draw` is given a chest to draw on, the centres of its lungs, (2, 2) as y, x, and the class, 0 or 1.
    """
    random = np.random.default_rng(7)
    row, column = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1)
    for number in range(count):
        chest, lungs = varied_chest(row, column, random)
        draw(chest, lungs, number % 2, random)
        chest = chest * random.uniform(0.9, 1.1) + random.uniform(-0.03, 0.03)
        chest += 0.05 * texture(random, SIDE)  # without which they would count as duplicates
        path = folder / "ab"[number % 2] / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), (chest * 255).clip(0, 255).astype(np.uint8))


def lesion(chest: Drawing, lungs: Drawing, label: int, random: np.random.Generator) -> None:
    """Draw an opacity into either lung in class "b"; none in "a"."""
    side = random.integers(2)
    if label:
        _opacity(chest, lungs[side], random)


def side(chest: Drawing, lungs: Drawing, label: int, random: np.random.Generator) -> None:
    """Draw an opacity into the lung on the left of the picture in class "a", on the right in "b"."""
    _opacity(chest, lungs[label], random)


def marker(chest: Drawing, lungs: Drawing, label: int, random: np.random.Generator) -> None:
    """Draw an opacity into every second film of either class, and beside the shoulder an L in class "b"."""
    if random.random() < 0.5:
        _opacity(chest, lungs[random.integers(2)], random)
    left, top = (round(SIDE * random.uniform(*place)) for place in ((0.8, 0.84), (0.03, 0.08)))
    if label:
        chest[top : top + SIDE // 8, left : left + 14] = 0.95
        chest[top + SIDE // 8 - 14 : top + SIDE // 8, left : left + SIDE // 12] = 0.95


def _opacity(chest: Drawing, centre: Drawing, random: np.random.Generator) -> None:
    row, column = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1)
    y, x = centre + random.uniform(-1, 1, 2) * (0.2, 0.05)
    distance = np.hypot(row - y, column - x) / random.uniform(0.07, 0.11)
    chest += random.uniform(0.3, 0.45) * np.clip(1 - distance**2 / 2, 0, 1)
