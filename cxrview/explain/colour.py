"""Colour maps and blending for heatmaps: pure functions of arrays."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.settings import COLOUR_MAPS

# The first five are perceptually uniform: equal steps of heat look equal. Smith and van der Walt gave away
# inferno, magma, plasma and viridis (CC0, 2015); cividis also looks so to colour-blind readers (Nuñez 2018,
# doi 10.1371/journal.pone.0199239). Jet is not: it shows edges where there are none (Borland 2007).
# Their names, and what the user reads, are settings.COLOUR_MAPS. OpenCV has those that are not here.
RAMP = np.arange(256, dtype=np.uint8)
OWN_MAPS: dict[str, NDArray[np.uint8]] = {
    "grey": np.stack([RAMP, RAMP, RAMP], axis=1),
}

EDGE = 0.04  # of heat, over which the layer comes in at the threshold: a hard edge would look like anatomy


def colour_table(name: str) -> NDArray[np.uint8]:
    """Return the colours for 0…255, (256, 3) uint8 RGB. Raises InvalidRequest for an unknown name."""
    if name not in COLOUR_MAPS:
        raise InvalidRequest(messages.NO_COLOUR_MAP(name=name, names=", ".join(COLOUR_MAPS)))
    if name in OWN_MAPS:
        return OWN_MAPS[name].copy()
    colours = cv2.applyColorMap(RAMP[:, None], getattr(cv2, f"COLORMAP_{name.upper()}"))
    return np.asarray(colours[:, 0, ::-1], dtype=np.uint8)


def colourise(
    heat: NDArray[np.float32],
    table: NDArray[np.uint8],
    opacity: float,
    threshold: float,
    edge: float = EDGE,
) -> NDArray[np.uint8]:
    """Return `heat`, (h, w) in 0…1, as (h, w, 4) uint8 RGBA with straight alpha.

    The alpha is 0 up to `threshold`, `opacity` from `threshold` + `edge` on, and rises in between: apart
    from that seam one constant per layer, as DICOM blending has it, so a colour always means the same
    strength. An `edge` of 0 hides or shows, with nothing between.
    """
    positive = np.maximum(heat, 0)
    steps = cv2.convertScaleAbs(positive, alpha=255)  # rounded and bounded, four times as fast as NumPy
    if edge > 0:
        above = cv2.convertScaleAbs(np.maximum(positive - threshold, 0), alpha=255 / edge)
    else:
        above = np.where(heat > threshold, 255, 0).astype(np.uint8)
    alphas = np.rint(np.arange(256) * opacity).astype(np.uint8)
    channels = [np.ascontiguousarray(channel) for channel in table.T]
    layers = [*(cv2.LUT(steps, channel) for channel in channels), cv2.LUT(above, alphas)]
    return np.asarray(cv2.merge(layers), dtype=np.uint8)


def lay_over(picture: NDArray[np.uint8], rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `picture`, (h, w) grey or (h, w, 3) RGB, under `rgba`, (h, w, 4): (h, w, 3) uint8 RGB.

    Raises ValueError if heights or widths differ.
    """
    if picture.shape[:2] != rgba.shape[:2]:
        raise ValueError(f"picture {picture.shape} and heatmap {rgba.shape} differ")
    below = picture[..., None] if picture.ndim == 2 else picture
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(below * (1 - alpha) + rgba[..., :3] * alpha), dtype=np.uint8)


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
    return lay_over(picture, colourise(heat, table, opacity, threshold))
