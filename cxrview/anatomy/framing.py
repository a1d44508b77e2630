"""What a model that reads lungs is given."""

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy.anatomy import Anatomy
from cxrview.anatomy.film import Film
from cxrview.imaging import Letterbox


def framed(film: Film, anatomy: Anatomy, size: int) -> tuple[NDArray[np.uint8], Letterbox]:
    """Return film and mask of the lungs, (size, size, 2) uint8, and the way back to the radiograph's pixels.

    Both are cropped to the lungs and letterboxed; the mask is 255 times the probability of being lung. Where
    no lungs were found it is the whole film under a mask of 255. All else, grey levels inside the hull and
    pooling under the mask, is in the graph.
    """
    letterbox = film.letterbox(size, anatomy.crop)
    return np.stack([film.in_square(letterbox), anatomy.mask_in(letterbox)], axis=-1), letterbox
