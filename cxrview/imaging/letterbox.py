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
        shrinks = self.inner_height < self.height or self.inner_width < self.width
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = cv2.resize(image, (self.inner_width, self.inner_height), interpolation=method)
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
        instead. Interpolation is cubic between cell centres (Keys 1981), so it may overshoot a little; the
        geometry is the exact inverse of the letterbox.
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
        # The interpolation is separable, so two small matrix products do.
        across = _interpolation(np.clip(x, 0, cells_wide - 1), cells_wide) * inside_x[:, None]
        down = _interpolation(np.clip(y, 0, cells_high - 1), cells_high) * inside_y[:, None]
        return np.asarray(down @ values.astype(np.float32) @ across.T, dtype=np.float32)


def _interpolation(places: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """Return the (len(places), cells) matrix of cubic weights at fractional cell indices; rows sum to 1.

    Keys 1981 with a = -1/2; the first and last cells go on beyond the edges.
    """
    distance = np.abs(places[:, None] - np.arange(-2, cells + 2, dtype=np.float32)[None, :])
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((2.5 - 0.5 * distance) * distance - 4) * distance + 2
    weights = np.where(distance <= 1, near, np.where(distance < 2, far, 0))
    weights[:, 2] += weights[:, :2].sum(axis=1)
    weights[:, -3] += weights[:, -2:].sum(axis=1)
    return np.asarray(weights[:, 2:-2], dtype=np.float32)
