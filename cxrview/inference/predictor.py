"""From radiographs to predictions: one bundle, one engine, batches, calibration, the domain check."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview import bundle
from cxrview.anatomy import Anatomy, Film, LungFinder, framed, reduced
from cxrview.bundle import Bundle, Card
from cxrview.bundle.card import LUNGS
from cxrview.engines.engine import Engine, Outputs
from cxrview.errors import UnusableModel
from cxrview.i18n import tr
from cxrview.imaging import Letterbox, Radiograph, model_input
from cxrview.inference import contract, domain, messages
from cxrview.inference.calibration import probabilities
from cxrview.inference.prediction import Prediction
from cxrview.inference.suitability import against_lungs, objections
from cxrview.progress import Report, silent

BATCH_SIZE = 16


class Given(NamedTuple):
    """What the model is given of one radiograph, and the way back to its pixels.

    `image` is (S, S) uint8, or (S, S, 2) for a model that reads lungs, and of such a one is the `anatomy`.
    """

    image: NDArray[np.uint8]
    letterbox: Letterbox
    anatomy: Anatomy | None = None


class ModelInput(NamedTuple):
    """What is needed of one radiograph, and what speaks against showing it to the model at all.

    For a model that reads lungs it is the film until these are found on it, unless that was done;
    finding them took `took_ms`.
    """

    film: Given | Film
    objections: tuple[str, ...]
    took_ms: float = 0.0


class Predictor:
    """Reads radiographs with one model on one engine. Use from one thread at a time."""

    def __init__(
        self, model: Bundle, engine: Engine, reason: str = "", lungs: LungFinder | None = None
    ) -> None:
        """Take a `model` and what runs it; one that reads lungs needs what finds them, or ValueError."""
        self.card: Card = model.card
        self.folder = model.folder
        if (self.card.frame == LUNGS) != (lungs is not None):
            raise ValueError("a finder of lungs is for models that read lungs")
        self.lungs = lungs
        self.engine = engine
        self.reason = reason  # why this engine runs, a sentence for the user
        self._domain = domain.load(model.folder)

    @classmethod
    def load(
        cls, model: str = "", device: str = "auto", report: Report = silent, *, many: bool = False
    ) -> "Predictor":
        """Return a predictor for bundle `model` (name, folder, or "" for the default) on `device`.

        With `many`, for as many films in a second as possible, else for one as soon as possible.
        Takes a second or so, and longer for one from elsewhere that has not been tried, in which time
        `report` may raise Cancelled. Raises InvalidRequest, UnusableModel or EngineUnavailable.
        """
        opened = bundle.load(bundle.find(model))
        choice = contract.choose(opened.folder, device, report, many=many)
        lungs = LungFinder.load(device, many=many) if opened.card.frame == LUNGS else None
        return cls(opened, choice.engine, choice.reason, lungs)

    def prepare(self, radiograph: Radiograph) -> ModelInput:
        """Return what is needed of `radiograph`, at most 1 MB. Pure, so it may run in any thread.

        Raises UnreadableImage if a part of the picture is missing.
        """
        radiograph.require_whole()
        against = objections(radiograph)
        if self.lungs is not None:
            return ModelInput(reduced(radiograph), against)
        return ModelInput(Given(*model_input(radiograph, self.card.input_size)), against)

    def predict(self, radiographs: Sequence[Radiograph], report: Report = silent) -> list[Prediction]:
        """Return one prediction per radiograph, in order. `report` may raise Cancelled between batches."""
        predictions: list[Prediction] = []
        for start in range(0, len(radiographs), BATCH_SIZE):
            report(start / len(radiographs), tr("reading"))
            chunk = radiographs[start : start + BATCH_SIZE]
            predictions += self.predict_inputs([self.prepare(radiograph) for radiograph in chunk])
        return predictions

    def framed(self, inputs: Sequence[ModelInput]) -> list[ModelInput]:
        """Return `inputs` with the lungs found where the model reads them: the first part of a reading.

        It may run in another thread than `predict_inputs`, one call at a time.
        """
        begin = time.perf_counter()
        given = self._given([item.film for item in inputs])
        took = (time.perf_counter() - begin) * 1000 / max(1, len(inputs))
        return [
            ModelInput(image, item.objections, item.took_ms + took)
            for item, image in zip(inputs, given, strict=True)
        ]

    def predict_inputs(self, inputs: Sequence[ModelInput]) -> list[Prediction]:
        """Return one prediction per prepared input, in order, from a single forward pass.

        For a model that reads lungs, one pass of the network that finds them goes before, for those inputs
        that are not `framed` yet.
        """
        return self._read(inputs)[0] if inputs else []

    def look(self, item: ModelInput) -> tuple[Prediction, Given, Outputs]:
        """Return the prediction of one prepared input, what the model was given, and all that the graph gave.

        The outputs are each (1, …). Raises what `predict_inputs` raises.
        """
        predictions, given, outputs = self._read([item])
        return predictions[0], given[0], outputs

    def _read(self, inputs: Sequence[ModelInput]) -> tuple[list[Prediction], list[Given], Outputs]:
        begin = time.perf_counter()
        given = self._given([item.film for item in inputs])
        outputs = self.engine.predict(np.stack([item.image for item in given]))
        elapsed_ms = (time.perf_counter() - begin) * 1000 / len(inputs)
        if not np.isfinite(outputs["logits"]).all():
            raise UnusableModel(messages.GIVES_NO_NUMBERS(name=self.card.name))
        predictions = [
            self._prediction(outputs, index, item.objections, image, item.took_ms + elapsed_ms)
            for index, (item, image) in enumerate(zip(inputs, given, strict=True))
        ]
        return predictions, given, outputs

    def _given(self, films: Sequence[Given | Film]) -> list[Given]:
        """Return what the model is given of each film, once the lungs are found where it reads them."""
        waiting = [film for film in films if isinstance(film, Film)]
        found = iter(self.lungs.find(waiting) if self.lungs is not None else ())
        return [film if isinstance(film, Given) else self._framed(film, next(found)) for film in films]

    def _framed(self, film: Film, anatomy: Anatomy) -> Given:
        return Given(*framed(film, anatomy, self.card.input_size), anatomy)

    def _prediction(
        self, outputs: Outputs, index: int, against: tuple[str, ...], given: Given, elapsed_ms: float
    ) -> Prediction:
        logits, embedding = outputs["logits"][index], outputs["embedding"][index]
        against += against_lungs(given.anatomy)
        verdict = self._domain.judge(embedding) if self._domain is not None else domain.UNKNOWN
        return Prediction(
            class_names=self.card.class_names,
            probabilities=probabilities(logits, self.card),
            logits=logits,
            activation_maps=outputs["activation_maps"][index],
            embedding=embedding,
            in_domain=verdict.in_domain and not against,
            domain_score=verdict.score,
            domain_percentile=verdict.percentile,
            objections=against,
            letterbox=given.letterbox,
            field=self.card.map_field,
            model=self.card.name,
            model_version=self.card.version,
            engine=self.engine.name,
            device=self.engine.device,
            elapsed_ms=elapsed_ms,
            anatomy=given.anatomy,
            map_scale=self.card.map_scale,
        )
