"""Read a drawn chest with the bundled model on one engine, and compare with the stored reading."""

import json
from typing import Any

from cxrview import paths
from cxrview.bundle.load import read_card
from cxrview.bundle.store import DEFAULT
from cxrview.engines import registry
from cxrview.errors import UnusableModel
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.selftest import messages
from cxrview.selftest.decoding import folder

CHEST = "chest.png"
STORED = "reading.json"
TOLERANCE = 0.02  # of a probability: engines differ by less, but may find the lungs' edge a pixel further
SHARE = 0.02  # of the film's longer side, for the borders of the lungs


def read_with(engine: str) -> dict[str, Any]:
    """Return model, version, probabilities and the box of the lungs that `engine` gives for the drawn chest.

    Raises CxrviewError.
    """
    predictor = Predictor.load(str(paths.bundled_models() / DEFAULT), engine)
    (radiograph,) = read(folder() / CHEST)
    (found,) = predictor.predict([radiograph])
    shares = zip(found.class_names, found.probabilities, strict=True)
    return {
        "model": found.model,
        "version": found.model_version,
        "probabilities": {name: round(float(share), 4) for name, share in shares},
        "lungs": [] if found.anatomy is None else list(found.anatomy.crop),
        "size": list(radiograph.values.shape[:2]),
    }


def stored() -> dict[str, Any]:
    """Return the reading that is stored. Raises UnusableModel if it is of another version of the model."""
    known: dict[str, Any] = json.loads((folder() / STORED).read_text("utf-8"))
    card = read_card(paths.bundled_models() / known["model"])
    if card.version != known["version"]:
        raise UnusableModel(messages.STORED_FOR_ANOTHER(known=known["version"], given=card.version))
    return known


def check(engine: str) -> str | None:
    """Return that `engine` reads the drawn chest as stored, or None where it is not installed.

    Raises CxrviewError if it reads it otherwise.
    """
    if registry.engine_type(engine).missing() is not None:
        return None
    known, given = stored(), read_with(engine)
    for name, share in known["probabilities"].items():
        if not abs(given["probabilities"][name] - share) <= TOLERANCE:
            value = given["probabilities"][name]
            raise UnusableModel(messages.OTHER_READING(name=name, given=value, stored=share))
    allowed = SHARE * max(known["size"])
    if any(abs(one - other) > allowed for one, other in zip(given["lungs"], known["lungs"], strict=True)):
        raise UnusableModel(messages.OTHER_LUNGS)
    return "as stored"
