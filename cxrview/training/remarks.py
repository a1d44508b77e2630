"""What a reader should know before believing the figures, as sentences made from the figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cxrview.training.answers import Answers

WIDE = 0.15  # of an interval, from which on the sentence says how few images are behind it
FEW = 30  # images of a class
APART = 0.15  # of the accuracy of two sources
ENOUGH = 20  # images of a source, to compare it
POOR_CALIBRATION = 0.05
USUAL_INSIDE = 0.90

Label = Callable[[str], str]
"""Turns a class's name into what the reader calls it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence; `serious` if it bears on whether the figures mean anything."""

    text: str
    serious: bool = False


def remarks(answers: Answers, measured: Mapping[str, Any], label: Label = str) -> list[Remark]:
    """Return the remarks on what `measure` found for `answers`, the serious ones first."""
    if "figures" not in measured:
        return [Remark("No image here is of a class that the model knows, so nothing can be right or wrong.")]
    found = [
        *_missing(measured, label),
        *_one_source(answers, label),
        *_sources_apart(measured),
        *_few(answers, measured, label),
        *_patients(measured),
        *_calibration(measured),
        *_domain(measured),
    ]
    return sorted(found, key=lambda remark: not remark.serious)


def _missing(measured: Mapping[str, Any], label: Label) -> Iterator[Remark]:
    absent = [label(name) for name, count in measured["support"].items() if not count]
    if absent:
        text = f"There is no image of {' or '.join(absent)} here: what the model would miss is not known."
        yield Remark(text, serious=True)
    if measured["left_out"]:
        count = measured["left_out"]
        yield Remark(f"{_images(count)} of no class that the model knows {_are(count)} left out.")


def _one_source(answers: Answers, label: Label) -> Iterator[Remark]:
    """Say which classes come only from sources that have no image of another class."""
    truth, names = answers.truth, np.unique(answers.sources)
    if len(names) < 2:
        return
    table = np.array([truth[answers.sources == name].sum(0) for name in names])  # (sources, classes)
    pure = (table > 0).sum(1) == 1
    for index, name in enumerate(answers.class_names):
        has = table[:, index] > 0
        if has.any() and pure[has].all() and (table.sum(0) > 0).sum() > 1:
            listed = ", ".join(str(source) for source in names[has][:3])
            yield Remark(
                f"Every image of {label(name)} comes from a source that has no other class ({listed}): its "
                "figures also measure how well the model tells the sources apart.",
                serious=True,
            )


def _sources_apart(measured: Mapping[str, Any]) -> Iterator[Remark]:
    rated = [
        (part["accuracy"], name, part["images"])
        for name, part in measured["per_source"].items()
        if part["images"] >= ENOUGH and part.get("accuracy") is not None
    ]
    if len(rated) < 2:
        return
    (low, worst, few), (high, best, many) = min(rated), max(rated)
    if high - low >= APART:
        yield Remark(
            f"Accuracy is {_percent(low)} on {worst} ({_images(few)}) and {_percent(high)} on {best} "
            f"({_images(many)}): expect other hospitals to differ as much.",
            serious=True,
        )


def _few(answers: Answers, measured: Mapping[str, Any], label: Label) -> Iterator[Remark]:
    truth = answers.truth
    for index, name in enumerate(answers.class_names):
        count = measured["support"][name]
        if not count:
            continue
        recall = measured["figures"][f"recall.{name}"]
        patients = len(np.unique(answers.groups[truth[:, index]]))
        of_class = f"{_images(count)} of {label(name)} ({patients} patients or groups)"
        low, high = recall["low"], recall["high"]
        if recall["value"] in (0.0, 1.0):
            # The bootstrap cannot show what it has never drawn; three over n is the usual bound (Hanley
            # and Lippman-Hand 1983).
            bound = min(1.0, 3 / patients)
            said, limit = ("none", f"up to {_percent(bound)} may be missed")
            if recall["value"] == 0.0:
                said, limit = ("all", f"up to {_percent(bound)} may be found")
            yield Remark(f"Of {of_class} {said} was missed. With so many, {limit} all the same.")
        elif low is not None and high - low >= WIDE:
            yield Remark(
                f"The recall of {label(name)} lies between {_percent(low)} and {_percent(high)}: "
                f"there are only {of_class}."
            )
        elif count < FEW:
            yield Remark(f"There are only {of_class}.")


def _patients(measured: Mapping[str, Any]) -> Iterator[Remark]:
    if measured["groups"] == measured["images"]:
        yield Remark(
            "Each image counts as a patient of its own. If some patients have several, the intervals are "
            "too narrow."
        )


def _calibration(measured: Mapping[str, Any]) -> Iterator[Remark]:
    error = measured["figures"]["ece"]["value"]
    if error is not None and error > POOR_CALIBRATION:
        yield Remark(
            f"The probabilities are off by {_percent(error)} on average: they are no frequencies here.",
            serious=True,
        )


def _domain(measured: Mapping[str, Any]) -> Iterator[Remark]:
    inside = measured.get("in_domain", {}).get("value")
    if inside is not None and inside < USUAL_INSIDE:
        yield Remark(
            f"The domain check flags {_percent(1 - inside)} of these images as unlike those the model was "
            "trained on.",
            serious=True,
        )


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
