"""Explanation methods: the table, the command line, and what each gives against a reference of its own."""

import dataclasses
import re
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cxrview.bundle import load
from cxrview.cli import main
from cxrview.engines.onnx_head import dense_layers
from cxrview.engines.registry import choose
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.explain import eigencam, gradcam_plus_plus, hirescam, messages, methods, occlusion, scorecam
from cxrview.explain.head import gradients
from cxrview.explain.subject import Subject
from cxrview.imaging import Letterbox, read
from cxrview.inference.calibration import probabilities
from cxrview.inference.predictor import Predictor
from cxrview.progress import Cancelled, silent
from tests.conftest import TINY_SIZE, make_tiny_bundle, tiny_graph
from tests.refusals import refused

CLASSES = 3
ENGINES = ("openvino", "onnxruntime")


def with_features(model, flat=False):
    """Return the tiny graph with its features as an output, (N, 8, 8, 4), and two dense layers for a head.

    `flat` puts all features in a row before the head, in place of their means.
    """
    random, graph = np.random.default_rng(3), model.graph
    kept = [node for node in graph.node if node.output[0] not in ("logits", "features")]
    width = 256 if flat else 4
    numbers = {
        "kernel_0": random.normal(0, 1, (width, 5)),
        "bias_0": random.normal(0, 0.1, 5),
        "kernel_1": random.normal(0, 1, (5, CLASSES)),
        "bias_1": random.normal(0, 0.1, CLASSES),
        "row": None,
    }
    head = [
        helper.make_node("Relu", ["convolved"], ["planes"]),
        helper.make_node("Transpose", ["planes"], ["features"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["features", "row"], ["in_a_row"]),
        helper.make_node("MatMul", ["in_a_row" if flat else "embedding", "kernel_0"], ["product_0"]),
        helper.make_node("Add", ["product_0", "bias_0"], ["sum_0"]),
        helper.make_node("Relu", ["sum_0"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "kernel_1", "bias_1"], ["logits"]),
    ]
    for node in kept:
        node.input[:] = ["planes" if name == "features" else name for name in node.input]
    place = next(number for number, node in enumerate(kept) if node.output[0] == "convolved") + 1
    embedding = next(number for number, node in enumerate(kept) if node.output[0] == "embedding") + 1
    ordered = [*kept[:place], *head[:3], *kept[place:embedding], *head[3:], *kept[embedding:]]
    del graph.node[:]
    graph.node.extend(ordered)
    for name, values in numbers.items():
        stored = np.array([-1, 256]) if values is None else values.astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(stored, name))
    graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", 8, 8, 4]))
    return model


def make_bundle(folder, flat=False):
    """Return a bundle of such a graph."""
    from onnx.reference import ReferenceEvaluator

    make_tiny_bundle(folder)
    model = with_features(tiny_graph(), flat)
    onnx.save(model, folder / "model.onnx")
    image = np.random.default_rng(1).integers(0, 256, (1, TINY_SIZE, TINY_SIZE), dtype=np.uint8)
    logits = ReferenceEvaluator(model).run(["logits"], {"image": image})[0]
    np.savez(folder / "selftest.npz", image=image, logits=logits)
    return folder


def subject_of(folder, engine="openvino"):
    """Return a drawn film as the model in `folder` reads it with `engine`."""
    bundle = load(folder, check_hashes=False) if "check_hashes" in load.__code__.co_varnames else load(folder)
    predictor = Predictor(bundle, choose(folder, engine).engine)
    random = np.random.default_rng(4)
    film = random.integers(0, 256, (TINY_SIZE, TINY_SIZE), dtype=np.uint8)
    film[20:44, 8:30] //= 4
    from cxrview.inference.predictor import Given, ModelInput

    given = Given(film, Letterbox.fit(TINY_SIZE, TINY_SIZE, TINY_SIZE))
    return Subject(predictor, *predictor.look(ModelInput(given, ())))
