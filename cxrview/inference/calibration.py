"""From logits to calibrated probabilities."""

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle import Card


def probabilities(logits: NDArray[np.float32], card: Card) -> NDArray[np.float32]:
    """Return calibrated probabilities, (…, C) float32, of `logits`, (…, C): temperature scaling, Guo 2017."""
    scaled = logits.astype(np.float64) / card.temperature
    if not card.exclusive:
        return np.asarray(1 / (1 + np.exp(-np.clip(scaled, -500, 500))), dtype=np.float32)
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)
