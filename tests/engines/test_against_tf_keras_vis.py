"""Grad-CAM and the gradient of the grey levels are those of tf-keras-vis, which somebody else wrote.

Of its other methods none is the same as ours: its Grad-CAM++ brings α to a sum of 1, which eq. 19 of the
paper does not, and its Score-CAM multiplies the film where ours mixes it with grey.
"""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import build as graph
from cxrview.engines.keras_gradients import Gradients, in_floats, smoothgrad
from cxrview.training.config import ModelConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # tf-keras-vis 0.8.7 takes zoom from where SciPy had it before 1.8.
    pytest.mark.filterwarnings("ignore:Please import `zoom`:DeprecationWarning"),
    # It hands a list of one input to a model that takes one, which Keras 3 warns of and takes.
    pytest.mark.filterwarnings("ignore:Exception encountered when calling Functional:UserWarning"),
    pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning"),
]

SIDE, CLASSES = 48, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a trainable model that reads whole films."""
    keras.utils.set_random_seed(6)
    place = tmp_path_factory.mktemp("compared")
    options = {"architecture": "small-cnn", "start": "none", "input_size": SIDE}
    zoo.build(resolve(ModelConfig(**options)), CLASSES).save(place / "model.keras")
    return place


@pytest.fixture(scope="module")
def film():
    rows, columns = np.mgrid[:SIDE, :SIDE]
    blob = 150 * np.exp(-((rows - 15) ** 2 + (columns - 30) ** 2) / 60)
    return (40 + blob + np.random.default_rng(1).uniform(0, 40, (SIDE, SIDE))).astype(np.uint8)


def with_named_features(model):
    """Return an equal of `model` whose features come out of a layer called "seen".

    They come out of a model inside it, whose own output Keras 3 does not take for a part of the outer graph.
    """
    neck, *behind = model.layers[model.layers.index(graph.neck(model)) :]
    value = neck(keras.layers.Identity(name="seen")(graph.features_of(model)))
    for layer in behind:
        value = layer(value)
    return keras.Model(model.input, value)


def test_gradcam_of_every_class_is_that_of_tf_keras_vis(folder, film):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    model = keras.saving.load_model(folder / "model.keras")
    ours = np.asarray(graph.inference_graph(model)(film[None])["activation_maps"])[0]
    theirs = Gradcam(with_named_features(in_floats(model)), clone=False)
    found = [
        theirs(
            CategoricalScore(number),
            film[None].astype(np.float32),
            penultimate_layer="seen",
            seek_penultimate_conv_layer=False,
            expand_cam=False,
            normalize_cam=False,
        )[0]
        for number in range(CLASSES)
    ]
    assert ours.max() > 0
    np.testing.assert_allclose(ours, np.asarray(found), atol=1e-4 * ours.max())


def test_smoothgrad_without_noise_is_the_saliency_of_tf_keras_vis(folder, film):
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.scores import CategoricalScore

    ours = smoothgrad(Gradients(folder), film, None, 1, noise=0.0, count=1, tell=lambda _: None)
    theirs = Saliency(in_floats(keras.saving.load_model(folder / "model.keras")), clone=False)
    # It takes the greatest over the last axis for that of colours, which a grey film does not have.
    found = theirs(CategoricalScore(1), film[None].astype(np.float32), normalize_map=False, keepdims=True)[0]
    assert ours.max() > 0
    np.testing.assert_allclose(ours, found, atol=1e-4 * ours.max())
