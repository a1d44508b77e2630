"""What the graph of a chest model must give, and the choice of an engine that gives it."""

from functools import partial
from pathlib import Path

import numpy as np

from cxrview.bundle import Card
from cxrview.bundle.card import CLASSIFIER, LUNGS
from cxrview.bundle.load import read_card
from cxrview.bundle.messages import CHOOSE_A_CLASSIFIER, HAS_ITS_OWN_SEGMENTER
from cxrview.engines import registry
from cxrview.engines.engine import Engine, Outputs
from cxrview.engines.messages import EXPORT_MODEL_AGAIN
from cxrview.engines.registry import EngineChoice, SelfTest
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.inference import messages, trial
from cxrview.inference.calibration import probabilities
from cxrview.progress import Report, silent

OUTPUTS = ("logits", "activation_maps", "embedding")
"""float32: (N, C); (N, C, h, w), Grad-CAM for every class, ≥ 0; (N, D), the pooled features."""

SELF_TEST_TOLERANCE = 1e-3  # greatest difference of a probability that is let through


def choose(
    folder: Path, device: str = "auto", report: Report = silent, *, many: bool = False
) -> EngineChoice:
    """Return the first engine that runs the bundle in `folder` on `device` as its card says.

    See `registry.choose`. A model that came from elsewhere is tried in another process first, see
    `inference.trial`; `report` may raise Cancelled until that is done. Raises InvalidRequest,
    EngineUnavailable or UnusableModel.
    """
    card = _checked_card(folder, device)
    if trial.needed(folder, card, device):
        trial.run(folder, card, device, report)
    return registry.choose(folder, device, partial(_check, folder, card), many=many)


def choose_here(folder: Path, device: str) -> EngineChoice:
    """Return the same without a trial, after one more test: the graph must answer for several films too."""
    card = _checked_card(folder, device)
    return registry.choose(folder, device, partial(_check, folder, card), foreign=True)


def _checked_card(folder: Path, device: str) -> Card:
    registry.parse_device(device)  # a device that is none is said before the model is looked at
    card = read_card(folder)
    if card.kind != CLASSIFIER:
        raise UnusableModel(HAS_ITS_OWN_SEGMENTER, CHOOSE_A_CLASSIFIER, folder)
    _check_test(registry.self_test(folder), card, folder)
    return card


def _check_test(test: SelfTest, card: Card, folder: Path) -> None:
    size, logits = card.input_size, test.outputs.get("logits")
    fits = logits is not None and logits.shape == (1, len(card.classes))
    shape = (1, size, size, 2) if card.frame == LUNGS else (1, size, size)
    if not fits or test.image.shape != shape:
        raise registry.of_another_model(folder)


def _check(folder: Path, card: Card, engine: Engine, test: SelfTest, outputs: Outputs) -> None:
    """Hold `outputs` to what predictions are made of, and the probabilities to those of the stored logits."""
    if not set(OUTPUTS) <= set(outputs):
        raise UnusableModel(messages.LACKS_OUTPUT(names=", ".join(OUTPUTS)), EXPORT_MODEL_AGAIN, folder)
    logits, maps, embedding = (outputs[name] for name in OUTPUTS)
    classes = len(card.classes)
    if logits.shape != (1, classes):
        raise UnusableModel(messages.OTHER_CLASS_COUNT(given=logits.shape[-1], named=classes), path=folder)
    if maps.ndim != 4 or maps.shape[:2] != (1, classes) or embedding.ndim != 2:
        raise UnusableModel(messages.NO_HEATMAPS, EXPORT_MODEL_AGAIN, folder)
    answers = probabilities(logits, card), probabilities(test.outputs["logits"].astype(np.float32), card)
    difference = float(np.abs(answers[0] - answers[1]).max())
    if not difference < SELF_TEST_TOLERANCE:  # NaN fails too
        problem = messages.OTHER_ANSWERS(name=engine.name, device=engine.device, difference=difference)
        raise EngineUnavailable(problem)
