"""Drawn chests with and without an opacity, at a known place."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class LesionPhantoms(NamedTuple):
    """Drawn chests; every second one has a dense opacity in a lung, at a known place."""

    images: NDArray[np.uint8]  # (N, S, S)
    labels: NDArray[np.int64]  # (N,) 1 with an opacity, 0 without
    masks: NDArray[np.bool_]  # (N, S, S) where the opacity is; nowhere without one


def lesion_phantoms(count: int, size: int, seed: int) -> LesionPhantoms:
    """Return `count` chests of different build, place, exposure and noise, half of them with an opacity."""
    random = np.random.default_rng(seed)
    row, column = np.mgrid[0:size, 0:size] / (size - 1)
    images = np.empty((count, size, size), np.uint8)
    masks = np.zeros((count, size, size), np.bool_)
    labels = np.arange(count) % 2
    for index in range(count):
        chest, lungs = varied_chest(row, column, random)
        if labels[index]:
            y, x = lungs[random.integers(2)] + random.uniform(-1, 1, 2) * (0.2, 0.05)
            radius = random.uniform(0.09, 0.13)
            distance = np.hypot(row - y, column - x) / radius
            chest += random.uniform(0.65, 0.8) * np.clip(1 - distance**2 / 2, 0, 1)
            masks[index] = distance <= 1.2
        chest = chest * random.uniform(0.97, 1.03) + random.uniform(-0.01, 0.01)
        chest += random.normal(0, 0.015, chest.shape)
        images[index] = np.clip(np.floor(chest * 255), 0, 255)
    return LesionPhantoms(images, labels.astype(np.int64), masks)


def varied_chest(
    row: NDArray[np.float64], column: NDArray[np.float64], random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a chest and the centres of its lungs, (2, 2) as y, x: first that on the left of the picture.

    `row` and `column` are the places of its pixels, (S, S), 0…1; its grey levels lie between 0 and 1.
    """
    down, right = random.uniform(-0.04, 0.04, 2)
    build = random.uniform(0.92, 1.08)

    def ellipse(y: float, x: float, high: float, wide: float) -> NDArray[np.float64]:
        inside = 1 - ((row - y - down) / high) ** 2 - ((column - x - right) / wide / build) ** 2
        return np.asarray(np.clip(inside * 6, 0, 1), dtype=np.float64)

    chest = 0.1 + 0.4 * ellipse(0.6, 0.5, 0.62, 0.48)
    sides = 0.5 + np.array([-0.2, 0.2]) * build
    spacing, phase = random.uniform(11, 16), random.uniform(0, 1)
    for x in sides:
        ribs = 0.06 * ((row * spacing + phase + 2 * np.abs(column - 0.5)) % 1 < 0.3)
        chest += ellipse(0.45, x, 0.33, 0.16) * (ribs - 0.3)
    chest += 0.12 * ellipse(0.62, 0.56, 0.17, random.uniform(0.12, 0.16))
    chest += 0.12 * ellipse(0.5, 0.5, 0.6, 0.04)
    return chest, np.array([[0.45 + down, x + right] for x in sides])
