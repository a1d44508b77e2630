"""Drawn chests: a thorax with two dark ellipses for lungs, and masks of such."""

from pathlib import Path

import cv2
import numpy as np

from cxrview.imaging import Radiograph, Window


def film(pixels: np.ndarray, pixel_aspect: float = 1.0) -> Radiograph:
    """Return a radiograph of `pixels`, (H, W) uint8, shown as they are."""
    return Radiograph(Path("drawn.png"), 0, 1, pixels, Window(128, 256), pixel_aspect=pixel_aspect)


def lungs(height: int, width: int, middle: float = 0.5) -> np.ndarray:
    """Return where the lungs of `chest` are, (height, width) bool; `middle` is the spine's place, 0…1."""
    side = min(height, width)
    mask = np.zeros((height, width), np.uint8)
    for away in (-0.18, 0.18):
        centre = (round(width * middle + away * side), round(0.52 * height))
        cv2.ellipse(mask, centre, (round(0.125 * side), round(0.29 * side)), 0, 0, 360, 1, -1)
    return mask > 0


def chest(height: int = 900, width: int = 800, middle: float = 0.5) -> np.ndarray:
    """Return a drawn chest film, (height, width) uint8."""
    side = min(height, width)
    picture = np.full((height, width), 35, np.uint8)
    centre = (round(width * middle), round(0.58 * height))
    cv2.ellipse(picture, centre, (round(0.41 * side), round(0.54 * side)), 0, 0, 360, 170, -1)
    picture[lungs(height, width, middle)] = 70
    return cv2.GaussianBlur(picture, (0, 0), 0.018 * side)
