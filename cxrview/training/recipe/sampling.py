"""Which images make up an epoch: classes drawn alike or weighed alike, small sources favoured."""

import numpy as np
from numpy.typing import NDArray

SEVERAL = -2  # stands for a class; -1 is none


def draw_weights(
    labels: NDArray[np.int64], sources: NDArray[np.str_], several: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return the probability (N,) of drawing each image: every class alike, small sources favoured.

    Images of `several` classes, of which one is true, are a class of their own, that counts half.
    Within a class a source weighs as the square root of its size: between one image one vote, in which a
    small source is never heard, and one source one vote, in which its few images are learnt by heart.
    """
    weights = np.zeros(len(labels))
    apart = labels if several is None else np.where(several, SEVERAL, labels)
    for label in np.unique(apart):
        of_class = apart == label
        for source in np.unique(sources[of_class]):
            chosen = of_class & (sources == source)
            weights[chosen] = 1 / np.sqrt(chosen.sum())
        weights[of_class] *= (0.5 if label == SEVERAL else 1.0) / weights[of_class].sum()
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
