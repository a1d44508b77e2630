"""From images to a bundle: split, train, choose the epoch, calibrate, measure, write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.card import Card
from cxrview.errors import BadRequest
from cxrview.inference.graph.build import POOLING
from cxrview.progress import Report
from cxrview.training import calibrate, evaluate, recipe, zoo
from cxrview.training.answers import answers_for
from cxrview.training.config import ModelConfig
from cxrview.training.dataset import LabelledImages, Split, load_manifest, split_by_group
from cxrview.training.domain_statistics import DomainStatistics, choose_domain, separation
from cxrview.training.export import write_bundle
from cxrview.training.keras_file import round_weights
from cxrview.training.recipe import Recipe

SPLIT_SEED = 20261121


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """What a run works on: the images to learn from, of other sources, and of other kinds."""

    labelled: LabelledImages
    split: Split
    external: LabelledImages
    strangers: LabelledImages  # not frontal chest radiographs

    @property
    def train(self) -> LabelledImages:
        """The images to learn from."""
        return self.labelled.subset(self.split.train)

    @property
    def validation(self) -> LabelledImages:
        """The images for every choice."""
        return self.labelled.subset(self.split.validation)

    @property
    def test(self) -> LabelledImages:
        """The images that no choice has seen."""
        return self.labelled.subset(self.split.test)

    def strangers_half(self, report: bool) -> LabelledImages:
        """Return the strangers of every second group: those for choosing, or those to report on."""
        rank = np.unique(self.strangers.groups, return_inverse=True)[1]
        return self.strangers.subset(np.flatnonzero(rank % 2 == int(report)))


def load_collection(data: Path, class_names: tuple[str, ...], size: int, report: Report) -> Collection:
    """Return the images below `data`: `cxr`, `external` and `ood`, each with a `manifest.csv`."""
    parts = {
        name: load_manifest(data / name / "manifest.csv", class_names, size, report)
        for name in ("cxr", "external", "ood")
    }
    if (parts["cxr"].labels < 0).any():
        raise BadRequest("has labels that the model does not know.", path=data / "cxr" / "manifest.csv")
    split = split_by_group(parts["cxr"], SPLIT_SEED)
    return Collection(parts["cxr"], split, parts["external"], parts["ood"])


@dataclass(frozen=True, slots=True)
class EpochResult:
    """How the model stood after an epoch, on the validation images and the external ones."""

    epoch: int
    weights: Path
    temperature: float
    accuracy: float
    balanced_accuracy: float
    macro_auc: float
    covid_auc: float
    external_called_first: float  # share of external images called the first class, which none of them is

    @property
    def merit(self) -> float:
        """What the epoch is chosen by: right on validation, and not reading the source on external."""
        return self.balanced_accuracy - 0.5 * self.external_called_first


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a model says about some images."""

    logits: NDArray[np.float32]  # (N, C)
    embeddings: NDArray[np.float32]  # (N, D)


Ask = Callable[[LabelledImages], Answers]


def answering(model: keras.Model) -> Ask:
    """Return a function that asks `model`, as it then is; logits and embeddings come from one pass."""
    both = keras.Model(model.input, [model.output, model.get_layer(POOLING).output])

    def ask(data: LabelledImages) -> Answers:
        logits, embeddings = both.predict(data.images, batch_size=32, verbose=0)
        return Answers(logits.astype(np.float32), embeddings.astype(np.float32))

    return ask


def judge(ask: Ask, collection: Collection, epoch: int, weights: Path) -> EpochResult:
    """Return how the model behind `ask` stands now."""
    known = collection.validation
    logits = ask(known).logits
    temperature = calibrate.fit_temperature(logits, known.labels)
    probabilities = calibrate.apply_temperature(logits, temperature)
    figures = evaluate.summary(probabilities, known.labels, known.class_names)
    foreign = ask(collection.external).logits
    return EpochResult(
        epoch,
        weights,
        temperature,
        figures["accuracy"],
        figures["balanced_accuracy"],
        figures["macro_auc"],
        figures[f"auc.{known.class_names[0]}"],
        float((foreign.argmax(1) == 0).mean()),
    )


def new_model(choices: Recipe, classes: int) -> keras.Model:
    """Return the untrained model of a recipe."""
    model = ModelConfig(
        architecture=choices.architecture,
        start="none",
        input_size=choices.input_size,
        preprocessing="source-suppression",
        seen_size=choices.seen_size,
        resolution=choices.resolution,
        dropout=choices.dropout,
    )
    return zoo.build(model, classes, batchnorm_momentum=choices.batchnorm_momentum)


def train(
    model: keras.Model, collection: Collection, choices: Recipe, folder: Path, report: Report
) -> list[EpochResult]:
    """Train `model` and return how it stood after each epoch; the weight files lie in `folder`."""
    results: list[EpochResult] = []
    ask = answering(model)

    def after_epoch(epoch: int, weights: Path) -> None:
        results.append(judge(ask, collection, epoch, weights))
        report(epoch / choices.epochs, str(results[-1]))

    recipe.fit(model, collection.train, choices, folder, report, after_epoch)
    return results


def finish(
    model: keras.Model,
    collection: Collection,
    description: Mapping[str, Any],
    training: Mapping[str, Any],
    out: Path,
    report: Report,
) -> Card:
    """Calibrate, measure and write `model` as a bundle in `out`, and return its card."""
    round_weights(model)
    known = collection.validation
    ask = answering(model)
    answers = ask(known)
    temperature = round(calibrate.fit_temperature(answers.logits, known.labels), 4)
    probabilities = calibrate.apply_temperature(answers.logits, temperature)
    domain, domain_card = _domain(ask, collection, answers.embeddings)
    card = {
        **description,
        "exclusive": True,
        "temperature": temperature,
        "operating_points": calibrate.operating_points(probabilities, known.labels, known.class_names),
        "domain": domain_card,
        "metrics": _metrics(ask, collection, temperature, domain),
        "training": dict(training),
        "seeds": {"split": SPLIT_SEED, "training": training["seed"]},
    }
    return write_bundle(out, model, card, domain, report)


def _metrics(
    ask: Ask, collection: Collection, temperature: float, domain: DomainStatistics
) -> dict[str, Any]:
    def measured(data: LabelledImages) -> dict[str, Any]:
        answers = ask(data)
        probabilities = calibrate.apply_temperature(answers.logits, temperature)
        inside = domain.distances(answers.embeddings) <= domain.threshold
        return evaluate.measure(answers_for(data, probabilities, inside), seed=SPLIT_SEED)

    names = collection.labelled.class_names
    sides = {"train": collection.train, "validation": collection.validation, "test": collection.test}
    return {
        "split": {
            side: {name: int((part.labels == index).sum()) for index, name in enumerate(names)}
            for side, part in sides.items()
        },
        "validation": measured(collection.validation),
        "test": measured(collection.test),
        "external": measured(collection.external),
        "intervals": "95 %, percentile bootstrap over groups, 1000 samples",
        "choices": "The epoch was chosen on validation and external, temperature, operating points and "
        "domain threshold on validation; no choice has seen test.",
    }


def _domain(
    ask: Ask, collection: Collection, known: NDArray[np.float32]
) -> tuple[DomainStatistics, dict[str, Any]]:
    choosing, reporting = (ask(collection.strangers_half(report)).embeddings for report in (False, True))
    train = collection.train
    choice, statistics = choose_domain(ask(train).embeddings, train.labels, known, choosing)
    kinds = collection.strangers_half(True).sources
    outside = statistics.distances(reporting) > statistics.threshold
    card = {
        "file": "domain.npz",
        "method": "Mahalanobis distance of the embedding in principal components, shrunk",
        "means": "by class" if choice.by_class else "one",
        "components": choice.components,
        "shrinkage": choice.shrinkage,
        "threshold": round(statistics.threshold, 4),
        "threshold_quantile_of_validation": 0.975,
        "choosing": {"images": len(choosing), "auc": round(separation(statistics, choosing), 4)},
        "reporting": {
            "images": len(reporting),
            "auc": round(separation(statistics, reporting), 4),
            "recognised": {
                str(kind): f"{int(outside[kinds == kind].sum())} of {int((kinds == kind).sum())}"
                for kind in np.unique(kinds)
            },
        },
    }
    return statistics, card
