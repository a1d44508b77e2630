"""The first layer of every model: grey bytes in, a picture that hides where it was made out.

Border text and markers, the scanner's grey scale and the sharpness of the original tell hospitals apart
far better than lungs do. So the border is cropped; the picture is taken apart into bands of detail, each
brought to the energy it has on average (after the energy-based normalisation of Philipsen 2015), without the
finest (noise, compression) and the coarsest (exposure); and every place is shown relative to the spread of
its neighbourhood (Jarrett 2009). A milder form brings only the mean and spread of the whole picture to 0
and 1, which leaves features learnt elsewhere as they are. All of it is inside the graph, where no caller can
get it wrong.
"""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

VERSION = "1"  # written into the model card; change it when the output of this layer changes


def crop_margin(input_size: int) -> int:
    """Return how many pixels `SourceSuppression` removes at each side of a square of `input_size`."""
    return round(0.09 * input_size)


def map_field(input_size: int) -> tuple[float, float, float, float]:
    """Return the part of the square that is left (left, top, right, bottom as fractions)."""
    near = crop_margin(input_size) / input_size
    return near, near, 1 - near, 1 - near


def area_weights(source: int, target: int) -> NDArray[np.float32]:
    """Return the (target, source) matrix that averages `source` pixels into `target`, rows sum to 1."""
    edges = np.linspace(0, source, target + 1)
    starts = np.arange(source)
    covered = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    weights = np.clip(covered, 0, None)
    return np.asarray(weights / weights.sum(1, keepdims=True), dtype=np.float32)


def linear_weights(source: int, target: int) -> NDArray[np.float32]:
    """Return the (target, source) matrix of linear interpolation between pixel centres, rows sum to 1."""
    places = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    distance = np.abs(places[:, None] - np.arange(source)[None, :])
    return np.asarray(np.clip(1 - distance, 0, None), dtype=np.float32)


def gaussian_weights(size: int, sigma: float) -> NDArray[np.float32]:
    """Return the (size, size) matrix of a Gaussian blur that is renormalised at the edges."""
    distance = np.arange(size)[:, None] - np.arange(size)[None, :]
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    return np.asarray(weights / weights.sum(1, keepdims=True), dtype=np.float32)


# Standard deviations in pixels of the Gaussians between the bands, and the average mean absolute value of
# each band relative to the last, measured over radiographs of three collections at 160 pixels.
SIGMAS = (1.0, 2.0, 4.0, 8.0, 18.0)
ENERGIES = (0.16, 0.26, 0.45, 1.0)
NORMALISATIONS = ("bands", "whole")


@keras.saving.register_keras_serializable("cxrview")
class SourceSuppression(keras.layers.Layer):  # type: ignore[misc]
    """Turns (N, S, S) uint8 into (N, size, size, 3) float32, the three channels equal, ±3 × `scale`.

    Detail is limited to `resolution` pixels a side, then shown at `size`. Resampling and blurring are
    products with fixed matrices, so every engine computes the same numbers. `floor` is the mean absolute
    value (of 0…1) below which a band counts as empty, so that a letterbox bar comes out flat.
    `normalisation` is "bands", or "whole" for the milder form. Raises ValueError for another.
    """

    def __init__(
        self,
        size: int,
        resolution: int = 160,
        floor: float = 0.001,
        scale: float = 1.0,
        normalisation: str = "bands",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if normalisation not in NORMALISATIONS:
            raise ValueError(f"normalisation should be one of {NORMALISATIONS}, not {normalisation!r}")
        self.size, self.resolution, self.floor, self.scale = size, resolution, floor, scale
        self.normalisation = normalisation

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Prepare the matrices for squares of `input_shape`; ValueError if they are too small."""
        side = input_shape[1]
        margin = crop_margin(side)
        inner = side - 2 * margin
        if inner < self.resolution:
            raise ValueError(f"{inner} pixels are left of {side} after the crop, of {self.resolution} needed")
        resample = np.zeros((self.size, side), np.float32)
        resample[:, margin : side - margin] = linear_weights(self.resolution, self.size) @ area_weights(
            inner, self.resolution
        )
        self._resample = resample
        self._blurs = [gaussian_weights(self.size, s * self.size / self.resolution) for s in SIGMAS]

    def call(self, images: Any) -> Any:
        """Return the normalised pictures."""
        pictures = _both_axes(self._resample, ops.cast(images, "float32") / 255.0)
        normal = _standardised(pictures) if self.normalisation == "whole" else self._banded(pictures)
        clipped = ops.clip(normal, -3.0, 3.0) * self.scale
        return ops.repeat(ops.expand_dims(clipped, -1), 3, axis=-1)

    def _banded(self, pictures: Any) -> Any:
        levels = [_both_axes(blur, pictures) for blur in self._blurs]
        mixed: Any = 0.0
        for (finer, coarser), energy in zip(pairwise(levels), ENERGIES, strict=True):
            band = finer - coarser
            strength = ops.mean(ops.abs(band), axis=(1, 2), keepdims=True)
            mixed = mixed + band * (energy / (strength + self.floor))
        # A neighbourhood with less than a third of the picture's average spread is left quiet.
        spread = ops.sqrt(_both_axes(self._blurs[-1], ops.square(mixed)) + 0.3)
        return mixed / spread

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, size, size, 3)."""
        return input_shape[0], self.size, self.size, 3

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer."""
        names = ("size", "resolution", "floor", "scale", "normalisation")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _both_axes(weights: NDArray[np.float32], pictures: Any) -> Any:
    """Return `weights` applied to rows and columns of (N, h, w)."""
    matrix = ops.convert_to_tensor(weights)
    return ops.matmul(ops.matmul(matrix, pictures), ops.transpose(matrix))


def _standardised(pictures: Any) -> Any:
    """Return (N, h, w) with the mean 0 and the spread 1 of each; a picture of one grey stays quiet."""
    offsets = pictures - ops.mean(pictures, axis=(1, 2), keepdims=True)
    spread = ops.sqrt(ops.mean(ops.square(offsets), axis=(1, 2), keepdims=True))
    return offsets / (spread + 0.02)
