"""Are these the lungs of a frontal chest film, upright and whole? Logistic regression on their measures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import messages
from cxrview.anatomy.measures import NAMES
from cxrview.bundle import Bundle
from cxrview.engines.arrays import load_arrays
from cxrview.errors import UnusableModel

FILE, GRAPH = "domain.npz", "model.onnx"
FARTHEST = 6  # spreads from the centre, beyond which a measure counts no more


@dataclass(frozen=True, slots=True, eq=False)
class Plausibility:
    """`centre` and `spread` (M,) of the measures on chest films, `weights` (2 M,), the highest score `limit`.

    The score is the weighted sum of `terms`; the higher, the less the lungs are like those of chest films.
    """

    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    weights: NDArray[np.float32]
    limit: float

    def score(self, measures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of `measures`, (..., M) in the order of NAMES: (...)."""
        return np.asarray(terms(measures, self.centre, self.spread) @ self.weights, np.float32)

    def likely(self, measures: NDArray[np.float32]) -> bool:
        """Return whether one film's `measures`, (M,), are like those of a frontal chest film."""
        return float(self.score(measures)) <= self.limit


def terms(
    measures: NDArray[np.float32], centre: NDArray[np.float32], spread: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return how many spreads `measures`, (..., M), lie from the centre, and the squares: (..., 2 M)."""
    away = np.clip((measures - centre) / spread, -FARTHEST, FARTHEST)
    return np.concatenate([away, away**2], axis=-1)


def load(model: Bundle) -> Plausibility | None:
    """Return what is stored beside the lung network `model`, None if nothing is.

    Beside the arrays of Plausibility it holds `network`, the SHA-256 of the graph whose masks were measured,
    as (32,) uint8. Raises UnusableModel.
    """
    if FILE not in model.card.files:
        return None
    path = model.folder / FILE
    network, *arrays = load_arrays(path, "network", "centre", "spread", "weights", "limit")
    count = len(NAMES)
    if [array.shape for array in arrays] != [(count,), (count,), (2 * count,), ()]:
        raise UnusableModel(messages.MEASURES_WRONG_SHAPE, messages.INSTALL_CXRVIEW_AGAIN, path)
    if network.astype(np.uint8).tobytes().hex() != model.card.files[GRAPH].sha256.lower():
        raise UnusableModel(messages.MEASURES_OF_ANOTHER, messages.INSTALL_CXRVIEW_AGAIN, path)
    centre, spread, weights, limit = (array.astype(np.float32) for array in arrays)
    return Plausibility(centre, spread, weights, float(limit))
