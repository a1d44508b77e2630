"""What the first layer shows the network, and what it hides."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import preprocessing
from cxrview.engines.graph.preprocessing import SourceSuppression
from cxrview.training.export.phantom import chest_phantom

pytestmark = pytest.mark.tensorflow

MARGIN = preprocessing.crop_margin(224)


def seen(images, **options):
    layer = SourceSuppression(**({"size": 160} | options))
    return keras.ops.convert_to_numpy(layer(np.atleast_3d(images).reshape(-1, 224, 224)))


def correlation(one, other):
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_shape_range_and_equal_channels():
    picture = seen(chest_phantom(224), scale=2.0)
    assert picture.shape == (1, 160, 160, 3)
    assert picture.dtype == np.float32
    assert 1 < np.abs(picture).max() <= 6
    np.testing.assert_array_equal(picture[..., 0], picture[..., 2])


def test_the_map_field_is_the_part_that_is_not_cropped():
    assert preprocessing.map_field(224) == (20 / 224, 20 / 224, 204 / 224, 204 / 224)


def test_what_stands_at_the_border_is_not_seen():
    plain = chest_phantom(224)
    marked = plain.copy()
    marked[:MARGIN, :60] = 255
    marked[-MARGIN:] = 128
    marked[:, -MARGIN:] = 9
    np.testing.assert_array_equal(seen(marked), seen(plain))
    marked[MARGIN + 1, 100] = 255  # just inside
    assert np.abs(seen(marked) - seen(plain)).max() > 0.1


def test_brightness_and_contrast_hardly_matter():
    plain = chest_phantom(224)
    dim = (plain * 0.5 + 60).astype(np.uint8)
    assert np.abs(seen(dim) - seen(plain)).mean() < 0.05
    assert np.abs(seen(255 - plain) + seen(plain)).mean() < 0.05  # but polarity does


def test_sharpness_hardly_matters():
    import cv2

    rng = np.random.default_rng(4)
    texture = cv2.GaussianBlur(rng.standard_normal((224, 224)).astype(np.float32), (0, 0), 2)
    sharp = np.clip(128 + 60 * texture / texture.std() * 0.5, 0, 255).astype(np.float32) * 0.5
    sharp += 0.5 * chest_phantom(224)
    soft = cv2.GaussianBlur(sharp, (0, 0), 1.5)
    raw = np.abs(np.diff(sharp)).mean() / np.abs(np.diff(soft)).mean()
    one, other = seen(sharp.astype(np.uint8))[..., 0], seen(soft.astype(np.uint8))[..., 0]
    left = np.abs(np.diff(one)).mean() / np.abs(np.diff(other)).mean()
    assert raw > 1.3
    assert abs(np.log(left)) < 0.5 * np.log(raw)


@pytest.mark.parametrize("grey", [0, 255])
def test_an_empty_image_stays_quiet(grey):
    picture = seen(np.full((224, 224), grey, np.uint8))
    assert np.isfinite(picture).all()
    assert np.abs(picture).max() < 0.01


def test_letterbox_bars_come_out_flat():
    plain = chest_phantom(224)
    plain[:70] = 0
    plain[-70:] = 0
    picture = seen(plain)[0, ..., 0]
    assert np.abs(picture[:8]).max() < 0.6
    assert picture[50:110].std() > 0.3


def test_more_pixels_at_the_same_resolution_show_the_same_picture():
    import cv2

    small = seen(chest_phantom(224))[0, ..., 0]
    large = seen(chest_phantom(224), size=224, resolution=160)[0, ..., 0]
    assert correlation(cv2.resize(large, (160, 160), interpolation=cv2.INTER_AREA), small) > 0.99


def test_too_small_an_input_is_refused():
    with pytest.raises(ValueError, match="pixels are left"):
        SourceSuppression(160).build((None, 160, 160))


def test_the_layer_survives_serialisation():
    layer = SourceSuppression(160, scale=58.0, floor=0.01)
    twin = keras.layers.deserialize(keras.layers.serialize(layer))
    np.testing.assert_array_equal(twin(chest_phantom(224)[None]), layer(chest_phantom(224)[None]))


@pytest.mark.parametrize(
    "weights",
    [
        preprocessing.area_weights(184, 160),
        preprocessing.linear_weights(160, 224),
        preprocessing.gaussian_weights(160, 18.0),
    ],
    ids=["area", "linear", "gaussian"],
)
def test_fixed_matrices_keep_a_constant(weights):
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-6)


def test_area_weights_agree_with_opencv():
    import cv2

    values = np.random.default_rng(0).random((184, 184), dtype=np.float32)
    weights = preprocessing.area_weights(184, 160)
    wanted = cv2.resize(values, (160, 160), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(weights @ values @ weights.T, wanted, atol=1e-5)
