"""Where on the lungs the heat of a class is strongest, in words."""

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy
from cxrview.explain import messages
from cxrview.explain.explanation import Explanation, gradcam
from cxrview.explain.grid import cells_over, strongest
from cxrview.explain.overlay import heat_over
from cxrview.explain.style import FLOOR
from cxrview.inference.prediction import Prediction
from cxrview.message import NOTHING, Message

BOTH = 0.25  # of a class's heat in the lungs, from which on a zone is named beside that of the other side
SAME_SIDE = {"right": "right", "left": "left"}
SWAPPED = {"right": "left", "left": "right"}
WORDS = {
    ("right", "upper"): messages.IN_RIGHT_UPPER,
    ("right", "middle"): messages.IN_RIGHT_MIDDLE,
    ("right", "lower"): messages.IN_RIGHT_LOWER,
    ("left", "upper"): messages.IN_LEFT_UPPER,
    ("left", "middle"): messages.IN_LEFT_MIDDLE,
    ("left", "lower"): messages.IN_LEFT_LOWER,
    ("both", "upper"): messages.IN_BOTH_UPPER,
    ("both", "middle"): messages.IN_BOTH_MIDDLE,
    ("both", "lower"): messages.IN_BOTH_LOWER,
}
Zone = tuple[str, str]  # "right", "left" or "both", and one of `anatomy.regions.ZONES`


def words(
    prediction: Prediction,
    class_name: str,
    patient_orientation: tuple[str, ...] = (),
    own: bool = True,
    explanation: Explanation | None = None,
) -> Message:
    """Return the sentence on where the heat of `class_name` is strongest, NOTHING if there is none to say.

    It says where the model looked, and of no disease. See `zone` for when there is something to say.
    """
    found = zone(prediction, class_name, patient_orientation, own, explanation)
    return WORDS[found] if found is not None else NOTHING


def zone(
    prediction: Prediction,
    class_name: str,
    patient_orientation: tuple[str, ...] = (),
    own: bool = True,
    explanation: Explanation | None = None,
) -> Zone | None:
    """Return the zone of the lungs in which the strongest cell of `class_name` lies, by Grad-CAM or another.

    It is of "both" sides where at that height each side has BOTH and more of the heat that is in the lungs.
    `patient_orientation` is the file's, with the patient's right at the left of the image if it says nothing.
    None where the model reads no lungs or found none, the film is none that it knows, the strongest cell is
    not above FLOOR (on the scale of `overlay.shares`, with `own`), or the film stands on its head or lies on
    its side. Raises InvalidRequest for an unknown class.
    """
    anatomy, sides = prediction.anatomy, _sides(patient_orientation)
    if anatomy is None or not anatomy.found or not prediction.in_domain or sides is None:
        return None
    made = explanation if explanation is not None else gradcam(prediction)
    if strongest(made, class_name, own) <= FLOOR:
        return None
    box = anatomy.letterbox
    shape = (box.inner_height, box.inner_width)
    # On the common scale nothing is cut off, so that shares are shares.
    heat = heat_over(made, class_name, shape, own=False)
    cells = cells_over(made, class_name, shape, own=False)
    zones = {key: _on_film(region, anatomy) for key, region in anatomy.zones().items()}
    overlap = {key: int((region & (cells == cells.max())).sum()) for key, region in zones.items()}
    if not any(overlap.values()):
        return None
    side, height = max(overlap, key=lambda key: overlap[key])
    total = sum(float(heat[region].sum()) for region in zones.values())
    at_height = [float(heat[zones[name, height]].sum()) for name in sides]
    both = total > 0 and min(at_height) >= BOTH * total
    return ("both" if both else sides[side]), height


def _on_film(region: NDArray[np.bool_], anatomy: Anatomy) -> NDArray[np.bool_]:
    """Return the part of a region of the anatomy's square that the film fills."""
    box = anatomy.letterbox
    return region[box.top : box.top + box.inner_height, box.left : box.left + box.inner_width]


def _sides(patient_orientation: tuple[str, ...]) -> dict[str, str] | None:
    """Return what `Anatomy` calls the sides, which goes by the image, to what they are of the patient.

    None if the film is not upright: then it cannot be said what is upper and what is left.
    """
    if len(patient_orientation) != 2:
        return SAME_SIDE
    row, column = patient_orientation
    if not column.startswith("F") or not row.startswith(("L", "R")):
        return None
    return SAME_SIDE if row.startswith("L") else SWAPPED
