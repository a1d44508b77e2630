"""A painted heatmap says what the map says, in every mode."""

import dataclasses

import numpy as np
import pytest

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.explain.colour import OWN_MAPS, colour_table
from cxrview.explain.grid import cells_over
from cxrview.explain.paint import cell_colours, contour_lines, fill, is_empty
from cxrview.explain.style import LEVELS, MODES, HeatStyle
from cxrview.imaging import Letterbox
from cxrview.settings import COLOUR_MAPS, Settings
from tests.explain.predictions import explanation
from tests.refusals import refused

SHAPE = 300, 240


@pytest.fixture
def whole():
    return explanation(np.random.default_rng(6).random((2, 5, 5)), Letterbox.fit(600, 480, 224))


def lightness(table: np.ndarray) -> np.ndarray:
    """Return L* (CIE 1976) of sRGB colours."""
    linear = np.where(table <= 10, table / 255 / 12.92, ((table / 255 + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_lightness_rises_evenly_in_all_maps_but_the_misleading_one(name):
    steps = np.diff(lightness(colour_table(name))[::15])
    even = bool((steps > 0).all() and steps.max() < 3 * steps.min())
    assert even == ("misleading" not in COLOUR_MAPS[name])


@pytest.mark.parametrize("name", [name for name in COLOUR_MAPS if name not in ("jet", "grey")])
def test_the_tables_are_the_published_ones(name):
    matplotlib = pytest.importorskip("matplotlib")
    published = matplotlib.colormaps[name](np.arange(256))[:, :3] * 255
    np.testing.assert_array_equal(colour_table(name), np.rint(published))


def test_every_colour_map_of_our_own_can_be_chosen():
    assert set(OWN_MAPS) <= set(COLOUR_MAPS)


def test_the_settings_say_how_to_paint():
    settings = Settings(heatmap_mode="cells", heatmap_grid=True, heatmap_colours="cividis")
    assert HeatStyle.of(settings) == HeatStyle("cells", True, "cividis", 0.45, 0.2)
    assert HeatStyle.of(Settings()).mode == "contour"
    assert not HeatStyle.of(Settings(heatmap_scale="common")).own


@pytest.mark.parametrize("mode", MODES)
def test_a_class_that_is_too_weak_has_no_heatmap_at_any_threshold(mode, whole):
    style = HeatStyle(mode, opacity=1.0, threshold=0.05)
    full = float(whole.maps[0].max())
    for share, drawn in ((0.19, False), (0.3, True)):
        scaled = dataclasses.replace(whole, map_scale={"a": full / share, "b": 1.0})
        area = fill(scaled, "a", style, SHAPE)
        found = len(contour_lines(scaled, "a", style)) if area is None else np.count_nonzero(area[..., 3])
        assert is_empty(scaled, "a", style) is not drawn
        assert bool(found) is drawn
        assert bool(cell_colours(scaled, "a", style)[..., 3].any()) is drawn
    common = dataclasses.replace(style, own=False)  # there it is as strong as any
    assert not is_empty(dataclasses.replace(whole, map_scale={"a": 99.0, "b": 99.0}), "a", common)


@pytest.mark.parametrize(
    ("style", "least"),
    [
        (HeatStyle("smooth", threshold=0.0), 0.2),
        (HeatStyle("smooth", threshold=0.5), 0.5),
        (HeatStyle("contour", threshold=0.0), 0.2),
        (HeatStyle("contour", threshold=0.5), 0.6),
    ],
)
def test_what_is_said_to_be_missing_is_what_is_not_drawn(style, least):
    assert style.least == least


def test_cells_are_flat_squares_without_a_seam(whole):
    style = HeatStyle("cells", opacity=1.0, threshold=0.3)
    area = fill(whole, "a", style, SHAPE)
    heat = cells_over(whole, "a", SHAPE)
    expected = colour_table("inferno")[np.rint(heat * 255).astype(int)]
    np.testing.assert_array_equal(area[heat > 0.3, :3], expected[heat > 0.3])
    np.testing.assert_array_equal(area[..., 3], np.where(heat > 0.3, 255, 0))


@pytest.mark.parametrize("mode", ["smooth", "cells"])
def test_no_opacity_leaves_the_picture(mode, whole):
    assert not fill(whole, "a", HeatStyle(mode, opacity=0.0), SHAPE)[..., 3].any()


def test_contours_have_no_area(whole):
    assert fill(whole, "a", HeatStyle("contour", threshold=0.0), SHAPE) is None


def test_contours_have_the_colours_of_their_levels(whole):
    lines = contour_lines(whole, "a", HeatStyle("contour", threshold=0.5))
    assert {line.level for line in lines} == {0.6, 0.8}
    assert all(line.colour == tuple(colour_table("inferno")[round(line.level * 255)]) for line in lines)
    assert contour_lines(whole, "a", HeatStyle("smooth")) == ()


@pytest.mark.parametrize(("threshold", "levels"), [(0.0, LEVELS), (0.5, (0.6, 0.8)), (0.9, (0.9,))])
def test_no_contour_lies_below_the_threshold(threshold, levels):
    assert HeatStyle(threshold=threshold).levels == levels


@pytest.mark.parametrize("mode", MODES)
def test_an_unknown_class_cannot_be_painted(mode, whole):
    with refused(InvalidRequest, messages.NO_CLASS(name="z")):
        fill(whole, "z", HeatStyle(mode), SHAPE)
        contour_lines(whole, "z", HeatStyle(mode))
