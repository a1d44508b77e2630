"""Random changes of training images as the configuration asks for them, by Keras's layers where it has them.

The pictures are grey: one channel in, one out. Hue, saturation and greyscale therefore change nothing but
the colours that a channel shift has just made, and what they do is seen as a change of luminance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.message import Message
from cxrview.training import messages
from cxrview.training.config import AugmentationConfig
from cxrview.training.recipe.augment import CHANGES, add_markers, change_surroundings, move, restyle

Images = NDArray[np.uint8]  # (N, S, S), or framed (N, S, S, 3): film, lungs, boxes
Pictures = NDArray[np.float32]  # (N, S, S, channels), 0…255
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
ERASED = (0.005, 0.06)  # share of the area that a rectangle covers: 7…25 % of the side
CROPS = 4  # sizes, because Keras's layer crops to one
BLURRED_ALIKE = 4  # pictures: each on its own takes four times as long


@dataclass(frozen=True, slots=True)
class Draw:
    """Where the random numbers of one batch come from: NumPy's for our functions, Keras's for its layers."""

    random: np.random.Generator
    seeds: keras.random.SeedGenerator


Stage = Callable[[Pictures, Draw], Pictures]


class Augmenter:
    """Changes batches of images at random; the same generator state gives the same changes."""

    def __init__(self, config: AugmentationConfig, size: int) -> None:
        self._config = config
        self._geometry = _geometry(config, size)
        self._stages = _colours(config) + _grey_levels(config)

    @property
    def idle(self) -> bool:
        """Whether every image comes back as it is."""
        config = self._config
        return config.plain_share == 1 or not (
            self._geometry
            or self._stages
            or config.source
            or config.restyle
            or config.exchange
            or config.markers
        )

    def __call__(self, images: Images, random: np.random.Generator) -> Images:
        """Return `images` with all but a share of `plain_share` changed, in a new array.

        Of framed ones lungs and boxes move with the film, whose grey levels alone are changed.
        """
        changed = images.copy()
        chosen = np.flatnonzero(random.random(len(images)) >= self._config.plain_share)
        if self.idle or not len(chosen):
            return changed
        changed[chosen] = self._without_source(images, chosen, random)
        if self._geometry or self._stages:
            draw = Draw(random, keras.random.SeedGenerator(int(random.integers(2**31 - 1))))
            pictures = changed[_evened(chosen, len(images))].astype(np.float32)
            framed = pictures.ndim == 4
            pictures = pictures if framed else pictures[..., None]
            for stage in self._geometry:
                pictures = stage(pictures, draw)
            films = pictures[..., :1]
            for stage in self._stages:
                films = stage(films, draw)
            levels = np.clip(np.rint(np.concatenate([films, pictures[..., 1:]], -1)), 0, 255)
            changed[chosen] = levels[: len(chosen)] if framed else levels[: len(chosen), ..., 0]
        if self._config.markers:
            self._add_markers(changed, chosen, random)
        return changed

    def _add_markers(self, images: Images, chosen: NDArray[np.int64], random: np.random.Generator) -> None:
        framed = images.ndim == 4
        films = images[..., 0] if framed else images
        for index in chosen:
            if random.random() < self._config.markers:
                lungs = images[index, ..., 1] if framed else None
                films[index] = add_markers(films[index], lungs, random)

    def _without_source(
        self, images: Images, chosen: NDArray[np.int64], random: np.random.Generator
    ) -> Images:
        results = images[chosen]
        films, others = (part[..., 0] if images.ndim == 4 else part for part in (results, images))
        pairings = ((restyle, self._config.restyle), (change_surroundings, self._config.exchange))
        for place, index in enumerate(chosen):
            for pair, share in pairings:
                if len(images) > 1 and random.random() < share:
                    other = others[(index + random.integers(1, len(images))) % len(images)]
                    films[place] = pair(films[place], other, random)
            for change, probability in CHANGES if self._config.source else ():
                if random.random() < probability * self._config.source:
                    changed = results if change is move else films  # lungs and boxes move, too
                    changed[place] = change(changed[place], random)
        return results


def caveats(config: AugmentationConfig) -> list[Message]:
    """Return a sentence for each thing asked for that will not do what the user may think."""
    if (config.hue or config.saturation or config.greyscale) and not config.channel_shift:
        return [messages.GREY_HAS_NO_HUE]
    return []


def _geometry(config: AugmentationConfig, size: int) -> list[Stage]:
    layers, fill = keras.layers, {"fill_mode": "constant", "fill_value": 0.0}
    stages = []
    if config.rotation:
        stages.append(_layer(layers.RandomRotation, config.rotation / 360, **fill))
    if config.shear:
        stages.append(_layer(layers.RandomShear, math.tan(math.radians(config.shear)), **fill))
    if config.zoom:
        stages.append(_layer(layers.RandomZoom, (-config.zoom, config.zoom), **fill))
    if config.shift:
        stages.append(_layer(layers.RandomTranslation, config.shift, config.shift, **fill))
    if config.crop:
        stages.append(_crop(config.crop, size))
    if config.horizontal_flip:
        stages.append(_layer(layers.RandomFlip, "horizontal"))
    if config.vertical_flip:
        stages.append(_layer(layers.RandomFlip, "vertical"))
    return stages


def _colours(config: AugmentationConfig) -> list[Stage]:
    """Return what works on three channels, between the way there and the way back."""
    layers, scale = keras.layers, {"value_range": (0, 255)}
    stages: list[Stage] = []
    if config.channel_shift:
        stages.append(lambda pictures, draw: _shift_channels(pictures, config.channel_shift, draw.random))
    if config.hue:
        stages.append(_layer(layers.RandomHue, 2 * config.hue, **scale))  # 1 is half a turn
    if config.saturation:  # ½ leaves the saturation as it is
        spread = config.saturation / 2
        stages.append(_layer(layers.RandomSaturation, (0.5 - spread, 0.5 + spread), **scale))
    if config.greyscale:
        stages.append(_layer(layers.RandomGrayscale, config.greyscale))
    if not stages:
        return []
    return [
        lambda pictures, _draw: pictures.repeat(3, axis=-1),
        *stages,
        lambda pictures, _draw: (pictures @ LUMINANCE)[..., None],
    ]


def _grey_levels(config: AugmentationConfig) -> list[Stage]:
    layers, scale = keras.layers, {"value_range": (0, 255)}
    stages: list[Stage] = []
    if config.equalise:
        stages.append(_sometimes(config.equalise, _layer(layers.Equalization, **scale)))
    if config.clahe:
        stages.append(_sometimes(config.clahe, _clahe))
    if config.contrast:
        both = (config.contrast, config.contrast)  # of one number the layer would only strengthen
        stages.append(_layer(layers.RandomContrast, both, **scale))
    if config.brightness:
        stages.append(_layer(layers.RandomBrightness, config.brightness, **scale))
    if config.multiply:
        stages.append(lambda pictures, draw: _multiply(pictures, config.multiply, draw.random))
    if config.blur:
        kernel = 2 * math.ceil(3 * config.blur) + 1
        blur = _layer(layers.RandomGaussianBlur, (1.0, 1.0), kernel, (0.0, config.blur), **scale)
        stages.append(_in_groups(BLURRED_ALIKE, blur))  # the layer draws one width a batch
    if config.noise:
        stages.append(lambda pictures, draw: _noise(pictures, config.noise, draw.random))
    if config.erase:
        chance = (config.erase, config.erase)  # of one number the layer would take half
        stages.append(_layer(layers.RandomErasing, chance, scale=ERASED, fill_value=0, **scale))
    return stages


def _layer(kind: Any, *values: Any, **options: Any) -> Stage:
    layer = kind(*values, data_format="channels_last", **options)

    def apply(pictures: Pictures, draw: Draw) -> Pictures:
        chosen = layer.get_random_transformation(pictures, training=True, seed=draw.seeds)
        tensor = keras.ops.convert_to_tensor(pictures)
        return _numbers(layer.transform_images(tensor, chosen, training=True))

    return apply


def _numbers(tensor: Any) -> Pictures:
    return np.asarray(keras.ops.convert_to_numpy(tensor), dtype=np.float32)


def _evened(chosen: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return `chosen`, for JAX repeated until there are `count`: it compiles again for every shape."""
    return np.resize(chosen, count) if keras.backend.backend() == "jax" else chosen


def _in_groups(size: int, stage: Stage) -> Stage:
    return lambda pictures, draw: np.concatenate(
        [stage(pictures[start : start + size], draw) for start in range(0, len(pictures), size)]
    )


def _sometimes(probability: float, stage: Stage) -> Stage:
    def apply(pictures: Pictures, draw: Draw) -> Pictures:
        chosen = np.flatnonzero(draw.random.random(len(pictures)) < probability)
        if not len(chosen):
            return pictures
        changed = pictures.copy()
        changed[chosen] = stage(pictures[_evened(chosen, len(pictures))], draw)[: len(chosen)]
        return changed

    return apply


def _crop(share: float, size: int) -> Stage:
    """Crop each picture to one of `CROPS` sizes down to 1 - `share` of the side, and enlarge it again."""
    sizes = sorted({max(1, round(size * (1 - share * part / CROPS))) for part in range(1, CROPS + 1)})
    crops = [_layer(keras.layers.RandomCrop, side, side) for side in sizes]
    resize = keras.layers.Resizing(size, size, data_format="channels_last")

    def apply(pictures: Pictures, draw: Draw) -> Pictures:
        cropped = crops[draw.random.integers(len(crops))](pictures, draw)
        return _numbers(resize(keras.ops.convert_to_tensor(cropped)))

    return _in_groups(1, apply)


def _clahe(pictures: Pictures, _draw: Draw) -> Pictures:
    # OpenCV's, because Keras's layer spreads every pixel over 256 numbers: 170 MB for a batch.
    clahe = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))
    levels = np.clip(np.rint(pictures[..., 0]), 0, 255).astype(np.uint8)
    return np.stack([clahe.apply(image) for image in levels]).astype(np.float32)[..., None]


def _shift_channels(pictures: Pictures, share: float, random: np.random.Generator) -> Pictures:
    shift = random.uniform(-share, share, (len(pictures), 1, 1, pictures.shape[-1])) * 255
    return np.clip(pictures + shift.astype(np.float32), 0, 255)


def _multiply(pictures: Pictures, share: float, random: np.random.Generator) -> Pictures:
    factor = random.uniform(1 - share, 1 + share, (len(pictures), 1, 1, 1))
    return np.clip(pictures * factor.astype(np.float32), 0, 255)


def _noise(pictures: Pictures, share: float, random: np.random.Generator) -> Pictures:
    deviation = random.uniform(0, share, (len(pictures), 1, 1, 1)).astype(np.float32) * 255
    return np.clip(pictures + deviation * random.standard_normal(pictures.shape, np.float32), 0, 255)
