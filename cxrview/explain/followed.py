"""Whose heatmap is shown where nobody has pinned a class."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.inference.prediction import Prediction


def followed(prediction: "Prediction") -> str:
    """Return the name of the class that the image is read as: its map answers why."""
    return prediction.predicted
