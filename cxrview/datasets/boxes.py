"""Boxes that a table gives for its films: where the readers saw the disease."""

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cxrview.imaging.orientation import upright_box

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

Box4 = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the stored film, corners at 0; right > left and bottom > top."""

COLUMNS = ("boxes", "opacity_boxes")  # the first that a table has


def parse_boxes(text: str) -> tuple[Box4, ...] | None:
    """Return the boxes of a table's cell: JSON, `[[left, top, right, bottom], …]`.

    None for an empty cell (not told), () for `[]` (told that there are none). Raises ValueError on anything
    else: no such list, a number that is none or not finite, a box without an area.
    """
    if not text:
        return None
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, list):
        raise ValueError("no list of boxes")
    return tuple(_box(entry) for entry in found)


def upright(boxes: tuple[Box4, ...] | None, radiograph: "Radiograph") -> tuple[Box4, ...] | None:
    """Return the `boxes` of a stored film in pixels of the `radiograph`, which was turned upright."""
    if boxes is None:
        return None
    return tuple(upright_box(box, radiograph.orientation, radiograph.shape) for box in boxes)


def box_text(boxes: Iterable[Box4] | None) -> str:
    """Return the cell for `boxes`: what `parse_boxes` reads."""
    return "" if boxes is None else json.dumps([list(box) for box in boxes])


def _box(entry: Any) -> Box4:
    if not isinstance(entry, list) or len(entry) != 4:
        raise ValueError("a box has four numbers")
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in entry):
        raise ValueError("a box has four numbers")
    try:
        left, top, right, bottom = box = tuple(float(number) for number in entry)
    except OverflowError as error:
        raise ValueError("a number is too large") from error
    if not all(map(math.isfinite, box)) or right <= left or bottom <= top:
        raise ValueError("a box has an area")
    return left, top, right, bottom
