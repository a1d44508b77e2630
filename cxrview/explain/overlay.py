"""A class's map, laid exactly over the image that it explains."""

import numpy as np
from numpy.typing import NDArray

from cxrview.errors import InvalidRequest
from cxrview.explain import messages
from cxrview.explain.explanation import Explanation, gradcam
from cxrview.inference.prediction import Prediction


def has_own_scale(explanation: Explanation, own: bool = True) -> bool:
    """Whether the map of each class is on a scale of its own: it can be, and is wanted (`own`)."""
    return own and bool(explanation.map_scale)


def shares(explanation: Explanation, class_name: str, own: bool = True) -> NDArray[np.float32]:
    """Return the cells of `class_name`, (h, w) float32 in 0…1, of the method's own coarse map.

    On the class's own scale 1 is what `Explanation.map_scale` says; what is stronger is 1 too. Without it, or
    if `own` is false, 1 is the strongest cell of *any* class in this image, so a class that the model hardly
    considered stays faint. What speaks against a class is 0. Raises InvalidRequest for an unknown class.
    """
    if class_name not in explanation.class_names:
        names = ", ".join(explanation.class_names)
        raise InvalidRequest(messages.NO_CLASS(name=class_name, names=names))
    if has_own_scale(explanation, own):
        full = explanation.map_scale[class_name]
    else:
        full = float(explanation.maps.max())
    maps = explanation.map_of(class_name)
    return np.asarray(np.clip(maps / full if full > 0 else maps, 0, 1), dtype=np.float32)


def heat_over(
    explanation: Explanation, class_name: str, shape: tuple[int, int] | None = None, own: bool = True
) -> NDArray[np.float32]:
    """Return the heatmap of `class_name` over the whole image, float32 in 0…1, smooth between the cells.

    It has the image's height and width, or `shape` rows and columns spread over the same area. The scale
    is that of `shares`, with `own`; parts of the image that the model never saw are 0. Raises InvalidRequest
    for an unknown class.
    """
    cells = shares(explanation, class_name, own)
    return np.clip(explanation.letterbox.back(cells, explanation.field, shape), 0, 1)


def overlay(
    prediction: Prediction, class_name: str, shape: tuple[int, int] | None = None, own: bool = True
) -> NDArray[np.float32]:
    """Return `heat_over` of the Grad-CAM that every reading has."""
    return heat_over(gradcam(prediction), class_name, shape, own)
