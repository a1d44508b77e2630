"""Lengths, angles and widths: worked examples, and what holds for every shape."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrview.annotations import measure
from cxrview.annotations.annotation import Angle, CalibrationLine, CardiothoracicRatio, Length, Point
from cxrview.annotations.units import SOURCES, Scale, scale_of
from cxrview.imaging import Spacing, SpacingSource
from tests.annotations.images import image, spaced

SQUARE = Scale(1.0, 1.0, "px")
places = st.builds(Point, st.floats(-5000, 5000), st.floats(-5000, 5000))
sizes = st.floats(0.01, 10)


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


def test_a_length_is_pythagoras_in_millimetres():
    assert measure.length((Point(10, 10), Point(13, 14)), Scale(0.5, 0.5, "mm")) == pytest.approx(2.5)
    assert measure.length((Point(0, 0), Point(30, 20)), Scale(0.2, 0.1, "mm")) == pytest.approx(5.0)


def test_an_angle_is_that_in_the_plane_not_that_of_the_pixels():
    corner = points((10, 0), (0, 0), (10, 10))
    assert measure.angle(corner, SQUARE) == pytest.approx(45)
    assert measure.angle(corner, Scale(math.sqrt(3), 1, "px")) == pytest.approx(60)


def test_an_angle_needs_no_spacing():
    scale = scale_of(image(pixel_aspect=2.0))
    assert scale.unit == "px"
    assert measure.angle(points((4, 0), (0, 0), (4, 2)), scale) == pytest.approx(45)


def test_an_angle_between_points_that_coincide_is_a_number():
    assert measure.angle(points((3, 3), (3, 3), (5, 5)), SQUARE) == 0
    assert measure.cobb_angle(points((3, 3), (3, 3), (5, 5), (9, 5)), SQUARE) == 0


@pytest.mark.parametrize("turned", [False, True])
def test_a_cobb_angle_is_the_same_whichever_way_the_lines_are_drawn(turned):
    upper = points((0, 0), (100, 100 * math.tan(math.radians(20))))
    lower = points((0, 200), (100, 200 - 100 * math.tan(math.radians(15))))
    drawn = (*upper, *(lower[::-1] if turned else lower))
    assert measure.cobb_angle(drawn, SQUARE) == pytest.approx(35)


def test_the_cardiothoracic_ratio_takes_widths_across_the_patient():
    heart, thorax = ((40, 80), (53, 99)), ((10, 50), (36, 50))
    upright = CardiothoracicRatio(points=points(*heart, *thorax))
    assert measure.cardiothoracic_ratio(upright) == pytest.approx(13 / 26)
    assert measure.widths(upright, Scale(9.0, 2.0, "mm")) == pytest.approx((26, 52))
    lying = CardiothoracicRatio(points=points((80, 40), (99, 53), (50, 10), (50, 36)), sideways=True)
    assert measure.cardiothoracic_ratio(lying) == pytest.approx(13 / 26)
    assert measure.widths(lying, Scale(2.0, 9.0, "mm")) == pytest.approx((26, 52))


def test_no_ratio_without_a_thorax():
    assert (
        measure.cardiothoracic_ratio(CardiothoracicRatio(points=points((0, 0), (9, 0), (5, 5), (5, 9))))
        is None
    )


@pytest.mark.parametrize("source", SpacingSource)
def test_units_say_where_the_spacing_comes_from(source):
    scale = scale_of(spaced(0.2, 0.1, source))
    assert (scale.row, scale.column, scale.unit) == (0.2, 0.1, source.value)
    assert SOURCES[source.name] == source.value
    assert scale.area_unit.startswith("mm²")
    assert scale.area_unit.replace("²", "") == scale.unit


def test_without_spacing_lengths_are_in_pixels():
    scale = scale_of(image())
    assert (scale.row, scale.column, scale.unit, scale.area_unit) == (1.0, 1.0, "px", "px²")


def test_a_line_of_known_length_calibrates_its_image():
    line = CalibrationLine(points=points((0, 0), (30, 20)), known_mm=100)
    scale = scale_of(image(pixel_aspect=2.0), (Length(points=points((0, 0), (1, 1))), line))
    assert scale.unit == "mm, calibrated by hand"
    assert scale.column == pytest.approx(2.0)
    assert scale.row == pytest.approx(4.0)
    assert measure.length(line.points, scale) == pytest.approx(100)


def test_calibration_by_hand_goes_before_the_spacing_of_the_file():
    line = CalibrationLine(points=points((0, 0), (50, 0)), known_mm=10)
    radiograph = image(spacing=Spacing(0.1, 0.1, SpacingSource.IMAGER))
    assert scale_of(radiograph, (line,)).column == pytest.approx(0.2)
    assert scale_of(radiograph).unit == "mm at detector"


def test_a_calibration_line_without_length_calibrates_nothing():
    line = CalibrationLine(points=points((5, 5), (5, 5)), known_mm=10)
    assert scale_of(image(), (line,)).unit == "px"


@pytest.mark.parametrize("known", [0.0, -1.0, math.nan, math.inf])
def test_a_known_length_is_a_length(known):
    with pytest.raises(ValueError, match="mm"):
        CalibrationLine(points=points((0, 0), (1, 1)), known_mm=known)


@given(places, places, sizes, sizes)
def test_a_length_is_the_same_there_and_back_and_moved(first, second, row, column):
    scale = Scale(row, column, "mm")
    there = measure.length((first, second), scale)
    assert there == measure.length((second, first), scale)
    moved = Length(points=(first, second)).moved(7, -3)
    assert measure.length(moved.points, scale) == pytest.approx(there, abs=1e-6)


@given(places, places, places, sizes, sizes)
def test_an_angle_is_always_between_0_and_180(first, vertex, last, row, column):
    turn = measure.angle((first, vertex, last), Scale(row, column, "mm"))
    assert 0 <= turn <= 180


@given(st.floats(1, 179), st.floats(0, 360), sizes, sizes)
def test_an_angle_laid_out_in_millimetres_comes_back(degrees, start, row, column):
    def at(direction: float) -> Point:
        radians = math.radians(direction)
        return Point(50 * math.cos(radians) / column, 50 * math.sin(radians) / row)

    drawn = Angle(points=(at(start), Point(0, 0), at(start + degrees)))
    assert measure.angle(drawn.points, Scale(row, column, "mm")) == pytest.approx(degrees, abs=1e-6)


@given(places, places, places, places)
def test_a_cobb_angle_is_always_between_0_and_180(a, b, c, d):
    assert 0 <= measure.cobb_angle((a, b, c, d), SQUARE) <= 180


@given(st.floats(0, 85), st.floats(0, 85), st.floats(0, 360), st.booleans(), st.booleans(), sizes, sizes)
def test_a_cobb_angle_of_any_size_comes_back(upper, lower, turned, one_way, other_way, row, column):
    """The lines tilt by `upper` and `lower` out of the square to the spine, in an image turned at will."""
    radians = math.radians(turned)

    def at(x: float, y: float) -> Point:
        across = x * math.cos(radians) - y * math.sin(radians)
        down = x * math.sin(radians) + y * math.cos(radians)
        return Point(across / column, down / row)

    def line(tilt: float, height: float, there: bool) -> tuple[Point, ...]:
        x, y = 30 * math.cos(math.radians(tilt)), 30 * math.sin(math.radians(tilt))
        ends = at(-x, height - y), at(x, height + y)
        return ends if there else ends[::-1]

    drawn = (*line(-upper, 0, one_way), *line(lower, 200, other_way))
    assert measure.cobb_angle(drawn, Scale(row, column, "mm")) == pytest.approx(upper + lower, abs=1e-4)


def test_a_cobb_angle_of_lines_that_are_shifted_sideways_is_not_its_supplement():
    assert measure.cobb_angle(points((0, 0), (10, 0), (12, 5), (22, 5)), SQUARE) == pytest.approx(0)


def test_a_cobb_angle_of_lines_with_one_middle_is_the_smaller_one():
    assert measure.cobb_angle(points((-10, 0), (10, 0), (-5, -10), (5, 10)), SQUARE) == pytest.approx(
        math.degrees(math.atan2(10, 5))
    )
    assert measure.cobb_angle(points((-10, 0), (10, 0), (5, -10), (-5, 10)), SQUARE) < 90
