"""How well maps agree, of any size, method and model; on maps drawn by hand."""

import numpy as np
import pytest

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.explain.agreement import Agreement, agreements
from cxrview.imaging import Letterbox
from tests.explain.predictions import explanation

BOX = Letterbox.fit(300, 240, 64)


def blob(side: int, x: float, y: float, box: Letterbox = BOX, wide: float = 0.12):
    """Return an explanation whose only map has a blob at `x`, `y` of the model's square, as shares of it."""
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    heat = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / wide**2)
    return explanation(np.where(heat > 0.05, heat, 0)[None].astype(np.float32), box)


def test_maps_that_are_as_strong_at_the_same_places_agree_however_fine_they_are():
    coarse, fine, strong = blob(12, 0.4, 0.5), blob(48, 0.4, 0.5), blob(12, 0.4, 0.5)
    strong = explanation(strong.maps * 7, BOX)
    away = blob(12, 0.6, 0.8)
    found = agreements([coarse, fine, strong, away], "a")
    assert list(found) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert found[0, 2].word == messages.THE_SAME
    assert found[0, 1].correlation > 0.8
    assert found[0, 3].correlation < 0
    assert found[0, 3].word == messages.NOT_ALIKE


def test_noise_in_a_fine_map_does_not_hide_that_it_agrees():
    coarse, fine = blob(12, 0.5, 0.5), blob(64, 0.5, 0.5)
    noise = np.random.default_rng(3).choice([0.0, 2.0], (1, 64, 64))
    noisy = explanation((fine.maps * noise).astype(np.float32), BOX)
    assert agreements([coarse, noisy], "a")[0, 1].correlation > 0.8


def test_maps_of_models_that_are_given_other_parts_are_compared_on_the_film():
    crop = Letterbox.fit(300, 240, 64, crop=(30, 40, 210, 280))
    x, y = BOX.out_of(0.45 * 64, 0.4 * 64)
    across, down = (place / 64 for place in crop.into(x, y))
    wide = 0.12 * (BOX.crop_width / BOX.inner_width) / (crop.crop_width / crop.inner_width)
    there, beside = blob(24, across, down, crop, wide), blob(24, 0.45, 0.4, crop, wide)
    found = agreements([blob(24, 0.45, 0.4), there, beside], "a")
    assert found[0, 1].correlation > 0.8
    assert found[0, 2].correlation < found[0, 1].correlation


def test_where_nothing_is_warm_there_is_nothing_to_compare():
    cold = explanation(np.zeros((1, 12, 12), np.float32), BOX)
    assert agreements([cold, cold], "a")[0, 1].word == messages.NOTHING_TO_COMPARE
    assert agreements([cold], "a") == {}
    with pytest.raises(InvalidRequest):
        agreements([cold, cold], "b")


def test_the_words_begin_where_the_manual_says():
    found = [Agreement(value).word for value in (1.0, 0.99, 0.8, 0.79, 0.5, 0.49, -1.0)]
    words = (
        messages.THE_SAME,
        *[messages.ALIKE] * 2,
        *[messages.PARTLY_ALIKE] * 2,
        *[messages.NOT_ALIKE] * 2,
    )
    assert tuple(found) == words
