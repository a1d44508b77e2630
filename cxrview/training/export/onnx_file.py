"""The inference graph as an ONNX file: large weights stored in half precision, computed in single."""

import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cxrview.engines.engine import Engine
from cxrview.inference.contract import OUTPUTS

FEATURES = "features"  # the fourth output of a model that reads lungs

_LARGE = 1024  # numbers; below that, halving saves nothing

Array = NDArray[np.float32]
Run = Callable[[NDArray[np.uint8]], dict[str, NDArray[np.float32]]]


def write_onnx(graph: keras.Model, path: Path) -> None:
    """Write the inference graph to `path`, with the input `image` and `OUTPUTS` in order, `FEATURES` last.

    Raises ValueError if the exporter has changed the names.
    """
    graph(np.zeros((1, *graph.input_shape[1:]), np.uint8))  # the exporter refuses what was never called
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"In the future `np\.object`", FutureWarning)  # Keras's own
        plain = Path(folder) / "model.onnx"
        graph.export(plain, format="onnx", verbose=False)
        model = onnx.load(plain)
    _order_outputs(model, outputs_of(graph))
    _store_half_precision(model, _convolution_kernels(graph))
    del model.metadata_props[:]
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def outputs_of(graph: keras.Model) -> tuple[str, ...]:
    """Return the names of the outputs of the inference graph, in order."""
    return (*OUTPUTS, FEATURES) if FEATURES in graph.output else OUTPUTS


def _order_outputs(model: onnx.ModelProto, names: tuple[str, ...]) -> None:
    outputs = {output.name: output for output in model.graph.output}
    inputs = [item.name for item in model.graph.input]
    if inputs != ["image"] or set(outputs) != set(names):
        raise ValueError(f"the exporter named inputs {inputs} and outputs {sorted(outputs)}")
    del model.graph.output[:]
    model.graph.output.extend(outputs[name] for name in names)


def _store_half_precision(model: onnx.ModelProto, kernels: list[Array]) -> None:
    """Replace each large float32 weight that half precision can hold by its half and a Cast.

    The exporter folds batch normalisations into the convolutions before them; such a weight is one of
    `kernels` times a factor per output channel, and is stored as the two. Engines work the weights out
    once, when they load the file.
    """
    halves: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _LARGE:
            continue
        factored = _factor(values, kernels)
        if factored is None:
            continue
        half, factor = factored
        name, stored, cast = tensor.name, f"{tensor.name}.half", f"{tensor.name}.cast"
        halves.append(numpy_helper.from_array(half, stored))
        if factor is None:
            nodes.append(helper.make_node("Cast", [stored], [name], cast, to=TensorProto.FLOAT))
        else:
            halves.append(numpy_helper.from_array(factor, f"{name}.factor"))
            nodes.append(helper.make_node("Cast", [stored], [cast], cast, to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [cast, f"{name}.factor"], [name], f"{name}.scaled"))
        model.graph.initializer.remove(tensor)
    model.graph.initializer.extend(halves)
    nodes.extend(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _factor(values: Array, kernels: list[Array]) -> tuple[NDArray[np.float16], Array | None] | None:
    """Return `values` as halves and a factor per output channel (None: 1), or None if that is not exact."""
    half = values.astype(np.float16)
    if np.array_equal(half.astype(np.float32), values):
        return half, None
    for kernel in kernels:
        if kernel.shape != values.shape:
            continue
        exact = kernel.astype(np.float64)  # sums in single precision would cost the factor its last digits
        energy = np.maximum((exact**2).sum((1, 2, 3), keepdims=True), 1e-30)
        factor = ((exact * values).sum((1, 2, 3), keepdims=True) / energy).astype(np.float32)
        if np.abs(kernel * factor - values).max() <= 1e-6 * np.abs(values).max():
            return kernel.astype(np.float16), factor
    return None


def _convolution_kernels(model: keras.Model) -> list[Array]:
    """Return the kernels that half precision holds exactly, as ONNX orders them: out, in, height, width."""
    kernels = [
        keras.ops.convert_to_numpy(layer.kernel).transpose(3, 2, 0, 1)
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.Conv2D)
    ]
    return [kernel for kernel in kernels if np.array_equal(kernel.astype(np.float16), kernel)]


def run_with_keras(graph: keras.Model) -> Run:
    """Return a function that runs the inference graph in Keras."""

    def run(images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        outputs = graph(images, training=False)
        return {name: keras.ops.convert_to_numpy(outputs[name]) for name in outputs_of(graph)}

    return run


def run_with_engine(engine: Engine) -> Run:
    """Return a function that runs a written file in an inference engine."""

    def run(images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        return engine.predict(images)

    return run


def largest_difference(
    one: dict[str, NDArray[np.float32]], other: dict[str, NDArray[np.float32]]
) -> dict[str, float]:
    """Return the largest absolute difference of each output."""
    return {name: float(np.abs(one[name] - other[name]).max()) for name in one}
