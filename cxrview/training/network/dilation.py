"""Twice as many places a side in the last maps: the last block at stride 16, its convolutions dilated.

What a convolution sees stays as large as before, so the weights of the plain network go on being right
(Yu 2016). The layers, their names and their order are those of the plain network, too.
"""

import re
from typing import Any

import keras

# The last halving before the last block, and the block's 3 × 3 convolutions, in DenseNet and ResNet.
_HALVING = re.compile(r"pool4_pool|conv5_block1_[01]_conv")
_WIDE = re.compile(r"conv5_block\d+_2_conv")


def at_stride_16(backbone: keras.Model) -> keras.Model:
    """Return a DenseNet or ResNet like `backbone` whose last block runs at stride 16, with new weights."""
    return keras.models.clone_model(backbone, clone_function=_changed)


def _changed(layer: keras.layers.Layer) -> keras.layers.Layer:
    config: dict[str, Any] = layer.get_config()
    if _HALVING.fullmatch(layer.name) and tuple(config.get("strides", ())) == (2, 2):
        config["strides"] = (1, 1)
        if "pool_size" in config:
            config["pool_size"] = (1, 1)
    elif _WIDE.fullmatch(layer.name):
        config["dilation_rate"] = (2, 2)
    return type(layer).from_config(config)
