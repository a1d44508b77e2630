"""Where an image lies on a widget, in every turn, and what is drawn there."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from cxrview.gui.viewer.view_transform import Orientation, ViewTransform
from cxrview.imaging import Radiograph, VoiFunction, VoiLut, Window, render
from cxrview.imaging.pyramid import ImagePyramid, Look, PyramidPart, is_quick, refine, render_part, tone_table

ORIENTATIONS = [Orientation(quarters, mirrored) for mirrored in (False, True) for quarters in range(4)]


UPRIGHT = Orientation()
USUAL = Window(500, 800)


def placement(orientation: Orientation = UPRIGHT, **changes) -> ViewTransform:
    usual = ViewTransform(100, 60, 1.0, 400, 300, 1.0, 2.0, QPointF(30, 50), orientation)
    return dataclasses.replace(usual, **changes)


def picture_of(orientation: Orientation, image: np.ndarray) -> np.ndarray:
    """Return `image` mirrored and turned with NumPy: mirrored first, then clockwise."""
    image = image[:, ::-1] if orientation.mirrored else image
    return np.rot90(image, -orientation.quarters)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_every_pixel_lands_where_numpy_puts_it(orientation):
    numbers = np.arange(100 * 60).reshape(100, 60)
    turned = picture_of(orientation, numbers)
    place = placement(orientation, zoom=1.0)
    corner = place.area.topLeft()
    assert (place.area.height(), place.area.width()) == turned.shape
    for row, column in ((0, 0), (99, 0), (17, 42), (50, 59)):
        seen = place.to_widget.map(QPointF(column + 0.5, row + 0.5)) - corner
        assert turned[int(seen.y()), int(seen.x())] == numbers[row, column]


@given(
    quarters=st.integers(0, 3),
    mirrored=st.booleans(),
    zoom=st.floats(0.05, 30),
    aspect=st.floats(0.3, 3),
    ratio=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    x=st.floats(0, 60),
    y=st.floats(0, 100),
)
@settings(max_examples=60, deadline=None)
def test_there_and_back_is_the_same_place(quarters, mirrored, zoom, aspect, ratio, x, y):
    place = placement(Orientation(quarters, mirrored), zoom=zoom, pixel_aspect=aspect, ratio=ratio)
    back = place.to_image.map(place.to_widget.map(QPointF(x, y)))
    assert (back.x(), back.y()) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_zooming_leaves_the_anchor_and_moving_moves_by_the_way(orientation):
    place, anchor = placement(orientation), QPointF(150, 90)
    zoomed = place.zoomed(5.3, anchor)
    assert (zoomed.to_image.map(anchor) - place.to_image.map(anchor)).manhattanLength() < 0.5
    moved = place.moved(QPointF(12, -7))
    assert moved.area.topLeft() - place.area.topLeft() == QPointF(12, -7)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_fitted_image_fills_one_side_and_no_more(orientation):
    place = placement(orientation, pixel_aspect=1.5)
    fitted = dataclasses.replace(place, zoom=place.fit_zoom(), centre=QPointF(30, 50))
    assert QRectF(-1, -1, 402, 302).contains(fitted.area)
    assert max(fitted.area.width() / 400, fitted.area.height() / 300) == pytest.approx(1, abs=0.01)


def test_turning_four_times_and_mirroring_twice_come_back():
    start = Orientation(1, True)
    assert start.turned(1).turned(1).turned(1).turned(1) == start
    assert start.flipped().flipped() == start


@pytest.mark.parametrize("start", ORIENTATIONS)
def test_a_flip_swaps_left_and_right_of_the_screen_whatever_the_turn(start):
    image = np.arange(12).reshape(3, 4)
    assert np.array_equal(picture_of(start.flipped(), image), picture_of(start, image)[:, ::-1])


# What is drawn


def radiograph(values: np.ndarray, window: Window = USUAL, **more) -> Radiograph:
    return Radiograph(Path("phantom"), 0, 1, values, window, **more)


def whole(values: np.ndarray) -> PyramidPart:
    return PyramidPart(0, 0, 1, 1, values.shape[1], values.shape[0])


NOISE = np.random.default_rng(5).integers(0, 1000, (40, 30))
LUT = VoiLut((np.linspace(0, 255, 500) ** 1.02).clip(0, 255).astype(np.uint16), 200, 8)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "u4", "i8", "f4"])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize(
    "voi", [Window(500, 800), Window(-20, 90), Window(300, 200, VoiFunction.SIGMOID), LUT], ids=repr
)
def test_pixel_for_pixel_it_is_what_render_makes(dtype, inverted, voi):
    values = (NOISE // 4 if dtype == "u1" else NOISE - 300 if dtype[0] != "u" else NOISE).astype(dtype)
    padding = NOISE > 950
    image = radiograph(values, inverted=inverted, padding=padding)
    drawn = render_part(ImagePyramid.of(image), Look(voi), whole(values))
    assert np.array_equal(drawn, render(image, voi))


def test_values_far_from_zero_keep_their_differences():
    values = (NOISE + 2_000_000).astype(np.int32)
    window = Window(2_000_500, 800)
    assert np.array_equal(
        render_part(ImagePyramid.of(radiograph(values)), Look(window), whole(values)),
        render(radiograph(values), window),
    )


def test_inverting_swaps_grey_levels_but_not_the_padding():
    values = NOISE.astype(np.uint16)
    padding = NOISE > 950
    levels = ImagePyramid.of(radiograph(values, padding=padding))
    plain = render_part(levels, Look(USUAL), whole(values))
    swapped = render_part(levels, Look(Window(500, 800), inverted=True), whole(values))
    assert np.array_equal(swapped[~padding], 255 - plain[~padding])
    assert not swapped[padding].any()


def test_colour_goes_through_the_window_channel_by_channel():
    rgb = np.random.default_rng(1).integers(0, 256, (20, 25, 3)).astype(np.uint8)
    image = radiograph(rgb[..., 0], Window(127.5, 256), rgb=rgb)
    drawn = render_part(ImagePyramid.of(image), Look(Window(127.5, 256)), whole(rgb))
    assert drawn.shape == rgb.shape
    assert np.abs(drawn.astype(int) - rgb).max() <= 1


def test_a_large_image_drawn_small_keeps_its_mean_and_shows_no_moiré():
    checks = np.indices((3000, 3000)).sum(0) % 2 * 1000
    levels = ImagePyramid.of(radiograph(checks.astype(np.uint16)))
    drawn = render_part(levels, Look(Window(500, 1000)), PyramidPart(0, 0, 3000 / 433, 3000 / 433, 433, 433))
    assert drawn.mean() == pytest.approx(127.5, abs=2)
    assert drawn.std() < 5  # every pixel is the mean of about 48


def test_a_part_of_a_zoomed_image_is_the_part_of_the_whole():
    values = NOISE.astype(np.uint16)
    levels, look = ImagePyramid.of(radiograph(values)), Look(Window(500, 800), smooth=False)
    drawn = render_part(levels, look, PyramidPart(10, 5, 0.25, 0.25, 40, 24))
    expected = render(radiograph(values), Window(500, 800))[5:11, 10:20].repeat(4, 0).repeat(4, 1)
    assert np.array_equal(drawn, expected)


def test_smooth_lies_between_neighbours():
    values = np.array([[0, 1000]], np.uint16)
    levels = ImagePyramid.of(radiograph(values))
    drawn = render_part(levels, Look(Window(500, 1001)), PyramidPart(0, 0, 0.125, 1, 16, 1))[0].astype(int)
    assert drawn[0] == 0
    assert drawn[-1] == 255
    assert np.all(np.diff(drawn) >= 0)
    assert len(set(drawn)) > 5


def test_filters_change_the_picture_and_are_the_same_wherever_one_pans():
    values = make_ramp()
    levels = ImagePyramid.of(radiograph(values))
    look = Look(Window(500, 1000), filters=frozenset({"clahe", "sharpen"}))
    full = render_part(levels, look, whole(values))
    part = render_part(levels, look, PyramidPart(100, 50, 1, 1, 60, 40))
    assert np.array_equal(part, full[50:90, 100:160])
    assert not np.array_equal(full, render_part(levels, Look(Window(500, 1000)), whole(values)))


def make_ramp() -> np.ndarray:
    rows, columns = np.mgrid[:200, :300]
    return (rows * 2 + columns + NOISE.repeat(5, 0).repeat(10, 1) // 8).astype(np.uint16)


def test_the_table_of_tones_is_indexed_by_bits():
    table = tone_table(Window(0, 2**16), False, np.dtype("i2"), 0)
    assert table[np.array([-32768], np.int16).view(np.uint16)][0] == 0
    assert table[np.array([32767], np.int16).view(np.uint16)][0] == 255


def test_filters_of_a_large_image_are_drawn_coarsely_until_they_are_worked_out():
    values = np.random.default_rng(2).integers(0, 1000, (2000, 1600)).astype(np.uint16)
    levels, look = ImagePyramid.of(radiograph(values)), Look(USUAL, filters=frozenset({"clahe"}))
    part = PyramidPart(300, 200, 1, 1, 200, 150)
    assert is_quick(levels, look, part)
    coarse = render_part(levels, look, part, quick=True)
    fine = render_part(ImagePyramid.of(radiograph(values)), look, part)
    assert coarse.shape == fine.shape
    assert coarse.std() < fine.std() / 1.5  # of noise, half the resolution shows less
    refine(levels, look, part)
    assert not is_quick(levels, look, part)
    assert np.array_equal(render_part(levels, look, part, quick=True), fine)
