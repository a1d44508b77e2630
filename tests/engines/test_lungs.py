"""The layers of a model that reads lungs, held to OpenCV and NumPy."""

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph.lungs import LungFraming, LungMask, LungPooling, hull, projections

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIDE, PLACES = 96, 24


def blobs(count, side):
    """Return masks of one to three ellipses, (count, side, side), 0 or 1."""
    random = np.random.default_rng(4)
    masks = np.zeros((count, side, side), np.float32)
    for mask in masks:
        for _ in range(random.integers(1, 4)):
            centre, axes = random.integers(2, side - 2, 2), random.integers(1, side // 3, 2)
            cv2.ellipse(mask, centre.tolist(), axes.tolist(), random.uniform(0, 180), 0, 360, 1, -1)
    return masks


def two_lungs():
    """Return a film and the mask of its lungs, (1, SIDE, SIDE, 2)."""
    film = np.random.default_rng(2).integers(60, 120, (SIDE, SIDE))
    mask = np.zeros((SIDE, SIDE), int)
    mask[20:70, 15:40] = mask[24:76, 56:84] = 255
    return np.stack([film, mask], -1).astype(np.uint8)[None]


def opencv_hull(mask):
    points = np.argwhere(mask > 0)[:, ::-1].astype(np.int32)
    return cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), cv2.convexHull(points), 1)


def test_the_hull_is_that_of_opencv_but_for_a_place_at_its_edge():
    masks = blobs(40, PLACES)
    found = keras.ops.convert_to_numpy(hull(masks, projections(PLACES)))
    for mask, ours in zip(masks, found, strict=True):
        theirs = opencv_hull(mask)
        around = cv2.dilate(theirs, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
        assert (ours >= cv2.erode(theirs, np.ones((3, 3)))).all()
        assert (ours >= mask).all()
        assert (ours <= around).all()
    assert 0.1 < found.mean() < 0.9


def test_without_lungs_the_whole_square_counts():
    nothing = np.zeros((1, PLACES, PLACES), np.float32)
    assert (keras.ops.convert_to_numpy(hull(nothing, projections(PLACES))) == 1).all()
    image = two_lungs()
    image[..., 1] = 0
    picture = keras.ops.convert_to_numpy(LungFraming()(image))[0, ..., 0]
    film = image[0, ..., 0].astype(float)
    np.testing.assert_allclose(picture, (film - film.mean()) / (film.std() + 5), atol=1e-4)
    assert (keras.ops.convert_to_numpy(LungMask(6, 6)(image)) == 1).all()


def test_grey_levels_are_those_of_the_hull_whatever_lies_around_it():
    image = two_lungs()
    inside = opencv_hull(image[0, ..., 1]) > 0
    other = image.copy()
    other[0, ..., 0][~cv2.dilate(inside.astype(np.uint8), np.ones((17, 17))).astype(bool)] = 255
    one, two = (keras.ops.convert_to_numpy(LungFraming(2.0)(each))[0] for each in (image, other))
    np.testing.assert_allclose(one[inside], two[inside], atol=1e-5)
    assert one.shape == (SIDE, SIDE, 3)
    spread = image[0, ..., 0][inside].std()
    assert one[inside].mean() == pytest.approx(0, abs=0.03)
    assert one[inside].std() == pytest.approx(2 * spread / (spread + 5), rel=0.02)
    assert two.max() == 6.0  # cut off at three spreads, times the scale
    assert LungFraming(2.0).compute_output_shape(image.shape) == (1, SIDE, SIDE, 3)


def test_features_are_averaged_under_the_sharpened_mask():
    image = two_lungs()
    mask = keras.ops.convert_to_numpy(LungMask(6, 8)(image))
    assert mask.shape == LungMask(6, 8).compute_output_shape(image.shape) == (1, 6, 8, 1)
    shares = image[0, ..., 1].reshape(6, 16, 8, 12).mean((1, 3)) / 255
    np.testing.assert_allclose(mask[0, ..., 0], np.clip(2 * (shares - 0.25), 0, 1), atol=1e-6)
    assert 0 < mask.mean() < 1
    features = np.random.default_rng(0).random((1, 6, 8, 5), dtype=np.float32)
    pooled = keras.ops.convert_to_numpy(LungPooling()([features * mask, mask]))
    wanted = np.average(features.reshape(48, 5), axis=0, weights=mask.reshape(48))
    np.testing.assert_allclose(pooled[0], wanted, rtol=1e-5)
    nothing = np.zeros_like(mask)
    assert (keras.ops.convert_to_numpy(LungPooling()([features * nothing, nothing])) == 0).all()
