"""Images that a very small network learns to tell apart in seconds, and that network."""

import keras
import numpy as np

from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.engines.graph.build import BACKBONE, HEAD, POOLING

NAMES = ("a", "b", "c")


def stripes(counts=(80, 30, 10), seed=0, size=32):
    """Return images of three classes: vertical, horizontal, no stripes; every fourth of a small source."""
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2], counts)
    wave = (np.sin(np.arange(size) * 1.5) * 60).astype(int)
    images = random.integers(90, 130, (len(labels), size, size))
    images[labels == 0] += wave[None, None, :]
    images[labels == 1] += wave[None, :, None]
    names = np.char.add(f"{seed}-", np.arange(len(labels)).astype(np.str_))
    sources = np.where(np.arange(len(labels)) % 4, "large", "small")
    return LabelledImages(
        NAMES, images.clip(0, 255).astype(np.uint8), one_hot(labels, 3), names, sources, names
    )


def small_network(dropout=0.2, classes=3, size=32):
    """Return a network with the parts of a real one and some two hundred weights."""
    keras.utils.set_random_seed(2)
    layers = keras.layers
    picture = keras.Input((size, size, 1))
    value = layers.Conv2D(8, 5, 2, use_bias=False)(picture)
    value = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(value))
    backbone = keras.Model(picture, value, name=BACKBONE)
    image = keras.Input((size, size), dtype="uint8", name="image")
    value = layers.Rescaling(1 / 64, -1.7)(layers.Reshape((size, size, 1))(image))
    value = layers.GlobalAveragePooling2D(name=POOLING)(backbone(value))
    value = layers.Dropout(dropout)(value)
    return keras.Model(image, layers.Dense(classes, name=f"{HEAD}_0")(value))
