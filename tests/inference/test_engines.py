"""The engines agree with each other, prove themselves, and are chosen with a reason."""

import numpy as np
import pytest

from cxrview.errors import BadRequest, EngineUnavailable, UnusableModel
from cxrview.inference import messages, registry
from cxrview.inference.predictor import Predictor
from cxrview.message import verbatim
from tests.conftest import TINY_SIZE, make_tiny_bundle, write_card
from tests.refusals import refused


def batch(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, TINY_SIZE, TINY_SIZE), dtype=np.uint8)


def test_openvino_and_onnxruntime_give_the_same_outputs(tiny_bundle):
    images = batch(5)
    first = registry.choose(tiny_bundle, "openvino").engine.predict(images)
    second = registry.choose(tiny_bundle, "onnxruntime:cpu").engine.predict(images)
    for ours, theirs in zip(first, second, strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_outputs_have_the_shapes_of_the_contract_for_any_batch(tiny_bundle):
    engine = registry.choose(tiny_bundle).engine
    for count in (1, 3, 2):
        outputs = engine.predict(batch(count))
        assert outputs.logits.shape == (count, 3)
        assert outputs.activation_maps.shape == (count, 3, 8, 8)
        assert outputs.embedding.shape == (count, 4)
        assert (outputs.activation_maps >= 0).all()


def test_a_later_prediction_leaves_earlier_outputs_alone(tiny_bundle):
    engine = registry.choose(tiny_bundle).engine
    first = engine.predict(batch(1))
    kept = first.logits.copy()
    engine.predict(255 - batch(1))
    np.testing.assert_array_equal(first.logits, kept)


def test_openvino_is_the_default_and_says_why(tiny_bundle):
    choice = registry.choose(tiny_bundle)
    assert choice.engine.name == "openvino"
    assert "fastest engine found here" in choice.reason


def test_a_chosen_engine_is_used_and_said_to_be_chosen(tiny_bundle):
    choice = registry.choose(tiny_bundle, "onnxruntime")
    assert choice.engine.name == "onnxruntime"
    assert "as you chose" in choice.reason


def test_an_engine_that_gives_other_answers_is_not_used(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    with np.load(folder / "selftest.npz") as stored:
        image, logits = stored["image"], stored["logits"]
    np.savez(folder / "selftest.npz", image=image, logits=logits + np.float32([[0.5, 0, 0]]))
    write_card(folder)
    with refused(EngineUnavailable, messages.NO_ENGINE) as refusal:
        registry.choose(folder, "openvino")
    assert messages.OTHER_ANSWERS.code in str(refusal.error.problem.as_dict())


def test_the_next_engine_is_taken_when_the_first_is_missing(tiny_bundle, monkeypatch):
    openvino = registry.engine_type("openvino")
    monkeypatch.setattr(openvino, "missing", classmethod(lambda _: verbatim("OpenVINO is not installed.")))
    choice = registry.choose(tiny_bundle)
    assert choice.engine.name == "onnxruntime"
    assert "better choices failed" in choice.reason
    assert "OpenVINO is not installed." in choice.reason


def test_a_device_that_is_not_there_is_refused_with_what_is(tiny_bundle):
    with refused(EngineUnavailable, messages.NO_ENGINE) as refusal:
        registry.choose(tiny_bundle, "openvino:npu")
    assert messages.OPENVINO_FINDS_NO.code in str(refusal.error.problem.as_dict())


@pytest.mark.parametrize("text", ["", "tpu", "openvino:tpu", "torch", "torch:cpu", ":"])
def test_an_unknown_device_is_a_sentence(tiny_bundle, text):
    with refused(BadRequest, messages.NO_DEVICE(device=text)):
        registry.choose(tiny_bundle, text)


def test_a_graph_that_is_not_onnx_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "model.onnx").write_bytes(b"not a graph")
    write_card(folder)
    said = {"openvino": messages.OPENVINO_CANNOT_READ, "onnxruntime": messages.ONNXRUNTIME_CANNOT_RUN}
    for engine, message in said.items():
        with refused(UnusableModel, message) as refusal:
            registry.choose(folder, engine)
        assert refusal.error.path == folder / "model.onnx"


def test_a_card_that_names_other_classes_than_the_graph_is_refused(tmp_path, chest_pa):
    from cxrview.imaging import read

    classes = [{"name": name, "label": name, "meaning": ""} for name in "abcd"]
    folder = make_tiny_bundle(tmp_path / "m", classes=classes)
    with refused(UnusableModel, messages.SELF_TEST_OF_ANOTHER):
        Predictor.load(str(folder)).predict(read(chest_pa))
