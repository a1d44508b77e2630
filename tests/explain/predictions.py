"""Predictions made by hand."""

import numpy as np

from cxrview.explain.explanation import Explanation, gradcam
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction

FULL = (0.0, 0.0, 1.0, 1.0)


def prediction(maps: np.ndarray, letterbox: Letterbox, field=FULL) -> Prediction:
    """Return a prediction with `maps`, (C, h, w), for classes a, b, c …"""
    count = len(maps)
    return Prediction(
        class_names=tuple("abcdef"[:count]),
        probabilities=np.full(count, 1 / count, np.float32),
        logits=np.zeros(count, np.float32),
        activation_maps=maps.astype(np.float32),
        embedding=np.zeros(4, np.float32),
        in_domain=True,
        domain_score=0.5,
        domain_percentile=50,
        objections=(),
        letterbox=letterbox,
        field=field,
        model="m",
        model_version="1",
        engine="e",
        device="CPU",
        elapsed_ms=1,
    )


def explanation(maps: np.ndarray, letterbox: Letterbox, field=FULL) -> Explanation:
    """Return the Grad-CAM of such a prediction."""
    return gradcam(prediction(maps, letterbox, field))
