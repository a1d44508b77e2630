"""The engines agree with each other, prove themselves, and are chosen with a reason."""

import numpy as np
import onnx
import pytest

from cxrview.engines import messages as engine_messages
from cxrview.engines import registry
from cxrview.errors import EngineUnavailable, InvalidRequest, UnusableModel
from cxrview.inference import contract, messages
from cxrview.inference.predictor import Predictor
from cxrview.message import verbatim
from tests.conftest import TINY_SIZE, make_tiny_bundle, tiny_graph, write_card
from tests.refusals import refused


def batch(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, TINY_SIZE, TINY_SIZE), dtype=np.uint8)


def test_openvino_and_onnxruntime_give_the_same_outputs(tiny_bundle):
    images = batch(5)
    first = registry.choose(tiny_bundle, "openvino").engine.predict(images)
    second = registry.choose(tiny_bundle, "onnxruntime:cpu").engine.predict(images)
    assert set(first) == set(second) == {"logits", "activation_maps", "embedding"}
    for name, ours in first.items():
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, second[name], rtol=1e-4, atol=1e-5)


def test_outputs_have_the_shapes_of_the_contract_for_any_batch(tiny_bundle):
    engine = registry.choose(tiny_bundle).engine
    for count in (1, 3, 2):
        outputs = engine.predict(batch(count))
        assert outputs["logits"].shape == (count, 3)
        assert outputs["activation_maps"].shape == (count, 3, 8, 8)
        assert outputs["embedding"].shape == (count, 4)
        assert (outputs["activation_maps"] >= 0).all()


def test_a_later_prediction_leaves_earlier_outputs_alone(tiny_bundle):
    engine = registry.choose(tiny_bundle).engine
    first = engine.predict(batch(1))
    kept = first["logits"].copy()
    engine.predict(255 - batch(1))
    np.testing.assert_array_equal(first["logits"], kept)


def test_what_is_made_for_many_images_gives_the_same_for_each(tiny_bundle):
    images = batch(5)
    one, many = (registry.choose(tiny_bundle, "openvino", many=many).engine for many in (False, True))
    for some in (images, images[:1], images[:2]):
        expected, found = one.predict(some), many.predict(some)
        assert set(found) == set(expected)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


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
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        registry.choose(folder, "openvino")
    assert engine_messages.OUTPUT_DIFFERS.code in str(refusal.error.problem.as_dict())


def test_the_next_engine_is_taken_when_the_first_is_missing(tiny_bundle, monkeypatch):
    openvino = registry.engine_type("openvino")
    monkeypatch.setattr(openvino, "missing", classmethod(lambda _: verbatim("OpenVINO is not installed.")))
    choice = registry.choose(tiny_bundle)
    assert choice.engine.name == "onnxruntime"
    assert "better choices failed" in choice.reason
    assert "OpenVINO is not installed." in choice.reason


def test_a_device_that_is_not_there_is_refused_with_what_is(tiny_bundle):
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        registry.choose(tiny_bundle, "openvino:npu")
    assert engine_messages.OPENVINO_FINDS_NO.code in str(refusal.error.problem.as_dict())


@pytest.mark.parametrize("text", ["", "tpu", "openvino:tpu", "torch", "torch:cpu", ":"])
def test_an_unknown_device_is_a_sentence(tiny_bundle, text):
    with refused(InvalidRequest, engine_messages.NO_DEVICE(device=text)):
        registry.choose(tiny_bundle, text)


def test_a_graph_that_is_not_onnx_is_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "model.onnx").write_bytes(b"not a graph")
    write_card(folder)
    said = {
        "openvino": engine_messages.OPENVINO_CANNOT_READ,
        "onnxruntime": engine_messages.ONNXRUNTIME_CANNOT_RUN,
    }
    for engine, message in said.items():
        with refused(UnusableModel, message) as refusal:
            registry.choose(folder, engine)
        assert refusal.error.path == folder / "model.onnx"


def test_a_card_that_names_other_classes_than_the_graph_is_refused(tmp_path, chest_pa):
    from cxrview.imaging import read

    classes = [{"name": name, "label": name, "meaning": ""} for name in "abcd"]
    folder = make_tiny_bundle(tmp_path / "m", classes=classes)
    with refused(UnusableModel, engine_messages.SELF_TEST_OF_ANOTHER):
        Predictor.load(str(folder)).predict(read(chest_pa))


def network_of_one_output(folder, shift=0.0):
    """Make a network that is no chest model: no card, no logits, a stored output off by `shift`."""
    from onnx.reference import ReferenceEvaluator

    folder.mkdir()
    model = tiny_graph()
    kept = [output for output in model.graph.output if output.name == "activation_maps"]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    onnx.save(model, folder / "model.onnx")
    maps = ReferenceEvaluator(model).run(None, {"image": batch(1)})[0]
    np.savez(folder / "selftest.npz", image=batch(1), activation_maps=maps + np.float32(shift))
    return folder, maps


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_an_engine_runs_any_network_and_names_its_outputs(tmp_path, name):
    folder, maps = network_of_one_output(tmp_path / "lungs")
    outputs = registry.choose(folder, name).engine.predict(batch(1))
    assert list(outputs) == ["activation_maps"]
    np.testing.assert_allclose(outputs["activation_maps"], maps, atol=1e-5)


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_every_stored_output_must_come_back_whatever_it_is_for(tmp_path, name):
    folder, _ = network_of_one_output(tmp_path / "lungs", shift=0.02)
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        registry.choose(folder, name)
    assert engine_messages.OUTPUT_DIFFERS.code in str(refusal.error.problem.as_dict())
    assert "0.0200" in str(refusal.error)


def test_a_stored_output_of_another_shape_is_of_another_model(tmp_path):
    folder, maps = network_of_one_output(tmp_path / "lungs")
    np.savez(folder / "selftest.npz", image=batch(1), activation_maps=maps[:, :1])
    with refused(UnusableModel, engine_messages.SELF_TEST_OF_ANOTHER):
        registry.choose(folder)


def test_a_probability_may_differ_less_than_a_raw_number(tmp_path):
    """Logits that differ by a hundredth pass as numbers, and not where a person reads them off as shares."""
    folder = make_tiny_bundle(tmp_path / "m")
    with np.load(folder / "selftest.npz") as stored:
        image = stored["image"]
    given = registry.choose(folder).engine.predict(image)["logits"]
    np.savez(folder / "selftest.npz", image=image, logits=given + np.float32([[0.008, 0, 0]]))
    write_card(folder)
    assert registry.choose(folder).engine.name == "openvino"
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        contract.choose(folder)
    assert messages.OTHER_ANSWERS.code in str(refusal.error.problem.as_dict())
