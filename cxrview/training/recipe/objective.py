"""What is minimised, and by which optimiser."""

from typing import Any

import keras
from keras import ops

from cxrview.training.config import RecipeConfig
from cxrview.training.recipe import logistic
from cxrview.training.recipe.cells import CELLS, LOGITS, CellLoss

SEVERAL = 0.5  # what a film of which one of several classes is true counts
CLIP = 5.0  # norm of the gradient of all weights together


def optimizer(recipe: RecipeConfig, learning_rate: float) -> keras.optimizers.Optimizer:
    """Return the optimiser of `recipe`; biases and the scales of normalisation are not decayed."""
    options: dict[str, Any] = {"global_clipnorm": CLIP}
    if recipe.optimizer == logistic.NAME:
        return keras.optimizers.SGD(learning_rate)  # never takes a step
    if recipe.weight_average:
        options |= {"use_ema": True, "ema_momentum": recipe.weight_average}
    if recipe.optimizer == "adamw":
        chosen = keras.optimizers.AdamW(learning_rate, weight_decay=recipe.weight_decay, **options)
        chosen.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        return chosen
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True, **options)
    kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    return kinds[recipe.optimizer](learning_rate, **options)


class OneOfThese(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of logits (B, C) against targets (B, C); several classes of a row mean one of these.

    Such a row costs half of -log Σ p over its classes (Grandvalet 2002), and is not smoothed.
    """

    def __init__(self, smoothing: float) -> None:
        super().__init__(name="one_of_these")
        self.smoothing = smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss (B,)."""
        log_p = ops.log_softmax(y_pred, axis=-1)
        smooth = y_true * (1 - self.smoothing) + self.smoothing / y_pred.shape[-1]
        certain = -ops.sum(smooth * log_p, axis=-1)
        inside = ops.where(y_true > 0, log_p, ops.full_like(log_p, -1e4))
        uncertain = -SEVERAL * ops.logsumexp(inside, axis=-1)
        return ops.where(ops.sum(y_true, axis=-1) > 1, uncertain, certain)


def loss(exclusive: bool, smoothing: float, several: bool = False) -> keras.losses.Loss:
    """Return the loss of logits (B, C) against targets (B, C): one class of C, or C yes-or-no questions.

    With `several`, some rows of exclusive classes have more than one, of which one is true.
    """
    if exclusive and several:
        return OneOfThese(smoothing)
    kind = keras.losses.CategoricalCrossentropy if exclusive else keras.losses.BinaryCrossentropy
    return kind(from_logits=True, label_smoothing=smoothing)


def accuracy(exclusive: bool) -> keras.metrics.Metric:
    """Return the share of right answers of logits (B, C) about targets (B, C), called "accuracy"."""
    if exclusive:
        return keras.metrics.CategoricalAccuracy("accuracy")
    return keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)  # a logit of 0 is a probability of ½


def compilation() -> str | bool:
    """Return what Keras is to do about XLA: it halves the speed of TensorFlow on a CPU; JAX needs it."""
    return "auto" if keras.backend.backend() == "jax" else False


def compile_for(
    net: keras.Model, recipe: RecipeConfig, exclusive: bool, learning_rate: float, several: bool = False
) -> None:
    """Compile `net` with a fresh optimiser, whose variables exist at once.

    It gives logits, or those and `cells` (see `recipe.cells`). `several` is as for `loss`.
    """
    jit = compilation()
    chosen = optimizer(recipe, learning_rate)
    films, metrics = loss(exclusive, recipe.label_smoothing, several), [accuracy(exclusive)]
    if isinstance(net.output, dict):
        losses = {LOGITS: films, CELLS: CellLoss(recipe.cell_weight, exclusive)}
        net.compile(chosen, losses, metrics={LOGITS: metrics}, jit_compile=jit)
    else:
        net.compile(chosen, films, metrics=metrics, jit_compile=jit)
    chosen.build(net.trainable_variables)
