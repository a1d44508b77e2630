"""Whether images are chest films, as far as the network that finds lungs can tell from a few of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.anatomy import LungFinder
    from cxrview.datasets.sources import Item

MOST = 24  # films that are looked at


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
    chosen = sorted(Random(1).sample(range(len(items)), min(MOST, len(items))))
    looked = found = 0
    for number, index in enumerate(chosen):
        report(number / len(chosen), "")
        try:
            radiograph = read(items[index].path)[0]
        except (UnreadableImage, MemoryError):
            continue
        looked += 1
        anatomy = finder.find([reduced(radiograph)])[0]
        found += anatomy.found and anatomy.likely and not objections(radiograph)
    return LungSample(looked, found, sum(item.boxes is not None for item in items))


@lru_cache(maxsize=1)
def _finder() -> "LungFinder":
    from cxrview.anatomy import LungFinder

    return LungFinder.load("cpu")
