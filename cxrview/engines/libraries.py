"""Import the inference libraries so that they neither report home nor end the program when they are broken.

Each of them sends usage events to an analytics host unless it is stopped before its first import.
"""

import importlib
import importlib.util
import os
import sys
from types import ModuleType

from cxrview import paths
from cxrview.engines import messages
from cxrview.errors import EngineUnavailable
from cxrview.message import Message


def missing(module: str, title: str, install: str) -> Message | None:
    """Return a sentence that says what to install if `module` is not there, or None."""
    if importlib.util.find_spec(module) is None:
        return messages.NOT_INSTALLED(title=title, install=install)
    return None


def openvino() -> ModuleType:
    """Return OpenVINO. Raises EngineUnavailable."""
    # Where its telemetry package cannot be found, a stub of its own takes over.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return _load("openvino", "OpenVINO", "Core")


def onnxruntime() -> ModuleType:
    """Return ONNX Runtime. Raises EngineUnavailable."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # Linux and macOS, since 1.29
    library = _load("onnxruntime", "ONNX Runtime", "InferenceSession")
    if sys.platform == "win32":
        library.disable_telemetry_events()
    return library


def tensorflow() -> ModuleType:
    """Return TensorFlow, with Keras set to run on it. Raises EngineUnavailable."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    house_matplotlib()
    if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
        raise EngineUnavailable(messages.KERAS_ELSEWHERE(backend=os.environ["KERAS_BACKEND"]))
    return _load("tensorflow", "TensorFlow", "function")


def house_matplotlib() -> None:
    """Have Matplotlib keep its list of fonts among our own files; Keras imports it where it is installed."""
    os.environ.setdefault("MPLCONFIGDIR", str(paths.cache() / "matplotlib"))


def _load(name: str, title: str, wanted: str) -> ModuleType:
    """Import a library and see that it is whole: a half-removed one leaves an empty folder behind."""
    try:
        library = importlib.import_module(name)
        getattr(library, wanted)
    except (ImportError, AttributeError, OSError) as error:
        raise EngineUnavailable(messages.LIBRARY_DAMAGED(title=title, error=str(error))) from error
    return library
