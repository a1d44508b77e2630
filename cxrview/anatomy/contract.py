"""What the graph of a segmenter must give, and the choice of an engine that gives it."""

from functools import partial
from pathlib import Path

import numpy as np

from cxrview.anatomy import messages
from cxrview.bundle import Card
from cxrview.bundle.load import read_card
from cxrview.engines import registry
from cxrview.engines.engine import Engine, Outputs
from cxrview.engines.messages import EXPORT_MODEL_AGAIN
from cxrview.engines.registry import EngineChoice, SelfTest
from cxrview.errors import UnusableModel

OUTPUT = "masks"
"""float32 (N, K, S, S), 0…1: how probably a place belongs to each of the K classes of the card."""

LUNGS = "lungs"  # the class that every segmenter must have; others are free


def choose(folder: Path, device: str = "auto", *, many: bool = False) -> EngineChoice:
    """Return the first engine that runs the segmenter in `folder` on `device` as its card says.

    See `registry.choose`; where Keras is asked for, the best of the others runs, for a segmenter has no
    Keras file. Raises InvalidRequest, EngineUnavailable or UnusableModel.
    """
    engine, where = registry.parse_device(device)
    card = read_card(folder)
    if LUNGS not in card.class_names:
        raise UnusableModel(messages.NO_LUNG_CLASS, EXPORT_MODEL_AGAIN, folder)
    test = registry.self_test(folder)
    if test.image.shape != (1, card.input_size, card.input_size) or OUTPUT not in test.outputs:
        raise registry.of_another_model(folder)
    where = where if engine == "keras" else device
    return registry.choose(folder, where, partial(_check, folder, card), many=many)


def _check(folder: Path, card: Card, _engine: Engine, _test: SelfTest, outputs: Outputs) -> None:
    masks = outputs.get(OUTPUT)
    size = card.input_size
    if masks is None or masks.shape != (1, len(card.classes), size, size):
        raise UnusableModel(messages.LACKS_MASKS, EXPORT_MODEL_AGAIN, folder)
    if not np.all((masks >= 0) & (masks <= 1)):  # NaN fails too
        raise UnusableModel(messages.NO_SHARES, EXPORT_MODEL_AGAIN, folder)
