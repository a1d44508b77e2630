"""Batches for training: classes drawn alike, some images as they are and the others changed at random."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.training.augment import augment, change_surroundings
from cxrview.training.dataset import LabelledImages


def draw_weights(labels: NDArray[np.int64], sources: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return the probability (N,) of drawing each image: every class alike, small sources favoured.

    Within a class a source weighs as the square root of its size: between one image one vote, in which a
    small source is never heard, and one source one vote, in which its few images are learnt by heart.
    """
    weights = np.zeros(len(labels))
    for label in np.unique(labels):
        of_class = labels == label
        for source in np.unique(sources[of_class]):
            chosen = of_class & (sources == source)
            weights[chosen] = 1 / np.sqrt(chosen.sum())
        weights[of_class] /= weights[of_class].sum()
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def class_weights(targets: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weight (N,) of each image, 1 on average, so that every class weighs alike.

    `targets` is (N, C). An image of several classes weighs as its rarest; those of none are a class.
    """
    without = ~targets.any(1, keepdims=True)
    member = np.concatenate([targets.astype(bool), without], axis=1)
    weights = (member / np.maximum(member.sum(0), 1)).max(1)
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def epoch_order(
    count: int, batch_size: int, weights: NDArray[np.float64] | None, random: np.random.Generator
) -> NDArray[np.int64]:
    """Return an epoch as indices (steps, batch) of `count` images, every batch full.

    With `weights` (N,) an image comes up its expected number of times, rounded up or down (systematic
    sampling); without, every image once, and the last batch is filled up with images drawn again.
    """
    size = min(batch_size, count)
    total = -(-count // size) * size
    if weights is None:
        drawn = np.concatenate([random.permutation(count), random.permutation(count)[: total - count]])
    else:
        points = (random.random() + np.arange(total)) / total
        drawn = random.permutation(np.searchsorted(np.cumsum(weights), points).clip(max=count - 1))
    return np.asarray(drawn.reshape(-1, size), dtype=np.int64)


class TrainingBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """One epoch is as many draws as there are images; the draws differ from epoch to epoch.

    `clean_share` of the images come unchanged: a network that never saw a plain image is miscalibrated on
    every real one.
    """

    def __init__(
        self,
        data: LabelledImages,
        batch_size: int,
        seed: int,
        clean_share: float = 0.5,
        exchange_share: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._data, self._batch_size = data, batch_size
        self._clean_share, self._exchange_share = clean_share, exchange_share
        self._weights = draw_weights(data.labels, data.sources)
        self._random = np.random.default_rng(seed)
        self._order = self._draw()

    def __len__(self) -> int:
        return len(self._order) // self._batch_size

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        images = self._data.images[chosen]
        for position in range(len(images)):
            if self._random.random() >= self._clean_share:
                images[position] = self._changed(images[position])
        return images, self._data.labels[chosen]

    def _changed(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._random.random() < self._exchange_share:
            other = self._random.choice(len(self._data), p=self._weights)
            image = change_surroundings(image, self._data.images[other], self._random)
        return augment(image, self._random)

    def on_epoch_end(self) -> None:
        """Draw the next epoch."""
        self._order = self._draw()

    def _draw(self) -> NDArray[np.int64]:
        # Systematic sampling: every image comes up its expected number of times, rounded up or down.
        count = len(self._data)
        points = (self._random.random() + np.arange(count)) / count
        drawn = np.searchsorted(np.cumsum(self._weights), points).clip(max=count - 1)
        return np.asarray(self._random.permutation(drawn), dtype=np.int64)
