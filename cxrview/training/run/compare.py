"""Two models on the same images: figures side by side, the difference with its interval, what changed.

It imports NumPy and the model's engine: import it in a worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cxrview.datasets.sources import Item
from cxrview.evaluation.bootstrap import Weights, group_intervals
from cxrview.evaluation.metrics import ClassificationMetrics
from cxrview.evaluation.predict import answer_files, class_places
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.inference.predictor import Predictor
from cxrview.progress import Report, silent
from cxrview.training.run.result import Answer, RunResult, confidence

if TYPE_CHECKING:
    from cxrview.bundle.card import Card

OVERALL = ("accuracy", "balanced_accuracy", "macro_f1", "macro_auc", "ece", "brier")
PER_CLASS = ("recall", "specificity", "auc")
REPEATS = 1000
Interval = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """A figure of both models; None where it makes no sense. `interval` is that of new − old, 95 %."""

    figure: str  # "accuracy", or "recall.NAME"
    old: float | None
    new: float | None
    interval: Interval

    @property
    def difference(self) -> float | None:
        """What the new model is more."""
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True, slots=True)
class Compared:
    """Two models on the images of a part that both know. Of changed answers, the pairs (old, new)."""

    name: str  # of the other model
    title: str
    images: int
    left_out: int  # because the other model does not know their class, or cannot read them
    rows: tuple[PairedFigure, ...]
    better: tuple[tuple[Answer, Answer], ...]  # wrong before, right now
    worse: tuple[tuple[Answer, Answer], ...]
    other: tuple[tuple[Answer, Answer], ...]  # wrong before and now, in different ways


def compare(result: RunResult, part: str, model: str, device: str, report: Report) -> Compared:
    """Ask `model`, a name, a folder or "" for the default, about the images of `part`.

    Raises CxrviewError; `report` may raise Cancelled.
    """
    predictor = Predictor.load(model, device)
    known = [answer for answer in result.parts[part].answers if answer.labels or not result.card.exclusive]
    items = [Item(answer.path, answer.file, answer.labels, answer.group, answer.source) for answer in known]
    asked = answer_files(predictor, items, lambda done, text: report(0.8 * done, text))
    old = _in_words_of(asked.answers, result.card, predictor.card)
    return paired(result, known, old, predictor.card, lambda done, text: report(0.8 + 0.2 * done, text))


def paired(
    result: RunResult,
    known: Sequence[Answer],
    old: LabelledPredictions,
    card: "Card",
    report: Report = silent,
) -> Compared:
    """Return the comparison of `known`, answers of the new model, with `old`, of the model of `card`."""
    new_of = {answer.file: answer for answer in known}
    new_answers = [new_of[str(file)] for file in old.files]
    pairs = [(_as_answer(old, row, new, card), new) for row, new in enumerate(new_answers)]
    rows: tuple[PairedFigure, ...] = ()
    if pairs:
        rows = _rows(_as_answers(new_answers, result), old, result, card, report)
    changed = [pair for pair in pairs if set(pair[0].called) != set(pair[1].called)]
    return Compared(
        card.name,
        card.title,
        len(pairs),
        len(known) - len(pairs),
        rows,
        tuple(pair for pair in changed if pair[1].is_right),
        tuple(pair for pair in changed if pair[0].is_right),
        tuple(pair for pair in changed if not pair[0].is_right and not pair[1].is_right),
    )


def _rows(
    new: LabelledPredictions, old: LabelledPredictions, result: RunResult, card: "Card", report: Report
) -> tuple[PairedFigure, ...]:
    merits = [_merit(old, card.operating_points), _merit(new, result.card.operating_points)]
    whole = np.ones(len(new))
    before, after = (merit(whole) for merit in merits)
    shared = [name for name in result.classes if name in old.class_names]
    names = [*OVERALL, *(f"{kind}.{name}" for kind in PER_CLASS for name in shared)]
    names = [name for name in names if name in before and name in after]

    def differences(weights: Weights) -> dict[str, float]:
        first, second = (merit(weights) for merit in merits)
        return {name: second[name] - first[name] for name in names}

    intervals = group_intervals(differences, new.groups, 0, REPEATS, report)
    return tuple(PairedFigure(n, _known(before[n]), _known(after[n]), intervals.get(n)) for n in names)


def _merit(answers: LabelledPredictions, points: Mapping[str, Mapping[str, float]]) -> ClassificationMetrics:
    balanced = points.get("balanced", {})
    thresholds = None
    if not answers.exclusive:
        thresholds = np.array([balanced.get(name, 0.5) for name in answers.class_names])
    return ClassificationMetrics(answers, thresholds=thresholds)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _in_words_of(answers: LabelledPredictions, new: "Card", old: "Card") -> LabelledPredictions:
    """Return `answers` with the classes called as in `new`, where it knows them."""
    places = class_places(new.class_names, old)
    names = list(old.class_names)
    for name, place in places.items():
        names[place] = name
    return replace(answers, class_names=tuple(names))


def _as_answers(answers: Sequence[Answer], result: RunResult) -> LabelledPredictions:
    names = result.classes
    targets = np.array([[name in answer.labels for name in names] for answer in answers], np.uint8)
    return LabelledPredictions(
        np.array([answer.probabilities for answer in answers], np.float64),
        np.where(targets.any(1), targets.argmax(1), -1).astype(np.int64),
        np.array([answer.group for answer in answers], np.str_),
        np.array([answer.source for answer in answers], np.str_),
        np.array([answer.file for answer in answers], np.str_),
        names,
        targets=targets,
        exclusive=result.card.exclusive,
    )


def _as_answer(old: LabelledPredictions, row: int, new: Answer, card: "Card") -> Answer:
    """Return what the old model said about the image of `new`."""
    shares = old.probabilities[row]
    if old.exclusive:
        called: tuple[str, ...] = (old.class_names[int(shares.argmax())],)
    else:
        balanced = card.operating_points.get("balanced", {})
        limits = [balanced.get(name, 0.5) for name in card.class_names]
        called = tuple(
            name for name, share, limit in zip(old.class_names, shares, limits, strict=True) if share >= limit
        )
    inside = None if old.in_domain is None else bool(old.in_domain[row])
    sure = confidence(
        dict(zip(old.class_names, map(float, shares), strict=True)), new.labels, called, old.exclusive
    )
    return replace(
        new, called=called, probabilities=tuple(map(float, shares)), in_domain=inside, confidence=sure
    )
