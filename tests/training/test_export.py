"""A bundle as written: every engine gives the same answer, the card tells the truth, nothing is executed."""

import hashlib
import json
import zipfile

import numpy as np
import onnx
import pytest

from cxrview.bundle import messages as bundle_messages
from cxrview.training import messages
from tests.refusals import refused, says

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.bundle import card, load
from cxrview.engines.graph import build as graph
from cxrview.engines.graph.load import load_model
from cxrview.engines.graph.preprocessing import SourceSuppression
from cxrview.engines.onnxruntime_engine import OnnxRuntimeEngine
from cxrview.engines.openvino_engine import OpenVinoEngine
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.training.config import ModelConfig
from cxrview.training.export import bundle as export
from cxrview.training.export import onnx_file
from cxrview.training.export.calibrate import apply_temperature
from cxrview.training.export.domain_statistics import DomainChoice, fit_domain
from cxrview.training.export.phantom import chest_phantom
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.network.trainable_layers import set_trainable_layers

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

DESCRIPTION = {
    "name": "small",
    "version": "1",
    "title": "A small model for tests",
    "status": "user",
    "classes": [{"name": name, "label": name, "meaning": name} for name in ("one", "two", "three")],
    "exclusive": True,
    "temperature": 1.5,
    "operating_points": {},
    "limits": ["It has learnt nothing."],
}


def small_model():
    """Return a model with the parts of a real one (folded and lone batch normalisations) and few weights."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    inside = keras.Input((48, 48, 3))
    value = layers.Conv2D(24, 5, 4, use_bias=False, name="first")(inside)
    value = layers.ReLU()(layers.BatchNormalization(name="folded")(value))
    branch = layers.Conv2D(40, 3, padding="same", use_bias=False, name="second")(value)
    value = layers.Concatenate()([value, branch])
    value = layers.ReLU()(layers.BatchNormalization(name="lone")(value))
    backbone = keras.Model(inside, value, name=graph.BACKBONE)
    image = keras.Input((64, 64), dtype="uint8", name="image")
    features = backbone(SourceSuppression(48, 48)(image))
    pooled = layers.GlobalAveragePooling2D(name=graph.POOLING)(features)
    hidden = layers.Dense(32, "relu", name=f"{graph.HEAD}_0")(pooled)
    model = keras.Model(image, layers.Dense(3, name=f"{graph.HEAD}_1")(hidden), name="small")
    random = np.random.default_rng(0)
    for name in ("folded", "lone"):
        gamma, beta, mean, variance = backbone.get_layer(name).weights
        gamma.assign(random.uniform(0.5, 2, gamma.shape))
        beta.assign(random.normal(0, 0.3, beta.shape))
        mean.assign(random.normal(0, 0.3, mean.shape))
        variance.assign(random.uniform(0.05, 2, variance.shape))
    return model


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "small"
    model = small_model()
    random = np.random.default_rng(0)
    points = random.standard_normal((60, 64)).astype(np.float32)
    domain = fit_domain(points, np.arange(60) % 3, points, DomainChoice(True, 8, 0.1))
    return folder, model, export.write_bundle(folder, model, DESCRIPTION, domain)


def test_the_card_can_be_read_and_its_hashes_are_right(bundle):
    folder, _, written = bundle
    read = card.parse((folder / "card.json").read_text("utf-8"), folder / "card.json")
    assert read == written
    assert read.input_size == 64
    assert read.map_field == (6 / 64, 6 / 64, 58 / 64, 58 / 64)
    assert set(read.files) == {path.name for path in folder.iterdir()} - {"card.json"}
    for name, entry in read.files.items():
        data = (folder / name).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (entry.sha256, entry.bytes)
    assert read.raw["libraries"]["onnx"] == onnx.__version__


@pytest.mark.parametrize("count", [1, 3])
def test_every_engine_agrees_with_keras(bundle, count):
    folder, model, _ = bundle
    images = np.random.default_rng(6).integers(0, 256, (count, 64, 64), dtype=np.uint8)
    wanted = onnx_file.run_with_keras(graph.inference_graph(model))(images)
    assert np.ptp(wanted["logits"]) > 0.1
    for kind in (OnnxRuntimeEngine, OpenVinoEngine):
        found = onnx_file.run_with_engine(kind(folder, "cpu"))(images)
        assert [found[name].shape for name in onnx_file.OUTPUTS] == [
            (count, 3),
            (count, 3, 11, 11),
            (count, 64),
        ]
        for name in onnx_file.OUTPUTS:
            np.testing.assert_allclose(found[name], wanted[name], atol=2e-5)


def test_weights_are_stored_in_half_precision_even_where_folded(bundle):
    graph = onnx.load(bundle[0] / "model.onnx").graph
    stored = {tensor.name: tensor.data_type for tensor in graph.initializer}
    kernels = [
        tensor for tensor in graph.initializer if len(tensor.dims) == 4 and np.prod(tensor.dims) > 1024
    ]
    assert {tuple(tensor.dims) for tensor in kernels} == {(24, 3, 5, 5), (40, 24, 3, 3)}
    assert {stored[tensor.name] for tensor in kernels} == {onnx.TensorProto.FLOAT16}
    assert any(name.endswith(".factor") for name in stored)  # the first convolution has its normalisation
    assert [item.name for item in graph.input] == ["image"]
    assert [item.name for item in graph.output] == [*onnx_file.OUTPUTS, onnx_file.FEATURES]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param


def test_the_self_test_holds_what_the_engines_answer(bundle):
    folder = bundle[0]
    with np.load(folder / "selftest.npz", allow_pickle=False) as archive:
        image, logits = archive["image"], archive["logits"]
    np.testing.assert_array_equal(image, chest_phantom(64)[None])
    assert (logits.shape, logits.dtype) == ((1, 3), np.float32)
    answer = OpenVinoEngine(folder, "cpu").predict(image)["logits"]
    assert np.abs(answer - logits).max() < 1e-4


def test_the_keras_file_trains_on_and_holds_no_code(bundle):
    folder, model, _ = bundle
    loaded = load_model(folder / "model.keras")
    images = np.random.default_rng(6).integers(0, 256, (2, 64, 64), dtype=np.uint8)
    np.testing.assert_array_equal(loaded(images), model(images))
    assert loaded.trainable_variables
    with zipfile.ZipFile(folder / "model.keras") as archive:
        config = archive.read("config.json").decode()
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert "Lambda" not in config
    assert json.loads(config)["class_name"] == "Functional"


def test_rounded_weights_are_what_float16_holds_and_vectors_stay():
    model = small_model()
    before = [np.array(variable) for variable in model.variables]
    export.round_weights(model)
    for old, variable in zip(before, model.variables, strict=True):
        new = np.array(variable)
        if new.ndim < 2:
            np.testing.assert_array_equal(new, old)
        else:
            np.testing.assert_array_equal(new.astype(np.float16), new)
            np.testing.assert_allclose(new, old, rtol=2**-11, atol=1e-7)


def test_files_that_disagree_are_refused(bundle, tmp_path):
    folder, model, _ = bundle
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    changed = onnx.load(tmp_path / "model.onnx")
    factor = next(tensor for tensor in changed.graph.initializer if tensor.name.endswith(".factor"))
    factor.CopyFrom(
        onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(factor) * np.float32(1.5), factor.name)
    )
    onnx.save(changed, tmp_path / "model.onnx")
    with refused(UnusableModel, messages.ENGINE_DISAGREES(engine="openvino")):
        export.prove_files(
            tmp_path,
            graph.inference_graph(model),
            chest_phantom(64)[None],
            lambda logits: apply_temperature(logits, 1.0),
        )


def test_a_failed_export_leaves_the_earlier_bundle_alone(bundle, tmp_path):
    folder = tmp_path / "small"
    export.write_bundle(folder, bundle[1], DESCRIPTION)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with refused(UnusableModel, bundle_messages.CARD_TEMPERATURE):
        export.write_bundle(folder, bundle[1], DESCRIPTION | {"temperature": -1.0})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == [folder]


def test_export_replaces_the_earlier_bundle_and_needs_no_onnx_runtime(bundle, tmp_path, monkeypatch):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "stale.txt").write_text("from an earlier bundle")
    monkeypatch.setattr(OnnxRuntimeEngine, "missing", classmethod(lambda _: "ONNX Runtime is not installed."))
    written = export.write_bundle(folder, bundle[1], DESCRIPTION)
    assert set(written.raw["engine_agreement"]) == {"openvino", "keras_file"}
    assert load(folder).card.name == "small"


def test_an_engine_that_breaks_is_left_out_and_named(bundle, tmp_path, monkeypatch):
    """The model is saved all the same as long as one engine shows that the file is right."""

    def break_down(*_):
        raise EngineUnavailable("It broke.")

    said = []
    monkeypatch.setattr(OpenVinoEngine, "predict", break_down)
    written = export.write_bundle(tmp_path / "small", bundle[1], DESCRIPTION, warn=said.append)
    assert set(written.raw["engine_agreement"]) == {"onnxruntime", "keras_file"}
    assert [says(told, messages.ENGINE_FAILS(engine="openvino")) for told in said] == [True]
    monkeypatch.setattr(OnnxRuntimeEngine, "predict", break_down)
    with refused(UnusableModel, messages.NO_ENGINE_RUNS):
        export.write_bundle(tmp_path / "other", bundle[1], DESCRIPTION)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_what_is_attached_travels_along_and_is_vouched_for(bundle, tmp_path):
    page = tmp_path / "report.html"
    page.write_text("<p>Figures</p>")
    written = export.write_bundle(tmp_path / "small", bundle[1], DESCRIPTION, attachments=[page])
    assert written.files["report.html"].bytes == page.stat().st_size
    assert load(tmp_path / "small").card == written


def test_the_phantom_never_changes():
    digest = hashlib.sha256(chest_phantom(224).tobytes()).hexdigest()
    assert digest == PHANTOM_224


PHANTOM_224 = "486b47666af3181b864cf79fa3ba408a4ebf98d593e4fc349570bb7b15ff9093"


def test_what_was_frozen_in_training_may_learn_again(tmp_path):
    model = zoo.build(resolve(ModelConfig(architecture="small-cnn", start="none", input_size=32)), 2)
    set_trainable_layers(model, "head", "frozen")
    assert len(model.trainable_variables) == 2
    export.write_keras(model, tmp_path / "model.keras")
    assert len(load_model(tmp_path / "model.keras").trainable_variables) == 6
