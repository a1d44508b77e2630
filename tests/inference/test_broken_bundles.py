"""Bundles that lie, and libraries that are broken: a sentence, never a traceback."""

import importlib.machinery
import os
import sys
import types

import numpy as np
import onnx
import pytest

from cxrview.engines import messages as engine_messages
from cxrview.engines import registry
from cxrview.errors import CxrviewError, EngineUnavailable, UnusableModel
from cxrview.imaging import read
from cxrview.inference import contract, messages
from cxrview.inference.predictor import Predictor
from tests.conftest import TINY_SIZE, make_tiny_bundle, tiny_graph, write_card
from tests.refusals import refused


def savez(**arrays):
    return lambda path: np.savez(path, **arrays)


IMAGE = np.zeros((1, TINY_SIZE, TINY_SIZE), np.uint8)


@pytest.mark.parametrize("name", ["selftest.npz", "domain.npz"])
@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 no archive"),
        lambda path: path.write_text("no archive"),
        lambda path: path.with_suffix(".npy").rename(path) if np.save(path.with_suffix(".npy"), 1) else None,
        savez(other=1),
        savez(image=np.array([{"evil": 1}]), mean=np.array([{"evil": 1}])),
        savez(image=IMAGE, logits=[[np.nan] * 3], mean=[[np.nan] * 4], whitening=1, reference=1, threshold=1),
        savez(image=IMAGE, logits=[1, 2, 3], mean=[1], whitening=[1], reference=[1], threshold=[1]),
        savez(image=IMAGE[:, :9], logits=[[1, 2, 3]], mean=[[1]], whitening=[[1]], reference=1, threshold=1),
    ],
    ids=["empty", "zip", "text", "npy", "names", "pickle", "nan", "flat", "sizes"],
)
def test_damaged_arrays_are_refused(tmp_path, name, write):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / name).unlink()
    write(folder / name)
    write_card(folder) if (folder / name).exists() else None
    with pytest.raises(UnusableModel):
        Predictor.load(str(folder))


def test_domain_statistics_of_another_model_are_refused(tmp_path, chest_pa):
    folder = make_tiny_bundle(tmp_path / "m")
    np.savez(
        folder / "domain.npz", mean=np.zeros((1, 5)), whitening=np.eye(5), reference=[1.0], threshold=1.0
    )
    write_card(folder)
    with refused(UnusableModel, messages.DOMAIN_OF_ANOTHER):
        Predictor.load(str(folder)).predict(read(chest_pa))


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("lost", ["embedding", "activation_maps"])
def test_a_graph_without_an_output_is_refused(tmp_path, engine, lost):
    folder = make_tiny_bundle(tmp_path / "m")
    model = tiny_graph()
    kept = [output for output in model.graph.output if output.name != lost]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    onnx.save(model, folder / "model.onnx")
    write_card(folder)
    with refused(CxrviewError, messages.LACKS_OUTPUT, engine_messages.NO_ENGINE):
        contract.choose(folder, engine)


def test_values_that_are_not_numbers_are_no_reading(tiny_bundle, chest_pa, monkeypatch):
    predictor = Predictor.load(str(tiny_bundle))
    outputs = predictor.engine.predict(IMAGE)
    broken = outputs | {"logits": np.full((1, 3), np.nan, np.float32)}
    monkeypatch.setattr(predictor.engine, "predict", lambda _batch: broken)
    with refused(UnusableModel, messages.GIVES_NO_NUMBERS):
        predictor.predict(read(chest_pa))


def test_a_constant_added_to_all_logits_is_noticed_where_classes_are_not_exclusive(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m", exclusive=False)
    with np.load(folder / "selftest.npz") as stored:
        image, logits = stored["image"], stored["logits"]
    np.savez(folder / "selftest.npz", image=image, logits=logits + 1)
    write_card(folder, exclusive=False)
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        contract.choose(folder, "openvino")
    assert messages.OTHER_ANSWERS.code in str(refusal.error.problem.as_dict())


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_half_removed_library_lets_the_next_engine_work(tiny_bundle, monkeypatch, name):
    """pip leaves an empty folder where two builds of ONNX Runtime shared one."""
    empty = types.ModuleType(name)
    empty.__spec__ = importlib.machinery.ModuleSpec(name, None)
    monkeypatch.setitem(sys.modules, name, empty)
    choice = registry.choose(tiny_bundle)
    assert choice.engine.name == ("onnxruntime" if name == "openvino" else "openvino")
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        registry.choose(tiny_bundle, name)
    assert engine_messages.LIBRARY_DAMAGED.code in str(refusal.error.problem.as_dict())


def test_keras_on_another_backend_says_so(tiny_bundle, monkeypatch, tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "model.keras").write_bytes(b"?")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with refused(EngineUnavailable, engine_messages.NO_ENGINE) as refusal:
        registry.choose(folder, "keras")
    assert str(engine_messages.KERAS_ELSEWHERE(backend="jax")) in str(refusal.error)


def test_a_cache_that_cannot_be_written_is_done_without(tiny_bundle, monkeypatch, tmp_path):
    from cxrview import paths

    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "file" / "cache")
    assert registry.choose(tiny_bundle).engine.name == "openvino"


def test_onnx_runtime_is_kept_from_reporting_home(tiny_bundle):
    """It reads the variable when it is imported; test_whole_program watches what it really does."""
    registry.choose(tiny_bundle, "onnxruntime")
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
