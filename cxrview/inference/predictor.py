"""From radiographs to predictions: one bundle, one engine, batches, calibration, the domain check."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview import bundle
from cxrview.bundle import Bundle, Card
from cxrview.engines.engine import Engine, Outputs
from cxrview.errors import UnusableModel
from cxrview.i18n import tr
from cxrview.imaging import Letterbox, Radiograph, model_input
from cxrview.inference import contract, domain, messages
from cxrview.inference.calibration import probabilities
from cxrview.inference.prediction import Prediction
from cxrview.inference.suitability import objections
from cxrview.progress import Report, silent

BATCH_SIZE = 16


class ModelInput(NamedTuple):
    """What the model sees of one radiograph, (S, S) uint8, the way back to its pixels, and what speaks
    against showing it to the model at all.
    """

    image: NDArray[np.uint8]
    letterbox: Letterbox
    objections: tuple[str, ...]


class Predictor:
    """Reads radiographs with one model on one engine. Use from one thread at a time."""

    def __init__(self, model: Bundle, engine: Engine, reason: str = "") -> None:
        self.card: Card = model.card
        self.engine = engine
        self.reason = reason  # why this engine runs, a sentence for the user
        self._domain = domain.load(model.folder)

    @classmethod
    def load(cls, model: str = "", device: str = "auto") -> "Predictor":
        """Return a predictor for bundle `model` (name, folder, or "" for the default) on `device`.

        Takes a second or so. Raises InvalidRequest, UnusableModel or EngineUnavailable.
        """
        opened = bundle.load(bundle.find(model))
        choice = contract.choose(opened.folder, device)
        return cls(opened, choice.engine, choice.reason)

    def prepare(self, radiograph: Radiograph) -> ModelInput:
        """Return what the model sees of `radiograph`. Pure, so it may run in any thread."""
        image, letterbox = model_input(radiograph, self.card.input_size)
        return ModelInput(image, letterbox, objections(radiograph))

    def predict(self, radiographs: Sequence[Radiograph], report: Report = silent) -> list[Prediction]:
        """Return one prediction per radiograph, in order. `report` may raise Cancelled between batches."""
        predictions: list[Prediction] = []
        for start in range(0, len(radiographs), BATCH_SIZE):
            report(start / len(radiographs), tr("reading"))
            chunk = radiographs[start : start + BATCH_SIZE]
            predictions += self.predict_inputs([self.prepare(radiograph) for radiograph in chunk])
        return predictions

    def predict_inputs(self, inputs: Sequence[ModelInput]) -> list[Prediction]:
        """Return one prediction per prepared input, in order, from a single forward pass."""
        if not inputs:
            return []
        begin = time.perf_counter()
        outputs = self.engine.predict(np.stack([item.image for item in inputs]))
        elapsed_ms = (time.perf_counter() - begin) * 1000 / len(inputs)
        if not np.isfinite(outputs["logits"]).all():
            raise UnusableModel(messages.GIVES_NO_NUMBERS(name=self.card.name))
        return [self._prediction(outputs, index, item, elapsed_ms) for index, item in enumerate(inputs)]

    def _prediction(self, outputs: Outputs, index: int, item: ModelInput, elapsed_ms: float) -> Prediction:
        logits, embedding = outputs["logits"][index], outputs["embedding"][index]
        verdict = self._domain.judge(embedding) if self._domain is not None else domain.UNKNOWN
        return Prediction(
            class_names=self.card.class_names,
            probabilities=probabilities(logits, self.card),
            logits=logits,
            activation_maps=outputs["activation_maps"][index],
            embedding=embedding,
            in_domain=verdict.in_domain and not item.objections,
            domain_score=verdict.score,
            domain_percentile=verdict.percentile,
            objections=item.objections,
            letterbox=item.letterbox,
            field=self.card.map_field,
            model=self.card.name,
            model_version=self.card.version,
            engine=self.engine.name,
            device=self.engine.device,
            elapsed_ms=elapsed_ms,
            map_scale=self.card.map_scale,
        )
