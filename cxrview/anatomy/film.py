"""A film small enough to be kept until the model has time for it, and large enough to be cropped."""

import dataclasses
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.imaging import Letterbox, Radiograph, render
from cxrview.imaging.letterbox import Box

LONGEST = 1024  # pixels of the longer side
SLACK = 1e-6  # of a pixel, by which a border that lies on one may be beside it, as numbers are rounded


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A radiograph in its default window, shrunk: `pixels` is (h, w) uint8, read-only, h and w ≤ 1024.

    `height` and `width` are those of the radiograph; `pixel_aspect` is the height of one of its pixels
    divided by its width. Letterboxes speak of the radiograph's pixels.
    """

    pixels: NDArray[np.uint8]
    height: int
    width: int
    pixel_aspect: float = 1.0

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)

    @property
    def whole(self) -> Box:
        """All of the radiograph."""
        return 0, 0, self.width, self.height

    def letterbox(self, size: int, crop: Box | None = None) -> Letterbox:
        """Return where the radiograph, or its part `crop`, lies in a square of `size` pixels."""
        return Letterbox.fit(self.height, self.width, size, self.pixel_aspect, crop)

    def in_square(self, letterbox: Letterbox) -> NDArray[np.uint8]:
        """Return the film where `letterbox` says, (size, size) uint8; what is beside it is black."""
        rows, columns = self.pixels.shape
        left, right = self._shrunk(letterbox.crop[::2], self.width, columns)
        top, bottom = self._shrunk(letterbox.crop[1::2], self.height, rows)
        crop = (left, top, right, bottom)
        return dataclasses.replace(letterbox, height=rows, width=columns, crop=crop).apply(self.pixels)

    def part(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return the least part of the radiograph that holds a rectangle, as far as that lies inside.

        Its borders lie between pixels of the film, so that the film can be cropped there.
        """
        rows, columns = self.pixels.shape
        start_x, end_x = self._held(left, right, self.width, columns)
        start_y, end_y = self._held(top, bottom, self.height, rows)
        return start_x, start_y, end_x, end_y

    @staticmethod
    def _held(low: float, high: float, side: int, kept: int) -> tuple[int, int]:
        first = min(max(0, math.floor(low * kept / side + SLACK)), kept - 1)
        last = max(first + 1, min(kept, math.ceil(high * kept / side - SLACK)))
        return round(first * side / kept), round(last * side / kept)

    @staticmethod
    def _shrunk(span: tuple[int, ...], side: int, kept: int) -> tuple[int, int]:
        """Return `span` of a side of `side` pixels in those that are `kept`, at least one of them."""
        start = min(round(span[0] * kept / side), kept - 1)
        return start, max(start + 1, round(span[1] * kept / side))


def reduced(radiograph: Radiograph) -> Film:
    """Return `radiograph` as a model sees it, at most 1 MB. Pure, so it may run in any thread.

    It is the picture in the file's default window, as in `imaging.model_input`.
    """
    picture = render(radiograph, radiograph.default_voi)
    height, width = picture.shape
    factor = LONGEST / max(height, width)
    if factor < 1:
        columns, rows = (max(1, round(side * factor)) for side in (width, height))
        picture = np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    return Film(picture, height, width, radiograph.pixel_aspect)
