"""Score-CAM (Wang 2020, arXiv 1910.01279): features weighed by the score of the film seen through them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain.covered import scores_of
from cxrview.explain.explanation import Explanation, of_maps
from cxrview.explain.methods import METHODS
from cxrview.explain.subject import Subject
from cxrview.progress import Report


def explain(
    subject: Subject, _class_name: str, report: Report, most: int = METHODS["scorecam"].reads
) -> Explanation:
    """Return the maps of all classes: Σ α A over the features (algorithm 1), α the softmax of the scores.

    The film is read once for each of the `most` features that vary most from place to place (as in
    “Faster Score-CAM”, tabayashi 2020: the others are near to flat, and show next to nothing of the film),
    through that feature brought to 0…1 and to the film's size, over a film of one grey. Raises UnusableModel
    if the graph gives no features; `report` may raise Cancelled.
    """
    features = subject.features("scorecam")
    chosen = np.argsort(-features.var(axis=(0, 1)), kind="stable")[:most]
    taken = features[..., chosen]
    grey, film = subject.grey, subject.film.astype(np.float32)

    def seen(number: int) -> NDArray[np.uint8]:
        mask = _mask(taken[..., number], len(film), subject.prediction.field)
        return np.asarray(np.rint(grey + mask * (film - grey)), np.uint8)

    plain = np.full_like(subject.film, round(grey))
    scores = scores_of(subject, "scorecam", seen, len(chosen), report) - subject.logits(plain[None])
    powers = np.exp(scores - scores.max(axis=0))
    weights = powers / powers.sum(axis=0)
    maps = np.maximum(np.einsum("hwk,kc->chw", taken, weights), 0)
    return of_maps(subject.prediction, "scorecam", maps)


def _mask(
    feature: NDArray[np.float32], side: int, field: tuple[float, float, float, float]
) -> NDArray[np.float32]:
    """Return `feature` brought to 0…1 over its `field` of a square of `side` pixels, 0 beside."""
    low, high = float(feature.min()), float(feature.max())
    normal = (feature - low) / (high - low) if high > low else np.zeros_like(feature)
    left, top, right, bottom = (round(part * side) for part in field)
    mask = np.zeros((side, side), np.float32)
    size = (right - left, bottom - top)
    mask[top:bottom, left:right] = cv2.resize(normal, size, interpolation=cv2.INTER_LINEAR)
    return np.clip(mask, 0, 1)
