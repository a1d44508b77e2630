"""What 1 is on the map of each class: how strong its strongest cell gets on films that are called so."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # films by which a scale is measured
PERCENTILE = 95


def map_scale(
    peaks: NDArray[np.floating],
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    class_names: Sequence[str],
) -> dict[str, float]:
    """Return for each class the 95th percentile of `peaks`, (N, C), over the films that are called so.

    A film is called by the most probable class of `probabilities`, (N, C). Where fewer than five films are
    called a class, those that have it by `labels`, (N,), take their place, and if these are too few, all
    films. A class whose maps are empty there takes the largest scale of the others; {} if all are.
    """
    called = probabilities.argmax(1)
    scales = []
    for index in range(len(class_names)):
        films = (called == index, labels == index, np.ones(len(peaks), np.bool_))
        chosen = next((some for some in films if some.sum() >= FEWEST), films[-1])
        scales.append(float(np.percentile(peaks[chosen, index], PERCENTILE)))
    largest = max(scales)
    if not largest > 0:
        return {}
    pairs = zip(class_names, scales, strict=True)
    return {name: float(f"{scale if scale > 0 else largest:.5g}") for name, scale in pairs}
