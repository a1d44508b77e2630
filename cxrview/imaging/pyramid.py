"""A radiograph at several resolutions, from which what is seen is rendered at the screen's resolution.

Values are interpolated first and go through window and presentation last, so redrawing costs what the
screen shows and not what the file holds.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.imaging import Radiograph, Voi, filters
from cxrview.imaging.render import apply_voi, to_bytes

SMALLEST_SIDE = 512
TABLE = 2**16
AT_ONCE = 2_500_000  # pixels that filters may take while the screen waits: some 15 ms


@dataclass(frozen=True, slots=True, eq=False)
class ImagePyramid:
    """An image and its halvings, finest first; each covers the whole image.

    `arrays` are (h, w) uint8, uint16, int16 or float32, or (h, w, 3) uint8 in colour; a stored number n of
    the integer ones stands for the modality value n + `first`. `padding` are (h, w) uint8, 255 where there
    is no image, or empty.
    """

    arrays: tuple[NDArray[Any], ...]
    padding: tuple[NDArray[np.uint8], ...]
    first: int
    inverted: bool  # by the file: small values are bright
    # Of each level what was filtered last, and how; windows draw and workers export from the same levels.
    filtered: dict[int, tuple[object, NDArray[np.uint8]]] = field(default_factory=dict)

    @classmethod
    def of(cls, radiograph: Radiograph) -> "ImagePyramid":
        """Return the levels of `radiograph`; the finest one shares its memory where it can."""
        values, first = (radiograph.rgb, 0) if radiograph.rgb is not None else _as_numbers(radiograph.values)
        mask = radiograph.padding
        padding = () if mask is None else _halvings(mask.astype(np.uint8) * np.uint8(255))
        # Colour is shown as it is: MONOCHROME1 and its like are about grey values.
        inverted = radiograph.inverted and radiograph.rgb is None
        return cls(_halvings(values), padding, first, inverted)

    @property
    def nbytes(self) -> int:
        """Bytes of the coarser levels and of what was filtered; the finest one is its radiograph's."""
        filtered = [picture for _how, picture in tuple(self.filtered.values())]
        return sum(array.nbytes for array in (*self.arrays[1:], *self.padding, *filtered))


@dataclass(frozen=True, slots=True)
class PyramidPart:
    """The part of an image that is seen, and its size on the screen.

    Screen pixel (i, j), 0-based, covers the image from (`left` + i·`across`, `top` + j·`down`) on;
    `columns` and `rows` are numbers of screen pixels.
    """

    left: float
    top: float
    across: float
    down: float
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Look:
    """How values become grey levels: window or LUT, black and white swapped, filters of the view."""

    voi: Voi
    inverted: bool = False
    filters: frozenset[str] = frozenset()
    smooth: bool = True


def render_part(
    levels: ImagePyramid, look: Look, part: PyramidPart, *, quick: bool = False
) -> NDArray[np.uint8]:
    """Return what is seen, (rows, columns) uint8 or (rows, columns, 3) in colour.

    If `quick`, a level that filters would take long for is replaced by the next coarser one that is ready
    or small; `is_quick` tells, and `refine` makes the right one ready.
    """
    number = _level(levels, part)
    while quick and not _is_ready(levels, number, look) and number < len(levels.arrays) - 1:
        number += 1
    array = levels.arrays[number]
    if look.filters:  # they look at whole neighbourhoods, so they see the whole image
        array = _filtered(levels, number, look)
    sampled = _sample(array, part, levels, look.smooth)
    picture = sampled if look.filters else _tones(sampled, levels, look)
    if levels.padding:
        mask = _sample(levels.padding[number], part, levels, smooth=False)
        picture[mask > 0] = 0  # what is no image stays dark
    return picture


def is_quick(levels: ImagePyramid, look: Look, part: PyramidPart) -> bool:
    """Whether rendering quickly is rendering coarsely."""
    return not _is_ready(levels, _level(levels, part), look)


def refine(levels: ImagePyramid, look: Look, part: PyramidPart) -> None:
    """Filter the level that `part` is to be seen at; for a worker."""
    _filtered(levels, _level(levels, part), look)


def _is_ready(levels: ImagePyramid, number: int, look: Look) -> bool:
    height, width = levels.arrays[number].shape[:2]
    if not look.filters or height * width <= AT_ONCE:
        return True
    known = levels.filtered.get(number)
    return known is not None and known[0] == _how(look)


def _how(look: Look) -> object:
    return look.voi, look.inverted, look.filters


def _filtered(levels: ImagePyramid, number: int, look: Look) -> NDArray[np.uint8]:
    """Return a whole level as it looks through the filters; moving the image asks for the same again."""
    how = _how(look)
    known = levels.filtered.get(number)
    if known is not None and known[0] == how:
        return known[1]
    picture = filters.apply(_tones(levels.arrays[number], levels, look), look.filters)
    levels.filtered[number] = (how, picture)
    return picture


@lru_cache(maxsize=8)
def tone_table(voi: Voi, inverted: bool, dtype: np.dtype[Any], first: int) -> NDArray[np.uint8]:
    """Return the grey level of every number of an integer `dtype`, indexed by its bits read as unsigned."""
    count = 2 ** (8 * dtype.itemsize)
    numbers = np.arange(count) - (count // 2 if dtype.kind == "i" else 0) + first
    grey = to_bytes(apply_voi(numbers, voi), inverted)
    return np.roll(grey, count // 2) if dtype.kind == "i" else grey


def _as_numbers(values: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return `values` in a type that OpenCV interpolates, and what has to be added to get them back."""
    if values.dtype in (np.uint8, np.uint16, np.int16):
        return values, 0
    if values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if high - low < TABLE:
            return (values.astype(np.int64) - low).astype(np.uint16), low
    return np.asarray(values, dtype=np.float32), 0


def _halvings(array: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    found = [np.ascontiguousarray(array)]
    while max(found[-1].shape[:2]) > 2 * SMALLEST_SIDE:
        height, width = found[-1].shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        found.append(cv2.resize(found[-1], half, interpolation=cv2.INTER_AREA))
    return tuple(found)


def _level(levels: ImagePyramid, part: PyramidPart) -> int:
    """Return the coarsest level that is at least as fine as the screen."""
    width = levels.arrays[0].shape[1]
    wanted = width / part.across  # screen pixels for the whole width
    fine = [number for number, array in enumerate(levels.arrays) if array.shape[1] >= wanted - 0.5]
    return fine[-1] if fine else 0


def _sample(array: NDArray[Any], part: PyramidPart, levels: ImagePyramid, smooth: bool) -> NDArray[Any]:
    """Return `array`, one of the levels, at the centres of the screen's pixels."""
    height, width = levels.arrays[0].shape[:2]
    fine_x, fine_y = array.shape[1] / width, array.shape[0] / height
    step_x, step_y = part.across * fine_x, part.down * fine_y
    x, y = part.left * fine_x + step_x / 2 - 0.5, part.top * fine_y + step_y / 2 - 0.5
    # OpenCV's sides are limited, and so is what it should look at: cut out what is seen, and a margin.
    left, top = max(0, int(x) - 2), max(0, int(y) - 2)
    right, bottom = int(x + step_x * part.columns) + 4, int(y + step_y * part.rows) + 4
    seen = array[top:bottom, left:right]
    method = cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST
    way = np.array([[step_x, 0, x - left], [0, step_y, y - top]])
    if step_x == step_y == 1 and float(x).is_integer() and float(y).is_integer():
        method = cv2.INTER_NEAREST  # pixel for pixel
    drawn: NDArray[Any] = cv2.warpAffine(
        np.ascontiguousarray(seen),
        way,
        (part.columns, part.rows),
        flags=method | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return drawn


def _tones(array: NDArray[Any], levels: ImagePyramid, look: Look) -> NDArray[np.uint8]:
    """Return `array` through window and presentation, uint8."""
    if array.dtype.kind == "f":
        grey = to_bytes(apply_voi(array, look.voi), levels.inverted)
        return np.invert(grey) if look.inverted else grey
    table = tone_table(look.voi, levels.inverted, array.dtype, levels.first)
    unsigned = array.view(array.dtype.str.replace("i", "u"))
    return np.asarray(cv2.LUT(unsigned, np.invert(table) if look.inverted else table))
