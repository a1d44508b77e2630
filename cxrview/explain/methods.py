"""The ways to ask a model where it looked, by name, in a table that is light to import: each imports what it
needs when it is called."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cxrview.inference.prediction import Prediction

Method: TypeAlias = "Callable[[Prediction, str], NDArray[np.float32]]"
"""Returns the heat of a class over the whole image, (H, W) float32 in 0…1. Raises InvalidRequest for an
unknown class."""


def gradcam(prediction: "Prediction", class_name: str) -> "NDArray[np.float32]":
    """Return where the network's last features speak for the class, as the model itself gives it out.

    Selvaraju 2017, eq. 1–2 (`engines.graph.gradcam_layer`). Raises InvalidRequest for an unknown class.
    """
    from cxrview.explain.overlay import overlay

    return overlay(prediction, class_name)


DEFAULT = "gradcam"
METHODS: dict[str, Method] = {
    "gradcam": gradcam,
}
