"""ONNX Runtime: the same ONNX graph on CPUs, and on GPUs through CUDA, DirectML or CoreML."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.engines import libraries, messages
from cxrview.engines.engine import Outputs
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.message import Message

_GPU_PROVIDERS = {
    "CUDAExecutionProvider": "CUDA",
    "DmlExecutionProvider": "DirectML",
    "CoreMLExecutionProvider": "CoreML",
}
_OWN_BUILDS = {"CUDAExecutionProvider", "DmlExecutionProvider"}  # installed on purpose, as an extra


class OnnxRuntimeEngine:
    """See `Engine`."""

    name = "onnxruntime"

    def __init__(self, folder: Path, device: str, *, many: bool = False) -> None:  # noqa: ARG002
        onnxruntime = libraries.onnxruntime()
        providers = _providers(onnxruntime.get_available_providers(), device)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only: the rest is for its developers
        # Each session has threads of its own, which wait for more by turning on the spot: those of the lung
        # network would take the cores from the model that runs after it.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                folder / "model.onnx", options, providers=[*providers, "CPUExecutionProvider"]
            )
        except _errors() as error:
            problem = messages.ONNXRUNTIME_CANNOT_RUN(error=str(error))
            raise UnusableModel(problem, path=folder / "model.onnx") from error
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]
        used = self._session.get_providers()[0]
        if providers and used not in providers:
            raise EngineUnavailable(messages.ONNXRUNTIME_CANNOT_START(provider=_GPU_PROVIDERS[providers[0]]))
        self.device = _GPU_PROVIDERS.get(used, "CPU")

    @classmethod
    def missing(cls) -> Message | None:
        return libraries.missing("onnxruntime", "ONNX Runtime", "cxrview[onnxruntime]")

    @classmethod
    def has_own_gpu(cls) -> bool:
        """Whether the installed build is one for CUDA or DirectML."""
        try:
            return bool(_OWN_BUILDS & set(libraries.onnxruntime().get_available_providers()))
        except EngineUnavailable:
            return False

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, uint8. Raises EngineUnavailable if ONNX Runtime fails."""
        try:
            results = self._session.run(self._outputs, {self._input: batch})
        except _errors() as error:
            problem = messages.ONNXRUNTIME_FAILED(device=self.device, error=str(error))
            raise EngineUnavailable(problem) from error
        return dict(zip(self._outputs, results, strict=True))


def _errors() -> tuple[type[Exception], ...]:
    """Return the exception types of ONNX Runtime, which share no base class of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    kinds = (value for value in vars(state).values() if isinstance(value, type))
    return (RuntimeError, *(kind for kind in kinds if issubclass(kind, Exception)))


def _providers(available: list[str], device: str) -> list[str]:
    """Return the GPU providers to ask for; raises EngineUnavailable if the machine lacks the device."""
    if device in ("auto", "cpu"):
        return []
    found = [name for name in _GPU_PROVIDERS if name in available] if device == "gpu" else []
    if not found:
        raise EngineUnavailable(
            messages.ONNXRUNTIME_KNOWS_NO(device=device.upper(), extras=messages.ONNXRUNTIME_EXTRAS)
        )
    return found
