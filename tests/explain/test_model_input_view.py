"""What the model saw is its actual input, and the crop is where the graph crops."""

import dataclasses
import json

import cv2
import numpy as np
import pytest

from cxrview import bundle
from cxrview.anatomy import Anatomy, LungFinder, framed, reduced
from cxrview.bundle.card import FILM, LUNGS, Card, parse
from cxrview.explain.grid import cell_edges
from cxrview.explain.model_input_view import in_the_crop, in_the_square, seen_by
from cxrview.explain.overlay import heat_over
from cxrview.imaging import Radiograph, model_input, read
from tests.explain.predictions import explanation


@pytest.fixture
def card() -> Card:
    """A card as that of version 1.0.0: its model reads the whole film and looks at the middle of it."""
    path = bundle.find("") / "card.json"
    bundled = parse(path.read_text("utf-8"), path)
    crop = (20 / 224, 20 / 224, 204 / 224, 204 / 224)
    model = {"seen_size": 160, "resolution": 160, "preprocessing": "standardised"}
    raw = {**bundled.raw, "training": {"model": model}}
    return dataclasses.replace(bundled, frame=FILM, input_size=224, map_field=crop, raw=raw)


@pytest.fixture
def radiograph(tmp_path) -> Radiograph:
    rows, columns = np.indices((500, 400))
    pixels = (127 + 100 * np.sin(columns / 9) * np.cos(rows / 14)).astype(np.uint8)
    path = tmp_path / "waves.png"
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return read(path)[0]


def test_it_is_the_input_of_the_predictor(card, radiograph):
    seen = seen_by(card, radiograph)
    given, letterbox = model_input(radiograph, card.input_size)
    np.testing.assert_array_equal(seen.given, given)
    assert seen.letterbox == letterbox
    assert seen.given.shape == (224, 224)


def test_a_model_that_crops_looks_at_the_middle_in_less_detail(card, radiograph):
    seen = seen_by(card, radiograph)
    assert seen.frame == (20, 20, 204, 204)
    assert seen.seen.shape == (160, 160)
    assert seen.preprocessing == "standardised"


@pytest.mark.tensorflow
def test_the_crop_is_what_the_first_layer_of_the_graph_computes(card, radiograph):
    from cxrview.engines.graph.preprocessing import area_weights, crop_margin

    seen = seen_by(card, radiograph)
    margin = crop_margin(224)
    weights = area_weights(224 - 2 * margin, 160)
    expected = weights @ seen.given[margin:-margin, margin:-margin].astype(np.float32) @ weights.T
    assert seen.seen == pytest.approx(expected, abs=0.51)


def test_a_model_that_crops_nothing_sees_what_it_is_given(card, radiograph):
    whole = dataclasses.replace(card, map_field=(0.0, 0.0, 1.0, 1.0))
    seen = seen_by(whole, radiograph)
    np.testing.assert_array_equal(seen.seen, seen.given)


def test_a_model_that_reads_lungs_sees_the_crop_and_their_border(card, chest_pa):
    reads_lungs = dataclasses.replace(card, frame=LUNGS, map_field=(0.0, 0.0, 1.0, 1.0))
    radiograph = read(chest_pa)[0]
    film = reduced(radiograph)
    (anatomy,) = LungFinder.load("cpu").find([film])
    seen = seen_by(reads_lungs, radiograph, anatomy)
    image, letterbox = framed(film, anatomy, card.input_size)
    np.testing.assert_array_equal(seen.given, image[..., 0])
    assert seen.letterbox == letterbox
    assert len(seen.outlines) == 2
    inside = np.zeros(seen.given.shape, np.uint8)
    for line in seen.outlines:
        cv2.fillPoly(inside, [np.rint(line - 0.5).astype(np.int32)], 255)
    assert np.count_nonzero((inside > 0) != (image[..., 1] > 127)) < 0.02 * inside.size


def test_without_lungs_it_is_the_whole_film_without_a_border(card, radiograph):
    reads_lungs = dataclasses.replace(card, frame=LUNGS)
    film = reduced(radiograph)
    nothing = Anatomy.of(film, np.zeros((112, 112), np.uint8), film.letterbox(112))
    seen = seen_by(reads_lungs, radiograph, nothing)
    assert seen.outlines == ()
    np.testing.assert_array_equal(seen.given, model_input(radiograph, card.input_size)[0])
    with pytest.raises(ValueError, match="where they are"):
        seen_by(reads_lungs, radiograph)


@pytest.mark.parametrize("training", [None, [], {"model": 3}, {"model": {"seen_size": "large"}}])
def test_a_card_that_does_not_tell_is_no_obstacle(card, radiograph, training):
    raw = json.loads(json.dumps(card.raw)) | {"training": training}
    seen = seen_by(dataclasses.replace(card, raw=raw), radiograph)
    assert seen.seen.shape == (184, 184)
    assert seen.preprocessing == ""


def test_the_heatmap_lies_alike_on_image_square_and_crop(card, radiograph):
    maps = np.random.default_rng(1).random((2, 5, 5))
    seen = seen_by(card, radiograph)
    whole = explanation(maps, seen.letterbox, card.map_field)
    square, crop = in_the_square(whole), in_the_crop(whole, seen)
    assert cell_edges(square).x[[0, -1]] == pytest.approx([20, 204])
    assert cell_edges(crop).x == pytest.approx(np.arange(6) * 32)
    left, top, right, bottom = seen.frame
    on_square = heat_over(square, "a")[top:bottom, left:right]
    on_crop = heat_over(crop, "a", on_square.shape)
    np.testing.assert_allclose(on_square, on_crop, atol=1e-5)
    box = seen.letterbox
    inner = heat_over(square, "a")[
        box.top : box.top + box.inner_height, box.left : box.left + box.inner_width
    ]
    np.testing.assert_allclose(heat_over(whole, "a", inner.shape), inner, atol=1e-5)
