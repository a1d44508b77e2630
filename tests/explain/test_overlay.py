"""Heatmaps lie exactly over what they explain."""

import dataclasses

import numpy as np
import pytest

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.explain.colour import EDGE, blend, colour_table, colourise
from cxrview.explain.explanation import gradcam, of_maps
from cxrview.explain.grid import cells_over, strongest
from cxrview.explain.overlay import heat_over, overlay, shares
from cxrview.imaging import Letterbox
from cxrview.settings import COLOUR_MAPS
from tests.explain.predictions import FULL, explanation, prediction
from tests.refusals import refused


def peak(heat: np.ndarray) -> tuple[float, float]:
    """Return the centre of mass, (row, column) as fractions of the height and width."""
    rows, columns = np.indices(heat.shape) + 0.5
    return float((rows * heat).sum() / heat.sum() / heat.shape[0]), float(
        (columns * heat).sum() / heat.sum() / heat.shape[1]
    )


@pytest.mark.parametrize(("height", "width"), [(400, 400), (300, 500), (900, 200)])
@pytest.mark.parametrize("field", [FULL, (0.1, 0.1, 0.9, 0.9)])
def test_a_cell_comes_back_to_the_place_it_was_computed_from(height, width, field):
    """Draw a blob, letterbox it as the model sees it, pool it as the network does, and lay it back."""
    rows, columns = np.indices((height, width))
    image = 255 * np.exp(-(((rows / height - 0.45) / 0.12) ** 2) - ((columns / width - 0.55) / 0.12) ** 2)
    letterbox = Letterbox.fit(height, width, 224)
    square = letterbox.apply(image.astype(np.uint8)).astype(np.float32)
    left, top, right, bottom = (round(224 * value) for value in field)
    part = square[top:bottom, left:right]
    cells = np.stack([[c.mean() for c in np.array_split(r, 14, 1)] for r in np.array_split(part, 14, 0)])
    exact = tuple(value / 224 for value in (left, top, right, bottom))
    heat = heat_over(explanation(cells[None], letterbox, exact), "a")
    assert heat.shape == (height, width)
    row, column = peak(np.where(heat > 0.3, heat, 0))
    tolerance = 0.5 / 14 * 224 / min(letterbox.inner_height, letterbox.inner_width)  # half a cell
    assert row == pytest.approx(0.45, abs=tolerance)
    assert column == pytest.approx(0.55, abs=tolerance)


def test_the_overlay_of_a_prediction_is_its_gradcam():
    film = prediction(
        np.random.default_rng(0).random((2, 5, 5)), Letterbox.fit(30, 40, 64), (0.1, 0.1, 0.9, 0.9)
    )
    scaled = dataclasses.replace(film, map_scale={"a": 2.0, "b": 0.5})
    for own in (True, False):
        wanted = scaled.letterbox.back(shares(gradcam(scaled), "b", own), scaled.field, (12, 16))
        np.testing.assert_array_equal(overlay(scaled, "b", (12, 16), own), np.clip(wanted, 0, 1))
    assert overlay(film, "a").shape == (30, 40)


def test_what_speaks_against_a_class_is_not_drawn():
    found = of_maps(
        prediction(np.zeros((1, 2, 2)), Letterbox.fit(8, 8, 8)), "occlusion", np.array([[[-2.0, 1.0]]])
    )
    assert found.signed
    np.testing.assert_array_equal(shares(found, "a"), [[0, 1]])


def test_what_the_model_never_saw_stays_without_heat():
    letterbox = Letterbox.fit(100, 100, 100)
    heat = heat_over(explanation(np.ones((1, 4, 4)), letterbox, (0.2, 0.2, 0.8, 0.8)), "a")
    assert (heat[:20] == 0).all()
    assert (heat[:, 80:] == 0).all()
    assert heat[25:75, 25:75].min() == pytest.approx(1)


def test_one_scale_for_all_classes_keeps_a_weak_class_faint():
    maps = np.zeros((2, 4, 4))
    maps[0, 1, 1], maps[1, 2, 2] = 10.0, 1.0
    whole = explanation(maps, Letterbox.fit(64, 64, 64))
    assert heat_over(whole, "a").max() == pytest.approx(1, abs=0.15)
    assert heat_over(whole, "b").max() < 0.11


def test_a_class_is_on_its_own_scale_where_the_model_has_one():
    maps = np.zeros((2, 4, 4))
    maps[0, 1, 1], maps[1, 2, 2] = 10.0, 1.0
    whole = explanation(maps, Letterbox.fit(64, 64, 64))
    scaled = dataclasses.replace(whole, map_scale={"a": 20.0, "b": 0.8})
    assert shares(scaled, "a").max() == pytest.approx(0.5)
    assert shares(scaled, "b").max() == 1  # stronger than full is full
    assert heat_over(scaled, "a", (64, 64)).max() == pytest.approx(0.5, abs=0.01)
    for name in "ab":
        np.testing.assert_array_equal(shares(scaled, name, own=False), shares(whole, name))
        np.testing.assert_array_equal(cells_over(scaled, name, own=False), cells_over(whole, name))


def test_the_strongest_cell_is_sought_over_the_image_alone():
    """Above and below a wide image lie the bars of the letterbox."""
    maps = np.full((1, 4, 4), 0.5)
    maps[0, 0] = 1.0
    whole = dataclasses.replace(explanation(maps, Letterbox.fit(32, 64, 64)), map_scale={"a": 1.0})
    assert strongest(whole, "a") == pytest.approx(0.5)


def test_maps_of_zeros_give_no_heat():
    assert not heat_over(explanation(np.zeros((2, 4, 4)), Letterbox.fit(64, 64, 64)), "a").any()


def test_a_smaller_overlay_covers_the_same_area():
    maps = np.zeros((1, 8, 8))
    maps[0, 2, 5] = 1
    whole = explanation(maps, Letterbox.fit(800, 600, 224))
    large, small = heat_over(whole, "a"), heat_over(whole, "a", (80, 60))
    assert small.shape == (80, 60)
    assert peak(small) == pytest.approx(peak(large), abs=0.01)


def test_an_unknown_class_is_a_sentence():
    with refused(InvalidRequest, messages.NO_CLASS(name="z", names="a, b")):
        heat_over(explanation(np.zeros((2, 4, 4)), Letterbox.fit(8, 8, 8)), "z")


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_colour_tables_run_from_cold_to_hot(name):
    table = colour_table(name)
    assert table.shape == (256, 3)
    assert len(np.unique(table, axis=0)) > 200


def test_inferno_is_rgb_not_bgr():
    assert colour_table("inferno")[200, 0] > colour_table("inferno")[200, 2]


def test_opacity_is_one_constant_and_the_threshold_hides():
    heat = np.array([[0, 0.2, 0.3, 0.5, 1.0]], np.float32)
    alpha = colourise(heat, colour_table("viridis"), opacity=0.4, threshold=0.3)[..., 3]
    np.testing.assert_array_equal(alpha, [[0, 0, 0, 102, 102]])


def test_the_layer_comes_in_softly_at_the_threshold():
    heat = np.linspace(0.3, 0.3 + EDGE, 20, dtype=np.float32)[None]
    alpha = colourise(heat, colour_table("viridis"), opacity=0.4, threshold=0.3)[0, :, 3].astype(int)
    assert alpha[0] == 0
    assert alpha[-1] == 102
    assert (np.diff(alpha) >= 0).all()
    assert np.diff(alpha).max() < 10


def test_grey_is_grey():
    table = colour_table("grey")
    assert (table == np.arange(256)[:, None]).all()


def test_blending_mixes_by_the_opacity():
    picture = np.array([[100, 100]], np.uint8)
    table = np.full((256, 3), 200, np.uint8)
    mixed = blend(picture, np.array([[0, 1]], np.float32), table, opacity=0.5, threshold=0)
    np.testing.assert_array_equal(mixed, [[[100] * 3, [150] * 3]])


def test_blending_refuses_another_shape():
    with pytest.raises(ValueError, match="differ"):
        blend(np.zeros((2, 2), np.uint8), np.zeros((3, 3), np.float32), colour_table("jet"), 1, 0)
