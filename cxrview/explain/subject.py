"""What a method may look at: one film as the model was given it, and all that came out in one pass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.card import LUNGS
from cxrview.engines.engine import Outputs
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.explain import messages
from cxrview.explain.methods import METHODS
from cxrview.imaging import Radiograph
from cxrview.inference.calibration import probabilities
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import Given, Predictor


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A film and the model that read it. `outputs` are all that the graph gave, each (1, …)."""

    predictor: Predictor
    prediction: Prediction
    given: Given
    outputs: Outputs

    @classmethod
    def of(cls, predictor: Predictor, radiograph: Radiograph) -> "Subject":
        """Read `radiograph` in one pass. Raises what `Predictor.predict` raises."""
        return cls(predictor, *predictor.look(predictor.prepare(radiograph)))

    def check(self, class_name: str) -> None:
        """Raise InvalidRequest if the model has no such class."""
        names = self.prediction.class_names
        if class_name not in names:
            raise InvalidRequest(messages.NO_CLASS(name=class_name, names=", ".join(names)))

    def features(self, method: str) -> NDArray[np.float32]:
        """Return the features that the head takes, (h, w, K). Raises UnusableModel if there are none."""
        if "features" not in self.outputs:
            problem = messages.NO_FEATURES(name=self.prediction.model, method=METHODS[method].title)
            raise UnusableModel(problem, messages.USE_GRADCAM)
        return np.asarray(self.outputs["features"][0], np.float32)

    @property
    def film(self) -> NDArray[np.uint8]:
        """The grey levels that the model was given, (S, S)."""
        image = self.given.image
        return image if image.ndim == 2 else image[..., 0]

    def with_film(self, films: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return inputs with other grey levels, `films` (N, S, S), and the same lungs beside them."""
        if self.predictor.card.frame != LUNGS:
            return films
        masks = np.broadcast_to(self.given.image[..., 1], films.shape)
        return np.stack([films, masks], axis=-1)

    @property
    def grey(self) -> float:
        """The mean grey level of what counts: of the lungs where the model reads those, else of the film."""
        box, image = self.given.letterbox, self.given.image
        inside = np.zeros(image.shape[:2], np.bool_)
        inside[box.top : box.top + box.inner_height, box.left : box.left + box.inner_width] = True
        if image.ndim == 3 and (lungs := image[..., 1] > 127).any():
            inside = lungs
        return float(self.film[inside].mean())

    def logits(self, films: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the scores of other grey levels, (N, C), in one batch."""
        return np.asarray(self.predictor.engine.predict(self.with_film(films))["logits"], np.float32)

    def probabilities(self, films: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the calibrated probabilities of other grey levels, (N, C), in one batch."""
        return probabilities(self.logits(films), self.predictor.card)
