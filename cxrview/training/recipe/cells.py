"""What is known about single places of a film: where the readers' boxes lie, and where lungs are without any.

The head is applied at every place of the features, and learns there what it learns of whole films: inside a
box the film's class, in the lungs beside all boxes, and in lungs without disease, the class without disease.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from cxrview.engines.graph.build import MASKED, head_layers, mask_of
from cxrview.engines.graph.preprocessing import area_weights
from cxrview.errors import InvalidRequest
from cxrview.evaluation.roles import healthy_class
from cxrview.training import messages
from cxrview.training.config import TrainingConfig

LOGITS, CELLS = "logits", "cells"  # outputs of the network that learns from both
IN_LUNGS, IN_BOX, BESIDE = 0.5, 0.7, 0.1  # shares of a place: at least, at least, at most
OUTSIDE = 0.05  # what the square of a logit outside the lungs costs


def normal_class(class_names: tuple[str, ...], config: TrainingConfig) -> int | None:
    """Return which class is the one without disease, None if it is not known.

    Raises InvalidRequest if the configuration names one that there is not.
    """
    name = config.recipe.normal_class
    if name:
        if name not in class_names:
            raise InvalidRequest(messages.NO_NORMAL_CLASS(name=name), messages.CORRECT_NORMAL_CLASS)
        return class_names.index(name)
    healthy = healthy_class({each: each for each in class_names})
    return class_names.index(healthy) if healthy else None


@dataclass(frozen=True, slots=True)
class CellTargets:
    """Makes the truth about each of `rows` × `columns` places.

    `normal` is the class without disease, where classes exclude each other; where they do not, it is to have
    none at all.
    """

    rows: int
    columns: int
    normal: int | None
    exclusive: bool

    def __call__(
        self, images: NDArray[np.uint8], targets: NDArray[np.float32], boxed: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Return (B, rows, columns, C + 2): the classes of each place, its weight, its share outside lungs.

        `images` (B, S, S, 3) are framed, `targets` (B, C); `boxed` (B,) says which films have boxes. A place
        of weight 0 is not known. Of a film with several classes that exclude each other only what lies beside
        its boxes is.
        """
        lungs, boxes = (self._shares(images[..., channel]) for channel in (1, 2))
        in_lungs = lungs >= IN_LUNGS
        one = targets.sum(1) == 1
        healthy = self._healthy(targets, one)
        ill = (boxed & ~healthy)[:, None, None]
        inside = ill & one[:, None, None] & in_lungs & (boxes >= IN_BOX)
        beside = in_lungs & (healthy[:, None, None] | (ill & (boxes <= BESIDE)))
        if self.exclusive and self.normal is None:  # there is no class for it
            beside = np.zeros_like(beside)
        truth = inside[..., None] * targets[:, None, None, :]
        if self.exclusive and self.normal is not None:
            truth[..., self.normal] += beside
        known = (inside | beside).astype(np.float32)
        return np.concatenate([truth, known[..., None], 1 - lungs[..., None]], -1).astype(np.float32)

    def _healthy(self, targets: NDArray[np.float32], one: NDArray[np.bool_]) -> NDArray[np.bool_]:
        if not self.exclusive:
            return np.asarray(targets.sum(1) == 0)
        if self.normal is None:
            return np.zeros(len(targets), np.bool_)
        return np.asarray(one & (targets[:, self.normal] > 0))

    def _shares(self, masks: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the mean of masks (B, S, S), 0…255, over each place as 0…1: (B, rows, columns)."""
        side = masks.shape[1]
        across = (masks.astype(np.float32) / 255) @ area_weights(side, self.columns).T
        return np.asarray(area_weights(side, self.rows) @ across, dtype=np.float32)


def cell_targets(model: keras.Model, class_names: tuple[str, ...], config: TrainingConfig) -> CellTargets:
    """Return what makes the truth about the places of `model`, which pools under the lungs.

    Raises InvalidRequest for a class without disease that there is not.
    """
    exclusive = config.model.exclusive
    normal = normal_class(class_names, config) if exclusive else None
    _, rows, columns, _ = mask_of(model).shape
    return CellTargets(rows, columns, normal, exclusive)


def with_cells(model: keras.Model, dropout: float) -> keras.Model:
    """Return `model` with the outputs `logits` (N, C) and `cells` (N, h, w, C), its head at every place.

    The layers are shared. Where the head's last layer is asked about places, whole features are dropped.
    """
    *hidden, last = head_layers(model)
    value = model.get_layer(MASKED).input[0]
    for layer in hidden:
        value = layer(value)
    value = keras.layers.SpatialDropout2D(dropout, name="cell_dropout")(value)
    cells = keras.layers.Identity(name=CELLS, dtype="float32")(last(value))
    logits = keras.layers.Identity(name=LOGITS, dtype="float32")(model.output)
    return keras.Model(model.input, {LOGITS: logits, CELLS: cells}, name=model.name)


class CellLoss(keras.losses.Loss):  # type: ignore[misc]
    """`weight` × the mean cross-entropy of known places, and `OUTSIDE` × the mean square outside lungs."""

    def __init__(self, weight: float, exclusive: bool) -> None:
        super().__init__(name="cell_loss")
        self.weight, self.exclusive = weight, exclusive

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss (B,) of logits (B, h, w, C) against what `CellTargets` makes: its mean counts."""
        truth, known, outside = y_true[..., :-2], y_true[..., -2], y_true[..., -1]
        if self.exclusive:
            entropy = -ops.sum(truth * ops.log_softmax(y_pred, axis=-1), axis=-1)
        else:
            entropy = ops.mean(ops.softplus(y_pred) - truth * y_pred, axis=-1)
        # Every known place counts alike, whichever film it is of.
        each = ops.sum(known) / ops.cast(ops.shape(known)[0], known.dtype) + 1e-3
        loss = self.weight * ops.sum(entropy * known, axis=(1, 2)) / each
        return loss + OUTSIDE * ops.mean(ops.mean(ops.square(y_pred), axis=-1) * outside, axis=(1, 2))
