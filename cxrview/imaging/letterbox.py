"""Fit an image of any shape into the model's square, and find the way back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where an image lies in a square of `size` pixels: its aspect ratio is kept, the rest is black.

    The image of `height` × `width` pixels fills rows `top`…`top + inner_height` and columns
    `left`…`left + inner_width` of the square.
    """

    size: int
    height: int
    width: int
    top: int
    left: int
    inner_height: int
    inner_width: int

    @classmethod
    def fit(cls, height: int, width: int, size: int, pixel_aspect: float = 1.0) -> "Letterbox":
        """Return the letterbox of an image of `height` × `width` pixels, centred in `size` × `size`.

        `pixel_aspect` is the height of a pixel divided by its width. Raises ValueError on an empty image.
        """
        if min(height, width, size) < 1 or pixel_aspect <= 0:
            raise ValueError(f"no letterbox for {height} × {width} pixels in {size}, aspect {pixel_aspect}")
        tall = height * pixel_aspect
        scale = size / max(tall, width)
        inner_height = min(size, max(1, round(tall * scale)))
        inner_width = min(size, max(1, round(width * scale)))
        top, left = (size - inner_height) // 2, (size - inner_width) // 2
        return cls(size, height, width, top, left, inner_height, inner_width)

    def apply(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `image`, (height, width), in the square, (size, size); ValueError if its shape differs."""
        if image.shape != (self.height, self.width):
            raise ValueError(f"expected {self.height} × {self.width} pixels, got {image.shape}")
        # OpenCV takes plain linear steps if one axis shrinks and the other grows, so shrink first.
        low, narrow = min(self.height, self.inner_height), min(self.width, self.inner_width)
        shrunk = cv2.resize(image, (narrow, low), interpolation=cv2.INTER_AREA)
        resized = cv2.resize(shrunk, (self.inner_width, self.inner_height), interpolation=cv2.INTER_LINEAR)
        bottom, right = self.top + self.inner_height, self.left + self.inner_width
        square = np.zeros((self.size, self.size), np.uint8)
        square[self.top : bottom, self.left : right] = resized
        return square

    def back(
        self,
        values: NDArray[np.float32],
        field: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
        shape: tuple[int, int] | None = None,
    ) -> NDArray[np.float32]:
        """Return a coarse map of the square, (h, w), laid over the image: (height, width) float32.

        `field` is the part of the square that the map covers (left, top, right, bottom as fractions);
        outside it the result is 0. With `shape` the image is sampled at that many rows and columns
        instead. Interpolation between cell centres is cubic and monotone (Fritsch and Carlson 1980): smooth,
        with no value that lies outside those around it. The geometry is the exact inverse of the letterbox.
        """
        rows, columns = shape or (self.height, self.width)
        left, top, right, bottom = field
        cells_high, cells_wide = values.shape
        # One affine map takes a sample of the image to a place in the coarse map, pixel centres at +0.5.
        step_x = self.inner_width / columns / self.size / (right - left) * cells_wide
        step_y = self.inner_height / rows / self.size / (bottom - top) * cells_high
        start_x = (self.left / self.size - left) / (right - left) * cells_wide + 0.5 * step_x - 0.5
        start_y = (self.top / self.size - top) / (bottom - top) * cells_high + 0.5 * step_y - 0.5
        x = (start_x + step_x * np.arange(columns)).astype(np.float32)
        y = (start_y + step_y * np.arange(rows)).astype(np.float32)
        inside_x = (x >= -0.5) & (x <= cells_wide - 0.5)
        inside_y = (y >= -0.5) & (y <= cells_high - 0.5)
        across = _interpolate(values.astype(np.float32), x) * inside_x
        return np.asarray(_interpolate(across.T, y).T * inside_y[:, None], dtype=np.float32)


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
