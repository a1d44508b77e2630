"""The architectures that can be trained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras

from cxrview.errors import BadRequest
from cxrview.inference.graph.build import BACKBONE, HEAD, POOLING
from cxrview.inference.graph.preprocessing import SourceSuppression


@dataclass(frozen=True, slots=True)
class Architecture:
    """A convolutional network without its head.

    `scale` is the standard deviation of the pixels that its ImageNet weights were trained on, after the
    preprocessing of their authors.
    """

    title: str
    builder: Callable[..., keras.Model]
    scale: float


ARCHITECTURES = {
    "densenet121": Architecture("DenseNet121", keras.applications.DenseNet121, 1.0),
    "resnet50": Architecture("ResNet50", keras.applications.ResNet50, 58.0),
}


def build(
    architecture: str,
    classes: int,
    input_size: int = 224,
    *,
    seen_size: int = 160,
    resolution: int = 160,
    hidden: Sequence[int] = (),
    dropout: float = 0.2,
    batchnorm_momentum: float = 0.9,
) -> keras.Model:
    """Return an untrained model: `image` (N, input_size, input_size) uint8 → logits (N, classes) float32.

    The network sees `seen_size` pixels a side with the detail of `resolution`, after cropping. `hidden`
    are the widths of ReLU layers before the logits. Keras's own BatchNorm momentum of 0.99 lags behind on
    a thousand images, hence 0.9. Raises BadRequest for an unknown architecture.
    """
    if architecture not in ARCHITECTURES:
        raise BadRequest(f"There is no architecture “{architecture}”.", f"Known: {', '.join(ARCHITECTURES)}.")
    entry = ARCHITECTURES[architecture]
    image = keras.Input((input_size, input_size), dtype="uint8", name="image")
    picture = SourceSuppression(
        seen_size, min(resolution, seen_size), scale=entry.scale, name="source_suppression"
    )(image)
    backbone = entry.builder(
        include_top=False, weights=None, input_shape=(seen_size, seen_size, 3), name=BACKBONE
    )
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = batchnorm_momentum
    hidden_state = keras.layers.GlobalAveragePooling2D(name=POOLING)(backbone(picture))
    hidden_state = keras.layers.Dropout(dropout, name="dropout")(hidden_state)
    for index, width in enumerate(hidden):
        hidden_state = keras.layers.Dense(width, activation="relu", name=f"{HEAD}_{index}")(hidden_state)
    logits = keras.layers.Dense(classes, name=f"{HEAD}_{len(hidden)}")(hidden_state)
    return keras.Model(image, logits, name=architecture)
