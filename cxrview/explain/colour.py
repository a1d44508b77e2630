"""Colour maps and blending for heatmaps: pure functions of arrays."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.errors import BadRequest

_OPENCV_MAPS = {
    "inferno": cv2.COLORMAP_INFERNO,
    "viridis": cv2.COLORMAP_VIRIDIS,
    "jet": cv2.COLORMAP_JET,
    "grey": cv2.COLORMAP_BONE,
}
COLOUR_MAPS: tuple[str, ...] = tuple(_OPENCV_MAPS)


def colour_table(name: str) -> NDArray[np.uint8]:
    """Return the colours for 0…255, (256, 3) uint8 RGB. Raises BadRequest for an unknown name."""
    if name not in _OPENCV_MAPS:
        raise BadRequest(f"There is no colour map “{name}”; choose {', '.join(COLOUR_MAPS)}.")
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    return np.asarray(cv2.applyColorMap(ramp, _OPENCV_MAPS[name])[:, 0, ::-1], dtype=np.uint8)


def colourise(
    heat: NDArray[np.float32], table: NDArray[np.uint8], opacity: float, threshold: float
) -> NDArray[np.uint8]:
    """Return `heat`, (h, w) in 0…1, as (h, w, 4) uint8 RGBA with straight alpha.

    The alpha is `opacity` wherever heat is above 0 and at least `threshold`, and 0 elsewhere: one constant
    per layer, as DICOM blending has it, so a colour always means the same strength.
    """
    rgba = np.empty((*heat.shape, 4), np.uint8)
    rgba[..., :3] = table[np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)]
    shown = (heat > 0) & (heat >= threshold)
    rgba[..., 3] = np.where(shown, round(255 * opacity), 0)
    return rgba


def blend(
    picture: NDArray[np.uint8],
    heat: NDArray[np.float32],
    table: NDArray[np.uint8],
    opacity: float,
    threshold: float,
) -> NDArray[np.uint8]:
    """Return the grey `picture`, (H, W) uint8, under its heatmap, (H, W), as (H, W, 3) uint8 RGB.

    Raises ValueError if the shapes differ.
    """
    if picture.shape != heat.shape:
        raise ValueError(f"picture {picture.shape} and heatmap {heat.shape} differ")
    rgba = colourise(heat, table, opacity, threshold)
    alpha = rgba[..., 3:].astype(np.float32) / 255
    mixed = picture[..., None] * (1 - alpha) + rgba[..., :3] * alpha
    return np.asarray(np.rint(mixed), dtype=np.uint8)
