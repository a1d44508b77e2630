"""Every architecture, built once and small: its entry, its heatmaps, its files, a step of training."""

import zipfile

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import build as graph
from cxrview.engines.graph.keras_config import read_config
from cxrview.training.config import ModelConfig
from cxrview.training.export import bundle, onnx_file
from cxrview.training.export.bundle import round_weights, write_keras
from cxrview.training.export.phantom import framed_phantom
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from tests.engines.test_gradcam import LUNGS, check_maps, with_head

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIDES = {"inceptionv3": 107, "inceptionresnetv2": 107, "xception": 71}  # others 64: two places a side or more


@pytest.fixture(scope="module", params=zoo.ARCHITECTURES)
def model(request):
    keras.utils.set_random_seed(1)
    config = ModelConfig(architecture=request.param, start="none", input_size=SIDES.get(request.param, 64))
    return zoo.build(resolve(config), 3)


def test_the_network_is_as_its_entry_says(model):
    entry = zoo.ARCHITECTURES[model.name]
    backbone = model.get_layer(graph.BACKBONE)
    assert backbone.count_params() == entry.parameters
    assert entry.last_block in [layer.name for layer in backbone.layers]
    assert (model.input.dtype, model.output_shape) == ("uint8", (None, 3))


@pytest.mark.parametrize(
    ("hidden", "neck"),
    [((), graph.POOLING), ((24,), graph.POOLING), ((24,), graph.FLATTEN), ((24,), LUNGS)],
)
def test_the_maps_equal_autodiff(model, hidden, neck):
    check_maps(with_head(model, hidden, neck), model.input_shape[1])


def test_it_is_made_of_layers_that_may_be_loaded_again(model, tmp_path):
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", model.to_json())
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"")
    assert read_config(tmp_path / "model.keras")["config"]["name"] == model.name


# tf2onnx copies the weights many times: 10 to 60 s a network.
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_files_give_the_answers_of_the_model(model, tmp_path):
    twin = with_head(model, (24,))
    round_weights(twin)
    inference = graph.inference_graph(twin)
    onnx_file.write_onnx(inference, tmp_path / "model.onnx")
    write_keras(twin, tmp_path / "model.keras")
    images = np.random.default_rng(6).integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8)
    wanted = onnx_file.run_with_keras(inference)(images)
    scale = max(1, np.abs(wanted["logits"]).max())  # of random networks, it may be thousands
    agreement = bundle.prove_files(tmp_path, inference, images, lambda logits: logits / scale)
    assert {"openvino", "onnxruntime", "keras_file"} == set(agreement)
    for engine, differences in agreement.items():
        for name in onnx_file.OUTPUTS:
            difference = differences[name]
            assert difference <= 1e-3 * max(1, np.abs(wanted[name]).max()), (engine, name)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", [name for name, entry in zoo.ARCHITECTURES.items() if entry.dilatable])
def test_the_files_of_one_that_reads_lungs_give_its_answers(name, tmp_path):
    keras.utils.set_random_seed(1)
    model = zoo.build(resolve(ModelConfig(architecture=name, start="none", input_size=64, frame="lungs")), 3)
    round_weights(model)
    inference = graph.inference_graph(model)
    onnx_file.write_onnx(inference, tmp_path / "model.onnx")
    write_keras(model, tmp_path / "model.keras")
    image = framed_phantom(64)[None]
    wanted = onnx_file.run_with_keras(inference)(image)
    scale = max(1, np.abs(wanted["logits"]).max())
    agreement = bundle.prove_files(tmp_path, inference, image, lambda logits: logits / scale)
    assert {"openvino", "onnxruntime", "keras_file"} == set(agreement)
    for engine, differences in agreement.items():
        for output, values in wanted.items():
            assert differences[output] <= 1e-3 * max(1, np.abs(values).max()), (engine, output)


def test_a_step_of_training_moves_the_weights(model):
    before = [np.array(value) for value in model.get_weights()]
    # Eagerly: tracing a graph of hundreds of layers for one step takes half a minute.
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    images = np.random.default_rng(1).integers(0, 256, (2, *model.input_shape[1:]), dtype=np.uint8)
    assert np.isfinite(model.train_on_batch(images, np.array([0, 2])))
    moved = [not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert np.mean(moved) > 0.9
