"""Every augmentation does what its name says, within its range, and the same again from the same seed."""

import dataclasses

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.training import messages
from cxrview.training.config import AUGMENTATIONS, AugmentationConfig
from cxrview.training.export.phantom import chest_phantom
from cxrview.training.recipe.augmentation import Augmenter, caveats

pytestmark = pytest.mark.tensorflow

SIZE = 64
CHEST = chest_phantom(SIZE)
CHESTS = np.stack([np.roll(CHEST, shift, axis=1) for shift in range(8)])
OFF = dataclasses.replace(AUGMENTATIONS["none"], plain_share=0.0)
STRENGTH = {  # strong enough that every image changes
    "rotation": 20.0,
    "shear": 15.0,
    "zoom": 0.3,
    "shift": 0.2,
    "horizontal_flip": True,
    "vertical_flip": True,
    "crop": 0.4,
    "contrast": 0.5,
    "brightness": 0.3,
    "multiply": 0.4,
    "channel_shift": 0.2,
    "equalise": 1.0,
    "clahe": 1.0,
    "blur": 3.0,
    "noise": 0.1,
    "erase": 1.0,
    "markers": 1.0,
    "source": 1.0,
    "restyle": 1.0,
    "exchange": 1.0,
}
COLOURS = ("hue", "saturation", "greyscale")


def changed(images=CHESTS, seed=1, **changes):
    before = images.copy()
    augmenter = Augmenter(dataclasses.replace(OFF, **changes), images.shape[1])
    results = augmenter(images, np.random.default_rng(seed))
    np.testing.assert_array_equal(images, before)  # the originals are left alone
    assert results.shape == images.shape
    assert results.dtype == np.uint8
    return results


def centre(image):
    """Return the brightest part's centre of mass, row and column."""
    return np.argwhere(image > 100).mean(0)


def test_every_option_is_tried_here():
    options = {field.name for field in dataclasses.fields(AugmentationConfig)}
    assert options == {*STRENGTH, *COLOURS, "plain_share"}


@pytest.mark.parametrize("name", STRENGTH)
def test_every_augmentation_changes_images_and_repeats(name):
    one, again, other = (changed(seed=seed, **{name: STRENGTH[name]}) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() or name in ("equalise", "clahe")
    share = (one != CHESTS).any((1, 2)).mean()
    assert share == 1.0 if "flip" not in name else 0 < share < 1


@pytest.mark.parametrize(
    "name", [name for name in STRENGTH if name not in ("equalise", "clahe", "exchange", "restyle")]
)
def test_every_image_of_a_batch_is_changed_in_its_own_way(name):
    alike = np.stack([CHEST] * 8)
    results = changed(alike, **{name: STRENGTH[name]})
    assert len({image.tobytes() for image in results}) >= 2


def test_everything_switched_off_changes_nothing():
    np.testing.assert_array_equal(changed(), CHESTS)
    assert Augmenter(AUGMENTATIONS["none"], SIZE).idle
    assert not Augmenter(AUGMENTATIONS["light"], SIZE).idle


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_share_of_plain_images_is_kept(share):
    many = CHESTS.repeat(25, axis=0)
    results = changed(many, plain_share=share, brightness=0.5)
    plain = (results == many).all((1, 2)).mean()
    assert plain == pytest.approx(share, abs=0.1)


def spot(row, column):
    image = np.zeros((SIZE, SIZE), np.uint8)
    image[row - 3 : row + 3, column - 3 : column + 3] = 255
    return np.stack([image] * 24)


def test_geometry_stays_within_its_range_and_fills_with_black():
    rows, columns = zip(*[centre(image) for image in changed(spot(32, 32), shift=0.1)], strict=True)
    assert 2 < np.abs(np.array([rows, columns]) - 31.5).max() <= 6.9
    turned = changed(spot(12, 32), rotation=10.0)
    angles = [np.degrees(np.arctan2(place[1] - 31.5, 31.5 - place[0])) for place in map(centre, turned)]
    assert 4 < np.abs(angles).max() <= 11
    assert min(angles) < 0 < max(angles)
    distances = [31.5 - centre(image)[0] for image in changed(spot(12, 32), zoom=0.2)]
    assert 20 / 1.25 <= min(distances) < 19 < 21 < max(distances) <= 20 / 0.75
    bright = np.full((8, SIZE, SIZE), 200, np.uint8)
    edges = changed(bright, shift=0.2)
    assert set(np.unique(edges[:, [0, -1], :])) >= {0, 200}


def test_nothing_is_mirrored_unless_asked_for():
    for name, axis in (("horizontal_flip", 1), ("vertical_flip", 0)):
        places = np.array([centre(image)[axis] for image in changed(spot(18, 18), **{name: True})])
        assert set(places.round()) == {18.0, 46.0}
    config = dataclasses.replace(AUGMENTATIONS["strong"], erase=0.0, noise=0.0)
    assert not config.horizontal_flip
    assert not config.vertical_flip
    for image in Augmenter(config, SIZE)(spot(18, 18), np.random.default_rng(0)):
        row, column = np.argwhere(image == image.max()).mean(0)
        assert row < 34
        assert column < 34


def test_grey_levels_stay_within_their_range():
    flat = np.full((64, SIZE, SIZE), 100, np.uint8)
    for changes, low, high in (
        ({"brightness": 0.1}, 74, 126),
        ({"multiply": 0.2}, 80, 120),
        ({"channel_shift": 0.1}, 74, 126),
    ):
        levels = changed(flat, **changes).mean((1, 2))
        assert low <= levels.min() < 97
        assert 103 < levels.max() <= high
    ramp = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (16, SIZE, 1))
    spreads = changed(ramp, contrast=0.3).std((1, 2)) / ramp[0].std()
    assert 0.69 <= spreads.min() < 0.95
    assert 1.05 < spreads.max() <= 1.31
    deviations = (changed(flat, noise=0.1) - flat.astype(float)).std((1, 2))
    assert deviations.min() < 5
    assert 20 < deviations.max() < 26.5


def test_equalising_and_clahe_spread_the_levels():
    dull = (CHESTS // 8 + 100).astype(np.uint8)
    for name in ("equalise", "clahe"):
        assert changed(dull, **{name: 1.0}).std() > 1.5 * dull.std()
        some = changed(dull.repeat(12, axis=0), **{name: 0.5})
        assert 0.3 < (some != dull.repeat(12, axis=0)).any((1, 2)).mean() < 0.7


def test_blur_softens_and_erasing_blackens_rectangles():
    rough = np.random.default_rng(0).integers(0, 256, (16, SIZE, SIZE), dtype=np.uint8)
    assert (changed(rough, blur=3.0).std((1, 2)) < 0.9 * rough.std()).mean() > 0.8
    bright = np.full((200, SIZE, SIZE), 200, np.uint8)
    erased = changed(bright, erase=0.3) == 0
    covered = erased.mean((1, 2))
    assert (covered > 0).mean() == pytest.approx(0.3, abs=0.1)
    assert 0.001 < covered[covered > 0].min() < covered.max() < 0.08


def test_colours_change_nothing_but_what_a_channel_shift_coloured():
    for name in COLOURS:
        grey = changed(**{name: 0.5})
        assert np.abs(grey.astype(int) - CHESTS).max() <= 1  # rounding on the way to three channels and back
    shifted, turned = changed(channel_shift=0.3), changed(channel_shift=0.3, hue=0.5)
    assert np.abs(shifted.astype(int) - turned).max() > 10
    assert caveats(dataclasses.replace(OFF, hue=0.2)) == [messages.GREY_HAS_NO_HUE]
    assert not caveats(dataclasses.replace(OFF, hue=0.2, channel_shift=0.1))


def test_exchange_takes_the_surroundings_from_another_image_of_the_batch():
    pair = np.stack([CHEST, np.random.default_rng(0).integers(0, 256, (SIZE, SIZE), dtype=np.uint8)])
    mixed = changed(pair, exchange=1.0)
    corner, middle = np.s_[:8, :8], np.s_[28:36, 28:36]
    np.testing.assert_array_equal(mixed[0][middle], pair[0][middle])
    assert np.corrcoef(mixed[0][corner].ravel(), pair[1][corner].ravel())[0, 1] > 0.9
    np.testing.assert_array_equal(changed(pair[:1], exchange=1.0), pair[:1])  # there is no other


MOVES = ("rotation", "shear", "zoom", "shift", "crop", "horizontal_flip", "vertical_flip")


@pytest.mark.parametrize("name", MOVES)
def test_lungs_and_boxes_move_with_the_film(name):
    images = np.repeat(CHESTS[..., None], 3, axis=-1)
    results = changed(images, **{name: STRENGTH[name]})
    np.testing.assert_array_equal(results[..., 0], results[..., 1])
    np.testing.assert_array_equal(results[..., 0], results[..., 2])
    assert (results != images).any()


@pytest.mark.parametrize("name", [name for name in STRENGTH if name not in (*MOVES, "source")])
def test_grey_levels_of_lungs_and_boxes_stay(name):
    images = np.stack([CHESTS, np.roll(CHESTS, 9, axis=1), np.roll(CHESTS, 5, axis=2)], axis=-1)
    results = changed(images, **{name: STRENGTH[name]})
    np.testing.assert_array_equal(results[..., 1:], images[..., 1:])
    assert (results[..., 0] != images[..., 0]).any((1, 2)).all()


def test_markers_lie_outside_the_lungs_and_are_bright_or_dark():
    images = np.full((64, SIZE, SIZE, 3), 120, np.uint8)
    images[..., 1] = 0
    images[:, 16:52, 8:56, 1] = 255
    results = changed(images, markers=1.0)[..., 0]
    marked = results != 120
    assert marked.any((1, 2)).all()
    assert marked[:, 20:48, 12:52].mean() < 0.01 < marked[:, :14].mean()
    assert (results[marked] >= 200).any()
    assert (results[marked] < 40).any()
    assert not ((results[marked] >= 40) & (results[marked] < 200)).any()
    half = (changed(images, markers=0.5)[..., 0] != 120).any((1, 2)).mean()
    assert 0.3 < half < 0.7
