"""Where a model looked on one film, by whichever method: one value for screen, files and tables."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.explain.methods import METHODS
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction
from cxrview.message import Message

Field = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """The maps of `method` on one film, (C, h, w) float32, read-only, one for each of `class_names`.

    A map covers the part `field` of the model's square (left, top, right, bottom as fractions), and
    `letterbox` is the way back to the film. Higher speaks for the class; where `signed`, below 0 speaks
    against it, and what is drawn are the places above 0. `map_scale` is what counts as full strength of each
    class, empty where nothing tells: then it is the strongest cell of any class. `patch` is the side of what
    was covered at a time, as a share of the model's square, 0 where nothing was.
    """

    method: str
    class_names: tuple[str, ...]
    maps: NDArray[np.float32]
    letterbox: Letterbox
    field: Field
    model: str
    model_version: str
    map_scale: Mapping[str, float] = dataclasses.field(default_factory=dict)
    patch: float = 0.0

    def __post_init__(self) -> None:
        self.maps.setflags(write=False)

    @property
    def title(self) -> str:
        """The name of the method, as it is written in papers."""
        return METHODS[self.method].title

    @property
    def meaning(self) -> Message:
        """What the numbers are."""
        return METHODS[self.method].meaning

    @property
    def signed(self) -> bool:
        """Whether there may be numbers below 0."""
        return METHODS[self.method].signed

    def map_of(self, class_name: str) -> NDArray[np.float32]:
        """Return the map of a class, (h, w). Raises ValueError if it has none."""
        return np.asarray(self.maps[self.class_names.index(class_name)])


def of_maps(
    prediction: Prediction,
    method: str,
    maps: NDArray[np.float32],
    class_names: tuple[str, ...] = (),
    field: Field | None = None,
    patch: float = 0.0,
) -> Explanation:
    """Return `maps`, (C, h, w), of the film of `prediction` as an explanation, of all classes unless named.

    They lie where the activation maps do unless `field` says otherwise.
    """
    return Explanation(
        method=method,
        class_names=class_names or prediction.class_names,
        maps=np.ascontiguousarray(maps, dtype=np.float32),
        letterbox=prediction.letterbox,
        field=prediction.field if field is None else field,
        model=prediction.model,
        model_version=prediction.model_version,
        patch=patch,
    )


def gradcam(prediction: Prediction) -> Explanation:
    """Return the Grad-CAM that every reading has, of all classes, on the scale of the model's card.

    Selvaraju 2017, eq. 1–2, worked out in the graph (`engines.graph.gradcam_layer`).
    """
    made = of_maps(prediction, "gradcam", prediction.activation_maps)
    return dataclasses.replace(made, map_scale=prediction.map_scale)
