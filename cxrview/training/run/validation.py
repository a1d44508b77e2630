"""How a network stands after an epoch, on images that it does not learn from."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Targets = NDArray[np.uint8]
FIGURES = ("val_loss", "val_accuracy", "val_balanced_accuracy", "val_macro_f1", "val_macro_auc")


def predict(net: keras.Model, inputs: NDArray[Any], batch_size: int) -> NDArray[np.float32]:
    """Return what `net` answers to `inputs` (N, …). Every batch is full, so that the graph is traced once."""
    size = min(batch_size, len(inputs))
    parts = []
    for start in range(0, len(inputs), size):
        batch = np.asarray(inputs[start : start + size])
        missing = size - len(batch)
        if missing:
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        parts.append(np.asarray(net.predict_on_batch(batch))[: size - missing])
    return np.concatenate(parts).astype(np.float32)


def figures(answers: NDArray[np.float64], targets: Targets, exclusive: bool) -> dict[str, float]:
    """Return the `FIGURES` of logits (N, C); the loss is neither smoothed nor weighted.

    Means are over the classes that are present. Where classes do not exclude each other, an image is called
    a class from a probability of ½ on, and accuracy counts single answers. Answers that are no numbers have
    no figures.
    """
    if not np.isfinite(answers).all():
        return dict.fromkeys(FIGURES, float("nan"))
    truth = targets.astype(bool)
    called = np.eye(truth.shape[1], dtype=bool)[answers.argmax(1)] if exclusive else answers >= 0
    hits, calls, truths = (called & truth).sum(0), called.sum(0), truth.sum(0)
    present = truths > 0
    recall = hits[present] / truths[present]
    if exclusive:
        accuracy, balanced = hits.sum() / len(truth), recall.mean()
    else:
        rejected, absent = (~called & ~truth).sum(0)[present], (~truth).sum(0)[present]
        accuracy = (called == truth).mean()
        balanced = ((recall + rejected / np.maximum(absent, 1)) / (1 + (absent > 0))).mean()
    return {
        "val_loss": _loss(answers, truth, exclusive),
        "val_accuracy": float(accuracy),
        "val_balanced_accuracy": float(balanced),
        "val_macro_f1": float((2 * hits[present] / (truths + calls)[present]).mean()),
        "val_macro_auc": _macro_auc(answers, truth, exclusive),
    }


def wrongly_called(answers: NDArray[np.float64], targets: Targets, watched: int, exclusive: bool) -> float:
    """Return the share of the images not of class `watched` that are called it; NaN if there are none.

    An image of no known class is one of those.
    """
    others = ~targets[:, watched].astype(bool)
    called = answers.argmax(1) == watched if exclusive else answers[:, watched] >= 0
    return float(called[others].mean()) if others.any() else float("nan")


def _loss(answers: NDArray[np.float64], truth: NDArray[np.bool_], exclusive: bool) -> float:
    if exclusive:
        return float((np.logaddexp.reduce(answers, axis=1) - (answers * truth).sum(1)).mean())
    return float((np.logaddexp(0, answers) - answers * truth).mean())


def _macro_auc(answers: NDArray[np.float64], truth: NDArray[np.bool_], exclusive: bool) -> float:
    scores = answers - np.logaddexp.reduce(answers, axis=1, keepdims=True) if exclusive else answers
    usable = np.flatnonzero(truth.any(0) & ~truth.all(0))
    areas = [roc_auc_score(truth[:, index], scores[:, index]) for index in usable]
    return float(np.mean(areas)) if areas else float("nan")
