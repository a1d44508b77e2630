"""What a model that reads lungs is given, and the way back, on drawn chests and a real one."""

import numpy as np
import pytest

from cxrview import paths
from cxrview.anatomy import Anatomy, LungFinder, finder, framed, messages, reduced
from cxrview.engines.messages import SELF_TEST_OF_ANOTHER
from cxrview.errors import UnusableModel
from cxrview.imaging import read
from tests.anatomy.chests import chest, film, lungs
from tests.conftest import make_tiny_bundle
from tests.refusals import refused


@pytest.fixture(scope="module")
def lung_finder() -> LungFinder:
    return LungFinder.load("cpu")


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the intersection of two regions divided by their union."""
    return float((one & other).sum() / (one | other).sum())


def test_a_reduced_film_is_small_and_keeps_what_it_was():
    large = reduced(film(chest(800, 1120), pixel_aspect=1.25))
    assert large.pixels.shape == (731, 1024)
    assert (large.height, large.width, large.pixel_aspect) == (800, 1120, 1.25)
    small = chest(300, 280)
    np.testing.assert_array_equal(reduced(film(small)).pixels, small)


def test_a_part_of_a_film_is_cropped_where_its_pixels_end():
    large = reduced(film(np.zeros((1500, 2100), np.uint8)))
    box = large.part(10.3, 20.7, 1999.9, 5000)
    assert (box[0], box[1], box[3]) == (round(5 * 2100 / 1024), round(10 * 1500 / 731), 1500)
    assert 1999.9 <= box[2] <= 2002
    assert large.in_square(large.letterbox(64, box)).shape == (64, 64)


@pytest.mark.parametrize(
    ("height", "width", "middle"), [(900, 800, 0.5), (600, 900, 0.45), (1700, 2300, 0.53)]
)
def test_the_lungs_of_a_drawn_chest_are_found_where_they_are(lung_finder, height, width, middle):
    small = reduced(film(chest(height, width, middle)))
    (found,) = lung_finder.find([small])
    image, letterbox = framed(small, found, 160)
    there = letterbox.back(image[..., 1].astype(np.float32)) > 127
    truth = lungs(height, width, middle)
    assert found.found
    assert overlap(there, truth) > 0.6
    left, top, right, bottom = found.crop
    assert truth[top:bottom, left:right].sum() == truth.sum()


def test_film_and_mask_lie_on_each_other_and_on_the_radiograph():
    # A bright square on a film that is shrunk; the mask is exactly that square and its mirror image.
    pixels = np.full((2000, 3000), 40, np.uint8)
    pixels[600:1400, 600:1100] = 220
    small = reduced(film(pixels))
    box = small.letterbox(120)
    mask = np.zeros((120, 120), np.uint8)
    mask[44:76, 24:44] = mask[44:76, 70:96] = 255
    image, letterbox = framed(small, Anatomy.of(small, mask, box), 200)
    assert letterbox.crop[0] > 0
    bright, lung = image[..., 0] > 130, image[..., 1] > 127
    lung[:, 100:] = False
    assert overlap(bright, lung) > 0.97
    x, y = letterbox.into(600, 600)
    rows, columns = np.nonzero(bright)
    assert (columns.min(), rows.min()) == pytest.approx((x, y), abs=1)
    assert letterbox.out_of(x, y) == pytest.approx((600, 600))


def test_a_batch_gives_what_single_films_give(lung_finder, chest_pa):
    films = [reduced(film(chest())), reduced(read(chest_pa)[0]), reduced(film(np.zeros((50, 90), np.uint8)))]
    together = lung_finder.find(films)
    for one, small in zip(together, films, strict=True):
        (single,) = lung_finder.find([small])
        assert (single.found, single.crop) == (one.found, one.crop)
        assert np.abs(single.lungs.astype(int) - one.lungs).max() <= 2
    assert lung_finder.find([]) == []
    assert [one.found for one in together] == [True, True, False]


def test_the_lungs_of_a_real_film_are_two_and_measured(lung_finder, chest_pa):
    radiograph = read(chest_pa)[0]
    (found,) = lung_finder.find([reduced(radiograph)])
    start, end = found.thoracic_width()
    assert len(found.outline()) == 2
    assert 0 < start[0] < 0.15 * 1841
    assert 0.85 * 1841 < end[0] < 1841
    assert start[1] == end[1]
    assert all(zone.any() for zone in found.zones().values())


def test_what_the_finder_has_at_hand_changes_nothing(lung_finder, chest_pa):
    small = reduced(read(chest_pa)[0])
    (found,) = lung_finder.find([small])
    box = small.letterbox(lung_finder.card.input_size)
    lungs = lung_finder.engine.predict(small.in_square(box)[None])["masks"]
    mask = np.rint(lungs[0, lung_finder.card.class_names.index("lungs")] * 255).astype(np.uint8)
    alone = Anatomy.of(small, mask, box)
    np.testing.assert_array_equal(found.lungs, alone.lungs)
    np.testing.assert_array_equal(found.measures, alone.measures)
    assert found.crop == alone.crop


def test_every_engine_finds_the_same_lungs(chest_pa):
    small = reduced(read(chest_pa)[0])
    masks = [LungFinder.load(engine).find([small])[0].lungs for engine in ("openvino:cpu", "onnxruntime:cpu")]
    assert np.abs(masks[0].astype(int) - masks[1]).max() <= 1


def test_where_keras_is_asked_for_another_engine_finds_the_lungs():
    assert LungFinder.load("keras:cpu").engine.name == "openvino"


def test_a_bundle_that_is_no_segmenter_finds_no_lungs(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    with refused(UnusableModel, messages.NO_LUNG_NETWORK):
        LungFinder.load()
    make_tiny_bundle(tmp_path / finder.NAME)
    with refused(UnusableModel, messages.NO_LUNG_CLASS):
        LungFinder.load()


def test_a_segmenter_whose_stored_answer_is_another_models_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    lung = [{"name": "lungs", "label": "Lungs", "meaning": "Lungs."}]
    make_tiny_bundle(tmp_path / finder.NAME, kind="segmenter", classes=lung)
    with refused(UnusableModel, SELF_TEST_OF_ANOTHER):
        LungFinder.load()
