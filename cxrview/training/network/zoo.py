"""Build a network to train: grey bytes in, logits out, everything between in one graph."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from cxrview.bundle.card import MAX_CLASSES
from cxrview.engines.graph import preprocessing
from cxrview.engines.graph.build import BACKBONE, FLATTEN, HEAD, MASKED, POOLING
from cxrview.engines.graph.lungs import LungFraming, LungMask, LungPooling
from cxrview.engines.graph.preprocessing import SourceSuppression
from cxrview.engines.graph.scaling import ChannelScaling
from cxrview.errors import InvalidRequest
from cxrview.training import messages
from cxrview.training.network import dilation, starting_point
from cxrview.training.network.architectures import ARCHITECTURES, Architecture
from cxrview.training.network.starting_point import Head, ResolvedModel

__all__ = ["ARCHITECTURES", "Architecture", "build", "map_field", "summary_text"]


def build(
    resolved: ResolvedModel, classes: int, *, batchnorm_momentum: float = 0.9, mixed_precision: bool = False
) -> keras.Model:
    """Return an untrained model: `image` (N, S, S) uint8 → logits (N, classes) float32.

    One that reads lungs takes (N, S, S, 2), the film framed to the lungs and their mask.
    Keras's own BatchNorm momentum of 0.99 lags behind on a thousand images, hence 0.9. Mixed precision
    computes in bfloat16, which needs no scaling of the loss and is fast on CPUs too; the weights and the
    logits stay in single precision. Raises InvalidRequest for a number of classes that no card can hold.
    """
    if not 2 <= classes <= MAX_CLASSES:
        problem = messages.CLASSES_OUT_OF_RANGE(most=MAX_CLASSES, count=classes)
        raise InvalidRequest(problem, messages.MERGE_CLASSES)
    size = resolved.input.size
    with _precision("mixed_bfloat16" if mixed_precision else "float32"):
        shape = (size, size, 2) if resolved.input.frame == "lungs" else (size, size)
        image = keras.Input(shape, dtype="uint8", name="image")
        picture = _first_layer(resolved)(image)
        backbone = _backbone(resolved.architecture, picture.shape[1], resolved.head.pooling == "lungs")
        for layer in backbone.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = batchnorm_momentum
        logits = _head(_pooled(backbone(picture), image, resolved.head.pooling), resolved.head, classes)
        return keras.Model(image, logits, name=resolved.name)


def map_field(model: keras.Model) -> tuple[float, float, float, float]:
    """Return the part of the input square that the heatmaps cover: left, top, right, bottom, 0…1."""
    if any(isinstance(layer, SourceSuppression) for layer in model.layers):
        return preprocessing.map_field(model.input_shape[1])
    return 0.0, 0.0, 1.0, 1.0


def summary_text(model: keras.Model) -> str:
    """Return the table of all layers with their shapes and numbers of parameters.

    Keras's own is cut to the width of the terminal, and to 80 columns in a file.
    """
    rows = [("Layer", "Kind", "Output", "Parameters", ""), *_layer_rows(model, "")]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{name:<{widths[0]}}  {kind:<{widths[1]}}  {shape:<{widths[2]}}  {count:>12}{frozen}".rstrip()
        for name, kind, shape, count, frozen in rows
    ]
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    lines.append(f"Total params: {model.count_params():,}, of which {trainable:,} trainable")
    return "\n".join(lines)


def _layer_rows(model: keras.Model, indent: str) -> Iterator[tuple[str, str, str, str, str]]:
    for layer in model.layers:
        shape = " × ".join(str(side or "N") for side in layer.output.shape)
        count = layer.count_params()
        frozen = "" if layer.trainable or not count else "  frozen"
        yield f"{indent}{layer.name}", type(layer).__name__, shape, f"{count:,}" if count else "", frozen
        if isinstance(layer, keras.Model):
            yield from _layer_rows(layer, f"{indent}  ")


def _first_layer(resolved: ResolvedModel) -> keras.layers.Layer:
    entry, taken = resolved.architecture, resolved.input
    if taken.frame == "lungs":
        return LungFraming(entry.pixels.spread, name="lung_framing", dtype="float32")
    if taken.preprocessing in starting_point.NORMALISATIONS:
        # There is no more detail than the crop leaves, and none that the network does not see.
        left = taken.size - 2 * preprocessing.crop_margin(taken.size)
        return SourceSuppression(
            taken.seen_size,
            min(taken.resolution, taken.seen_size, left),
            scale=entry.pixels.spread,
            normalisation=starting_point.NORMALISATIONS[taken.preprocessing],
            name="source_suppression",
            dtype="float32",
        )
    return ChannelScaling(entry.pixels.scale, entry.pixels.offset, name="channel_scaling", dtype="float32")


def _backbone(entry: Architecture, size: int, fine: bool) -> keras.Model:
    if not entry.network:
        return _small_cnn(size)
    network = getattr(keras.applications, entry.network)
    backbone = network(include_top=False, weights=None, input_shape=(size, size, 3), name=BACKBONE)
    return dilation.at_stride_16(backbone) if fine and entry.dilatable else backbone


def _small_cnn(size: int) -> keras.Model:
    """Return two convolutions, each followed by max pooling: (N, S, S, 3) → (N, S/4, S/4, 64)."""
    picture = keras.Input((size, size, 3))
    value = picture
    for number, filters in enumerate((32, 64), 1):
        value = keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{number}")(
            value
        )
        value = keras.layers.MaxPooling2D(name=f"pool{number}")(value)
    return keras.Model(picture, value, name=BACKBONE)


def _pooled(features: Any, image: Any, pooling: str) -> Any:
    if pooling == "flatten":
        return keras.layers.Flatten(name=FLATTEN)(features)
    if pooling == "lungs":
        mask = LungMask(*features.shape[1:3], name="lung_mask", dtype="float32")(image)
        under = keras.layers.Multiply(name=MASKED, dtype="float32")([features, mask])
        return LungPooling(name=POOLING, dtype="float32")([under, mask])
    return keras.layers.GlobalAveragePooling2D(name=POOLING)(features)


def _head(value: Any, head: Head, classes: int) -> Any:
    for index, width in enumerate(head.hidden):
        value = keras.layers.Dense(width, activation="relu", name=f"{HEAD}_{index}")(value)
    value = keras.layers.Dropout(head.dropout, name="dropout")(value)
    return keras.layers.Dense(classes, name=f"{HEAD}_{len(head.hidden)}", dtype="float32")(value)


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    """Make `policy` the rule for layers made in the block: the networks of Keras take no other way."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
