"""What a model that reads lungs does with its input: a film framed to the lungs, and beside it their mask.

Grey levels are brought to the same mean and spread inside the convex hull of the lungs, whatever lies around
them, and features are averaged where the lungs are. Both live in the graph, where no caller can get them
wrong.
"""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from cxrview.engines.graph.preprocessing import area_weights, linear_weights

HULL_SHARE = 4  # pixels of the input to one of the grid on which the hull is found
DIRECTIONS = 16  # axes, each with two ends: 32 sides of the hull
_LUNG = 0.499  # share of a place; no mask of black and white has exactly this share of any place
_REACH = 0.25  # places from the centre of the outermost ones that the hull goes
_FLOOR = 5.0  # grey levels that are added to the spread
_LEAST = 0.5  # places that a mask must cover, or else all count
_FAR = 1e6


@keras.saving.register_keras_serializable("cxrview")
class LungFraming(keras.layers.Layer):  # type: ignore[misc]
    """Turns (N, S, S, 2) uint8, film and lung mask, into (N, S, S, 3) float32, three equal channels.

    The film has the mean 0 and the spread 1 (5 grey levels are added to it) inside the convex hull of where
    the mask is over one half, and is cut off at ±3, then × `scale`. Where the mask is nowhere over one half,
    the whole square is what counts.
    """

    def __init__(self, scale: float = 1.0, **options: Any) -> None:
        super().__init__(**options)
        self.scale = scale

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Prepare the matrices for squares of `input_shape`."""
        side = input_shape[1]
        places = max(1, round(side / HULL_SHARE))
        self._down, self._up = area_weights(side, places), linear_weights(places, side)
        self._axes = projections(places)

    def call(self, images: Any) -> Any:
        """Return the pictures."""
        values = ops.cast(images, "float32")
        film, mask = values[..., 0], values[..., 1] / 255.0
        inside = hull(_both_axes(self._down, mask), self._axes)
        weights = _both_axes(self._up, inside)
        total = ops.sum(weights, axis=(1, 2), keepdims=True)
        mean = ops.sum(film * weights, axis=(1, 2), keepdims=True) / total
        offsets = film - mean
        variance = ops.sum(ops.square(offsets) * weights, axis=(1, 2), keepdims=True) / total
        picture = ops.clip(offsets / (ops.sqrt(variance) + _FLOOR), -3.0, 3.0) * self.scale
        return ops.repeat(ops.expand_dims(picture, -1), 3, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, S, S, 3)."""
        return *input_shape[:3], 3

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer."""
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("cxrview")
class LungMask(keras.layers.Layer):  # type: ignore[misc]
    """Turns (N, S, S, 2) uint8 into the mask at the places of the features, (N, rows, columns, 1), 0…1.

    It is the mean of the lung mask over each place, sharpened: 0 up to a quarter, 1 from three quarters on.
    A mask that covers less than half a place in all counts as none: then it is 1 everywhere.
    """

    def __init__(self, rows: int, columns: int, **options: Any) -> None:
        super().__init__(**options)
        self.rows, self.columns = rows, columns

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Prepare the matrices for squares of `input_shape`."""
        self._rows = area_weights(input_shape[1], self.rows)
        self._columns = area_weights(input_shape[2], self.columns)

    def call(self, images: Any) -> Any:
        """Return the masks."""
        mask = ops.cast(images, "float32")[..., 1] / 255.0
        across = ops.matmul(mask, ops.convert_to_tensor(self._columns.T))
        places = ops.matmul(ops.convert_to_tensor(self._rows), across)
        sharp = ops.clip(2.0 * (places - 0.25), 0.0, 1.0)
        covered = ops.sum(sharp, axis=(1, 2), keepdims=True)
        return ops.expand_dims(ops.where(covered < _LEAST, ops.ones_like(sharp), sharp), -1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, rows, columns, 1)."""
        return input_shape[0], self.rows, self.columns, 1

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer."""
        return {**super().get_config(), "rows": self.rows, "columns": self.columns}


@keras.saving.register_keras_serializable("cxrview")
class LungPooling(keras.layers.Layer):  # type: ignore[misc]
    """Turns masked features m·F (N, h, w, K) and the mask m (N, h, w, 1) into their mean, Σ m·F / Σ m."""

    def call(self, inputs: tuple[Any, Any]) -> Any:
        """Return the embeddings (N, K)."""
        features, mask = inputs
        return ops.sum(features, axis=(1, 2)) / covered_places(mask)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return (N, K)."""
        return input_shape[0][0], input_shape[0][-1]


def covered_places(mask: Any) -> Any:
    """Return Σ m of masks (N, h, w, 1), in places: (N, 1), never 0."""
    return ops.maximum(ops.sum(mask, axis=(1, 2)), 1e-6)


def projections(places: int) -> NDArray[np.float32]:
    """Return how far each place of a square lies along each of the axes: (places², DIRECTIONS)."""
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    row, column = np.divmod(np.arange(places**2), places)
    return np.asarray(np.outer(column, np.cos(angles)) + np.outer(row, np.sin(angles)), dtype=np.float32)


def hull(mask: Any, axes: NDArray[np.float32]) -> Any:
    """Return the convex hull of where each of `mask` (N, n, n) is over one half, (N, n, n), 0 or 1.

    It is what lies between the mask's ends along every axis (its support function), so that the graph needs
    no more than sums and comparisons: a polygon of 32 sides. `axes` are the `projections` of n. Without any
    lung it is the whole square.
    """
    side = mask.shape[1]
    along = ops.convert_to_tensor(axes)
    lung = ops.cast(mask > _LUNG, "float32")
    away = ops.expand_dims(1.0 - ops.reshape(lung, (-1, side * side)), -1) * _FAR
    high = ops.max(along - away, axis=1, keepdims=True) + _REACH
    low = ops.min(along + away, axis=1, keepdims=True) - _REACH
    room = ops.min(ops.minimum(high - along, along - low), axis=-1)
    inside = ops.reshape(ops.cast(room >= 0, "float32"), (-1, side, side))
    return ops.maximum(inside, 1.0 - ops.max(lung, axis=(1, 2), keepdims=True))


def _both_axes(weights: NDArray[np.float32], pictures: Any) -> Any:
    matrix = ops.convert_to_tensor(weights)
    return ops.matmul(ops.matmul(matrix, pictures), ops.transpose(matrix))
