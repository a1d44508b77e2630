"""What is minimised, and by which optimiser."""

from typing import Any

import keras

from cxrview.training.config import RecipeConfig
from cxrview.training.recipe import logistic

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


def loss(exclusive: bool, smoothing: float) -> keras.losses.Loss:
    """Return the loss of logits (B, C) against targets (B, C): one class of C, or C yes-or-no questions."""
    kind = keras.losses.CategoricalCrossentropy if exclusive else keras.losses.BinaryCrossentropy
    return kind(from_logits=True, label_smoothing=smoothing)


def accuracy(exclusive: bool) -> keras.metrics.Metric:
    """Return the share of right answers of logits (B, C) about targets (B, C), called "accuracy"."""
    if exclusive:
        return keras.metrics.CategoricalAccuracy("accuracy")
    return keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)  # a logit of 0 is a probability of ½


def compile_for(net: keras.Model, recipe: RecipeConfig, exclusive: bool, learning_rate: float) -> None:
    """Compile `net` with a fresh optimiser, whose variables exist at once."""
    # XLA halves the speed of TensorFlow on a CPU; JAX cannot do without it.
    jit = "auto" if keras.backend.backend() == "jax" else False
    chosen = optimizer(recipe, learning_rate)
    net.compile(
        chosen, loss(exclusive, recipe.label_smoothing), metrics=[accuracy(exclusive)], jit_compile=jit
    )
    chosen.build(net.trainable_variables)
