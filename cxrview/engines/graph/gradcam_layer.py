"""Grad-CAM of every class in the forward pass (Selvaraju 2017, eq. 1–2), with no gradient computed.

The weight of a feature map is the mean over all places of the gradient of the logit. Behind global average
pooling the gradient is the same at every place: the product of the head's kernels, each masked where its
ReLU is shut, over the number of places. Behind lung pooling the features are those under the mask, which is
a constant, and the mask's sum takes the place of the number of places. Behind a flattened map the gradient
differs from place to place, but its mean does not need the places: only the first kernel depends on them, so
its sum over the places is all there is to know of it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from cxrview.engines.graph.lungs import covered_places


@keras.saving.register_keras_serializable("cxrview")
class GradCamMaps(keras.layers.Layer):  # type: ignore[misc]
    """Turns features (N, h, w, K) into maps (N, C, h, w), ≥ 0, not normalised: one scale for all classes.

    The input is a list: the features, with `masked` the mask (N, h, w, 1) that is in them, then what each
    ReLU of the head gives, in order. `units` are the widths of the head's dense layers, the classes last. The
    weights are copies of the head's kernels, set by `gradcam_maps`, and are never trained.
    """

    def __init__(self, units: Sequence[int], masked: bool = False, **options: Any) -> None:
        super().__init__(**{"trainable": False, **options})
        self.units, self.masked = tuple(units), masked

    def build(self, input_shape: Sequence[tuple[int | None, ...]]) -> None:
        """Create a kernel for every dense layer of the head."""
        widths = (input_shape[0][-1], *self.units)
        self.kernels = [
            self.add_weight(shape=pair, name=f"kernel_{index}") for index, pair in enumerate(pairwise(widths))
        ]

    def call(self, inputs: Sequence[Any]) -> Any:
        """Return the maps."""
        features, *hidden = inputs
        _, height, width, channels = features.shape
        over: Any = height * width
        if self.masked:
            mask, *hidden = hidden
            over = ops.expand_dims(covered_places(mask), -1)
        gradient: Any = self.kernels[-1]  # (K, C), or (N, K, C) once a mask has made it differ by image
        for kernel, after in zip(reversed(self.kernels[:-1]), reversed(hidden), strict=True):
            is_open = ops.expand_dims(ops.cast(after > 0, features.dtype), -1)
            gradient = ops.matmul(kernel, is_open * gradient)
        places = ops.reshape(features, (-1, height * width, channels))
        maps = ops.relu(ops.matmul(places, gradient) / over)
        return ops.reshape(ops.transpose(maps, (0, 2, 1)), (-1, self.units[-1], height, width))

    def compute_output_shape(self, input_shape: Sequence[tuple[int | None, ...]]) -> tuple[int | None, ...]:
        """Return (N, C, h, w)."""
        count, height, width, _ = input_shape[0]
        return count, self.units[-1], height, width

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer, without its weights."""
        return {**super().get_config(), "units": list(self.units), "masked": self.masked}


def gradcam_maps(features: Any, head: Sequence[keras.layers.Dense], mask: Any = None) -> Any:
    """Return the symbolic maps (N, C, h, w) of `features` (N, h, w, K) for the dense layers of `head`.

    The head stands behind global average pooling, behind lung pooling by `mask` (N, h, w, 1), which is in the
    features already, or behind the flattened features; its weights are copied as they are now, so build the
    maps when training is done. Raises ValueError if a layer but the last is
    not a ReLU, if the last is not linear (the masks would be wrong), or if the head takes something else.
    """
    for position, layer in enumerate(head):
        wanted = keras.activations.linear if position == len(head) - 1 else keras.activations.relu
        if layer.activation is not wanted or not layer.use_bias:
            raise ValueError(f"Grad-CAM needs {wanted.__name__} with a bias at the layer {layer.name}")
    masks = [] if mask is None else [mask]
    layer = GradCamMaps([dense.units for dense in head], bool(masks), name="activation_maps")
    maps = layer([features, *masks, *(dense.output for dense in head[:-1])])
    layer.set_weights(head_kernels(features, head))
    return maps


def head_kernels(features: Any, head: Sequence[keras.layers.Dense]) -> list[NDArray[np.float32]]:
    """Return the weights of `GradCamMaps` for the dense layers of `head` over `features` (N, h, w, K).

    Raises ValueError if the head takes something else.
    """
    first, *others = (dense.get_weights()[0] for dense in head)
    return [_summed_over_places(first, *features.shape[1:]), *others]


def _summed_over_places(
    kernel: NDArray[np.float32], height: int, width: int, channels: int
) -> NDArray[np.float32]:
    """Return (K, units): the first kernel itself behind pooling, summed over the places behind flattening."""
    if kernel.shape[0] == channels:
        return kernel
    if kernel.shape[0] != height * width * channels:
        raise ValueError(f"Grad-CAM needs {channels} features a place, and the head takes {kernel.shape[0]}")
    return np.asarray(kernel.reshape(height * width, channels, -1).sum(0), dtype=np.float32)
