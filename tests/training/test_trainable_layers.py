"""What is frozen stays as it is, to the last bit, however often the model is compiled."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import build as graph
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.network.trainable_layers import frozen_part, head_part, set_trainable_layers
from tests.training.test_zoo import images, small

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def resnet():
    keras.utils.set_random_seed(2)
    return zoo.build(resolve(small("resnet50", hidden=(8,))), 3)


def step(model, times=1):
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    for _ in range(times):
        model.train_on_batch(images(4, model.input_shape[1]), np.array([0, 1, 2, 0]))


def changed(model, learn):
    """Return the layers of the backbone with a weight that `learn` changes, by the kind of weight."""
    layers = [layer for layer in model.get_layer(graph.BACKBONE).layers if layer.weights]
    before = {layer.name: layer.get_weights() for layer in layers}
    learn(model)
    return {
        (layer.name, variable.name)
        for layer in layers
        for old, variable in zip(before[layer.name], layer.weights, strict=True)
        if not np.array_equal(old, variable.numpy())
    }


def test_depth_head_moves_no_weight_and_no_statistic_of_the_backbone(resnet):
    count = set_trainable_layers(resnet, "head", "train")
    assert count == 2048 * 8 + 8 + 8 * 3 + 3
    head = resnet.get_layer("head_0").get_weights()[0]
    assert changed(resnet, step) == set()
    assert not np.array_equal(head, resnet.get_layer("head_0").get_weights()[0])


def test_the_last_block_learns_and_the_others_do_not(resnet):
    set_trainable_layers(resnet, "last-block", "train")
    moved = changed(resnet, step)
    assert {name.partition("_")[0] for name, _ in moved} == {"conv5"}
    assert {"moving_mean", "moving_variance", "gamma", "kernel"} <= {kind for _, kind in moved}


def test_frozen_batchnorm_stays_frozen_when_all_the_rest_learns_and_on_recompiling(resnet):
    set_trainable_layers(resnet, "all", "frozen")
    moved = changed(resnet, lambda model: (step(model), step(model)))
    assert not [name for name, _ in moved if name.endswith("_bn")]
    assert {name.partition("_")[0] for name, _ in moved} == {"conv1", "conv2", "conv3", "conv4", "conv5"}


def test_frozen_batchnorm_normalises_with_the_statistics_that_it_has(resnet):
    # In training mode the answers would depend on the other images of the batch.
    set_trainable_layers(resnet, "all", "frozen")
    backbone = resnet.get_layer(graph.BACKBONE)
    pictures = np.random.default_rng(0).standard_normal((3, 32, 32, 3)).astype(np.float32)
    together = np.asarray(backbone(pictures, training=True))
    alone = np.asarray(backbone(pictures[:1], training=True))
    np.testing.assert_allclose(together[:1], alone, rtol=1e-3, atol=1e-3 * np.abs(alone).max())
    np.testing.assert_allclose(together, backbone(pictures, training=False), rtol=1e-4, atol=1e-4)


def test_depth_all_lets_everything_learn_again(resnet):
    set_trainable_layers(resnet, "head", "train")
    count = set_trainable_layers(resnet, "all", "train")
    statistics = sum(
        2 * layer.gamma.shape[0]
        for layer in resnet.get_layer(graph.BACKBONE).layers
        if isinstance(layer, keras.layers.BatchNormalization)
    )
    assert count == resnet.count_params() - statistics


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("densenet121", ("conv5_", "bn")),
        ("vgg16", ("block5_",)),
        ("inceptionv3", ("conv2d", "batch_normalization")),
        ("xception", ("block13_", "block14_", "conv2d", "batch_normalization")),
        ("small-cnn", ("conv1", "conv2")),
    ],
)
def test_the_last_block_of_each_family(name, prefixes):
    model = zoo.build(resolve(small(name)), 2)
    part = set_trainable_layers(model, "last-block", "train")
    learning = [la for la in model.get_layer(graph.BACKBONE).layers if la.weights and la.trainable]
    assert all(layer.name.startswith(prefixes) for layer in learning)
    share = part / set_trainable_layers(model, "all", "train")
    low, high = {
        "densenet121": (0.25, 0.4),
        "vgg16": (0.4, 0.55),
        "inceptionv3": (0.5, 0.65),
        "xception": (0.3, 0.45),
        "small-cnn": (1, 1),
    }[name]
    assert low <= share <= high


@pytest.mark.parametrize("pooling", ["average", "flatten"])
def test_frozen_part_and_head_make_the_whole_and_share_its_weights(pooling):
    model = zoo.build(resolve(small("small-cnn", pooling=pooling, hidden=(8,))), 3)
    first, second = frozen_part(model), head_part(model)
    pixels = images(3, 32)
    features = first(pixels)
    assert tuple(features.shape) == ((3, 64) if pooling == "average" else (3, 8, 8, 64))
    np.testing.assert_allclose(second(features), model(pixels), rtol=1e-5, atol=1e-6)
    second.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    before = np.asarray(model(pixels))
    second.train_on_batch(features, np.array([0, 1, 2]))
    assert np.abs(np.asarray(model(pixels)) - before).max() > 1e-5
    logits = graph.inference_graph(model)(pixels)["logits"]
    np.testing.assert_allclose(logits, model(pixels), rtol=1e-5, atol=1e-6)
