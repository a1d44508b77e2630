"""The Keras engine on the bundled model, and Keras files that must not be opened."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cxrview import bundle, paths
from cxrview.anatomy import LungFinder, framed, reduced
from cxrview.bundle.card import LUNGS
from cxrview.engines import messages, registry
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.imaging import model_input, read
from tests.refusals import refused

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def bundled() -> Path:
    return bundle.find()


def test_all_three_engines_agree_on_the_bundled_model(bundled, chest_pa):
    card, radiograph = bundle.load(bundled).card, read(chest_pa)[0]
    image = model_input(radiograph, card.input_size)[0]
    if card.frame == LUNGS:
        film = reduced(radiograph)
        image = framed(film, LungFinder.load("cpu").find([film])[0], card.input_size)[0]
    images = np.stack([image, image[:, ::-1]])
    outputs = {
        name: registry.choose(bundled, f"{name}:cpu").engine.predict(images) for name in registry.ENGINES
    }
    for name in ("onnxruntime", "keras"):
        assert set(outputs[name]) == set(outputs["openvino"])
        for output, theirs in outputs[name].items():
            ours = outputs["openvino"][output]
            scale = float(np.abs(theirs).max())
            np.testing.assert_allclose(ours, theirs, atol=1e-3 * scale, err_msg=name)


def test_keras_says_that_there_is_no_gpu(bundled):
    import tensorflow

    if tensorflow.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a GPU")
    with refused(EngineUnavailable, messages.NO_ENGINE) as refusal:
        registry.choose(bundled, "keras:gpu")
    assert str(messages.TENSORFLOW_FINDS_NO(device="GPU")) in str(refusal.error)


def keras_file(path: Path, config: object) -> Path:
    """Write a .keras archive with this configuration and the bundled model's weights."""
    with zipfile.ZipFile(paths.bundled_models() / "cxr-densenet121" / "model.keras") as whole:
        weights, metadata = whole.read("model.weights.h5"), whole.read("metadata.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", metadata)
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)
    return path


def layer(
    module: str | None, name: str, registered: str | None = None, **config: object
) -> dict[str, object]:
    return {"module": module, "class_name": name, "registered_name": registered, "config": config}


def sequential(*layers: object) -> dict[str, object]:
    return layer("keras", "Sequential", None, layers=list(layers))


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (sequential(layer("keras.layers", "Lambda", None, function="evil")), "Lambda"),
        (sequential(layer("keras.layers", "TFSMLayer", None, filepath="/tmp/evil")), "TFSMLayer"),
        (sequential(layer("os", "system")), "system"),
        (sequential(layer("builtins", "eval")), "eval"),
        (sequential(layer("evil.module", "Dense", None)), "Dense"),
        (sequential(layer("keras.layers", "Dense", "evil>Dense")), "evil>Dense"),
        (sequential(layer("evil.module", "GradCamMaps", "other>GradCamMaps")), "other>GradCamMaps"),
        (
            sequential(layer("keras.layers", "Dense", None, kernel_initializer=layer("subprocess", "Popen"))),
            "Popen",
        ),
        (layer("keras.models", "Model", "cxrview>Evil"), "cxrview>Evil"),
    ],
)
def test_a_keras_file_that_could_run_code_is_refused_before_keras_sees_it(tmp_path, config, named):
    from cxrview.engines.graph.load import load_model

    with refused(UnusableModel, messages.COULD_RUN_CODE(name=named)):
        load_model(keras_file(tmp_path / "model.keras", config))


def test_a_file_that_is_no_keras_model_is_refused(tmp_path):
    from cxrview.engines.graph.load import load_model

    (tmp_path / "text.keras").write_text("hello")
    with zipfile.ZipFile(tmp_path / "more.keras", "w") as archive:
        archive.writestr("../../evil.py", "print('evil')")
    keras_file(tmp_path / "senseless.keras", {"class_name": "Dense", "module": "keras.layers", "config": 7})
    for name in ("text.keras", "more.keras", "senseless.keras", "absent.keras"):
        with pytest.raises(UnusableModel):
            load_model(tmp_path / name)


def test_the_bundled_keras_model_can_be_trained_further(bundled):
    from cxrview.engines.graph.load import load_model

    model = load_model(bundled / "model.keras")
    assert model.input.dtype == "uint8"
    assert model.output.shape[-1] == 3
    assert len(model.trainable_weights) > 300
