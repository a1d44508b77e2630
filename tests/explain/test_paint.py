"""A painted heatmap says what the map says, in every mode."""

import numpy as np
import pytest

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.explain.colour import OWN_MAPS, colour_table
from cxrview.explain.grid import cell_edges, cells_over
from cxrview.explain.paint import contour_lines, fill, paint
from cxrview.explain.style import LEVELS, MODES, HeatStyle
from cxrview.imaging import Letterbox
from cxrview.settings import COLOUR_MAPS, Settings
from tests.explain.predictions import prediction
from tests.refusals import refused

GREY = np.full((300, 240), 90, np.uint8)


@pytest.fixture
def whole():
    return prediction(np.random.default_rng(6).random((2, 5, 5)), Letterbox.fit(600, 480, 224))


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


def test_cells_are_flat_squares_without_a_seam(whole):
    style = HeatStyle("cells", opacity=1.0, threshold=0.3)
    painted = paint(GREY, whole, "a", style)
    heat = cells_over(whole, "a", GREY.shape)
    table = colour_table("inferno")
    expected = np.where((heat > 0.3)[..., None], table[np.rint(heat * 255).astype(int)], 90)
    np.testing.assert_array_equal(painted, expected)
    assert len(np.unique(painted.reshape(-1, 3), axis=0)) <= 26


@pytest.mark.parametrize("mode", MODES)
def test_no_opacity_leaves_the_picture(mode, whole):
    painted = paint(GREY, whole, "a", HeatStyle(mode, opacity=0.0))
    assert (painted == 90).all()


def test_contours_leave_what_is_between_them(whole):
    style = HeatStyle("contour", threshold=0.0)
    assert fill(whole, "a", style, GREY.shape) is None
    painted = paint(GREY, whole, "a", style)
    untouched = (painted == 90).all(-1).mean()
    assert 0.5 < untouched < 0.99


def test_contours_have_the_colours_of_their_levels(whole):
    lines = contour_lines(whole, "a", HeatStyle("contour", threshold=0.5))
    assert {line.level for line in lines} == {0.6, 0.8}
    assert all(line.colour == tuple(colour_table("inferno")[round(line.level * 255)]) for line in lines)
    assert contour_lines(whole, "a", HeatStyle("smooth")) == ()


@pytest.mark.parametrize(("threshold", "levels"), [(0.0, LEVELS), (0.5, (0.6, 0.8)), (0.9, (0.9,))])
def test_no_contour_lies_below_the_threshold(threshold, levels):
    assert HeatStyle(threshold=threshold).levels == levels


def test_the_grid_is_drawn_at_the_edges_of_the_cells(whole):
    plain = paint(GREY, whole, "a", HeatStyle("smooth", opacity=0.0))
    grid = paint(GREY, whole, "a", HeatStyle("smooth", opacity=0.0, grid=True))
    changed = (grid != plain).any(-1)
    columns = cell_edges(whole).x / 2 - 0.5  # the picture is half as large as the image
    away = np.abs(np.flatnonzero(changed[30])[:, None] - columns[None]).min(1)
    assert len(away)
    assert away.max() <= 1.5
    rows = np.flatnonzero(changed.mean(1) > 0.9)
    assert {60, 120, 180, 240} <= set(rows) | set(rows + 1)
    assert len(rows) <= 18


def test_colour_pictures_and_other_sizes_can_be_painted(whole):
    rgb = np.dstack([GREY, GREY // 2, GREY // 3])
    painted = paint(rgb, whole, "b", HeatStyle("cells", threshold=1.0))
    np.testing.assert_array_equal(painted, rgb)
    assert paint(GREY[::3, ::3], whole, "b", HeatStyle()).shape == (100, 80, 3)


def test_an_unknown_class_cannot_be_painted(whole):
    for mode in MODES:
        with refused(InvalidRequest, messages.NO_CLASS(name="z")):
            paint(GREY, whole, "z", HeatStyle(mode))
