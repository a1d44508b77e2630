"""Random changes keep the shape of an image, change it, and repeat with the same seed."""

import numpy as np
import pytest

from cxrview.training.export.phantom import chest_phantom
from cxrview.training.recipe import augment

IMAGE = chest_phantom(224)


@pytest.mark.parametrize("change", [pair[0] for pair in augment.CHANGES], ids=lambda change: change.__name__)
def test_every_change_changes_and_repeats(change):
    before = IMAGE.copy()
    results = [change(IMAGE, np.random.default_rng(seed)) for seed in (7, 7, 8)]
    np.testing.assert_array_equal(IMAGE, before)  # the original is left alone
    np.testing.assert_array_equal(results[0], results[1])
    assert results[0].shape == IMAGE.shape
    assert results[0].dtype == np.uint8
    assert (results[0] != IMAGE).any()
    assert (results[0] != results[2]).any()


def test_nothing_is_mirrored():
    spot = np.zeros((224, 224), np.uint8)
    spot[57:77, 147:167] = 255  # above and to the right of the middle
    for seed in range(100):
        row, column = np.argwhere(augment.move(spot, np.random.default_rng(seed)) > 100).mean(0)
        assert row < 112 < column


def test_surroundings_come_from_the_other_image_and_the_middle_stays():
    other = np.random.default_rng(0).integers(0, 256, IMAGE.shape, dtype=np.uint8)
    mixed = augment.change_surroundings(IMAGE, other, np.random.default_rng(1)).astype(float)
    middle = np.s_[85:140, 85:140]
    np.testing.assert_array_equal(mixed[middle], IMAGE[middle])
    corner = np.s_[:30, :30]
    assert np.corrcoef(mixed[corner].ravel(), other[corner].ravel())[0, 1] > 0.95
