"""Where the lungs are on one film, in its own pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import regions
from cxrview.anatomy.film import Film
from cxrview.anatomy.measures import measured
from cxrview.anatomy.plausibility import Plausibility
from cxrview.imaging import Letterbox
from cxrview.imaging.letterbox import Box

ACROSS, DOWN = 0.10, 0.08  # margins of the crop, of the lungs' box: at each side, above and below

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The lungs of one film. What is worked out of them is worked out when it is asked for.

    `lungs` is (S, S) uint8, read-only: 255 times the probability of being lung, in the square of `letterbox`,
    which holds the whole film. `found` is false where there are no lungs to speak of; then `crop` is the
    whole film. `crop` is the lungs' box with a margin (left, top, right, bottom in pixels of the radiograph).
    `measures` are those of `measures.NAMES`, float32, read-only. `likely` is false where lungs were found
    whose measures are unlike those of a frontal chest film. Points are x and y in pixels of the radiograph,
    corners at 0.
    """

    lungs: NDArray[np.uint8]
    letterbox: Letterbox
    found: bool
    crop: Box
    measures: NDArray[np.float32]
    likely: bool

    def __post_init__(self) -> None:
        self.lungs.setflags(write=False)
        self.measures.setflags(write=False)

    @classmethod
    def of(
        cls,
        film: Film,
        mask: NDArray[np.uint8],
        letterbox: Letterbox,
        plausibility: Plausibility | None = None,
        square: NDArray[np.uint8] | None = None,
    ) -> "Anatomy":
        """Return what the network's `mask`, (S, S), in the square of `letterbox`, says of `film`.

        Without `plausibility` all lungs are likely. `square` is the film in that square, if it is at hand.
        """
        if square is None:
            square = film.in_square(letterbox)
        inside = _inside(mask, letterbox)
        lungs = regions.kept(inside)
        bounds = regions.bounds(lungs)
        measures = measured(inside, square, _inner(letterbox))
        if bounds is None:
            return cls(lungs, letterbox, False, film.whole, measures, True)
        left, top, right, bottom = bounds
        across, down = ACROSS * (right - left), DOWN * (bottom - top)
        start = letterbox.out_of(left - across, top - down)
        end = letterbox.out_of(right + across, bottom + down)
        likely = plausibility is None or plausibility.likely(measures)
        return cls(lungs, letterbox, True, film.part(*start, *end), measures, likely)

    def sides(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the patient's right lung (on the left of a frontal film) and the left, each like `lungs`."""
        return regions.sides(self.lungs)

    def zones(self) -> dict[tuple[str, str], NDArray[np.bool_]]:
        """Return the thirds of each lung's height, (S, S) bool, by ("right" or "left", one of ZONES)."""
        return {
            (side, name): region
            for side, lung in zip(("right", "left"), self.sides(), strict=True)
            for name, region in regions.thirds(lung).items()
        }

    def zone_lines(self) -> tuple[tuple[Point, Point], ...]:
        """Return the lines between the zones of each lung, across that lung: two a lung that was found."""
        lines = []
        for lung in self.sides() if self.found else ():
            for left, right, row in regions.between_thirds(lung):
                lines.append((self.letterbox.out_of(left, row), self.letterbox.out_of(right, row)))
        return tuple(lines)

    def thoracic_width(self) -> tuple[Point, Point] | None:
        """Return the ends of the greatest inner width of the thorax, on one row, the film's left end first.

        It is taken where the outer borders of both lungs are farthest apart. None if a lung is missing.
        """
        found = regions.widest(*self.sides()) if self.found else None
        if found is None:
            return None
        start, end, row = found
        return self.letterbox.out_of(start, row), self.letterbox.out_of(end, row)

    def hull(self) -> NDArray[np.float64]:
        """Return the corners of the convex hull of both lungs, (n, 2); n is 0 if there are none."""
        return self._in_pixels(regions.hull(self.lungs))

    def outline(self) -> tuple[NDArray[np.float64], ...]:
        """Return the lines around the lungs, each (n, 2), closed: its first point is its last."""
        return tuple(self._in_pixels(line) for line in regions.outlines(self.lungs))

    def mask_in(self, letterbox: Letterbox) -> NDArray[np.uint8]:
        """Return the lungs in the square of another `letterbox` of the same film, (size, size) uint8.

        Beside the film the mask is 0. Where no lungs were found it is 255 all over the film.
        """
        inner = (letterbox.inner_width, letterbox.inner_height)
        if not self.found:
            return _placed(np.full(inner[::-1], 255, np.uint8), letterbox)
        # One affine map takes a pixel of the inner part to a place in our square, pixel centres at +0.5.
        start = self.letterbox.into(*letterbox.crop[:2])
        end = self.letterbox.into(*letterbox.crop[2:])
        steps = [(end[axis] - start[axis]) / inner[axis] for axis in (0, 1)]
        first = [start[axis] + 0.5 * steps[axis] - 0.5 for axis in (0, 1)]
        way = np.array([[steps[0], 0, first[0]], [0, steps[1], first[1]]], np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return _placed(cv2.warpAffine(self.lungs, way, inner, flags=flags), letterbox)

    def _in_pixels(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.array([self.letterbox.out_of(x, y) for x, y in points.tolist()], np.float64).reshape(-1, 2)


def _placed(inner: NDArray[np.uint8], letterbox: Letterbox) -> NDArray[np.uint8]:
    """Return the square of `letterbox` with its inner part filled."""
    square = np.zeros((letterbox.size, letterbox.size), np.uint8)
    left, top, right, bottom = _inner(letterbox)
    square[top:bottom, left:right] = inner
    return square


def _inside(mask: NDArray[np.uint8], letterbox: Letterbox) -> NDArray[np.uint8]:
    """Return `mask` without what lies beside the film."""
    left, top, right, bottom = _inner(letterbox)
    return _placed(mask[top:bottom, left:right], letterbox)


def _inner(letterbox: Letterbox) -> tuple[int, int, int, int]:
    """Return where the film lies in the square: left, top, right and bottom."""
    right, bottom = letterbox.left + letterbox.inner_width, letterbox.top + letterbox.inner_height
    return letterbox.left, letterbox.top, right, bottom
