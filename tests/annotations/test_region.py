"""Regions: their pixels, statistics and area, against counting by hand and a slow rule."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrview.annotations.annotation import EllipseRoi, FreehandRoi, Point, RectangleRoi
from cxrview.annotations.region import area, pixels_in, statistics
from cxrview.annotations.units import Scale, scale_of
from cxrview.imaging import Spacing, SpacingSource
from tests.annotations.images import image

ONE = Scale(1.0, 1.0, "px")
SHAPE = (40, 60)
coordinates = st.tuples(st.floats(-20, 80), st.floats(-20, 60))


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


def inside(region) -> np.ndarray:
    """Return which pixels of the whole image belong to `region`, (40, 60) bool."""
    rows, columns, mask = pixels_in(region, SHAPE)
    whole = np.zeros(SHAPE, dtype=bool)
    whole[rows, columns] = mask
    return whole


def test_a_rectangle_along_pixel_edges_holds_exactly_these_pixels():
    found = statistics(RectangleRoi(points=points((5, 2), (2, 4))), image())
    expected = image().values[2:4, 2:5].astype(float)
    assert (found.count, found.least, found.most) == (6, expected.min(), expected.max())
    assert found.mean == expected.mean()
    assert found.sd == pytest.approx(expected.std(ddof=0))  # of the population


def test_a_pixel_belongs_where_its_centre_lies():
    assert inside(RectangleRoi(points=points((2.5, 2.5), (3.5, 3.5)))).sum() == 1
    assert inside(RectangleRoi(points=points((2.6, 2.6), (3.4, 3.4)))).sum() == 0


def test_an_ellipse_holds_the_centres_that_its_equation_holds():
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    expected = ((x - 30) / 20) ** 2 + ((y - 20) / 7) ** 2 <= 1
    assert np.array_equal(inside(EllipseRoi(points=points((10, 13), (50, 27)))), expected)


def test_a_freehand_rectangle_is_the_rectangle():
    outline = FreehandRoi(points=points((3, 4), (17, 4), (17, 9), (3, 9)))
    assert np.array_equal(inside(outline), inside(RectangleRoi(points=points((3, 4), (17, 9)))))
    assert area(outline, ONE) == pytest.approx(14 * 5)


def test_the_loop_inside_a_loop_is_left_out():
    ring = FreehandRoi(
        points=points(
            (0, 0), (30, 0), (30, 30), (0, 30), (0, 0), (10, 10), (20, 10), (20, 20), (10, 20), (10, 10)
        )
    )
    assert not inside(ring)[15, 15]
    assert inside(ring)[5, 5]
    assert area(ring, ONE) == pytest.approx(800)


def test_both_loops_of_an_eight_count():
    eight = FreehandRoi(points=points((0, 0), (20, 20), (20, 0), (0, 20)))
    assert area(eight, ONE) == pytest.approx(200, rel=1e-3)


def test_areas_are_in_square_millimetres():
    scale = scale_of(image(spacing=Spacing(0.2, 0.1, SpacingSource.PIXEL_SPACING), pixel_aspect=2.0))
    assert area(RectangleRoi(points=points((0, 0), (10, 10))), scale) == pytest.approx(2.0)
    assert area(EllipseRoi(points=points((0, 0), (10, 10))), scale) == pytest.approx(2.0 * math.pi / 4)


def test_padding_is_left_out():
    padding = np.zeros(SHAPE, dtype=bool)
    padding[:, :3] = True
    found = statistics(RectangleRoi(points=points((0, 0), (5, 1))), image(padding=padding))
    assert (found.count, found.least, found.most) == (2, 3, 4)
    assert statistics(RectangleRoi(points=points((0, 0), (3, 1))), image(padding=padding)) is None


def test_a_region_beside_the_image_has_no_pixels():
    assert statistics(RectangleRoi(points=points((-9, -9), (-1, -1))), image()) is None
    assert statistics(EllipseRoi(points=points((70, 0), (90, 10))), image()) is None
    assert statistics(FreehandRoi(points=points((70, 0), (90, 10), (80, 50))), image()) is None


def test_what_reaches_beyond_the_edge_counts_inside_only():
    found = statistics(RectangleRoi(points=points((-10, -10), (2, 1))), image())
    assert (found.count, found.most) == (2, 1)


def test_sixteen_bits_do_not_overflow():
    values = np.full(SHAPE, 65_535, dtype=np.uint16)
    values[:, ::2] = 65_533
    found = statistics(RectangleRoi(points=points((0, 0), (60, 40))), image(values))
    assert (found.mean, found.sd) == (65_534, 1)


@given(st.lists(coordinates, min_size=3, max_size=12))
def test_an_outline_holds_what_the_even_odd_rule_says(outline):
    region = FreehandRoi(points=points(*outline))
    whole = inside(region)
    for row, column in ((0, 0), (3, 7), (17, 31), (20, 30), (39, 59)):
        x, y = column + 0.5, row + 0.5
        odd = False
        for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1], strict=True):
            if (y0 <= y) != (y1 <= y) and x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x:
                odd = not odd
        assert whole[row, column] == odd


@given(st.lists(st.floats(0.2, 1), min_size=8, max_size=40), st.floats(5, 3000))
def test_the_area_of_a_simple_outline_is_the_shoelace(radii, size):
    outline = []
    for number, radius in enumerate(radii):
        turn = 2 * math.pi * number / len(radii)
        outline.append((size * (1 + radius * math.cos(turn)), size * (1 + radius * math.sin(turn))))
    pairs = zip(outline, outline[1:] + outline[:1], strict=True)
    shoelace = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2
    assert area(FreehandRoi(points=points(*outline)), ONE) == pytest.approx(shoelace, rel=1e-3)


def test_a_large_outline_is_read_within_its_own_rows_and_columns():
    rows, columns, mask = pixels_in(FreehandRoi(points=points((10, 5), (20, 5), (15, 12))), (3000, 3000))
    assert (rows, columns) == (slice(5, 12), slice(10, 20))
    assert mask.shape == (7, 10)
