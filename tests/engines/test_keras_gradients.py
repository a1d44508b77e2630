"""Gradients with respect to the film, against differences, and what is made of them."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines import keras_gradients
from cxrview.engines.graph.build import inference_graph
from cxrview.engines.keras_gradients import Gradients, answer, integrated_gradients, pack, smoothgrad, unpack
from cxrview.training.config import ModelConfig
from cxrview.training.export.phantom import framed_phantom
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIDE, CLASS = 48, 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a trainable model that reads lungs."""
    keras.utils.set_random_seed(5)
    place = tmp_path_factory.mktemp("gradients")
    options = {"architecture": "small-cnn", "start": "none", "input_size": SIDE, "frame": "lungs"}
    zoo.build(resolve(ModelConfig(**options)), 2).save(place / "model.keras")
    return place


@pytest.fixture(scope="module")
def gradients(folder):
    return Gradients(folder)


@pytest.fixture(scope="module")
def film():
    image = framed_phantom(SIDE)
    noise = np.random.default_rng(2).normal(0, 6, (SIDE, SIDE))
    return (image[..., 0] + noise).clip(0, 255).astype(np.uint8), image[..., 1]


def test_floats_give_the_scores_of_the_graph(gradients, folder, film):
    graph = inference_graph(keras.saving.load_model(folder / "model.keras"))
    wanted = graph(np.stack(film, axis=-1)[None])["logits"]
    np.testing.assert_allclose(gradients.scores(film[0][None].astype(np.float32), film[1]), wanted, atol=1e-4)


def test_gradients_are_what_a_small_step_makes(gradients, film):
    way, plain = 0.1, film[0].astype(np.float32)
    found = gradients.of(plain[None], film[1], CLASS)[0]
    direction = np.sign(found) * np.random.default_rng(3).uniform(0.5, 1, found.shape).astype(np.float32)
    there, back = gradients.scores(np.stack([plain + way * direction, plain - way * direction]), film[1])[
        :, CLASS
    ]
    slope = float((found * direction).sum())
    assert abs(slope) > 1e-3
    assert (there - back) / (2 * way) == pytest.approx(slope, rel=0.05)


def test_integrated_gradients_sum_to_the_score(gradients, film):
    told = []
    found = integrated_gradients(gradients, *film, CLASS, grey=90.0, count=64, tell=told.append)
    ends = np.stack([film[0].astype(np.float32), np.full((SIDE, SIDE), 90, np.float32)])
    whole, grey = gradients.scores(ends, film[1])[:, CLASS]
    assert abs(whole - grey) > 0.01
    assert found.sum() == pytest.approx(whole - grey, rel=0.05)
    assert told == sorted(told)
    assert told[-1] == 1


def test_smoothgrad_without_noise_is_the_gradient_and_with_noise_its_mean(gradients, film):
    plain = film[0].astype(np.float32)
    bare = smoothgrad(gradients, *film, CLASS, noise=0.0, count=2, tell=lambda _: None)
    np.testing.assert_allclose(
        bare, np.abs(gradients.of(plain[None], film[1], CLASS)[0]), rtol=1e-4, atol=1e-7
    )
    found = smoothgrad(gradients, *film, CLASS, noise=0.1, count=3, tell=lambda _: None, seed=7)
    spread = 0.1 * float(plain.max() - plain.min())
    noise = np.random.default_rng(7).standard_normal((3, SIDE, SIDE)).astype(np.float32)
    each = gradients.of(plain + spread * noise, film[1], CLASS)
    np.testing.assert_allclose(found, np.abs(each.mean(0)), rtol=1e-3, atol=1e-7)


def test_the_process_answers_what_it_is_asked(monkeypatch, gradients, folder, film):
    monkeypatch.setattr(keras_gradients, "Gradients", lambda _folder: gradients)
    request = {
        "work": "smoothgrad",
        "folder": str(folder),
        "image": pack(np.stack(film, axis=-1)),
        "index": CLASS,
        "count": 2,
        "noise": 0.0,
    }
    found = unpack(answer(request, lambda _: None)["map"], np.float32)
    np.testing.assert_allclose(found, smoothgrad(gradients, *film, CLASS, 0.0, 2, lambda _: None), rtol=1e-5)
