"""The features of the frozen part, computed once, so that the head then learns in seconds.

Of every training image there are a plain copy and some changed ones; each copy is a file of its own, so that
an interrupted run computes only what is missing.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.labelled import LabelledImages
from cxrview.message import Message
from cxrview.training import messages, names
from cxrview.training.config import TrainingConfig
from cxrview.training.recipe.augmentation import Augmenter
from cxrview.training.recipe.batches import Batch, BatchOrder, generator, made_ahead
from cxrview.training.run.checkpoint import replacing
from cxrview.training.run.validation import predict

Features = NDArray[np.float32]  # (N, …)
BATCH = 32
BEFORE_TRAINING = 0  # epochs count from 1


@dataclass(frozen=True, slots=True, eq=False)
class Extractor:
    """Asks the frozen part `net` for features, and keeps them in `folder`."""

    net: keras.Model
    folder: Path
    report: Callable[[Message], None]

    def plain(self, data: LabelledImages, name: str) -> Features:
        """Return the features of the images as they are, by the file or by computing them."""
        return self._kept(data, name, lambda start: np.asarray(data.inputs[start : start + BATCH]), "")

    def changed(self, data: LabelledImages, config: TrainingConfig, copy: int) -> Features:
        """Return the features of changed images; every `copy` (from 1) is changed otherwise."""
        augmenter = Augmenter(replace(config.augmentation, plain_share=0.0), data.images.shape[1])

        def make(start: int) -> NDArray[np.uint8]:
            random = generator(config.recipe.seed, BEFORE_TRAINING, copy * len(data) + start)
            changed = augmenter(np.asarray(data.images[start : start + BATCH]), random)
            return changed[..., :2] if changed.ndim == 4 else changed

        key = f"{config.augmentation}{config.recipe.seed}"
        return self._kept(data, f"train-{copy}", make, key)

    def _kept(
        self, data: LabelledImages, name: str, make: Callable[[int], NDArray[np.uint8]], key: str
    ) -> Features:
        path = self.folder / f"features-{name}-{self._digest(data, key)}.npy"
        if not path.exists():
            for outdated in self.folder.glob(f"features-{name}-*.npy"):
                outdated.unlink()
            self._write(path, len(data), name, make)
        features: Features = np.load(path, mmap_mode="r", allow_pickle=False)
        return features

    def _write(self, path: Path, count: int, name: str, make: Callable[[int], NDArray[np.uint8]]) -> None:
        shape = (count, *self.net.output_shape[1:])
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        steps = -(-count // BATCH)
        with replacing(path) as file, made_ahead(lambda step: make(step * BATCH), steps) as batches:
            np.lib.format.write_array_header_1_0(file, header)
            for step, images in enumerate(batches):
                self.report(_doing(name, step * BATCH, count))
                file.write(predict(self.net, images, BATCH).astype("<f4").tobytes())

    def _digest(self, data: LabelledImages, key: str) -> str:
        digest = hashlib.sha256(key.encode("utf-8"))
        for variable in self.net.weights:
            digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(variable)).tobytes())
        for start in range(0, len(data), BATCH):
            digest.update(np.ascontiguousarray(data.inputs[start : start + BATCH]).tobytes())
        return digest.hexdigest()[:16]


def _doing(name: str, done: int, total: int) -> Message:
    """Return how far the features `name` are, such as "validation" or "train-2"."""
    key, _, copy = name.partition("-")
    side: Message = names.SIDES[key]
    if int(copy or 0):
        side = messages.CHANGED_SIDE(side=side, number=copy)
    return messages.FEATURES_DONE(name=name, side=side, done=done, total=total)


class FeatureBatches:
    """Batches of features: of each image the plain copy or one of the changed ones, drawn anew each epoch."""

    def __init__(self, data: LabelledImages, config: TrainingConfig, copies: list[Features]) -> None:
        self.data, self.copies, self._config = data, copies, config
        self._order = BatchOrder(data, config.recipe, config.model.exclusive)
        self.weights = self._order.weights

    def __len__(self) -> int:
        return self._order.steps

    def epoch(self, number: int) -> Callable[[int], Batch]:
        """Return the function that makes batch 0, 1, … of epoch `number`, from any thread."""
        order = self._order.of_epoch(number)

        def make(step: int) -> Batch:
            random = generator(self._config.recipe.seed, number, step)
            inputs = np.stack([self.copies[copy][index] for copy, index in self._draw(order[step], random)])
            return self._order.batch(inputs, order[step])

        return make

    def _draw(self, chosen: NDArray[np.int64], random: np.random.Generator) -> list[tuple[Any, Any]]:
        if len(self.copies) == 1:
            return [(0, index) for index in chosen]
        copies = random.integers(1, len(self.copies), len(chosen))
        copies[random.random(len(chosen)) < self._config.augmentation.plain_share] = 0
        return list(zip(copies, chosen, strict=True))
