"""A last block at stride 16 sees what it saw at stride 32, and takes the same weights."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.training.network.dilation import at_stride_16

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def test_every_second_place_of_the_finer_maps_is_that_of_the_plain_network():
    keras.utils.set_random_seed(1)
    plain = keras.applications.ResNet50(include_top=False, weights=None, input_shape=(64, 64, 3))
    fine = at_stride_16(plain)
    assert [layer.name for layer in fine.layers[1:]] == [layer.name for layer in plain.layers[1:]]
    fine.set_weights(plain.get_weights())
    pictures = np.random.default_rng(0).standard_normal((1, 64, 64, 3)).astype(np.float32)
    one, two = (keras.ops.convert_to_numpy(net(pictures, training=False)) for net in (plain, fine))
    assert one.shape[1:3] == (2, 2)
    assert two.shape[1:3] == (4, 4)
    np.testing.assert_allclose(two[:, ::2, ::2], one, rtol=1e-3, atol=1e-4 * np.abs(one).max())
