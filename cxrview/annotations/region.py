"""Which pixels lie in a region, what their values are like, and how large it is."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrview.annotations.annotation import Annotation, EllipseRoi, FreehandRoi, Point
from cxrview.annotations.units import Scale

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

LEAST_LINES = 512  # by which the area of an outline is summed up
LINES_A_ROW = 4


@dataclass(frozen=True, slots=True)
class Statistics:
    """The values of `count` pixels, at least one: `sd` is that of the population (divided by n)."""

    count: int
    mean: float
    sd: float
    least: float
    most: float


def statistics(region: Annotation, radiograph: "Radiograph") -> Statistics | None:
    """Return what the pixels in `region` are like, in modality units; None if there is none.

    A pixel belongs to the region if its centre does. Padding is left out. Of a colour image the luminance
    counts.
    """
    rows, columns, mask = pixels_in(region, radiograph.shape)
    if radiograph.padding is not None:
        mask &= ~radiograph.padding[rows, columns]
    values = radiograph.values[rows, columns][mask].astype(np.float64)
    if not values.size:
        return None
    mean = float(values.mean())
    low, high = float(values.min()), float(values.max())
    values -= mean
    sd = math.sqrt(float(np.dot(values, values)) / values.size)
    return Statistics(values.size, mean, sd, low, high)


def pixels_in(region: Annotation, shape: tuple[int, int]) -> tuple[slice, slice, NDArray[np.bool_]]:
    """Return the rows and columns around `region` on an image of `shape`, and which pixels there lie in it.

    The mask is (rows, columns) bool; on the upper and left edge a centre counts as inside.
    """
    rows, columns = bounds(region, shape)
    y = np.arange(rows.start, rows.stop) + 0.5
    x = np.arange(columns.start, columns.stop) + 0.5
    if isinstance(region, FreehandRoi):
        return rows, columns, _inside_outline(region.points, y, columns)
    left, top, right, bottom = box(region)
    if isinstance(region, EllipseRoi):
        a, b = (right - left) / 2, (bottom - top) / 2
        if a == 0 or b == 0:
            return rows, columns, np.zeros((len(y), len(x)), dtype=np.bool_)
        across, down = ((x - left - a) / a) ** 2, ((y - top - b) / b) ** 2
        return rows, columns, np.asarray(down[:, None] + across[None] <= 1)
    inside = ((y >= top) & (y < bottom))[:, None] & ((x >= left) & (x < right))[None]
    return rows, columns, np.asarray(inside)


def box(region: Annotation) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of `region` in image coordinates."""
    xs, ys = [point.x for point in region.points], [point.y for point in region.points]
    return min(xs), min(ys), max(xs), max(ys)


def bounds(region: Annotation, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of an image of `shape` that `region` touches; empty if it lies outside."""
    left, top, right, bottom = box(region)

    def clipped(low: float, high: float, size: int) -> slice:
        start = min(max(math.floor(low), 0), size)
        return slice(start, min(max(math.ceil(high), start), size))

    return clipped(top, bottom, shape[0]), clipped(left, right, shape[1])


def area(region: Annotation, scale: Scale) -> float:
    """Return the area of `region` as drawn, in the square of the unit of `scale`.

    It is that of the shape, not a count of pixels, and goes on beyond the edge of the image.
    """
    left, top, right, bottom = box(region)
    if isinstance(region, FreehandRoi):
        extent = _outline_area(region.points, top, bottom)
    else:
        extent = (right - left) * (bottom - top) * (math.pi / 4 if isinstance(region, EllipseRoi) else 1.0)
    return extent * scale.row * scale.column


def _crossings(
    outline: tuple[Point, ...], y: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return where the closed `outline` crosses the horizontal lines `y`, which rise: which line, and x."""
    starts = np.array(outline, dtype=np.float64)
    ends = np.roll(starts, -1, axis=0)
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first, last = np.searchsorted(y, low, "left"), np.searchsorted(y, high, "left")
    counts = last - first
    edge = np.repeat(np.arange(len(starts)), counts)
    line = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    rise = ends[edge, 1] - starts[edge, 1]
    fraction = (y[line] - starts[edge, 1]) / rise
    return line, starts[edge, 0] + fraction * (ends[edge, 0] - starts[edge, 0])


def _inside_outline(
    outline: tuple[Point, ...], y: NDArray[np.floating[Any]], columns: slice
) -> NDArray[np.bool_]:
    """Return which pixel centres lie in an odd number of loops, (len(y), columns) bool."""
    width = columns.stop - columns.start
    turns = np.zeros((len(y), width + 1), dtype=np.uint8)  # how often inside and outside change there
    line, x = _crossings(outline, y)
    start = np.clip(np.ceil(x - 0.5).astype(np.int64) - columns.start, 0, width)
    np.add.at(turns, (line, start), 1)
    return np.asarray(np.bitwise_and(np.cumsum(turns, axis=1, dtype=np.uint8), 1)[:, :width], dtype=np.bool_)


def _outline_area(outline: tuple[Point, ...], top: float, bottom: float) -> float:
    """Return the area inside an odd number of loops in pixels, by horizontal lines (midpoint rule)."""
    if bottom <= top:
        return 0.0
    a_row = max(LINES_A_ROW, math.ceil(LEAST_LINES / (bottom - top)))  # whole, so that pixel edges are met
    lines = math.ceil((bottom - top) * a_row)
    step = (bottom - top) / lines
    line, x = _crossings(outline, top + (np.arange(lines) + 0.5) * step)
    x = x[np.lexsort((x, line))]  # each line is crossed an even number of times
    return float((x[1::2] - x[::2]).sum() * step)
