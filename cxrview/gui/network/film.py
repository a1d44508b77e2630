"""The film in view as the model is given it, and as a picture over which a map can be laid."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain.network.films import given_to
from cxrview.imaging import Letterbox, render
from cxrview.imaging.render import square_pixels

if TYPE_CHECKING:
    from cxrview.anatomy import Anatomy
    from cxrview.bundle import Card
    from cxrview.imaging import Radiograph
    from cxrview.progress import Report

LONGEST = 900  # pixels of the picture


@dataclass(frozen=True, slots=True, eq=False)
class GivenFilm:
    """`image` is what the model is given, (S, S) or (S, S, 2) uint8, with its `letterbox` of the film.

    `picture` is the film in its own window, (h, w) uint8 with square pixels, at most LONGEST of them.
    """

    image: NDArray[np.uint8]
    letterbox: Letterbox
    picture: NDArray[np.uint8]


def prepare(
    card: "Card", radiograph: "Radiograph", anatomy: "Anatomy | None", _report: "Report"
) -> GivenFilm:
    """Return that of `radiograph`; for a worker thread. ValueError if the model needs `anatomy`."""
    image, letterbox = given_to(card, radiograph, anatomy)
    whole = square_pixels(render(radiograph, radiograph.default_voi), radiograph.pixel_aspect)
    scale = min(1.0, LONGEST / max(whole.shape))
    size = tuple(max(1, round(side * scale)) for side in whole.shape[::-1])
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA) if scale < 1 else whole
    return GivenFilm(image, letterbox, np.ascontiguousarray(small, np.uint8))
