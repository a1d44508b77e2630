"""Filters for looking only: they change the picture on the screen, never a value or the model's input.

Both are functions of the whole picture, and their lengths are fractions of it: panning changes nothing, and
a picture filtered at a coarser level of the pyramid looks like the fine one filtered and then reduced.
"""

from collections.abc import Set

import cv2
import numpy as np
from numpy.typing import NDArray

CLAHE, SHARPEN = "clahe", "sharpen"
NAMES = (CLAHE, SHARPEN)  # in the order in which they are applied
TILES = 8  # along each side
CLIP = 2.0  # times the mean height of a tile's histogram
RADIUS = 1 / 700  # standard deviation of the blur, by the longer side: 3 pixels of 2000
AMOUNT = 1.0


def apply(pixels: NDArray[np.uint8], names: Set[str]) -> NDArray[np.uint8]:
    """Return the whole picture `pixels` through the filters in `names`: same shape, uint8.

    Grey is (H, W); of colour, (H, W, 3) RGB, only the brightness is filtered. Without a name it is
    `pixels` itself. Raises ValueError for a name that is not in NAMES.
    """
    if unknown := set(names) - set(NAMES):
        raise ValueError(f"no filter {', '.join(sorted(unknown))}")
    if not names:
        return pixels
    if pixels.ndim == 3:
        split = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
        split[..., 0] = apply(np.ascontiguousarray(split[..., 0]), names)
        return np.asarray(cv2.cvtColor(split, cv2.COLOR_YCrCb2RGB))
    if CLAHE in names:
        pixels = clahe(pixels)
    return sharpen(pixels) if SHARPEN in names else pixels


def clahe(pixels: NDArray[np.uint8], clip: float = CLIP) -> NDArray[np.uint8]:
    """Return (H, W) `pixels` with contrast-limited adaptive histogram equalisation (Zuiderveld 1994)."""
    return np.asarray(cv2.createCLAHE(clip, (TILES, TILES)).apply(pixels))


def sharpen(pixels: NDArray[np.uint8], amount: float = AMOUNT) -> NDArray[np.uint8]:
    """Return (H, W) `pixels` plus `amount` times their difference from a blurred copy (unsharp mask)."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), max(pixels.shape) * RADIUS)
    return np.asarray(cv2.addWeighted(pixels, 1 + amount, blurred, -amount, 0))
