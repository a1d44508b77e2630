"""One map of any layer, laid over the film."""

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.colour import blend, colour_table
from cxrview.explain.explanation import Field
from cxrview.explain.style import HeatStyle
from cxrview.imaging import Letterbox


def laid_over(
    picture: NDArray[np.uint8],
    values: NDArray[np.float32],
    letterbox: Letterbox,
    field: Field,
    style: HeatStyle,
) -> NDArray[np.uint8]:
    """Return the film's `picture`, (H, W) uint8, under the places above 0 of a map, as (H, W, 3) uint8 RGB.

    `picture` may have fewer pixels than the film of `letterbox`; `values`, (h, w), cover the part `field` of
    the model's square. Full colour is the map's highest number. Raises InvalidRequest for an unknown colour
    map.
    """
    highest = float(values.max(initial=0))
    shares = np.clip(values / highest, 0, 1) if highest > 0 else np.zeros_like(values)
    heat = np.clip(letterbox.back(shares.astype(np.float32), field, picture.shape), 0, 1)
    return blend(picture, heat, colour_table(style.colours), style.opacity, style.threshold)
