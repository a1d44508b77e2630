"""Where the heat of a network lies on films with boxes, while there is no bundle yet that could be asked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import LungFinder
from cxrview.bundle import Bundle
from cxrview.bundle.card import LUNGS, Card
from cxrview.datasets.sources import find_items
from cxrview.engines.engine import Outputs
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.evaluation.localization.films import FilmsToMeasure, to_measure
from cxrview.evaluation.localization.heat_report import HeatReport, lay_heat
from cxrview.inference.predictor import Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent
from cxrview.training.config import TrainingConfig
from cxrview.training.run.predict import BatchPredictor
from cxrview.training.run.prepare import Prepared


class _InProcess:
    """The network in this process as an `Engine`."""

    name, device = "keras", "CPU"

    def __init__(self, ask: BatchPredictor) -> None:
        self._ask = ask

    @classmethod
    def missing(cls) -> Message | None:
        return None

    def predict(self, batch: NDArray[np.uint8]) -> Outputs:
        return dict(self._ask.outputs(batch))


def heat_on_boxes(
    ask: BatchPredictor,
    card: Card,
    prepared: Prepared,
    config: TrainingConfig,
    folder: Path,
    report: Report = silent,
) -> HeatReport | None:
    """Return where the heat lies on test films (validation, if there are none) with boxes; None without any.

    The films are read again, whole, as the window reads them. `folder` holds nothing of a bundle. Raises
    CxrviewError; `report` may raise Cancelled.
    """
    boxed = prepared.data.boxed
    if boxed is None or not boxed.any():
        return None
    part, side = ("test", prepared.test) if len(prepared.test) else ("validation", prepared.validation)
    by_file = {item.file: item for item in find_items(config.data)}
    items = [
        replace(by_file[file], group=str(group))
        for file, group in zip(side.files.tolist(), side.groups, strict=True)
        if file in by_file
    ]
    if not to_measure(items, card):
        return None
    finder = _finder(card)
    lungs = finder if card.frame == LUNGS else None
    predictor = Predictor(Bundle(folder, card), _InProcess(ask), lungs=lungs)
    return lay_heat(predictor, {part: FilmsToMeasure(predictor, items, finder)}, report)


def _finder(card: Card) -> LungFinder | None:
    """Return what finds lungs; without it the rest can be measured, unless the model reads them."""
    try:
        return LungFinder.load("cpu")
    except (EngineUnavailable, UnusableModel):
        if card.frame == LUNGS:
            raise
        return None


def card_figures(localization: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a card says of `localization`, as `metrics.json` has it: no table by source or device."""
    shown = ("films", "groups", "with_boxes", "own", "called")
    return {part: {name: found[name] for name in shown} for part, found in localization.items()}
