"""The first layer of a model that takes the pixels as the authors of its network did."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("cxrview")
class ChannelScaling(keras.layers.Layer):  # type: ignore[misc]
    """Turns (N, S, S) uint8 into (N, S, S, 3) float32: the grey value × `scale` + `offset`, per channel."""

    def __init__(self, scale: Sequence[float], offset: Sequence[float], **options: Any) -> None:
        super().__init__(**options)
        self.scale, self.offset = tuple(scale), tuple(offset)

    def call(self, images: Any) -> Any:
        """Return the scaled pictures."""
        grey = ops.expand_dims(ops.cast(images, "float32"), -1)
        scale, offset = (ops.convert_to_tensor(values, "float32") for values in (self.scale, self.offset))
        return grey * scale + offset

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, S, S, 3)."""
        return *input_shape, len(self.scale)

    def get_config(self) -> dict[str, Any]:
        """Return what makes an equal layer."""
        return {**super().get_config(), "scale": list(self.scale), "offset": list(self.offset)}
