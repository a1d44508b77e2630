"""How the films that the lung network learns from are changed, so that it knows worse ones."""

import cv2
import numpy as np
from lung_pairs import UNKNOWN
from numpy.typing import NDArray

Random = np.random.Generator


def changed(
    film: NDArray[np.uint8], mask: NDArray[np.uint8], random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a film (S, S) and its mask (S, S, targets) turned, cropped, veiled, and in other greys.

    Right and left are not exchanged and grey is never inverted: the films that are read are neither.
    """
    film, mask = _moved(film, mask, random)
    grey = film.astype(np.float32) / 255
    if random.random() < 0.35:
        grey = _veiled(grey, random)
    grey = _other_greys(grey, random)
    if random.random() < 0.4:
        grey = cv2.GaussianBlur(grey, (0, 0), random.uniform(0.4, 1.4))
    grey = grey + random.normal(0, random.uniform(0, 0.05), grey.shape)
    film = (np.clip(grey, 0, 1) * 255).astype(np.uint8)
    for _ in range(random.integers(0, 3)):
        _mark(film, random)
    if random.random() < 0.25:
        _border(film, random)
    return film, mask


def _moved(
    film: NDArray[np.uint8], mask: NDArray[np.uint8], random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Turn, scale, stretch and shift; what comes in from outside is black, or the rim drawn out."""
    size = len(film)
    scale = np.exp(random.uniform(-0.4, 0.3))
    way = cv2.getRotationMatrix2D((size / 2, size / 2), random.uniform(-18, 18), scale)
    way[0] *= np.exp(random.uniform(-0.12, 0.12))
    middle = way @ (size / 2, size / 2, 1)
    way[:, 2] += size / 2 - middle + random.uniform(-0.13, 0.13, 2) * size
    rim = cv2.BORDER_REPLICATE if random.random() < 0.15 else cv2.BORDER_CONSTANT
    film = cv2.warpAffine(film, way, (size, size), flags=cv2.INTER_LINEAR, borderMode=rim)
    layers = []
    for layer in np.moveaxis(mask, 2, 0):
        moved = cv2.warpAffine(np.where(layer == UNKNOWN, 0, layer), way, (size, size))
        unknown = cv2.warpAffine((layer == UNKNOWN).astype(np.uint8), way, (size, size), borderValue=0)
        if (layer == UNKNOWN).all():
            unknown[:] = 1
        layers.append(np.where(unknown > 0, UNKNOWN, moved))
    return np.asarray(film, np.uint8), np.stack(layers, axis=2).astype(np.uint8)


def _veiled(grey: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
    """Lay a soft white cloud over a part, as a consolidation or an effusion does."""
    size = len(grey)
    down, across = np.mgrid[0:size, 0:size].astype(np.float32)
    y, x = random.uniform(0.2, 0.85, 2) * size
    high, wide = random.uniform(0.06, 0.3, 2) * size
    cloud = np.exp(-(((down - y) / high) ** 2 + ((across - x) / wide) ** 2))
    strength = random.uniform(0.2, 0.9) * cloud
    return np.asarray(grey * (1 - strength) + random.uniform(0.6, 0.95) * strength, dtype=np.float32)


def _other_greys(grey: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
    """Bend the curve of greys, change contrast and brightness, and shade from one side to the other."""
    size = len(grey)
    bent = np.clip(grey, 0, 1) ** np.exp(random.uniform(-0.6, 0.6))
    bent = bent * random.uniform(0.65, 1.35) + random.uniform(-0.15, 0.15)
    if random.random() < 0.3:
        slope = np.linspace(-1, 1, size, dtype=np.float32) * random.uniform(-0.15, 0.15)
        bent = bent + (slope[:, None] if random.random() < 0.5 else slope[None])
    return np.asarray(np.clip(bent, 0, 1), dtype=np.float32)


def _mark(film: NDArray[np.uint8], random: Random) -> None:
    """Draw a marker, a line of text or a cable somewhere, in place."""
    size = len(film)
    y, x = (int(value) for value in random.integers(0, size, 2))
    tone = int(random.choice([0, 255, random.integers(256)]))
    kind = random.integers(3)
    if kind == 0:
        cv2.putText(
            film, "LRAP"[random.integers(4)], (x, y), cv2.FONT_HERSHEY_SIMPLEX, random.uniform(0.2, 0.6), tone
        )
    elif kind == 1:
        high, wide = random.integers(3, 20, 2)
        film[y : y + high, x : x + wide] = tone
    else:
        end = tuple(int(value) for value in random.integers(0, size, 2))
        cv2.line(film, (x, y), end, max(tone, 150), 1, cv2.LINE_AA)


def _border(film: NDArray[np.uint8], random: Random) -> None:
    """Cover a rim on one to four sides, in place: black mostly, as a collimator or a photograph has it."""
    tone = 0 if random.random() < 0.7 else int(random.integers(256))
    for turned in (film, film[::-1], film.T, film.T[::-1]):
        if random.random() < 0.5:
            turned[: random.integers(1, 12)] = tone
