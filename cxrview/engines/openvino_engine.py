"""Intel's OpenVINO: the default engine, on any CPU and on Intel GPUs and NPUs. Reads the ONNX graph."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview import paths
from cxrview.engines import libraries, messages
from cxrview.engines.engine import Outputs
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.message import Message

LATENCY, THROUGHPUT = "LATENCY", "THROUGHPUT"  # what the graph is compiled for
_TARGETS = {"cpu": "CPU", "gpu": "GPU", "npu": "NPU"}


class OpenVinoEngine:
    """See `Engine`."""

    name = "openvino"

    def __init__(self, folder: Path, device: str, *, many: bool = False) -> None:
        openvino = libraries.openvino()
        core = openvino.Core()
        self.device = _target(core.available_devices, device)
        compiled = _compile(core, folder / "model.onnx", self.device, THROUGHPUT if many else LATENCY)
        # An output that the compiler found to be the same as another goes by both names.
        self._outputs = {name: output for output in compiled.outputs for name in output.names}
        self._request = compiled.create_infer_request()
        self._queue: Any = openvino.AsyncInferQueue(compiled) if many else None

    @classmethod
    def missing(cls) -> Message | None:
        return libraries.missing("openvino", "OpenVINO", "openvino")

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, uint8. Raises EngineUnavailable if OpenVINO fails."""
        try:
            if self._queue is not None and len(batch) > 1:
                return self._in_pieces(batch)
            return self._copied(self._request.infer({0: batch}, share_inputs=True))
        except RuntimeError as error:
            problem = messages.OPENVINO_FAILED(device=self.device, error=str(error))
            raise EngineUnavailable(problem) from error

    def _in_pieces(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, of which as many pieces are worked at as the device likes best."""
        pieces = np.array_split(batch, min(len(batch), len(self._queue)))
        found: list[Outputs] = [{} for _ in pieces]
        self._queue.set_callback(lambda request, number: found[number].update(self._copied(request.results)))
        for number, piece in enumerate(pieces):
            self._queue.start_async({0: piece}, number, share_inputs=True)
        self._queue.wait_all()
        return {name: np.concatenate([outputs[name] for outputs in found]) for name in self._outputs}

    def _copied(self, results: Any) -> Outputs:
        return {name: np.array(results[output]) for name, output in self._outputs.items()}


def _compile(core: Any, path: Path, target: str, hint: str) -> Any:
    """Return the compiled graph. Raises UnusableModel or EngineUnavailable."""
    properties = {
        # The default is bfloat16 on CPUs that have it: scores would differ from machine to machine.
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": hint,
    }
    if (threads := os.environ.get("OMP_NUM_THREADS", "")).isdecimal() and int(threads) > 0:
        properties["INFERENCE_NUM_THREADS"] = threads  # Spark says so to each of the workers on a machine
    if target != "CPU" and (cache := _cache()) is not None:
        # Kernels for a GPU take long to compile; on a CPU the cache saves 0.2 s and can only go wrong.
        properties["CACHE_DIR"] = str(cache)
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise UnusableModel(messages.OPENVINO_CANNOT_READ, path=path) from error
    try:
        return core.compile_model(model, target, properties)
    except RuntimeError as error:
        raise EngineUnavailable(messages.OPENVINO_CANNOT_COMPILE(device=target)) from error


def _cache() -> Path | None:
    """Return the folder for compiled models, or None if it cannot be made."""
    folder = paths.cache() / "openvino"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _target(available: list[str], device: str) -> str:
    """Return OpenVINO's name for `device`; raises EngineUnavailable if the machine lacks it."""
    kinds = {name.split(".")[0] for name in available}
    if device == "auto":
        return "AUTO" if kinds & {"GPU", "NPU"} else "CPU"
    target = _TARGETS[device]
    if target not in kinds:
        raise EngineUnavailable(messages.OPENVINO_FINDS_NO(device=target, found=", ".join(available)))
    return target
