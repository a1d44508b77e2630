"""Whether images are chest films, as far as the network that finds lungs can tell from a few of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.anatomy import Anatomy, LungFinder
    from cxrview.datasets.sources import Item

MOST = 24  # films that are looked at
# The network was made to find lungs where there are some, and finds something on a CT slice or a lateral film
# as well. There it is less sure, and what it finds does not look like two lungs side by side: of 60 chest
# films a collection 80 % and more pass, of CT slices a quarter, of lateral films 4 %.
LEAST_SURE = 0.95  # mean probability inside the lungs
LEAST_ALIKE = 0.5  # area of the smaller lung, of the larger one's
LEAST_LEVEL = 0.6  # height of the shorter lung, of the taller one's
LEAST_SLIM = 1.1  # height of a lung, of its width


@dataclass(frozen=True, slots=True)
class LungSample:
    """Of `looked` images that could be read, `found` show the lungs of a frontal chest film.

    `boxed` counts the images, of all, for which the table says where the disease is, or that there is none.
    """

    looked: int
    found: int
    boxed: int = 0

    @property
    def are_chests(self) -> bool:
        """Whether most are chest films."""
        return 2 * self.found > self.looked


def sample(items: Sequence["Item"], report: Report) -> LungSample:
    """Return what MOST of `items`, from all over them, show; always the same ones. For a worker thread.

    Calls `report` before each; it may raise Cancelled. Raises UnusableModel or EngineUnavailable where the
    network cannot be used.
    """
    from cxrview.anatomy import reduced
    from cxrview.errors import UnreadableImage
    from cxrview.imaging import read
    from cxrview.inference.suitability import objections

    finder = _finder()
    chosen = np.sort(np.random.default_rng(1).permutation(len(items))[:MOST])
    looked = found = 0
    for number, index in enumerate(chosen):
        report(number / len(chosen), "")
        try:
            radiograph = read(items[index].path)[0]
        except (UnreadableImage, MemoryError):
            continue
        looked += 1
        found += not objections(radiograph) and shows_lungs(finder.find([reduced(radiograph)])[0])
    return LungSample(looked, found, sum(item.boxes is not None for item in items))


def shows_lungs(anatomy: "Anatomy") -> bool:
    """Whether what was found looks like the lungs of a frontal chest film."""
    if not anatomy.found:
        return False
    inside = anatomy.lungs[anatomy.lungs > 127]
    if inside.mean() / 255 < LEAST_SURE:
        return False
    sides = [side > 127 for side in anatomy.sides()]
    areas = [int(side.sum()) for side in sides]
    if min(areas) < LEAST_ALIKE * max(areas):
        return False
    heights, widths = ([int(side.any(axis=axis).sum()) for side in sides] for axis in (1, 0))
    slim = all(high >= LEAST_SLIM * wide for high, wide in zip(heights, widths, strict=True))
    return slim and min(heights) >= LEAST_LEVEL * max(heights)


@lru_cache(maxsize=1)
def _finder() -> "LungFinder":
    from cxrview.anatomy import LungFinder

    return LungFinder.load("cpu")
