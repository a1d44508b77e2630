"""Whether two pictures are one picture: laid over each other, then compared in their fine structure.

All chests look alike when they are small. What no two share is the fine structure, ribs and vessels, and
that agrees only where the pictures lie exactly over each other, so they are registered first (ECC:
Evangelidis and Psarakis 2008).
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

FINGERPRINT = 192  # pixels a side of what is compared
COARSE = 64
HISTOGRAM = 96  # pixels a side, for the edges' directions
DARK = 12  # grey levels; rims that are darker are cut off
COMPARABLE = 160  # pixels a side that the picture must have within its rims: smaller ones all look alike
GATE = 0.74  # agreement at COARSE that is worth a closer look
SAME = 0.70  # agreement at FINGERPRINT of two versions of one picture
MIN_OVERLAP = 0.4
STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
SMOOTHING = {COARSE: 3, FINGERPRINT: 5}  # pixels, of ECC
CELLS, DIRECTIONS = 6, 8


def fingerprint(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], bool]:
    """Return `picture` (H, W) without dark rims, FINGERPRINT a side, and whether it was large enough."""
    bright = picture > DARK
    rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    if min(len(rows), len(columns)) < COMPARABLE:
        return cv2.resize(picture, (FINGERPRINT, FINGERPRINT), interpolation=cv2.INTER_AREA), False
    inner = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    shrinks = min(inner.shape) > FINGERPRINT
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(inner, (FINGERPRINT, FINGERPRINT), interpolation=way), dtype=np.uint8), True


def direction_histogram(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how the edges of a fingerprint run in 6 × 6 cells, (288,): alike for versions of one picture."""
    shrunk = cv2.resize(small, (HISTOGRAM, HISTOGRAM), interpolation=cv2.INTER_AREA)
    detail = _detail(shrunk, 1.0, 4.0, 6.0)
    detail = cv2.GaussianBlur(detail, (0, 0), 1.0)
    across, down = (cv2.Sobel(detail, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    strength = np.hypot(across, down)
    angle = np.arctan2(down, across) % np.pi / np.pi * DIRECTIONS
    parts = []
    for direction in range(DIRECTIONS):
        away = np.abs(angle - direction)
        share = np.clip(1 - np.minimum(away, DIRECTIONS - away), 0, 1) * strength
        parts.append(cv2.resize(share, (CELLS, CELLS), interpolation=cv2.INTER_AREA))
    cells = np.stack(parts, axis=-1)
    cells /= np.linalg.norm(cells, axis=-1, keepdims=True) + 5
    return np.asarray(cells.ravel(), dtype=np.float32)


class PairComparison:
    """Compares pairs of `fingerprints`, (N, FINGERPRINT, FINGERPRINT). Safe to call in several threads."""

    def __init__(self, fingerprints: Sequence[NDArray[np.uint8]]) -> None:
        self._fingerprints = fingerprints
        self._coarse = lru_cache(512)(self._coarse_detail)
        self._fine = lru_cache(128)(self._fine_detail)

    def similarity(self, first: int, second: int) -> float:
        """Return the correlation of the fine structure of two pictures, at most 1; 0 if it is hopeless.

        Different chests reach about 0.6, versions of one picture (cropped, scaled, in other grey levels,
        written on) 0.8 and more.
        """
        way = np.eye(2, 3, dtype=np.float32)
        coarse, way = _agreement(self._coarse(first), self._coarse(second), way)
        if coarse < GATE:
            return 0.0
        way[:, 2] *= FINGERPRINT / COARSE
        fine, _ = _agreement(self._fine(first), self._fine(second), way)
        return fine

    def _coarse_detail(self, index: int) -> NDArray[np.float32]:
        shrunk = cv2.resize(self._fingerprints[index], (COARSE, COARSE), interpolation=cv2.INTER_AREA)
        return _detail(shrunk, 0.8, 3.0, 4.5)

    def _fine_detail(self, index: int) -> NDArray[np.float32]:
        return np.clip(_detail(self._fingerprints[index], 1.2, 4.0, 10.0), -3, 3)


def _detail(picture: NDArray[np.uint8], fine: float, coarse: float, around: float) -> NDArray[np.float32]:
    """Return the structure of `picture` between two scales (pixels), made equally strong everywhere."""
    values = picture.astype(np.float32)
    band = cv2.GaussianBlur(values, (0, 0), fine) - cv2.GaussianBlur(values, (0, 0), coarse)
    strength = np.sqrt(cv2.GaussianBlur(band * band, (0, 0), around))
    return np.asarray(band / (strength + 2), dtype=np.float32)


def _agreement(
    one: NDArray[np.float32], other: NDArray[np.float32], way: NDArray[np.float32]
) -> tuple[float, NDArray[np.float32]]:
    """Return the correlation where `other` covers `one`, registered from `way` on, and the way found."""
    side = len(one)
    try:
        _, way = cv2.findTransformECC(one, other, way.copy(), cv2.MOTION_AFFINE, STEPS, None, SMOOTHING[side])
    except cv2.error:  # it does not converge: the pictures have nothing in common
        return 0.0, way
    inverse = cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(other, way, (side, side), flags=cv2.INTER_LINEAR | inverse)
    covered = cv2.warpAffine(np.ones_like(other), way, (side, side), flags=cv2.INTER_NEAREST | inverse) > 0
    if covered.mean() < MIN_OVERLAP:
        return 0.0, way
    here, there = one[covered], laid[covered]
    if min(here.std(), there.std()) < 1e-6:
        return 0.0, way
    return float(np.corrcoef(here, there)[0, 1]), way
