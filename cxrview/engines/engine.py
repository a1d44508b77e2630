"""What an inference engine is: it runs a graph of one input and returns what the graph gives, by name."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cxrview.message import Message

Outputs = dict[str, NDArray[Any]]
"""The outputs of a graph by its own names for them, each (N, …) for N images."""


class Engine(Protocol):
    """Runs the graph in one folder on one device, whatever the graph is for."""

    name: str  # "openvino"
    device: str  # "CPU"

    def __init__(self, folder: Path, device: str, *, many: bool = False) -> None:
        """Compile the graph in `folder` for `device` ("auto", "cpu", "gpu", …).

        With `many`, for as many images in a second as possible, else for one as soon as possible.
        Raises EngineUnavailable if the device is not there.
        """

    @classmethod
    def missing(cls) -> Message | None:
        """Return what to install to have this engine, as a sentence, or None if it is there."""

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        """Return the outputs for `batch`, uint8, (N, S, S) or what else the graph takes.

        Safe to call from any one thread at a time.
        """
