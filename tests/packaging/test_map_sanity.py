"""The check with random weights: what it replaces, and what it calls alike."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from map_likeness import likeness, summary
from map_sanity import Network, compared, section

from cxrview.engines.graph.build import inference_graph
from cxrview.training.config import ModelConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
SIDE = 32
CONFIG = ModelConfig(architecture="small-cnn", start="none", frame="lungs", input_size=SIDE, hidden=(8,))


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(7)
    return zoo.build(resolve(CONFIG), 3)


@pytest.fixture
def inputs():
    """Return six films of noise with two lungs, (6, SIDE, SIDE, 2)."""
    films = np.random.default_rng(1).integers(0, 256, (6, SIDE, SIDE, 2), dtype=np.uint8)
    films[..., 1] = 0
    films[:, 4:26, 3:14, 1] = films[:, 4:26, 18:29, 1] = 255
    return films


def test_a_map_is_like_itself_at_any_strength_and_unlike_its_reverse():
    heat = np.random.default_rng(0).random((12, 12)).astype(np.float32)
    whole = np.ones_like(heat)
    assert likeness(heat, 3 * heat, whole) == pytest.approx((1, 1))
    rank, structure = likeness(heat, 1 - heat, whole)
    assert rank == pytest.approx(-1)
    assert structure < 0
    assert likeness(heat, np.zeros_like(heat), whole)[0] == 0  # it has no ranks


def test_what_the_lung_mask_does_to_two_maps_does_not_make_them_alike():
    random = np.random.default_rng(0)
    mask = np.zeros((12, 12), np.float32)
    mask[2:10, 1:5] = mask[2:10, 7:11] = np.linspace(0.55, 1, 4)
    pairs = [random.random((2, 12, 12)).astype(np.float32) * mask for _ in range(60)]
    found = np.array([likeness(one, other, mask) for one, other in pairs])
    assert np.abs(found.mean(0)) == pytest.approx(0, abs=0.15)
    naive = [likeness(one, other, np.ones_like(mask))[0] for one, other in pairs]
    assert np.mean(naive) > 0.7


def test_the_groups_are_replaced_from_the_top_and_the_maps_follow(model, inputs):
    network = Network(model)
    before = network.ask(inputs)
    groups = network.groups()
    assert [name for name, _layers in groups] == ["head", "conv2", "conv1"]
    keras.utils.set_random_seed(0)
    network.forget(groups[0][1])
    after = network.ask(inputs)
    assert np.abs(after.logits - before.logits).max() > 0.01
    maps = inference_graph(model).predict_on_batch(inputs)[
        "activation_maps"
    ]  # made of the weights as they are
    np.testing.assert_allclose(after.maps, maps, atol=1e-6)
    assert after.mask.shape == after.maps[:, 0].shape
    network.remember()
    again = network.ask(inputs)
    np.testing.assert_array_equal(again.logits, before.logits)
    np.testing.assert_array_equal(again.maps, before.maps)


def test_maps_of_random_weights_are_compared_with_those_of_the_learnt_ones(model, inputs):
    network = Network(model)
    true, names, found = compared(network, inputs, lambda answers: answers.logits.argmax(1), 2)
    assert true.maps.shape[:2] == (6, 3)
    assert {name: values.shape for name, values in found.items()} == dict.fromkeys(found, (len(names), 2, 6))
    assert not np.array_equal(found["ssim"][:, 0], found["ssim"][:, 1])  # other random weights
    assert np.abs(found["spearman"]).max() < 1
    repeated = compared(network, inputs, lambda answers: answers.logits.argmax(1), 1)[2]
    np.testing.assert_array_equal(found["spearman"][:, :1], repeated["spearman"])


def test_intervals_are_over_patients_and_over_random_weights():
    random = np.random.default_rng(0)
    groups = np.arange(50).astype(np.str_)
    by_draw = np.repeat(random.normal(0, 1, (6, 1)), 50, axis=1)  # as the weights are, so are all films
    found = summary(by_draw, groups)
    assert found["value"] == pytest.approx(by_draw.mean(), abs=1e-4)
    assert found["high"] - found["low"] > 0.5
    step = {"down to": "head", "spearman": found, "ssim": found, "empty": found}
    other = {"spearman": found, "ssim": found}
    figures = {
        "films": 50,
        "draws": 6,
        "replaced": [step, step | {"down to": "conv2"}],
        "another film of the class": other,
    }
    lines = section(figures)
    assert sum(line.startswith("| from the top to conv2 | ") for line in lines) == 1
