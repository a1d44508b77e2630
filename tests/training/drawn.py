"""Drawn pictures with fine structure of their own, as every radiograph has it."""

from pathlib import Path

import cv2
import numpy as np


def texture(random, side):
    """Return structure of all sizes, (side, side) float32, of mean 0 and standard deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1
    spectrum = np.fft.rfft2(random.normal(size=(side, side))) / frequency**1.2
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(side, side))
    return (field / field.std()).astype(np.float32)


def chest(seed, side=240):
    """Return a picture, (side, side) uint8: two dark fields as in all of them, and its own structure."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    lungs = sum(np.exp(-(((x - c) / 0.14) ** 2) - ((y - 0.45) / 0.28) ** 2) for c in (0.28, 0.72))
    return (170 - 120 * lungs + 16 * texture(random, side)).clip(20, 255).astype(np.uint8)


def version(picture):
    """Return `picture` as elsewhere: cropped, scaled, in other grey levels, written on."""
    high, wide = picture.shape
    cut = picture[int(0.04 * high) : int(0.97 * high), int(0.05 * wide) : int(0.98 * wide)]
    scaled = cv2.resize(cut, (int(0.9 * wide), int(0.95 * high)), interpolation=cv2.INTER_AREA)
    darker = (255 * (scaled / 255.0) ** 1.3).astype(np.uint8)
    cv2.putText(darker, "AP 3", (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    _, file = cv2.imencode(".jpg", darker, [cv2.IMWRITE_JPEG_QUALITY, 70])
    return cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)


def write(path: Path, picture) -> Path:
    """Write `picture` to `path`, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


def small(seed, side=48):
    """Return a picture too small to be compared with others."""
    return np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)


def class_folders(root: Path, counts: dict[str, int]) -> Path:
    """Fill `root` with a folder of small pictures for each class."""
    for number, (name, count) in enumerate(counts.items()):
        for index in range(count):
            write(root / name / f"p{index:03d}.png", small(1000 * number + index))
    return root
