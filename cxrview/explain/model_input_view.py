"""What the model saw: its actual input, and the part of it that the network looks at."""

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy, framed, reduced
from cxrview.bundle import Card
from cxrview.bundle.card import LUNGS
from cxrview.explain.contour import contours
from cxrview.explain.explanation import Explanation
from cxrview.imaging import Letterbox, Radiograph, model_input


@dataclass(frozen=True, slots=True, eq=False)
class ModelInputView:
    """The input of a model for one radiograph.

    `given` is handed to the graph, (S, S) uint8; `seen` is what its first layer keeps of that, (n, n)
    uint8, cropped to `frame` (left, top, right, bottom in pixels of `given`) and averaged, before the grey
    levels are brought to the network's scale. `preprocessing` is the name of that layer's work in the
    model's card, "" where the card does not tell. `outlines` are the borders of the lungs that are handed to
    the graph beside it, each (n, 2) of x and y in pixels of `given`: none where none were found, or where
    the model does not read lungs.
    """

    given: NDArray[np.uint8]
    letterbox: Letterbox
    seen: NDArray[np.uint8]
    frame: tuple[int, int, int, int]
    preprocessing: str
    outlines: tuple[NDArray[np.float64], ...] = ()


def seen_by(card: Card, radiograph: Radiograph, anatomy: Anatomy | None = None) -> ModelInputView:
    """Return what the model of `card` sees of `radiograph`.

    For one that reads lungs, `anatomy` is where they are; ValueError without.
    """
    given, letterbox, outlines = _given(card, radiograph, anatomy)
    left, top, right, bottom = (round(part * card.input_size) for part in card.map_field)
    inside = given[top:bottom, left:right]
    side, name = _detail(card, min(inside.shape))
    cropped = max(inside.shape) < card.input_size
    kept = cv2.resize(inside, (side, side), interpolation=cv2.INTER_AREA) if cropped else inside
    return ModelInputView(
        given, letterbox, np.asarray(kept, dtype=np.uint8), (left, top, right, bottom), name, outlines
    )


def _given(
    card: Card, radiograph: Radiograph, anatomy: Anatomy | None
) -> tuple[NDArray[np.uint8], Letterbox, tuple[NDArray[np.float64], ...]]:
    """Return the film that is handed to the graph, where it lies, and the border of the mask beside it."""
    if card.frame != LUNGS:
        return *model_input(radiograph, card.input_size), ()
    if anatomy is None:
        raise ValueError("what a model that reads lungs sees depends on where they are")
    image, letterbox = framed(reduced(radiograph), anatomy, card.input_size)
    lines = contours(image[..., 1].astype(np.float32), 127.5) if anatomy.found else ()
    film = np.ascontiguousarray(image[..., 0])
    return film, letterbox, tuple(line + 0.5 for line in lines)  # samples are the middles of pixels


def in_the_square(explanation: Explanation) -> Explanation:
    """Return `explanation` as one of the model's square itself, to be drawn over `Seen.given`."""
    size = explanation.letterbox.size
    return dataclasses.replace(explanation, letterbox=Letterbox.fit(size, size, size))


def in_the_crop(explanation: Explanation, seen: ModelInputView) -> Explanation:
    """Return `explanation` as one of the crop itself, to be drawn over `Seen.seen`."""
    height, width = seen.seen.shape
    whole = Letterbox.fit(height, width, max(height, width))
    return dataclasses.replace(explanation, letterbox=whole, field=(0.0, 0.0, 1.0, 1.0))


def _detail(card: Card, cropped: int) -> tuple[int, str]:
    """Return how many pixels a side the network tells apart, at most `cropped`, and the preprocessing."""
    model = card.raw.get("training", {})
    model = model.get("model", {}) if isinstance(model, dict) else {}
    values = model if isinstance(model, dict) else {}
    sides = [values.get(name) for name in ("seen_size", "resolution")]
    known = [side for side in sides if isinstance(side, int) and side > 0]
    return min([*known, cropped]), str(values.get("preprocessing", ""))
