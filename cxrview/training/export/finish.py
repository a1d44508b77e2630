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
from cxrview.bundle.card import FILM, LUNGS, Card, draft
from cxrview.datasets.labelled import LabelledImages
from cxrview.engines.graph.build import reads_lungs, to_float32
from cxrview.errors import CxrviewError
from cxrview.evaluation.localization.heat_report import HeatReport
from cxrview.evaluation.predictions import LabelledPredictions, answers_for
from cxrview.evaluation.report import write_report
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.export import card_entries
from cxrview.training.export.bundle import LIBRARIES, library_versions, round_weights, write_bundle
from cxrview.training.export.calibrate import Judged, apply_temperature, fit_calibration, operating_points
from cxrview.training.export.calibration_films import calibration_films
from cxrview.training.export.domain_choice import Embedded, domain_of
from cxrview.training.export.domain_statistics import FRAMED_QUANTILE, QUANTILE, DomainStatistics
from cxrview.training.export.elsewhere import elsewhere
from cxrview.training.export.localisation import heat_on_boxes
from cxrview.training.export.map_scale import map_scale
from cxrview.training.export.reading_noise import reading_noise
from cxrview.training.network import zoo
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
    peaks: NDArray[np.float32]  # (V, C), the strongest cell of each map of the V validation images

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
    card |= {
        "architecture": model.name,
        "input_size": model.input_shape[1],
        "map_field": list(zoo.map_field(model)),
        **({"frame": LUNGS} if reads_lungs(model) else {}),
    }
    card |= _of_readings(finished, parts, prepared, card, config, tell)
    bundle = folder.bundles / config.model.name
    folder.bundles.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder.path, prefix=".report-") as scratch:
        shared = Path(scratch)
        heat = heat_on_boxes(finished.ask, _draft(card), prepared, config, shared, tell.stage("measuring"))
        metrics, page = _report(finished, parts, prepared, card, history, folder, shared, tell, heat)
        card["metrics"] = card_entries.metrics(metrics, prepared, config.recipe.calibrate_on)
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
    chosen = calibration_films(prepared.validation, config)
    calibration = fit_calibration(
        validation.logits[chosen],
        prepared.validation.targets[chosen],
        exclusive=exclusive,
        with_bias=config.recipe.recalibrate_bias,
    )
    shift_logits(model, calibration.biases)
    train = ask(prepared.train, tell.stage("domain"))
    ood = None
    if (others := prepared.out_of_distribution) is not None and len(others):
        ood = Embedded(ask(others, tell.stage("domain")).embeddings, others.groups, others.sources)
    quantile = FRAMED_QUANTILE if reads_lungs(model) else QUANTILE
    domain, entry = domain_of(train.embeddings, prepared.train.labels, validation.embeddings, ood, quantile)
    # The graph is made anew, for it may hold copies of the head's weights.
    ask, temperature = BatchPredictor(model), round(calibration.temperature, 4)
    return FinishedModel(ask, temperature, calibration.biases, exclusive, domain, entry, validation.peaks)


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
    names, chosen = prepared.train.class_names, calibration_films(prepared.validation, config)
    start = folder.start.read_text("utf-8") if folder.start.is_file() else ""
    card = card_entries.entries(config, prepared, history, start)
    if finished.biases.any():
        added = dict(zip(names, finished.biases.round(4).tolist(), strict=True))
        card["training"] = {**card["training"], "added_to_logits": added}
    return card | {
        "temperature": finished.temperature,
        "operating_points": operating_points(
            parts["validation"].probabilities[chosen],
            prepared.validation.targets[chosen],
            names,
            _judged(parts.get("external")),
            str(card.get("watch_class", "")) if config.model.exclusive else "",
        ),
        "domain": finished.domain_entry,
        "libraries": library_versions(LIBRARIES),
    }


def _of_readings(
    finished: FinishedModel,
    parts: Mapping[str, LabelledPredictions],
    prepared: Prepared,
    card: Mapping[str, Any],
    config: TrainingConfig,
    tell: Journal,
) -> dict[str, Any]:
    """Return what the card says of single readings and maps, measured unless the configuration says it."""
    entries: dict[str, Any] = {}
    names, watched = prepared.train.class_names, str(card.get("watch_class", ""))
    if card.get("frame", FILM) == LUNGS:
        validation = parts["validation"]
        entries["map_scale"] = map_scale(finished.peaks, validation.probabilities, validation.labels, names)
    if watched and config.model.exclusive:
        data, place = prepared.validation, names.index(watched)
        report = tell.stage("measuring")
        entries["reading_noise"] = reading_noise(finished.ask, data, place, finished.temperature, report)
        if "external" in parts:
            entries["elsewhere"] = elsewhere(parts["external"], _draft(card))
    return {name: entry for name, entry in entries.items() if entry and name not in config.card}


def _draft(card: Mapping[str, Any]) -> Card:
    """Return the card without what is said of readings, which a configuration may say wrongly."""
    said = ("map_scale", "reading_noise", "elsewhere")
    return draft({name: entry for name, entry in card.items() if name not in said})


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
    heat: HeatReport | None,
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
        heat=heat,
        failures=[(file, str(why)) for file, why in heat.failures] if heat is not None else (),
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
