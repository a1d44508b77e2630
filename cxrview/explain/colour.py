"""Colour maps and blending for heatmaps: pure functions of arrays."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.errors import BadRequest

_OPENCV_MAPS = {"inferno": cv2.COLORMAP_INFERNO, "viridis": cv2.COLORMAP_VIRIDIS, "jet": cv2.COLORMAP_JET}
COLOUR_MAPS: tuple[str, ...] = (*_OPENCV_MAPS, "grey")
EDGE = 0.04  # of heat, over which the layer comes in at the threshold: a hard edge would look like anatomy


def colour_table(name: str) -> NDArray[np.uint8]:
    """Return the colours for 0…255, (256, 3) uint8 RGB. Raises BadRequest for an unknown name."""
    if name not in COLOUR_MAPS:
        raise BadRequest(f"There is no colour map “{name}”; choose {', '.join(COLOUR_MAPS)}.")
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    if name == "grey":
        return np.repeat(ramp, 3, axis=1)
    return np.asarray(cv2.applyColorMap(ramp, _OPENCV_MAPS[name])[:, 0, ::-1], dtype=np.uint8)


def colourise(
    heat: NDArray[np.float32], table: NDArray[np.uint8], opacity: float, threshold: float
) -> NDArray[np.uint8]:
    """Return `heat`, (h, w) in 0…1, as (h, w, 4) uint8 RGBA with straight alpha.

    The alpha is 0 up to `threshold`, `opacity` from `threshold` + EDGE on, and rises in between: apart from
    that seam one constant per layer, as DICOM blending has it, so a colour always means the same strength.
    """
    rgba = np.empty((*heat.shape, 4), np.uint8)
    rgba[..., :3] = table[np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)]
    rgba[..., 3] = np.rint(np.clip((heat - threshold) / EDGE, 0, 1) * (255 * opacity))
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
