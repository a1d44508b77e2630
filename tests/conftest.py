"""What every test shares: folders of its own, no network, a small real model, a real radiograph."""

import hashlib
import json
import os
import socket
from pathlib import Path

# Where several processes test at once, threads of one would wait for those of the other. NumPy and TensorFlow
# read it when they are imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ.setdefault(name, "1")

import numpy as np
import onnx
import platformdirs
import pytest
from onnx import TensorProto, helper, numpy_helper

from cxrview import paths
from cxrview.bundle.load import read_card
from cxrview.inference import trial

CLASSES = (("covid19", "COVID-19"), ("normal", "Normal"), ("pneumonia", "Other pneumonia"))
TINY_SIZE = 64


def pytest_collection_modifyitems(items):
    """Let short tests come last, lest one of two processes ends long before the other."""
    items.sort(key=lambda item: item.path.parent.name == "imaging")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path, tmp_path_factory):
    """Keep the user's settings and models out of the tests, and the tests out of them."""
    shared = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: shared)
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: tmp_path / "own" / "config")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "own" / "data")


@pytest.fixture(autouse=True)
def no_trials(monkeypatch, request):
    """Take models for tried, where that is not what is tested: each trial is a process that takes seconds."""
    if request.node.get_closest_marker("trials") is None:
        monkeypatch.setattr(trial, "needed", lambda *_: False)


def take_for_tried(model: Path, cache: Path, device: str = "auto") -> None:
    """Let another process, whose cache is `cache`, take the bundle `model` for tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "cache", lambda: cache)
        trial.remember(read_card(model), device)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Fail any test in which something looks up a host or connects to one."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            pytest.fail(f"a network connection to {address} was attempted")
        return connect(self, address)

    def no_lookup(host, *_args, **_options):
        pytest.fail(f"the host {host} was looked up")

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", no_lookup)


@pytest.fixture(scope="session")
def chest_pa() -> Path:
    """A real chest radiograph: CR, PA, 1955 × 1841, MONOCHROME1, 15 bits."""
    path = paths.sample_radiograph()
    assert path is not None, "pydicom-data is part of the test extra"
    return path


def write_card(folder: Path, **changes) -> None:
    """Write the card of the bundle in `folder`, listing the files that are there."""
    files = [path for path in folder.iterdir() if path.name != "card.json"]
    card = {
        "schema": 1,
        "name": folder.name,
        "version": "1.2.3",
        "title": "Tiny test model",
        "status": "interim",
        "architecture": "one convolution",
        "classes": [{"name": n, "label": t, "meaning": f"{t}."} for n, t in CLASSES],
        "exclusive": True,
        "input_size": TINY_SIZE,
        "map_field": [0.0, 0.0, 1.0, 1.0],
        "temperature": 1.0,
        "operating_points": {"balanced": {n: 0.5 for n, _ in CLASSES}},
        "limits": ["It is a test."],
        "metrics": {},
        "files": {
            path.name: {
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
            }
            for path in files
        },
    }
    (folder / "card.json").write_text(json.dumps(card | changes), "utf-8")


def tiny_graph(frame: str = "film") -> onnx.ModelProto:
    """Return a graph that keeps the bundle's contract: one convolution, pooling, a dense layer.

    With the `frame` "lungs" it takes film and mask, and sees the film through the mask.
    """
    random = np.random.default_rng(7)
    kernel = np.abs(random.normal(0, 0.02, (4, 1, 8, 8))).astype(np.float32)
    dense = random.normal(0, 2.0, (4, len(CLASSES))).astype(np.float32)
    cam = np.ascontiguousarray(dense.T)[:, :, None, None] / np.float32(64)  # h · w = 8 · 8
    constants = {
        "shape": np.array([-1, 1, TINY_SIZE, TINY_SIZE]),
        "scale": np.float32(1 / 255),
        "kernel": kernel,
        "dense": dense,
        "cam": cam.astype(np.float32),
    }
    shape, through_mask = ["N", TINY_SIZE, TINY_SIZE], []
    if frame == "lungs":
        shape.append(2)
        through_mask = [
            helper.make_node("Mul", ["whole", "scale"], ["shares"]),
            helper.make_node("ReduceProd", ["shares"], ["share"], axes=[3], keepdims=0),
            helper.make_node("Div", ["share", "scale"], ["float"]),
        ]
    nodes = [
        helper.make_node("Cast", ["image"], ["whole" if through_mask else "float"], to=TensorProto.FLOAT),
        *through_mask,
        helper.make_node("Mul", ["float", "scale"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "shape"], ["plane"]),
        helper.make_node("Conv", ["plane", "kernel"], ["convolved"], strides=[8, 8]),
        helper.make_node("Relu", ["convolved"], ["features"]),
        helper.make_node("GlobalAveragePool", ["features"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "dense"], ["logits"]),
        helper.make_node("Conv", ["features", "cam"], ["weighted"]),
        helper.make_node("Relu", ["weighted"], ["activation_maps"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, shape)
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", len(CLASSES)]),
        helper.make_tensor_value_info("activation_maps", TensorProto.FLOAT, ["N", len(CLASSES), 8, 8]),
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", 4]),
    ]
    initial = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", [image], outputs, initial)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_tiny_bundle(folder: Path, **changes) -> Path:
    """Make a small bundle in `folder` whose stored answer comes from the ONNX reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    folder.mkdir(parents=True)
    frame = changes.get("frame", "film")
    model = tiny_graph(frame)
    onnx.save(model, folder / "model.onnx")
    shape = (1, TINY_SIZE, TINY_SIZE, 2) if frame == "lungs" else (1, TINY_SIZE, TINY_SIZE)
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    logits, _, embedding = ReferenceEvaluator(model).run(None, {"image": image})
    np.savez(folder / "selftest.npz", image=image, logits=logits)
    np.savez(
        folder / "domain.npz",
        mean=embedding,
        whitening=np.eye(4, dtype=np.float32),
        reference=np.linspace(0.01, 0.5, 50),
        threshold=np.float32(0.5),
    )
    write_card(folder, **changes)
    return folder


@pytest.fixture(scope="session")
def tiny_lungs_bundle(tmp_path_factory) -> Path:
    """Like `tiny_bundle`, but it reads lungs: film and mask, cropped. Do not change it."""
    return make_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-lungs", frame="lungs")


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory) -> Path:
    """A whole small bundle: three classes, 64 pixels, 8 × 8 maps. Do not change it."""
    return make_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")
