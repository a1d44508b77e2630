"""95 % intervals by drawing whole patients again: percentile bootstrap (Davison and Hinkley 1997)."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from cxrview.evaluation import messages
from cxrview.progress import Report, silent

Weights = NDArray[np.float64]
Interval = tuple[float, float]


def draws(groups: NDArray[np.str_], seed: int, repeats: int) -> Iterator[Weights]:
    """Yield `repeats` times how often each image, (N,), is in a sample of whole `groups`."""
    random = np.random.default_rng(seed)
    member = np.unique(groups, return_inverse=True)[1]
    count = int(member.max(initial=-1)) + 1
    for _ in range(repeats):
        times = np.bincount(random.integers(0, count, count), minlength=count)
        yield times[member].astype(np.float64)


def group_intervals(
    measure: Callable[[Weights], dict[str, float]],
    groups: NDArray[np.str_],
    seed: int,
    repeats: int = 1000,
    report: Report = silent,
) -> dict[str, Interval]:
    """Return the percentile intervals of what `measure` returns for the weights of images.

    A figure that is NaN in more than half of the samples gets no interval. `report` may raise Cancelled.
    """
    if len(np.unique(groups)) < 2:  # drawn again, one patient is the same patient
        return {}
    samples: dict[str, list[float]] = {}
    for number, weights in enumerate(draws(groups, seed, repeats)):
        report(number / repeats, messages.DRAWING_PATIENTS)
        for name, value in measure(weights).items():
            if not np.isnan(value):
                samples.setdefault(name, []).append(value)
    return {
        name: (float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5)))
        for name, values in samples.items()
        if len(values) > repeats / 2
    }
