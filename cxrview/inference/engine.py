"""What an inference engine is: it takes model inputs and returns the three outputs of the graph."""

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cxrview.message import Message


class Outputs(NamedTuple):
    """The outputs of a bundle's graph for N images, all float32."""

    logits: NDArray[np.float32]  # (N, C)
    activation_maps: NDArray[np.float32]  # (N, C, h, w), Grad-CAM for every class, ≥ 0
    embedding: NDArray[np.float32]  # (N, D), the pooled features


class Engine(Protocol):
    """Runs one bundle's graph on one device."""

    name: str  # "openvino"
    device: str  # "CPU"

    def __init__(self, folder: Path, device: str) -> None:
        """Compile the graph in the bundle `folder` for `device` ("auto", "cpu", "gpu", …).

        Raises EngineUnavailable if the device is not there.
        """

    @classmethod
    def missing(cls) -> Message | None:
        """Return what to install to have this engine, as a sentence, or None if it is there."""

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, (N, S, S) uint8. Safe to call from any one thread at a time."""
