"""What a reader should know before believing the figures, as sentences made from the figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cxrview.evaluation import messages as said
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.message import Message

WIDE = 0.15  # of an interval, from which on the sentence says how few images are behind it
FEW = 30  # images of a class
APART = 0.15  # of the accuracy of two sources
ENOUGH = 20  # images of a source, to compare it
POOR_CALIBRATION = 0.05
USUAL_INSIDE = 0.90

Label = Callable[[str], str]
"""Turns a class's name into what the reader calls it."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One sentence; `serious` if it bears on whether the figures mean anything."""

    message: Message
    serious: bool = False

    @property
    def text(self) -> str:
        """The sentence in English, for the report."""
        return str(self.message)


def caveats(answers: LabelledPredictions, measured: Mapping[str, Any], label: Label = str) -> list[Caveat]:
    """Return the caveats on what `measure` found for `answers`, the serious ones first."""
    if "figures" not in measured:
        return [Caveat(said.NOTHING_KNOWN)]
    found = [
        *_missing(measured, label),
        *_one_source(answers, label),
        *_sources_apart(measured),
        *_few(answers, measured, label),
        *_patients(measured),
        *_calibration(measured),
        *_domain(measured),
    ]
    return sorted(found, key=lambda caveat: not caveat.serious)


def _missing(measured: Mapping[str, Any], label: Label) -> Iterator[Caveat]:
    absent: list[Message | str] = [label(name) for name, count in measured["support"].items() if not count]
    if absent:
        names = reduce(lambda one, other: said.OR(one=one, other=other), absent)
        yield Caveat(said.CLASS_ABSENT(names=names), serious=True)
    if measured["left_out"]:
        yield Caveat(said.LEFT_OUT(count=measured["left_out"]))


def _one_source(answers: LabelledPredictions, label: Label) -> Iterator[Caveat]:
    """Say which classes come only from sources that have no image of another class."""
    truth, names = answers.truth, np.unique(answers.sources)
    if len(names) < 2:
        return
    table = np.array([truth[answers.sources == name].sum(0) for name in names])  # (sources, classes)
    pure = (table > 0).sum(1) == 1
    for index, name in enumerate(answers.class_names):
        has = table[:, index] > 0
        if has.any() and pure[has].all() and (table.sum(0) > 0).sum() > 1:
            listed = [str(source) for source in names[has][:3]]
            yield Caveat(said.ONE_SOURCE(name=label(name), sources=listed), serious=True)


def _sources_apart(measured: Mapping[str, Any]) -> Iterator[Caveat]:
    rated = [
        (part["accuracy"], name, part["images"])
        for name, part in measured["per_source"].items()
        if part["images"] >= ENOUGH and part.get("accuracy") is not None
    ]
    if len(rated) < 2:
        return
    (low, worst, few), (high, best, many) = min(rated), max(rated)
    if high - low >= APART:
        told = said.SOURCES_APART(
            low=_percent(low),
            worst=worst,
            few=said.IMAGES(count=few),
            high=_percent(high),
            best=best,
            many=said.IMAGES(count=many),
        )
        yield Caveat(told, serious=True)


def _few(answers: LabelledPredictions, measured: Mapping[str, Any], label: Label) -> Iterator[Caveat]:
    truth = answers.truth
    for index, name in enumerate(answers.class_names):
        count = measured["support"][name]
        if not count:
            continue
        recall = measured["figures"][f"recall.{name}"]
        patients = len(np.unique(answers.groups[truth[:, index]]))
        images = said.OF_CLASS(images=said.IMAGES(count=count), name=label(name), patients=patients)
        low, high = recall["low"], recall["high"]
        if recall["value"] in (0.0, 1.0):
            # The bootstrap cannot show what it has never drawn; three over n is the usual bound (Hanley
            # and Lippman-Hand 1983).
            message = said.ALL_MISSED if recall["value"] == 0.0 else said.NONE_MISSED
            yield Caveat(message(images=images, bound=_percent(min(1.0, 3 / patients))))
        elif low is not None and high - low >= WIDE:
            told = said.RECALL_UNCERTAIN(
                name=label(name), low=_percent(low), high=_percent(high), images=images
            )
            yield Caveat(told)
        elif count < FEW:
            yield Caveat(said.ONLY_FEW(images=images))


def _patients(measured: Mapping[str, Any]) -> Iterator[Caveat]:
    if measured["groups"] == measured["images"]:
        yield Caveat(said.ALL_PATIENTS)


def _calibration(measured: Mapping[str, Any]) -> Iterator[Caveat]:
    error = measured["figures"]["ece"]["value"]
    if error is not None and error > POOR_CALIBRATION:
        yield Caveat(said.NOT_CALIBRATED(error=_percent(error)), serious=True)


def _domain(measured: Mapping[str, Any]) -> Iterator[Caveat]:
    inside = measured.get("in_domain", {}).get("value")
    if inside is not None and inside < USUAL_INSIDE:
        yield Caveat(said.OUT_OF_DOMAIN(share=_percent(1 - inside)), serious=True)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
