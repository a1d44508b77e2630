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

_TARGETS = {"cpu": "CPU", "gpu": "GPU", "npu": "NPU"}


class OpenVinoEngine:
    """See `Engine`."""

    name = "openvino"

    def __init__(self, folder: Path, device: str) -> None:
        openvino = libraries.openvino()
        core = openvino.Core()
        self.device = _target(core.available_devices, device)
        compiled = _compile(core, folder / "model.onnx", self.device)
        # An output that the compiler found to be the same as another goes by both names.
        self._outputs = {name: output for output in compiled.outputs for name in output.names}
        self._request = compiled.create_infer_request()

    @classmethod
    def missing(cls) -> Message | None:
        return libraries.missing("openvino", "OpenVINO", "openvino")

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, uint8. Raises EngineUnavailable if OpenVINO fails."""
        try:
            results = self._request.infer({0: batch}, share_inputs=True)
        except RuntimeError as error:
            problem = messages.OPENVINO_FAILED(device=self.device, error=str(error))
            raise EngineUnavailable(problem) from error
        return {name: np.array(results[output]) for name, output in self._outputs.items()}


def _compile(core: Any, path: Path, target: str) -> Any:
    """Return the compiled graph. Raises UnusableModel or EngineUnavailable."""
    properties = {
        # The default is bfloat16 on CPUs that have it: scores would differ from machine to machine.
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
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
