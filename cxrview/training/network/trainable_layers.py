"""Which part of a network learns, and the cut between what is frozen and what is not.

A frozen batch normalisation neither trains its scale nor gathers statistics, and it normalises with the
statistics that it has, also while the rest is training: Keras does all three when the layer itself is not
trainable, however often the model is compiled again.
"""

import math
from typing import Any

import keras

from cxrview.engines.graph.build import BACKBONE, POOLING, neck
from cxrview.training.network.architectures import find


def set_trainable_layers(model: keras.Model, depth: str, batchnorm: str) -> int:
    """Let the part `depth` of `model` learn and return its number of trainable parameters.

    `depth` is "head", "last-block" or "all". Batch normalisations in the part that is frozen are frozen; in
    the part that learns, `batchnorm` is "train" or "frozen". Compile the model afterwards, not before.
    """
    backbone = model.get_layer(BACKBONE)
    names = [layer.name for layer in backbone.layers]
    first = {
        "head": len(names),
        "last-block": names.index(find(model.name).last_block) if depth == "last-block" else 0,
        "all": 0,
    }[depth]
    model.trainable = True  # and every layer in it
    for position, layer in enumerate(backbone.layers):
        is_batchnorm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = position >= first and not (is_batchnorm and batchnorm == "frozen")
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


def frozen_part(model: keras.Model) -> keras.Model:
    """Return the part of `model` that depth "head" leaves alone: images (N, S, S) → what the head takes.

    That is the pooled embedding (N, K), or the features (N, h, w, K) where the head flattens them. The
    weights are shared with `model`.
    """
    return keras.Model(model.input, _cut(model), name="frozen_part")


def head_part(model: keras.Model) -> keras.Model:
    """Return the head of `model`: what `frozen_part` gives → logits (N, C); the layers are shared."""
    return keras.Model(_cut(model), model.output, name="head_part")


def _cut(model: keras.Model) -> Any:
    layer = neck(model)
    return layer.output if layer.name == POOLING else layer.input
