"""Grad-CAM without a backward pass equals Grad-CAM with one."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines import messages
from cxrview.engines.graph import build as graph
from cxrview.engines.graph.gradcam_layer import GradCamMaps, gradcam_maps
from cxrview.engines.graph.lungs import LungMask, LungPooling
from cxrview.errors import UnusableModel
from cxrview.training.config import ModelConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from tests.refusals import refused

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def autodiff_maps(model, features, mask):
    """Return Grad-CAM of every class by the book: alpha is the mean gradient (Selvaraju 2017, eq. 1–2).

    Under lung pooling `features` have the `mask` in them, which is a constant; else it is None.
    """
    import tensorflow as tf

    neck, *behind = model.layers[model.layers.index(graph.neck(model)) :]
    maps = []
    for index in range(model.output_shape[-1]):
        with tf.GradientTape() as tape:
            tape.watch(features)
            value = neck(features if mask is None else [features, mask])
            for layer in behind:
                value = layer(value, training=False) if layer.name == "dropout" else layer(value)
            logit = value[:, index]
        alpha = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2))
        maps.append(tf.nn.relu(tf.einsum("nhwk,nk->nhw", features, alpha)))
    return np.stack(maps, 1)


@pytest.fixture(scope="module", params=["densenet121", "small-cnn"])
def backbone_model(request):
    keras.utils.set_random_seed(3)
    return zoo.build(resolve(ModelConfig(architecture=request.param, start="none", input_size=64)), 4)


LUNGS = "lungs"


@pytest.mark.parametrize("neck", [graph.POOLING, graph.FLATTEN, LUNGS])
@pytest.mark.parametrize("hidden", [(), (24,), (24, 16)], ids=["linear", "two-layer", "three-layer"])
def test_maps_equal_autodiff(backbone_model, hidden, neck):
    check_maps(with_head(backbone_model, hidden, neck), 64)


def check_maps(model, side):
    """Assert that the maps in the graph of `model` are those of Grad-CAM by the book."""
    random = np.random.default_rng(5)
    images = random.integers(0, 256, (3, *model.input_shape[1:]), dtype=np.uint8)
    if images.ndim == 4:  # one with two lungs, one with few, one with none
        images[:2, ..., 1] = 0
        images[0, side // 4 :, side // 8 : side // 2, 1] = 255
        images[0, side // 4 :, side * 5 // 8 :, 1] = 230
        images[2, ..., 1] //= 8
    whole = graph.inference_graph(model)
    more = {"features": graph.features_of(model)}
    more |= {} if graph.mask_of(model) is None else {"mask": graph.mask_of(model)}
    outputs = keras.Model(whole.input, whole.output | more)(images)
    maps = keras.ops.convert_to_numpy(outputs["activation_maps"])
    wanted = autodiff_maps(model, outputs["features"], outputs.get("mask"))
    _, height, width, channels = outputs["features"].shape
    assert height >= 2  # one place alone would hide a mistake in the mean over places
    assert maps.shape == (3, model.output_shape[-1], height, width)
    assert outputs["embedding"].shape == (3, channels)
    assert maps.min() >= 0
    assert wanted.max() > 0
    assert np.abs(maps - wanted).max() <= 1e-4 * wanted.max()


def with_head(model, hidden, neck=graph.POOLING):
    """Return `model` with another head on the same backbone, its biases far from zero."""
    keras.utils.set_random_seed(8)
    image, features = model.input, graph.features_of(model)
    if neck == LUNGS:  # behind another channel of the input
        image = keras.Input((*model.input_shape[1:], 2), dtype="uint8", name="image")
        features = keras.Model(model.input, features)(image[..., 0])
        mask = LungMask(*features.shape[1:3])(image)
        value = LungPooling(name=graph.POOLING)([keras.layers.Multiply()([features, mask]), mask])
    elif neck == graph.FLATTEN:
        value = keras.layers.Flatten(name=neck)(features)
    else:
        value = keras.layers.GlobalAveragePooling2D(name=neck)(features)
    for index, width in enumerate(hidden):
        value = keras.layers.Dense(
            width,
            "relu",
            name=f"{graph.HEAD}_{index}",
            bias_initializer=keras.initializers.RandomNormal(0, 0.3),
        )(value)
    logits = keras.layers.Dense(4, name=f"{graph.HEAD}_{len(hidden)}")(value)
    return keras.Model(image, logits)


def test_the_two_layer_head_has_open_and_shut_units(backbone_model):
    # Otherwise the comparison above would hold for a head without masks too.
    model = with_head(backbone_model, (24,))
    images = np.random.default_rng(5).integers(0, 256, (3, 64, 64), dtype=np.uint8)
    hidden = keras.Model(model.input, model.get_layer(f"{graph.HEAD}_0").output)(images, training=False)
    share = float((keras.ops.convert_to_numpy(hidden) > 0).mean())
    assert 0.1 < share < 0.9


def test_a_head_with_another_activation_is_refused():
    features = keras.Input((3, 3, 8))
    head = [keras.layers.Dense(5, "tanh"), keras.layers.Dense(2)]
    with pytest.raises(ValueError, match="needs relu"):
        gradcam_maps(features, head)


def test_a_model_without_a_head_is_refused():
    image = keras.Input((8, 8))
    with refused(UnusableModel, messages.NO_HEAD):
        graph.head_layers(keras.Model(image, keras.layers.Flatten()(image)))


def test_the_layer_survives_serialisation():
    layer = GradCamMaps([5, 2])
    features = np.random.default_rng(0).random((2, 3, 4, 8), dtype=np.float32)
    hidden = np.random.default_rng(1).standard_normal((2, 5)).astype(np.float32)
    wanted = layer([features, hidden])
    twin = keras.layers.deserialize(keras.layers.serialize(layer))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin([features, hidden]), wanted)
    assert wanted.shape == layer.compute_output_shape([features.shape, hidden.shape])


def test_maps_of_a_network_that_reads_lungs_equal_autodiff(backbone_model):
    keras.utils.set_random_seed(3)
    options = {"architecture": backbone_model.name, "start": "none", "input_size": 64, "hidden": (8,)}
    model = zoo.build(resolve(ModelConfig(frame="lungs", **options)), 4)
    check_maps(model, 64)
    whole = graph.inference_graph(model)
    assert list(whole.output) == ["logits", "activation_maps", "embedding", "features"]
    side = {"densenet121": 4, "small-cnn": 16}[model.name]  # stride 16 where 32 is usual
    assert whole.output["features"].shape[1:3] == (side, side)
    fine, plain = (each.get_layer(graph.BACKBONE).weights for each in (model, backbone_model))
    shapes = [
        [(weight.path.split("/")[-2:], weight.shape) for weight in weights] for weights in (fine, plain)
    ]
    assert shapes[0] == shapes[1]  # so that the weights of one are those of the other


def test_inference_outputs_have_their_names_in_order():
    model = zoo.build(resolve(ModelConfig(start="none", input_size=64, hidden=(8,))), 3)
    whole = graph.inference_graph(model)
    assert list(whole.output) == ["logits", "activation_maps", "embedding", "features"]
    assert [tuple(tensor.shape) for tensor in whole.output.values()] == [
        (None, 3),
        (None, 3, 2, 2),
        (None, 1024),
        (None, 2, 2, 1024),
    ]
    images = np.random.default_rng(1).integers(0, 256, (1, 64, 64), dtype=np.uint8)
    np.testing.assert_allclose(whole(images)["logits"], model(images), rtol=1e-5, atol=1e-6)
