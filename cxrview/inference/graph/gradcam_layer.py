"""Grad-CAM of every class in the forward pass (Selvaraju 2017, eq. 1–2), with no gradient computed.

Behind global average pooling, the gradient of a logit with respect to the feature maps is the same at
every place: the product of the head's kernels, each masked where its ReLU is shut, over the number of
places.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("cxrview")
class GradCamMaps(keras.layers.Layer):  # type: ignore[misc]
    """Turns features (N, h, w, K) into maps (N, C, h, w), ≥ 0, not normalised: one scale for all classes.

    `units` are the widths of the head's dense layers, the classes last; between them stand ReLUs. The
    weights are copies of the head's, set by `gradcam_maps`, and are never trained.
    """

    def __init__(self, units: Sequence[int], **options: Any) -> None:
        super().__init__(**{"trainable": False, **options})
        self.units = tuple(units)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create a kernel and a bias for every dense layer of the head."""
        widths = (input_shape[-1], *self.units)
        self.kernels = [
            self.add_weight(shape=pair, name=f"kernel_{index}") for index, pair in enumerate(pairwise(widths))
        ]
        self.biases = [
            self.add_weight(shape=(width,), name=f"bias_{index}") for index, width in enumerate(self.units)
        ]

    def call(self, features: Any) -> Any:
        """Return the maps."""
        masks = []
        hidden = ops.mean(features, axis=(1, 2))
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            before = ops.matmul(hidden, kernel) + bias
            masks.append(ops.expand_dims(ops.cast(before > 0, before.dtype), -1))
            hidden = ops.relu(before)
        gradient: Any = self.kernels[-1]  # (K, C), or (N, K, C) once a mask has made it differ by image
        for kernel, mask in zip(reversed(self.kernels[:-1]), reversed(masks), strict=True):
            gradient = ops.matmul(kernel, mask * gradient)
        _, height, width, channels = features.shape
        places = ops.reshape(features, (-1, height * width, channels))
        maps = ops.relu(ops.matmul(places, gradient) / (height * width))
        return ops.reshape(ops.transpose(maps, (0, 2, 1)), (-1, self.units[-1], height, width))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, C, h, w)."""
        return input_shape[0], self.units[-1], input_shape[1], input_shape[2]

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer, without its weights."""
        return {**super().get_config(), "units": list(self.units)}


def gradcam_maps(features: Any, head: Sequence[keras.layers.Dense]) -> Any:
    """Return the symbolic maps (N, C, h, w) of `features` (N, h, w, K) for the dense layers of `head`.

    The head stands behind global average pooling; its weights are copied as they are now, so build the
    maps when training is done. Raises ValueError if a layer but the last is not a ReLU, or the last is not
    linear: the masks would be wrong.
    """
    for position, layer in enumerate(head):
        wanted = keras.activations.linear if position == len(head) - 1 else keras.activations.relu
        if layer.activation is not wanted or not layer.use_bias:
            raise ValueError(f"Grad-CAM needs {wanted.__name__} with a bias at the layer {layer.name}")
    layer = GradCamMaps([dense.units for dense in head], name="activation_maps")
    maps = layer(features)
    layer.set_weights([dense.kernel for dense in head] + [dense.bias for dense in head])
    return maps
