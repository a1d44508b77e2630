"""Answers what the random changes of a training make of the user's own images: for the window to look at."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import reduced
from cxrview.bundle.card import LUNGS
from cxrview.datasets.boxes import upright
from cxrview.datasets.config import DataConfig
from cxrview.datasets.framing import Framing
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.imaging import model_input, read
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import AugmentationConfig
from cxrview.training.network.starting_point import resolve
from cxrview.training.recipe.augmentation import Augmenter, caveats

OTHERS = 3  # images beside the one that is shown, for changes that take something from another
Image = NDArray[np.uint8]


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to `request`: an image of the user's, plain and then changed, as PNG in base64.

    The request holds `config` (the nested values of a configuration), `image` (which one, in an order that
    mixes the classes), `count` (of the changed ones) and `seed`. Raises CxrviewError.
    """
    config = configuration.parse(dict(request["config"]))
    taken = resolve(config.model).input
    items = _items(config.data)
    found = _readable(items, int(request["image"]), taken.size, taken.frame)
    pictures = changed(found, config.augmentation, int(request["count"]), int(request["seed"]))
    first = found[0][0]
    return {
        "file": first.file,
        "label": ", ".join(first.labels),
        "images": len(items),
        "pictures": [_png(picture) for picture in pictures],
        "caveats": [caveat.as_dict() for caveat in caveats(config.augmentation)],
    }


def changed(
    found: list[tuple[Item, Image]], config: AugmentationConfig, count: int, seed: int
) -> list[Image]:
    """Return the first image of `found` and `count` changed ones; the others lend what is exchanged.

    Of framed ones that is the film.
    """
    return [image[..., 0] if image.ndim == 3 else image for image in _changed(found, config, count, seed)]


def _changed(
    found: list[tuple[Item, Image]], config: AugmentationConfig, count: int, seed: int
) -> list[Image]:
    image, *others = [image for _item, image in found]
    random = np.random.default_rng(seed)
    augmenter = Augmenter(replace(config, plain_share=0.0), image.shape[0])
    if (config.restyle or config.exchange) and others:
        batches = [np.stack([image, others[number % len(others)]]) for number in range(count)]
        return [image, *(augmenter(batch, random)[0] for batch in batches)]
    return [image, *augmenter(np.repeat(image[None], count, axis=0), random)]


@lru_cache(maxsize=1)
def _items(data: DataConfig) -> list[Item]:
    items = find_items(data)
    order = np.random.default_rng(1).permutation(len(items))
    return [items[index] for index in order]


def _readable(items: list[Item], first: int, size: int, frame: str) -> list[tuple[Item, Image]]:
    """Return up to 1 + OTHERS files that can be read, from number `first` on. Raises InvalidRequest."""
    found = []
    for offset in range(min(len(items), 8 * (1 + OTHERS))):
        item = items[(first + offset) % len(items)]
        if (image := _read(item, size, frame)) is not None:
            found.append((item, image))
        if len(found) > OTHERS:
            break
    if not found:
        raise InvalidRequest(messages.NONE_READABLE, messages.SEE_FIRST_STEP)
    return found


@lru_cache(maxsize=64)
def _read(item: Item, size: int, frame: str) -> Image | None:
    try:
        radiograph = read(item.path)[0]
        if frame == LUNGS:
            return _framing(size)([reduced(radiograph)], [upright(item.boxes, radiograph)])[0][0]
        return model_input(radiograph, size)[0]
    except (UnreadableImage, MemoryError):
        return None


@lru_cache(maxsize=1)
def _framing(size: int) -> Framing:
    return Framing(size)


def _png(image: Image) -> str:
    return base64.b64encode(cv2.imencode(".png", image)[1].tobytes()).decode("ascii")
