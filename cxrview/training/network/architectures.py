"""The networks that can be trained, in a table that is light to import (no Keras): the window reads it.

An entry of the network holds what its authors fixed: the side of the input that they trained with, what they
did to the pixels, where the last convolutional block begins and ends.
"""

from dataclasses import dataclass

from cxrview.errors import InvalidRequest
from cxrview.training import messages


@dataclass(frozen=True, slots=True)
class Pixels:
    """How a grey value of 0…255 becomes the three channels that the ImageNet weights were trained on.

    `spread` is the standard deviation of ImageNet's pixels after it.
    """

    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    spread: float


@dataclass(frozen=True, slots=True)
class Architecture:
    """A convolutional network without its head.

    `network` is its name in keras.applications, "" for our own. The heatmaps weigh the output of its last
    layer, which ends the last convolutional block; `last_block` is the first layer of that block. Of a
    `dilatable` one the last block can run at stride 16 instead of 32 (`network.dilation`), which it does
    under lung pooling: maps of twice as many places a side. The others keep their stride there.
    """

    title: str
    network: str
    default_input_size: int  # pixels a side
    minimum_input_size: int
    parameters: int  # without the head
    last_block: str
    pixels: Pixels
    dilatable: bool = False


# ImageNet's red, green and blue have the means 0.485, 0.456, 0.406 and the deviations 0.229, 0.224, 0.225.
PER_CHANNEL = Pixels(
    (1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)),
    (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225),
    1.0,
)
# The Caffe models take blue first; a grey picture has no order, but the means have.
LESS_MEAN = Pixels((1.0, 1.0, 1.0), (-103.939, -116.779, -123.68), 58.0)
PLUS_MINUS_ONE = Pixels((1 / 127.5, 1 / 127.5, 1 / 127.5), (-1.0, -1.0, -1.0), 0.45)
ZERO_TO_ONE = Pixels((1 / 255, 1 / 255, 1 / 255), (0.0, 0.0, 0.0), 0.25)

ARCHITECTURES = {
    "densenet121": Architecture(
        *("DenseNet121", "DenseNet121", 224, 32, 7_037_504, "conv5_block1_0_bn"), PER_CHANNEL, dilatable=True
    ),
    "resnet50": Architecture(
        *("ResNet50", "ResNet50", 224, 32, 23_587_712, "conv5_block1_1_conv"), LESS_MEAN, dilatable=True
    ),
    "vgg16": Architecture("VGG16", "VGG16", 224, 32, 14_714_688, "block5_conv1", LESS_MEAN),
    "vgg19": Architecture("VGG19", "VGG19", 224, 32, 20_024_384, "block5_conv1", LESS_MEAN),
    "inceptionv3": Architecture("InceptionV3", "InceptionV3", 299, 75, 21_802_784, "mixed7", PLUS_MINUS_ONE),
    "inceptionresnetv2": Architecture(
        *("InceptionResNetV2", "InceptionResNetV2", 299, 75, 54_336_736, "mixed_7a"),
        PLUS_MINUS_ONE,
    ),
    "resnet152": Architecture(
        *("ResNet152", "ResNet152", 224, 32, 58_370_944, "conv5_block1_1_conv"),
        LESS_MEAN,
        dilatable=True,
    ),
    "xception": Architecture(
        *("Xception", "Xception", 299, 71, 20_861_480, "block13_sepconv1_act"),
        PLUS_MINUS_ONE,
    ),
    "small-cnn": Architecture("Small CNN (two convolutions)", "", 128, 32, 19_392, "conv1", ZERO_TO_ONE),
}


def find(name: str) -> Architecture:
    """Return the architecture called `name`. Raises InvalidRequest that names the known ones."""
    if name not in ARCHITECTURES:
        raise InvalidRequest(
            messages.NO_SUCH_ARCHITECTURE(name=name), messages.KNOWN_ARCHITECTURES(names=list(ARCHITECTURES))
        )
    return ARCHITECTURES[name]
