"""What a model says about one radiograph, and how it looked."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Anatomy
from cxrview.imaging import Letterbox


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """One reading. C classes, maps of h × w cells, D features. The arrays are read-only.

    `activation_maps` is Grad-CAM for every class (Selvaraju 2017), ≥ 0, on one scale for all classes; the
    maps cover the part `field` of the model's square (left, top, right, bottom as fractions). `map_scale` is
    what counts as full strength on the map of each class; empty where the model's card does not tell.
    `domain_score` is the distance of the embedding from the training images divided by the limit, so
    above 1 the image is not of the kind the model knows; `domain_percentile` is the share (0…100) of
    validation images that lie nearer. Both are NaN when the bundle cannot tell. `objections` are sentences
    that say why the file is no frontal chest radiograph. `anatomy` is what was found of the lungs, None for a
    model that reads the whole film. `in_domain` is true if nothing speaks against it.
    """

    class_names: tuple[str, ...]
    probabilities: NDArray[np.float32]  # (C,), calibrated; sums to 1 for exclusive classes
    logits: NDArray[np.float32]  # (C,), before calibration
    activation_maps: NDArray[np.float32]  # (C, h, w)
    embedding: NDArray[np.float32]  # (D,)
    in_domain: bool
    domain_score: float
    domain_percentile: float
    objections: tuple[str, ...]
    letterbox: Letterbox
    field: tuple[float, float, float, float]
    model: str
    model_version: str
    engine: str
    device: str
    elapsed_ms: float  # per image, the forward pass, with the finding of the lungs where they are read
    anatomy: Anatomy | None = None
    map_scale: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (self.probabilities, self.logits, self.activation_maps, self.embedding):
            array.setflags(write=False)

    @property
    def predicted(self) -> str:
        """The name of the most probable class."""
        return self.class_names[int(np.argmax(self.probabilities))]
