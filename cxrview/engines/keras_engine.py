"""Keras on TensorFlow: for models with no ONNX graph, NVIDIA GPUs on Linux, and to check the others."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrview.engines import libraries, messages
from cxrview.engines.engine import Outputs
from cxrview.errors import EngineUnavailable
from cxrview.message import Message


class KerasEngine:
    """See `Engine`."""

    name = "keras"

    def __init__(self, folder: Path, device: str, *, many: bool = False) -> None:  # noqa: ARG002
        if not (folder / "model.keras").is_file():
            raise EngineUnavailable(messages.NO_KERAS_FILE)
        tensorflow = libraries.tensorflow()
        from cxrview.engines.graph.build import inference_graph
        from cxrview.engines.graph.load import load_model

        gpus = tensorflow.config.list_logical_devices("GPU")
        if device == "npu" or (device == "gpu" and not gpus):
            raise EngineUnavailable(messages.TENSORFLOW_FINDS_NO(device=device.upper()))
        self._place = gpus[0].name if gpus and device != "cpu" else "/CPU:0"
        self.device = "GPU" if "GPU" in self._place else "CPU"
        self._tensorflow = tensorflow
        with tensorflow.device(self._place):
            graph = inference_graph(load_model(folder / "model.keras"))
            self._run = tensorflow.function(lambda batch: graph(batch, training=False), reduce_retracing=True)

    @classmethod
    def missing(cls) -> Message | None:
        needed = (("tensorflow", "TensorFlow"), ("keras", "Keras"))
        return next(filter(None, (libraries.missing(name, title, name) for name, title in needed)), None)

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, uint8. Raises EngineUnavailable if TensorFlow fails."""
        try:
            with self._tensorflow.device(self._place):
                results = self._run(self._tensorflow.constant(batch))
        except self._tensorflow.errors.OpError as error:
            problem = messages.TENSORFLOW_FAILED(device=self.device, error=error.message)
            raise EngineUnavailable(problem) from error
        return {name: np.asarray(values) for name, values in results.items()}
