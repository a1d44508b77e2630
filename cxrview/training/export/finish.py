"""From a trained network to a model that the app uses: calibrate, measure, describe, export, register."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.bundle import store
from cxrview.datasets.labelled import LabelledImages
from cxrview.engines.graph.build import to_float32
from cxrview.errors import CxrviewError
from cxrview.evaluation.predictions import LabelledPredictions, answers_for
from cxrview.evaluation.report import write_report
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.export import card_entries
from cxrview.training.export.bundle import LIBRARIES, library_versions, round_weights, write_bundle
from cxrview.training.export.calibrate import Judged, apply_temperature, fit_calibration, operating_points
from cxrview.training.export.domain_choice import Embedded, domain_of
from cxrview.training.export.domain_statistics import DomainStatistics
from cxrview.training.run.events import Finished, Stage, Warned
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.history import History
from cxrview.training.run.history_figure import course
from cxrview.training.run.journal import Journal
from cxrview.training.run.predict import BatchPredictor, shift_logits
from cxrview.training.run.prepare import Prepared

HEADLINE = ("accuracy", "balanced_accuracy", "macro_f1", "macro_auc", "ece")


@dataclass(frozen=True, slots=True, eq=False)
class FinishedModel:
    """A network with what turns its outputs into calibrated probabilities and a verdict on the domain."""

    ask: BatchPredictor
    temperature: float
    biases: NDArray[np.float64]  # (C,) that have gone into the logits
    exclusive: bool
    domain: DomainStatistics
    domain_entry: dict[str, Any]  # of the card

    def answers(self, data: LabelledImages, tell: Journal) -> LabelledPredictions:
        """Return what the finished model answers about `data`."""
        raw = self.ask(data, tell.stage("measuring"))
        inside = self.domain.distances(raw.embeddings) <= self.domain.threshold
        probabilities = apply_temperature(raw.logits, self.temperature, self.exclusive)
        return answers_for(data, probabilities, inside, self.exclusive)


def finish(
    model: keras.Model,
    prepared: Prepared,
    config: TrainingConfig,
    history: History,
    folder: RunFolder,
    tell: Journal,
    *,
    register: bool = True,
) -> Finished:
    """Calibrate, measure and write `model` as a bundle, and return where it is.

    The weights are rounded to what the bundle stores before anything is measured. Raises CxrviewError,
    OSError, and Cancelled when `tell` does; the whole can be done again.
    """
    model = to_float32(model)
    round_weights(model)
    finished = _calibrate(model, prepared, config, tell)
    parts = _measured_parts(finished, prepared, tell)
    card = _card(finished, parts, prepared, config, history, folder)
    card |= {"architecture": model.name, "input_size": model.input_shape[1]}
    bundle = folder.bundles / config.model.name
    folder.bundles.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder.path, prefix=".report-") as scratch:
        shared = Path(scratch)
        metrics, page = _report(finished, parts, prepared, card, history, folder, shared, tell)
        card["metrics"] = card_entries.metrics(metrics, prepared)
        write_bundle(
            bundle,
            model,
            card,
            finished.domain,
            tell.stage("exporting"),
            attachments=[shared / "report.html", shared / "metrics.json"],
            warn=lambda complaint: tell(Warned(complaint)),
        )
    registered = _register(bundle, tell) if register else ""
    figures = _headline(metrics, "test" if "test" in parts else "validation")
    return Finished(str(bundle), str(page), history.best_epoch, figures, registered, history.stopped_early)


def _calibrate(
    model: keras.Model, prepared: Prepared, config: TrainingConfig, tell: Journal
) -> FinishedModel:
    """Fit temperature, biases and domain statistics; the biases go into `model`."""
    tell(Stage("calibrating", 0.0))
    ask, exclusive = BatchPredictor(model), config.model.exclusive
    validation = ask(prepared.validation, tell.stage("calibrating"))
    calibration = fit_calibration(
        validation.logits,
        prepared.validation.targets,
        exclusive=exclusive,
        with_bias=config.recipe.recalibrate_bias,
    )
    shift_logits(model, calibration.biases)
    train = ask(prepared.train, tell.stage("domain"))
    ood = None
    if (others := prepared.out_of_distribution) is not None and len(others):
        ood = Embedded(ask(others, tell.stage("domain")).embeddings, others.groups, others.sources)
    domain, entry = domain_of(train.embeddings, prepared.train.labels, validation.embeddings, ood)
    # The graph is made anew, for it may hold copies of the head's weights.
    temperature = round(calibration.temperature, 4)
    return FinishedModel(BatchPredictor(model), temperature, calibration.biases, exclusive, domain, entry)


def _measured_parts(
    finished: FinishedModel, prepared: Prepared, tell: Journal
) -> dict[str, LabelledPredictions]:
    sides = {
        "validation": prepared.validation,
        "test": prepared.test,
        "external": prepared.external,
    }
    return {
        name: finished.answers(data, tell) for name, data in sides.items() if data is not None and len(data)
    }


def _card(
    finished: FinishedModel,
    parts: Mapping[str, LabelledPredictions],
    prepared: Prepared,
    config: TrainingConfig,
    history: History,
    folder: RunFolder,
) -> dict[str, Any]:
    validation, external = parts["validation"], parts.get("external")
    start = folder.start.read_text("utf-8") if folder.start.is_file() else ""
    card = card_entries.entries(config, prepared, history, start)
    if finished.biases.any():
        added = dict(zip(prepared.train.class_names, finished.biases.round(4).tolist(), strict=True))
        card["training"] = {**card["training"], "added_to_logits": added}
    return card | {
        "temperature": finished.temperature,
        "operating_points": operating_points(
            validation.probabilities,
            prepared.validation.targets,
            prepared.train.class_names,
            _judged(external),
        ),
        "domain": finished.domain_entry,
        "libraries": library_versions(LIBRARIES),
    }


def _judged(external: LabelledPredictions | None) -> Judged | None:
    if external is None:
        return None
    known = external.subset(external.known)
    return known.probabilities, known.truth.astype(np.uint8)


def _report(
    finished: FinishedModel,
    parts: Mapping[str, LabelledPredictions],
    prepared: Prepared,
    card: Mapping[str, Any],
    history: History,
    folder: RunFolder,
    shared: Path,
    tell: Journal,
) -> tuple[dict[str, Any], Path]:
    """Write the report of the run, and to `shared` the one for the model; return figures and page."""
    tell(Stage("reporting", 0.0))
    ood = None
    if prepared.out_of_distribution is not None and len(prepared.out_of_distribution):
        ood = finished.answers(prepared.out_of_distribution, tell)
    name = "test" if "test" in parts else "validation"
    data = prepared.test if name == "test" else prepared.validation
    page = write_report(
        folder.report,
        str(card["title"]),
        parts,
        course=course(history),
        card=card,
        examples=finished.ask.examples(data, parts[name]),
        data_report=prepared.report,
        out_of_distribution=ood,
        shared=shared,
        report=tell.stage("reporting"),
    )
    metrics: dict[str, Any] = json.loads((folder.report / "metrics.json").read_text("utf-8"))
    return metrics, page


def _headline(metrics: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the figures that a message shows, with the part of the data and the number of its images."""
    measured = metrics["parts"][part]
    figures = measured.get("figures", {})
    chosen = {name: figures[name] for name in HEADLINE if name in figures}
    return {"part": part, "images": measured["images"], **chosen}


def _register(bundle: Path, tell: Journal) -> str:
    """Put the model into the user's folder and return its name there, or "" after saying why not."""
    try:
        return store.install(bundle)
    except CxrviewError as error:
        tell(Warned(messages.NOT_LISTED(reason=error.whole)))
        return ""
