"""Intel's OpenVINO: the default engine, on any CPU and on Intel GPUs and NPUs. Reads the ONNX graph."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview import paths
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.inference.engine import Outputs

_TARGETS = {"cpu": "CPU", "gpu": "GPU", "npu": "NPU"}


def _openvino() -> Any:
    # Importing OpenVINO reports to an analytics host unless its telemetry package cannot be found.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


class OpenVinoEngine:
    """See `Engine`."""

    name = "openvino"

    def __init__(self, folder: Path, device: str) -> None:
        openvino = _openvino()
        core = openvino.Core()
        target = _target(core.available_devices, device)
        properties = {
            # The default is bfloat16 on CPUs that have it: scores would differ from machine to machine.
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "CACHE_DIR": str(paths.cache() / "openvino"),
        }
        try:
            model = core.read_model(folder / "model.onnx")
        except RuntimeError as error:
            raise UnusableModel("cannot be read by OpenVINO.", path=folder / "model.onnx") from error
        try:
            self._compiled = core.compile_model(model, target, properties)
            self._request = self._compiled.create_infer_request()
        except RuntimeError as error:
            raise EngineUnavailable(f"OpenVINO cannot compile the model for {target}.") from error
        self.device = target
        self._outputs = [self._compiled.output(name) for name in Outputs._fields]

    @classmethod
    def missing(cls) -> str | None:
        if importlib.util.find_spec("openvino") is None:
            return "OpenVINO is not installed: pip install openvino."
        return None

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        try:
            results = self._request.infer({"image": batch}, share_inputs=True)
        except RuntimeError as error:
            raise EngineUnavailable(f"OpenVINO failed on {self.device}: {error}") from error
        return Outputs(*(np.array(results[output]) for output in self._outputs))


def _target(available: list[str], device: str) -> str:
    """Return OpenVINO's name for `device`; raises EngineUnavailable if the machine lacks it."""
    kinds = {name.split(".")[0] for name in available}
    if device == "auto":
        return "AUTO" if kinds & {"GPU", "NPU"} else "CPU"
    target = _TARGETS[device]
    if target not in kinds:
        raise EngineUnavailable(f"OpenVINO finds no {target} here (it finds {', '.join(available)}).")
    return target
