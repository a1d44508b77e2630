"""Whether the reader pointed at what is there: the share of regions hit, and marks where there is none."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cxrview.datasets.boxes import Box4
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.sessions import ReaderAnswer, Spot


class RegionsHit(NamedTuple):
    """`hit` of `regions` have the middle of a mark inside; `astray` marks lie in none, on `films` films.

    Only films count of whose regions the set says something: none, or where.
    """

    regions: int = 0
    hit: int = 0
    astray: int = 0
    films: int = 0


def regions_hit(made: ReadingSet, answers: Mapping[int, ReaderAnswer], places: Sequence[int]) -> RegionsHit:
    """Return how the marks of `answers` at `places` lie to the regions of the set, as the film is stored."""
    regions = hit = astray = films = 0
    for place in places:
        boxes, spots = made.film(place).regions, answers[place].spots
        if boxes is None:
            continue
        films += 1
        regions += len(boxes)
        hit += sum(any(inside(spot, box) for spot in spots) for box in boxes)
        astray += sum(not any(inside(spot, box) for box in boxes) for spot in spots)
    return RegionsHit(regions, hit, astray, films)


def inside(spot: Spot, box: Box4) -> bool:
    """Return whether the middle of `spot` lies in `box`."""
    left, top, right, bottom = box
    return left <= spot.x <= right and top <= spot.y <= bottom
