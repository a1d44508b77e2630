"""Training batches, made a few ahead in background threads so that the network never waits for them.

Everything random follows from (seed, epoch, batch), so any epoch can be made again without a stored state.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.labelled import LabelledImages
from cxrview.training.config import RecipeConfig
from cxrview.training.recipe.augmentation import Augmenter
from cxrview.training.recipe.cells import CELLS, LOGITS, CellTargets
from cxrview.training.recipe.sampling import class_weights, draw_weights, epoch_order

AHEAD = 4  # batches
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from; `weights` is None where all images weigh alike."""

    inputs: NDArray[Any]  # (B, S, S) or (B, S, S, 2) uint8, or features (B, …) float32
    targets: (
        NDArray[np.float32] | dict[str, NDArray[np.float32]]
    )  # (B, C), or by output where there are cells
    weights: NDArray[np.float32] | dict[str, NDArray[np.float32]] | None  # (B,), likewise


class Batches(Protocol):
    """Whatever gives the batches of an epoch."""

    def __len__(self) -> int:
        """Return the number of batches an epoch."""

    def epoch(self, number: int) -> Callable[[int], Batch]:
        """Return the function that makes batch 0, 1, … of epoch `number`, from any thread."""


class BatchOrder:
    """Which images come in which batch, and what they weigh, for every epoch of a run."""

    def __init__(self, data: LabelledImages, recipe: RecipeConfig, exclusive: bool = False) -> None:
        """With `exclusive` classes, several of an image mean that it is one of these."""
        self._count, self._recipe = len(data), recipe
        several = data.several if exclusive else None
        self._draw = (
            draw_weights(data.labels, data.sources, several) if recipe.balance == "sampling" else None
        )
        self._weights = class_weights(data.targets) if recipe.balance == "class-weights" else None
        self._targets = data.targets.astype(np.float32)
        self.steps = len(self.of_epoch(1))

    @property
    def weights(self) -> NDArray[np.float64]:
        """What each image counts in all, (N,): how often it is drawn, or how it is weighed."""
        if self._draw is not None:
            return self._draw
        return np.ones(self._count) if self._weights is None else self._weights.astype(np.float64)

    def of_epoch(self, epoch: int) -> NDArray[np.int64]:
        """Return the indices (steps, batch) of an epoch."""
        random = np.random.default_rng((self._recipe.seed, epoch))
        return epoch_order(self._count, self._recipe.batch_size, self._draw, random)

    def batch(
        self, inputs: NDArray[Any], chosen: NDArray[np.int64], cells: NDArray[np.float32] | None = None
    ) -> Batch:
        """Return the batch of the images `chosen` whose inputs are `inputs`, with the truth about `cells`."""
        targets = self._targets[chosen]
        weights = None if self._weights is None else self._weights[chosen]
        if cells is None:
            return Batch(inputs, targets, weights)
        both = None if weights is None else {LOGITS: weights, CELLS: weights}
        return Batch(inputs, {LOGITS: targets, CELLS: cells}, both)


def generator(seed: int, epoch: int, step: int) -> np.random.Generator:
    """Return the source of all random numbers of one batch."""
    return np.random.default_rng((seed, epoch, step + 1))


class ImageBatches:
    """Batches of augmented images; with `cells`, what is known of their places is among the targets."""

    def __init__(
        self,
        data: LabelledImages,
        recipe: RecipeConfig,
        augmenter: Augmenter,
        cells: CellTargets | None = None,
        exclusive: bool = False,
    ) -> None:
        self._data, self._seed, self._augmenter, self._cells = data, recipe.seed, augmenter, cells
        self._boxed = np.zeros(len(data), np.bool_) if data.boxed is None else data.boxed
        self._order = BatchOrder(data, recipe, exclusive)

    def __len__(self) -> int:
        return self._order.steps

    def epoch(self, number: int) -> Callable[[int], Batch]:
        """Return the function that makes batch 0, 1, … of epoch `number`, from any thread."""
        order = self._order.of_epoch(number)

        def make(step: int) -> Batch:
            chosen = order[step]
            images = np.asarray(self._data.images[chosen])
            changed = self._augmenter(images, generator(self._seed, number, step))
            if changed.ndim == 3:
                return self._order.batch(changed, chosen)
            return self._order.batch(changed[..., :2], chosen, self._truth(changed, chosen))

        return make

    def _truth(self, images: NDArray[np.uint8], chosen: NDArray[np.int64]) -> NDArray[np.float32] | None:
        if self._cells is None:
            return None
        return self._cells(images, self._data.targets[chosen].astype(np.float32), self._boxed[chosen])


def workers() -> int:
    """Return how many threads make batches: one for two cores, at most four."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


@contextmanager
def made_ahead(make: Callable[[int], T], count: int, ahead: int = AHEAD) -> Iterator[Iterator[T]]:
    """Give an iterator over make(0) … make(`count` - 1), in order, each made before it is asked for.

    An exception in `make` comes out where its result would have. Leaving the block ends every thread; what
    has not begun by then is dropped.
    """
    pool = ThreadPoolExecutor(workers(), "batches")
    waiting: deque[Future[T]] = deque()
    numbers = iter(range(count))

    def results() -> Iterator[T]:
        for number in numbers:
            waiting.append(pool.submit(make, number))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    try:
        yield results()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
