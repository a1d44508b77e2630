"""The dense layers between a graph's features and its scores, read from the file without Keras."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

END = "logits"
MOST = 32  # nodes on the way
SAME = ("Identity", "Cast")


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """y = x · kernel + bias, float32: `kernel` (inputs, outputs), `bias` (outputs,)."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def dense_layers(path: Path) -> tuple[Dense, ...]:
    """Return the head of the ONNX graph at `path`, from the features on; empty if it is built otherwise.

    What is read stands before the output `logits`: products with a constant, sums with one, and ReLUs, one
    behind each layer but the last.
    """
    try:
        import onnx
    except ImportError:
        return ()
    try:
        graph = onnx.load(path, load_external_data=False).graph
        return tuple(reversed(_walk(graph, onnx.numpy_helper.to_array)))
    except (OSError, ValueError, TypeError, IndexError, KeyError, RuntimeError):
        return ()


def _walk(graph: Any, to_array: Any) -> list[Dense]:
    """Return the layers, last first."""
    makers = {name: node for node in graph.node for name in node.output}
    stored = {tensor.name: tensor for tensor in graph.initializer}

    def constant(name: str) -> NDArray[np.float32] | None:
        while name not in stored and name in makers and makers[name].op_type in SAME:
            name = makers[name].input[0]
        if name in stored:
            return np.asarray(to_array(stored[name]), np.float32)
        node = makers.get(name)
        if node is not None and node.op_type == "Constant":
            return np.asarray(to_array(node.attribute[0].t), np.float32)
        return None

    layers: list[Dense] = []
    bias: NDArray[np.float32] | None = None
    name, gated = END, True
    for _ in range(MOST):
        node = makers.get(name)
        if node is None:
            break
        if node.op_type == "Add" and gated and bias is None:
            first, second = (constant(given) for given in node.input)
            if (first is None) == (second is None):
                break
            bias, name = (second, node.input[0]) if first is None else (first, node.input[1])
        elif node.op_type in ("MatMul", "Gemm") and gated and (layer := _product(node, constant, bias)):
            layers.append(layer)
            bias, gated, name = None, False, node.input[0]
        elif node.op_type == "Relu" and not gated:
            gated, name = True, node.input[0]
        elif node.op_type == "Identity":
            name = node.input[0]
        else:
            break
    return layers


def _product(node: Any, constant: Any, bias: NDArray[np.float32] | None) -> Dense | None:
    kernel = constant(node.input[1])
    if kernel is None or kernel.ndim != 2:
        return None
    options = {option.name: option for option in node.attribute}
    if "transB" in options and options["transB"].i:
        kernel = kernel.T
    if any(options[name].f != 1 for name in ("alpha", "beta") if name in options):
        return None
    if node.op_type == "Gemm" and len(node.input) > 2:
        bias = constant(node.input[2])
    return Dense(kernel, np.zeros(kernel.shape[1], np.float32) if bias is None else bias.reshape(-1))
