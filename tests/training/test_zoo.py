"""The networks as they are built: preprocessing, sizes, heads, precision."""

import numpy as np
import pytest

from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import build as graph
from cxrview.engines.onnxruntime_engine import OnnxRuntimeEngine
from cxrview.engines.openvino_engine import OpenVinoEngine
from cxrview.errors import InvalidRequest
from cxrview.training.config import ModelConfig
from cxrview.training.export import bundle, onnx_file
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

PREPROCESS = {  # what the authors did to the pixels, as Keras has it
    "densenet121": keras.applications.densenet,
    "resnet50": keras.applications.resnet,
    "vgg16": keras.applications.vgg16,
    "vgg19": keras.applications.vgg19,
    "inceptionv3": keras.applications.inception_v3,
    "inceptionresnetv2": keras.applications.inception_resnet_v2,
    "resnet152": keras.applications.resnet,
    "xception": keras.applications.xception,
}


def small(name, **options):
    """Return the configuration of an untrained network, as small as it allows."""
    side = zoo.ARCHITECTURES[name].minimum_input_size
    return ModelConfig(**({"architecture": name, "start": "none", "input_size": side} | options))


def images(count, side, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side), dtype=np.uint8)


@pytest.mark.parametrize("name", PREPROCESS)
def test_the_graph_scales_pixels_as_the_authors_did(name):
    pixels = images(2, 5)
    wanted = PREPROCESS[name].preprocess_input(pixels[..., None].repeat(3, -1).astype(np.float32))
    entry = zoo.ARCHITECTURES[name].pixels
    layer = zoo.ChannelScaling(entry.scale, entry.offset)
    np.testing.assert_allclose(layer(pixels), wanted, rtol=1e-5, atol=1e-5)
    assert layer.compute_output_shape(pixels.shape) == wanted.shape


def test_the_default_sizes_are_those_of_the_authors():
    sizes = {
        name: resolve(ModelConfig(architecture=name, start="none")).input.size for name in zoo.ARCHITECTURES
    }
    assert {name for name, size in sizes.items() if size == 299} == {
        *("inceptionv3", "inceptionresnetv2", "xception")
    }
    assert sizes.pop("small-cnn") == 128
    assert set(sizes.values()) == {224, 299}


def test_the_small_network_is_the_published_one():
    config = ModelConfig(architecture="small-cnn", start="none", pooling="flatten", hidden=(64,), dropout=0.5)
    model = zoo.build(resolve(config), 2)
    names = [layer.name for layer in (*model.get_layer(graph.BACKBONE).layers[1:], *model.layers[3:])]
    assert names == ["conv1", "pool1", "conv2", "pool2", "flatten", "head_0", "dropout", "head_1"]
    assert model.input_shape == (None, 128, 128)
    assert model.get_layer("head_0").kernel.shape == (32 * 32 * 64, 64)
    assert model.get_layer("dropout").rate == 0.5


def test_the_maps_cover_what_the_network_sees():
    plain = zoo.build(resolve(small("small-cnn", input_size=64)), 2)
    cropped = zoo.build(resolve(small("small-cnn", input_size=64, preprocessing="source-suppression")), 2)
    assert zoo.map_field(plain) == (0, 0, 1, 1)
    assert zoo.map_field(cropped) == (6 / 64, 6 / 64, 58 / 64, 58 / 64)
    assert cropped.get_layer("source_suppression").resolution == 52  # all that the crop leaves


def test_batchnorm_gets_the_momentum_asked_for():
    model = zoo.build(resolve(small("resnet50")), 2, batchnorm_momentum=0.8)
    layers = model.get_layer(graph.BACKBONE).layers
    assert {la.momentum for la in layers if isinstance(la, keras.layers.BatchNormalization)} == {0.8}


@pytest.mark.parametrize(
    ("config", "classes", "message"),
    [
        (ModelConfig(architecture="alexnet"), 3, messages.NO_SUCH_ARCHITECTURE(name="alexnet")),
        (small("xception", input_size=64), 3, messages.INPUT_TOO_SMALL(title="Xception", least=71, size=64)),
        (
            small("vgg16", preprocessing="source-suppression", seen_size=16),
            3,
            messages.INPUT_TOO_SMALL(least=32),
        ),
        (small("small-cnn"), 10_000, messages.CLASSES_OUT_OF_RANGE(most=1000, count=10_000)),
        (small("small-cnn"), 1, messages.CLASSES_OUT_OF_RANGE(most=1000, count=1)),
    ],
)
def test_what_cannot_be_built_is_a_sentence(config, classes, message):
    with refused(InvalidRequest, message):
        zoo.build(resolve(config), classes)


def test_mixed_precision_trains_in_half_and_is_exported_in_single():
    keras.utils.set_random_seed(1)
    model = zoo.build(resolve(small("small-cnn", hidden=(8,))), 3, mixed_precision=True)
    assert model.get_layer(graph.BACKBONE).get_layer("conv1").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"  # for whatever is built next
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    assert np.isfinite(model.train_on_batch(images(2, 32), np.array([0, 2])))
    single = graph.to_float32(model)
    assert {layer.compute_dtype for layer in single._flatten_layers() if layer.weights} == {"float32"}
    logits = np.asarray(single(images(3, 32)))
    np.testing.assert_allclose(model(images(3, 32)), logits, atol=0.02 * np.abs(logits).max())
    np.testing.assert_array_equal(graph.inference_graph(model)(images(3, 32))["logits"], logits)
    assert graph.to_float32(single) is single


def test_the_summary_names_every_layer():
    text = zoo.summary_text(zoo.build(resolve(small("small-cnn")), 3))
    assert all(name in text for name in ("channel_scaling", "conv2", "embedding", "head_0", "Total params"))


def test_the_flattened_small_network_is_exported(tmp_path):
    keras.utils.set_random_seed(1)
    model = zoo.build(resolve(small("small-cnn", pooling="flatten", hidden=(16,))), 3)
    bundle.round_weights(model)
    whole = graph.inference_graph(model)
    onnx_file.write_onnx(whole, tmp_path / "model.onnx")
    pixels = images(2, 32)
    wanted = onnx_file.run_with_keras(whole)(pixels)
    assert wanted["activation_maps"].max() > 0
    for kind in (OpenVinoEngine, OnnxRuntimeEngine):
        found = onnx_file.run_with_engine(kind(tmp_path, "cpu"))(pixels)
        for name, values in wanted.items():
            np.testing.assert_allclose(found[name], values, atol=1e-4 * np.abs(values).max())


def test_reading_lungs_in_mixed_precision_frames_and_pools_in_single():
    model = zoo.build(resolve(small("small-cnn", frame="lungs")), 3, mixed_precision=True)
    kinds = {layer.name: layer.compute_dtype for layer in model.layers}
    for name in ("lung_framing", "lung_mask", graph.MASKED, graph.POOLING, "head_0"):
        assert kinds[name] == "float32", name
    assert model.get_layer(graph.BACKBONE).layers[1].compute_dtype == "bfloat16"
    whole = graph.inference_graph(model)
    image = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 2), dtype=np.uint8)
    np.testing.assert_allclose(whole(image)["logits"], model(image), atol=0.02)
