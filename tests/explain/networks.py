"""A network so small that it can be worked out by hand, as a bundle and as a few lines of NumPy."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cxrview import bundle
from cxrview.engines.registry import choose
from cxrview.explain.subject import Subject
from cxrview.imaging import Letterbox
from cxrview.inference.predictor import Given, ModelInput, Predictor
from tests.conftest import CLASSES, TINY_SIZE, make_tiny_bundle, tiny_graph, write_card

CELL = 8


def numbers(flat: bool) -> dict[str, np.ndarray]:
    """Return the head's kernels and biases; behind features in a row if `flat`."""
    random, width = np.random.default_rng(3), 256 if flat else 4
    return {
        "kernel_0": random.normal(0, 1 if not flat else 0.2, (width, 5)).astype(np.float32),
        "bias_0": random.normal(0, 0.1, 5).astype(np.float32),
        "kernel_1": random.normal(0, 1, (5, len(CLASSES))).astype(np.float32),
        "bias_1": random.normal(0, 0.1, len(CLASSES)).astype(np.float32),
    }


def graph_with_features(flat: bool = False) -> onnx.ModelProto:
    """Return the tiny graph with two dense layers for a head, and its features, (N, 8, 8, 4), given out."""
    model = tiny_graph()
    graph = model.graph
    kept = {node.output[0]: node for node in graph.node}
    for node in kept.values():
        node.input[:] = ["planes" if name == "features" else name for name in node.input]
    before = [kept[name] for name in ("float", "scaled", "plane", "convolved")]
    nodes = [
        *before,
        helper.make_node("Relu", ["convolved"], ["planes"]),
        helper.make_node("Transpose", ["planes"], ["features"], perm=[0, 2, 3, 1]),
        kept["pooled"],
        kept["embedding"],
        helper.make_node("Reshape", ["features", "row"], ["in_a_row"]),
        helper.make_node("MatMul", ["in_a_row" if flat else "embedding", "kernel_0"], ["product_0"]),
        helper.make_node("Add", ["product_0", "bias_0"], ["sum_0"]),
        helper.make_node("Relu", ["sum_0"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "kernel_1", "bias_1"], ["logits"]),
        kept["weighted"],
        kept["activation_maps"],
    ]
    del graph.node[:]
    graph.node.extend(nodes)
    stored = {**numbers(flat), "row": np.array([-1, 256])}
    graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in stored.items())
    graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 8, 8, 4]))
    return model


def make_bundle(folder: Path, flat: bool = False) -> Path:
    """Make a bundle of that graph in `folder`."""
    from onnx.reference import ReferenceEvaluator

    make_tiny_bundle(folder)
    model = graph_with_features(flat)
    onnx.save(model, folder / "model.onnx")
    image = np.random.default_rng(1).integers(0, 256, (1, TINY_SIZE, TINY_SIZE), dtype=np.uint8)
    (logits,) = ReferenceEvaluator(model).run(["logits"], {"image": image})
    np.savez(folder / "selftest.npz", image=image, logits=logits)
    write_card(folder)
    return folder


def drawn_film() -> np.ndarray:
    """Return what the network is given, (64, 64) uint8: noise, darker in one place."""
    film = np.random.default_rng(4).integers(0, 256, (TINY_SIZE, TINY_SIZE), dtype=np.uint8)
    film[16:40, 8:32] //= 4
    return film


def subject_of(folder: Path, engine: str = "openvino:cpu") -> Subject:
    """Return the drawn film as the model in `folder` reads it; black bars lie left and right of it."""
    predictor = Predictor(bundle.load(folder), choose(folder, engine).engine)
    film, box = drawn_film(), Letterbox.fit(TINY_SIZE, TINY_SIZE - 16, TINY_SIZE)
    film[:, :8] = film[:, -8:] = 0
    return Subject(predictor, *predictor.look(ModelInput(Given(film, box), ())))


def features_by_hand(film: np.ndarray) -> np.ndarray:
    """Return the features of `film`, (8, 8, 4): the product of each square with each kernel, if above 0."""
    kernels = {tensor.name: numpy_helper.to_array(tensor) for tensor in tiny_graph().graph.initializer}[
        "kernel"
    ]
    squares = film.astype(np.float64).reshape(8, CELL, 8, CELL) / 255
    return np.maximum(np.einsum("iajb,kab->ijk", squares, kernels[:, 0].astype(np.float64)), 0)


def scores_by_hand(features: np.ndarray, flat: bool) -> np.ndarray:
    """Return the scores of features (8, 8, 4): two dense layers over their means, or over all of them."""
    head = numbers(flat)
    values = features.reshape(-1) if flat else features.mean((0, 1))
    return np.maximum(values @ head["kernel_0"] + head["bias_0"], 0) @ head["kernel_1"] + head["bias_1"]
