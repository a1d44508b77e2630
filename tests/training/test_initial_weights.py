"""Where the weights come from: every kind of start sets the backbone, or says in a sentence why it cannot."""

import dataclasses
import io
import json
import socket
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from cxrview.bundle import messages as bundle_messages
from cxrview.training import config as configuration
from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview import paths
from cxrview.engines.graph import build as graph
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.progress import silent
from cxrview.training.config import ModelConfig
from cxrview.training.export.bundle import write_keras
from cxrview.training.network import starting_point, zoo
from cxrview.training.network.initial_weights import start_from
from cxrview.training.network.starting_point import check_fit, resolve
from cxrview.training.network.weights_file import torch_name
from tests.conftest import make_tiny_bundle, write_card
from tests.training.test_zoo import small

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def network(seed, classes=3, **options):
    keras.utils.set_random_seed(seed)
    return zoo.build(resolve(small("small-cnn", hidden=(8,), **options)), classes)


def backbone_weights(model):
    return model.get_layer(graph.BACKBONE).get_weights()


def same(one, other):
    return all(np.array_equal(*pair) for pair in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def source():
    """A model of two convolutions whose biases are not zero."""
    model = network(1)
    random = np.random.default_rng(0)
    model.set_weights([random.standard_normal(value.shape) for value in model.get_weights()])
    return model


def save(kind, model, folder):
    """Write the weights of `model` in one of the forms there are; return what to start from."""
    path = folder / kind
    if kind == "model.keras":
        write_keras(model, path)
    elif kind == "bundle":
        make_tiny_bundle(path)
        write_keras(model, path / "model.keras")
        write_card(path, architecture=model.name)
    elif kind == "ours.weights.h5":
        model.save_weights(path)
    elif kind == "network.weights.h5":
        model.get_layer(graph.BACKBONE).save_weights(path)
    else:
        write_legacy(path, model.get_layer(graph.BACKBONE).layers)
    return str(path)


def write_legacy(path, layers):
    """Write weights as the files of keras.applications hold them."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in layers]
        for layer in layers:
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{position}:0" for position in range(len(layer.weights))]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, value in zip(names, layer.get_weights(), strict=True):
                group[name] = value


FORMS = {  # and whether the head comes along
    "model.keras": True,
    "bundle": True,
    "ours.weights.h5": True,
    "network.weights.h5": False,
    "notop.h5": False,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_weights_sets_the_backbone_and_the_head_if_it_has_one(source, tmp_path, form):
    start = save(form, source, tmp_path)
    model = network(2)
    new_head = model.get_layer("head_1").get_weights()
    sentence = start_from(
        model, resolve(small("small-cnn", start=start, preprocessing="architecture")), silent
    )
    assert same(backbone_weights(model), backbone_weights(source))
    wanted = source.get_layer("head_1").get_weights() if FORMS[form] else new_head
    assert same(model.get_layer("head_1").get_weights(), wanted)
    assert sentence.endswith("its head included." if FORMS[form] else "with a new head.")


def test_layers_of_the_head_with_another_shape_are_left_new(source, tmp_path):
    start = save("model.keras", source, tmp_path)
    model = network(2, classes=5)
    new = model.get_layer("head_1").get_weights()
    start_from(model, resolve(small("small-cnn", start=start)), silent)
    assert same(backbone_weights(model), backbone_weights(source))
    assert same(model.get_layer("head_0").get_weights(), source.get_layer("head_0").get_weights())
    assert same(model.get_layer("head_1").get_weights(), new)


def test_layers_of_many_kinds_are_read_each_in_its_place(tmp_path):
    layers = keras.layers
    inside = keras.Input((32, 32, 3))
    value = layers.BatchNormalization()(layers.Conv2D(4, 3)(inside))
    value = layers.SeparableConv2D(4, 3, use_bias=False)(value)
    branch = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(value))
    value = layers.DepthwiseConv2D(3)(layers.Add()([value, branch]))
    backbone = keras.Model(inside, value, name=graph.BACKBONE)
    image = keras.Input((32, 32), dtype="uint8")
    features = backbone(zoo.ChannelScaling((1, 1, 1), (0, 0, 0))(image))
    pooled = layers.GlobalAveragePooling2D(name=graph.POOLING)(features)
    model = keras.Model(image, layers.Dense(2, name="head_0")(pooled))
    random = np.random.default_rng(0)
    backbone.set_weights([random.random(value.shape, np.float32) for value in backbone.get_weights()])
    wanted = backbone.get_weights()
    for form in FORMS.keys() - {"bundle"}:
        start = save(form, model, tmp_path)
        backbone.set_weights([0 * value for value in wanted])
        start_from(model, resolve(small("small-cnn", start=start, preprocessing="architecture")), silent)
        assert same(backbone.get_weights(), wanted), form


def test_the_bundled_model_is_the_default_start_with_its_preprocessing():
    config = ModelConfig(hidden=(64,))
    bundled = paths.bundled_models() / "cxr-densenet121"
    with zipfile.ZipFile(bundled / "model.keras") as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    first = next(la for la in layers if la["class_name"] in ("SourceSuppression", "LungFraming"))
    model = zoo.build(resolve(config), 4)
    layer = model.get_layer(first["config"]["name"])
    assert type(layer).__name__ == first["class_name"]
    settings = first["config"].keys() - {"dtype"}
    assert {name: layer.get_config()[name] for name in settings} == {
        name: first["config"][name] for name in settings
    }
    assert resolve(config).input.size == json.loads((bundled / "card.json").read_text())["input_size"]
    sentence = start_from(model, resolve(config), silent)
    assert sentence.startswith("The model cxr-densenet121 ")
    with zipfile.ZipFile(bundled / "model.keras") as archive:
        file = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(file) as stored:
        kernel = stored["layers/functional/layers/conv2d/vars/0"][()]
    np.testing.assert_array_equal(backbone_weights(model)[0], kernel)


def test_none_leaves_random_weights():
    model = network(2)
    before = backbone_weights(model)
    assert start_from(model, resolve(small("small-cnn")), silent) == "None: random weights."
    assert same(backbone_weights(model), before)


def test_imagenet_offline_says_what_to_do(monkeypatch, tmp_path):
    def offline(*_args, **_options):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    config = small("vgg16", start="imagenet")
    with refused(InvalidRequest, messages.IMAGENET_UNREACHABLE(title="VGG16")):
        start_from(zoo.build(resolve(config), 2), resolve(config), silent)


def test_imagenet_comes_from_kerass_own_cache(monkeypatch, tmp_path):
    config = small("vgg16", start="imagenet")
    model = zoo.build(resolve(config), 2)
    random = np.random.default_rng(0)
    backbone = model.get_layer(graph.BACKBONE)
    wanted = [random.random(value.shape, np.float32) for value in backbone.get_weights()]
    backbone.set_weights(wanted)
    write_legacy(tmp_path / "cached.h5", backbone.layers)
    backbone.set_weights([0 * value for value in wanted])
    asked = []

    def cached(name, *_args, **_options):
        asked.append(name)
        return str(tmp_path / "cached.h5")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", cached)
    sentence = start_from(model, resolve(config), silent)
    assert asked == ["vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"]
    assert same(backbone.get_weights(), wanted)
    assert "ImageNet" in sentence


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("small-cnn", {"start": "imagenet"}, messages.NO_IMAGENET_WEIGHTS),
        ("small-cnn", {"start": "absent.keras"}, messages.START_MISSING),
        ("small-cnn", {"start": "absent"}, bundle_messages.NO_SUCH_MODEL(model="absent")),
        ("small-cnn", {"start": "bundled"}, messages.OTHER_ARCHITECTURE),
        ("small-cnn", {"start": __file__}, messages.NO_WEIGHTS),
    ],
)
def test_a_start_that_cannot_be_is_a_sentence(name, options, message):
    with refused(InvalidRequest, message):
        start_from(network(1), resolve(small(name, preprocessing="architecture", **options)), silent)


def test_a_bundle_without_a_keras_file_is_a_sentence(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    with refused(InvalidRequest, messages.NO_KERAS_TO_START):
        start_from(network(1), resolve(small("small-cnn", start=str(folder))), silent)


def test_weights_of_another_network_are_a_sentence(tmp_path):
    keras.utils.set_random_seed(1)
    start = save("ours.weights.h5", zoo.build(resolve(small("vgg16")), 2), tmp_path)
    with refused(UnusableModel, messages.OTHER_SHAPES(layer="conv1")):
        start_from(network(1), resolve(small("small-cnn", start=start)), silent)


def test_the_archive_of_a_densenet_is_for_a_densenet_only(tmp_path):
    np.savez(tmp_path / "weights.npz", nothing=1)
    with refused(InvalidRequest, messages.WEIGHTS_OF_DENSENET):
        start_from(network(1), resolve(small("small-cnn", start=str(tmp_path / "weights.npz"))), silent)


def test_the_archive_of_a_densenet_gives_every_weight_and_its_classifier_where_it_fits(tmp_path):
    random = np.random.default_rng(2)
    model = zoo.build(resolve(small("densenet121", start="none")), 3)
    config = small("densenet121", start=str(tmp_path / "weights.npz"))
    arrays = {"classifier.weight": random.random((3, 1024)), "classifier.bias": random.random(3)}
    for layer in model.get_layer(graph.BACKBONE).layers:
        name, shapes = torch_name(layer.name) if layer.weights else "", [w.shape for w in layer.weights]
        if len(shapes) == 1:  # a convolution
            arrays[f"{name}.weight"] = random.random(shapes[0]).transpose(3, 2, 0, 1)
        for part, shape in zip(("weight", "bias", "running_mean", "running_var"), shapes, strict=False):
            arrays.setdefault(f"{name}.{part}", random.random(shape))
    np.savez(tmp_path / "weights.npz", **arrays)
    assert start_from(model, resolve(config), silent).endswith("weights.npz, its head included.")
    backbone, (head,) = model.get_layer(graph.BACKBONE), graph.head_layers(model)
    last = backbone.get_layer("conv5_block16_2_conv").get_weights()[0]
    wanted = arrays["features.denseblock4.denselayer16.conv2.weight"]
    np.testing.assert_allclose(last[2, 0, 5, 7], wanted[7, 5, 2, 0], rtol=1e-6)
    mean = backbone.get_layer("bn").get_weights()[2]
    np.testing.assert_allclose(mean, arrays["features.norm5.running_mean"], rtol=1e-6)
    np.testing.assert_allclose(head.get_weights()[0], arrays["classifier.weight"].T, rtol=1e-6)
    np.savez(tmp_path / "weights.npz", **arrays | {"classifier.weight": random.random((4, 1024))})
    assert start_from(model, resolve(config), silent).endswith("weights.npz, with a new head.")


def test_a_start_that_is_gone_is_refused_when_it_is_needed_and_no_sooner(tmp_path):
    """A run that goes on after its first epoch has its weights: it asks for its sizes only."""
    gone = small("small-cnn", start=str(tmp_path / "gone.keras"), preprocessing="architecture")
    resolved = resolve(gone)
    assert resolved.input.size == 32
    with refused(InvalidRequest, messages.START_MISSING):
        check_fit(resolved)
    with refused(InvalidRequest, messages.START_MISSING):  # its preprocessing would be that of the start
        resolve(dataclasses.replace(gone, preprocessing="auto"))


def test_what_a_model_starts_from_is_read_once(tmp_path, monkeypatch):
    start = save("model.keras", zoo.build(resolve(small("small-cnn")), 2), tmp_path)
    reads = []
    read = starting_point.read_config
    monkeypatch.setattr(starting_point, "read_config", lambda path: reads.append(path) or read(path))
    resolved = resolve(small("small-cnn", start=start))
    start_from(zoo.build(resolved, 2), resolved, silent)
    assert reads == [Path(start)]


def test_a_model_that_reads_lungs_is_gone_on_with_as_one(tmp_path):
    lungs = network(1, input_size=48, frame="lungs")
    start = save("model.keras", lungs, tmp_path)
    for options in ({}, {"frame": "lungs"}, {"pooling": "lungs"}):
        resolved = resolve(small("small-cnn", input_size=0, start=start, hidden=(8,), **options))
        assert (resolved.input.frame, resolved.input.size, resolved.head.pooling) == ("lungs", 48, "lungs")
    model = zoo.build(resolved, 3)
    assert start_from(model, resolved, silent).endswith("its head included.")
    assert same(model.get_weights(), lungs.get_weights())
    averaged = resolve(small("small-cnn", start=start, frame="lungs", pooling="average"))
    assert (averaged.input.frame, averaged.input.size, averaged.head.pooling) == ("lungs", 32, "average")
    assert zoo.build(averaged, 3).input_shape == (None, 32, 32, 2)
    for options in ({"frame": "film"}, {"preprocessing": "architecture"}):
        film = resolve(small("small-cnn", start=start, **options))
        assert (film.input.frame, film.head.pooling) == ("film", "average")
        start_from(zoo.build(film, 3), film, silent)


def test_a_model_that_reads_lungs_can_start_from_one_that_reads_films(tmp_path):
    films = network(1)
    start = save("model.keras", films, tmp_path)
    assert resolve(small("small-cnn", start=start)).input.frame == "film"
    resolved = resolve(small("small-cnn", start=start, frame="lungs", hidden=(8,)))
    model = zoo.build(resolved, 3)
    start_from(model, resolved, silent)
    assert same(model.get_weights(), films.get_weights())


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"frame": "film", "pooling": "lungs"}, messages.POOLING_NEEDS_LUNGS),
        ({"frame": "lungs", "preprocessing": "standardised"}, messages.LUNGS_PREPARE_PIXELS),
        ({"pooling": "lungs", "preprocessing": "architecture"}, messages.LUNGS_PREPARE_PIXELS),
    ],
)
def test_a_frame_that_contradicts_the_rest_is_refused(model, message):
    with refused(InvalidRequest, message):
        configuration.parse({"model": model})
    assert configuration.parse({"model": {"frame": "lungs"}}).model.frame == "lungs"
