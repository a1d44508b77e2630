"""Fit an image of any shape into the model's square, and find the way back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom exclusive


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where an image, or the part `crop` of it, lies in a square of `size` pixels: the rest is black.

    The image has `height` × `width` pixels. Its part `crop` (left, top, right, bottom in whole pixels, right
    and bottom exclusive) fills rows `top`…`top + inner_height` and columns `left`…`left + inner_width` of the
    square, with its aspect ratio kept.
    """

    size: int
    height: int
    width: int
    top: int
    left: int
    inner_height: int
    inner_width: int
    crop: Box

    @classmethod
    def fit(
        cls, height: int, width: int, size: int, pixel_aspect: float = 1.0, crop: Box | None = None
    ) -> "Letterbox":
        """Return the letterbox of an image of `height` × `width` pixels, centred in `size` × `size`.

        `pixel_aspect` is the height of a pixel divided by its width; `crop` is the part of the image that is
        to be in the square, all of it if None. Raises ValueError on an empty image or part.
        """
        left, top, right, bottom = whole = crop or (0, 0, width, height)
        if not (0 <= left < right <= width and 0 <= top < bottom <= height) or size < 1 or pixel_aspect <= 0:
            raise ValueError(
                f"no letterbox for {whole} of {height} × {width} in {size}, aspect {pixel_aspect}"
            )
        tall, wide = (bottom - top) * pixel_aspect, right - left
        scale = size / max(tall, wide)
        inner_height = min(size, max(1, round(tall * scale)))
        inner_width = min(size, max(1, round(wide * scale)))
        above, beside = (size - inner_height) // 2, (size - inner_width) // 2
        return cls(size, height, width, above, beside, inner_height, inner_width, whole)

    @property
    def crop_height(self) -> int:
        """Rows of the image that are in the square."""
        return self.crop[3] - self.crop[1]

    @property
    def crop_width(self) -> int:
        """Columns of the image that are in the square."""
        return self.crop[2] - self.crop[0]

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `image`, (height, width), in the square, (size, size); ValueError if its shape differs."""
        if image.shape != (self.height, self.width):
            raise ValueError(f"expected {self.height} × {self.width} pixels, got {image.shape}")
        left, top, right, bottom = self.crop
        # OpenCV takes plain linear steps if one axis shrinks and the other grows, so shrink first.
        low, narrow = min(self.crop_height, self.inner_height), min(self.crop_width, self.inner_width)
        shrunk = cv2.resize(image[top:bottom, left:right], (narrow, low), interpolation=cv2.INTER_AREA)
        resized = cv2.resize(shrunk, (self.inner_width, self.inner_height), interpolation=cv2.INTER_LINEAR)
        square = np.zeros((self.size, self.size), np.uint8)
        square[self.top : self.top + self.inner_height, self.left : self.left + self.inner_width] = resized
        return square

    def into(self, x: float, y: float) -> tuple[float, float]:
        """Return where the place (`x`, `y`) of the image lies in the square; both in pixels, corners at 0."""
        across = (x - self.crop[0]) * self.inner_width / self.crop_width + self.left
        down = (y - self.crop[1]) * self.inner_height / self.crop_height + self.top
        return across, down

    def out_of(self, x: float, y: float) -> tuple[float, float]:
        """Return where the place (`x`, `y`) of the square lies in the image: the inverse of `into`."""
        across = (x - self.left) * self.crop_width / self.inner_width + self.crop[0]
        down = (y - self.top) * self.crop_height / self.inner_height + self.crop[1]
        return across, down

    def back(
        self,
        values: NDArray[np.float32],
        field: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
        shape: tuple[int, int] | None = None,
    ) -> NDArray[np.float32]:
        """Return a coarse map of the square, (h, w), laid over the image: (height, width) float32.

        `field` is the part of the square that the map covers (left, top, right, bottom as fractions);
        outside it, and outside the crop, the result is 0. With `shape` the image is sampled at that many rows
        and columns instead. Interpolation between cell centres is cubic and monotone (Fritsch and Carlson
        1980): smooth, with no value that lies outside those around it. The geometry is the exact inverse of
        the letterbox.
        """
        rows, columns = shape or (self.height, self.width)
        left, top, right, bottom = field
        cells_high, cells_wide = values.shape
        # One affine map takes a sample of the image to a place in the coarse map, pixel centres at +0.5.
        corner_x, corner_y = self.into(0, 0)
        end_x, end_y = self.into(self.width, self.height)
        step_x = (end_x - corner_x) / columns / self.size / (right - left) * cells_wide
        step_y = (end_y - corner_y) / rows / self.size / (bottom - top) * cells_high
        start_x = (corner_x / self.size - left) / (right - left) * cells_wide + 0.5 * step_x - 0.5
        start_y = (corner_y / self.size - top) / (bottom - top) * cells_high + 0.5 * step_y - 0.5
        x = (start_x + step_x * np.arange(columns)).astype(np.float32)
        y = (start_y + step_y * np.arange(rows)).astype(np.float32)
        inside_x = (x >= -0.5) & (x <= cells_wide - 0.5) & _within(columns, self.width, *self.crop[::2])
        inside_y = (y >= -0.5) & (y <= cells_high - 0.5) & _within(rows, self.height, *self.crop[1::2])
        across = _interpolate(values.astype(np.float32), x) * inside_x
        return np.asarray(_interpolate(across.T, y).T * inside_y[:, None], dtype=np.float32)


def _within(samples: int, side: int, start: int, end: int) -> NDArray[np.bool_]:
    """Return which of `samples` places along a side of `side` pixels lie in `start`…`end`: (samples,)."""
    places = (np.arange(samples) + 0.5) * side / samples
    return np.asarray((places >= start) & (places <= end))


def _interpolate(values: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `values`, (m, n), at `places` along the last axis, (m, len(places)); 0 is the first value.

    Slopes are harmonic means, and 0 at an extreme value; the end values go on beyond the ends.
    """
    padded = np.pad(values, ((0, 0), (1, 1)), mode="edge")
    rise = np.diff(padded, axis=1)
    before, after = rise[:, :-1], rise[:, 1:]
    same_way = before * after > 0
    slopes = np.where(same_way, 2 * before * after / np.where(same_way, before + after, 1), 0)
    place = np.clip(places, 0, values.shape[1] - 1)
    left = np.minimum(place.astype(int), max(0, values.shape[1] - 2))
    right = np.minimum(left + 1, values.shape[1] - 1)
    t = (place - left).astype(np.float32)
    start, end = values[:, left], values[:, right]
    curve = start + (end - start) * t**2 * (3 - 2 * t)
    curve += slopes[:, left] * t * (1 - t) ** 2 - slopes[:, right] * t**2 * (1 - t)
    return np.asarray(curve, dtype=np.float32)
