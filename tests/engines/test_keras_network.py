"""A network with a network in it, laid out flat, against what can be worked out by hand."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines import messages
from cxrview.engines.keras_network import LayeredNetwork
from cxrview.errors import UnusableModel
from tests.refusals import refused

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIDE = 4
KERNEL = np.array([1.0, -1.0, 0.0], np.float32)  # of three filters of one weight: as it is, turned over, none
OFFSET = np.array([-50.0, -1.0, 0.0], np.float32)
HEAD = np.array([[1.0, 2.0], [5.0, -3.0], [7.0, 9.0]], np.float32)


def trained() -> "keras.Model":
    """Return image → three copies × the kernel → normalised → ReLU, in a backbone → means → two scores."""
    layers = keras.layers
    picture = keras.Input((SIDE, SIDE, 1))
    value = layers.Conv2D(3, 1, use_bias=False, name="conv1_conv")(picture)
    value = layers.BatchNormalization(epsilon=0.0, name="conv1_bn")(value)
    backbone = keras.Model(picture, layers.ReLU(name="conv1_relu")(value), name="backbone")
    image = keras.Input((SIDE, SIDE, 1), dtype="uint8", name="image")
    scaled = layers.Rescaling(2.0, name="twice")(image)
    pooled = layers.GlobalAveragePooling2D(name="embedding")(backbone(scaled))
    model = keras.Model(image, layers.Dense(2, use_bias=False, name="head_0")(pooled))
    backbone.get_layer("conv1_conv").set_weights([KERNEL.reshape(1, 1, 1, 3)])
    ones = np.ones(3, np.float32)
    backbone.get_layer("conv1_bn").set_weights([ones, OFFSET, 0 * ones, ones])
    model.get_layer("head_0").set_weights([HEAD])
    return model


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    trained().save(folder / "model.keras")
    return LayeredNetwork(folder)


FILM = np.arange(SIDE * SIDE, dtype=np.uint8).reshape(SIDE, SIDE, 1) * 4
MAPS = np.maximum(2.0 * FILM.astype(np.float32) * KERNEL + OFFSET, 0)


def test_a_network_within_is_opened_and_every_layer_knows_its_inputs(network):
    assert [(layer.name, layer.inputs, layer.shape, layer.filters) for layer in network.layers] == [
        ("twice", (), (4, 4, 1), 0),
        ("conv1_conv", ("twice",), (4, 4, 3), 3),
        ("conv1_bn", ("conv1_conv",), (4, 4, 3), 0),
        ("conv1_relu", ("conv1_bn",), (4, 4, 3), 0),
        ("embedding", ("conv1_relu",), (3,), 0),
        ("head_0", ("embedding",), (2,), 2),
    ]
    assert [layer.parameters for layer in network.layers] == [0, 3, 12, 0, 0, 6]


def test_filters_and_outputs_are_those_worked_out_by_hand(network):
    np.testing.assert_array_equal(network.filters("conv1_conv"), KERNEL[:, None])
    np.testing.assert_array_equal(network.filters("head_0"), HEAD.T)
    assert network.filters("conv1_bn").size == 0
    name, pictures = network.first_filters()
    assert (name, pictures.ravel().tolist()) == ("conv1_conv", KERNEL.tolist())
    np.testing.assert_allclose(network.output("conv1_relu", FILM), MAPS, rtol=1e-5)
    np.testing.assert_allclose(network.output("head_0", FILM), MAPS.mean((0, 1)) @ HEAD, rtol=1e-5)


def test_what_layers_reach_over_films_is_that_of_their_outputs(network):
    films = np.stack([FILM, np.zeros_like(FILM)])
    found = network.watcher(["conv1_relu", "head_0"])(films)
    maps = np.stack([MAPS, np.maximum(np.broadcast_to(OFFSET, MAPS.shape), 0)])
    reached = found["conv1_relu"]
    np.testing.assert_allclose(reached.low, maps.min((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(reached.high, maps.max((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(reached.mean, maps.mean((1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(reached.square, (maps**2).mean((1, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(reached.zeros, (maps == 0).mean((1, 2, 3)), rtol=1e-6)
    assert found["head_0"].high.shape == (2, 2)


def test_a_film_of_another_size_is_refused(network):
    with refused(UnusableModel, messages.OTHER_INPUT):
        network.output("conv1_relu", FILM[:3])
