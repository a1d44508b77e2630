"""The training loop: all layers at a small rate, warm-up and cosine, one checkpoint an epoch."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cxrview.progress import Report
from cxrview.training.dataset import LabelledImages
from cxrview.training.sampling import TrainingBatches, draw_weights


@dataclass(frozen=True, slots=True)
class Recipe:
    """What there is to choose about a training run."""

    architecture: str = "densenet121"
    input_size: int = 224
    seen_size: int = 160
    resolution: int = 160
    epochs: int = 6
    batch_size: int = 16
    learning_rate: float = 2e-4
    warmup_epochs: float = 0.5
    weight_decay: float = 1e-4
    label_smoothing: float = 0.05
    clean_share: float = 0.5
    exchange_share: float = 0.0
    dropout: float = 0.2
    batchnorm_momentum: float = 0.9
    recalibration_batches: int = 0  # of plain images, after each epoch
    seed: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Return the choices for the model card."""
        return asdict(self)


AfterEpoch = Callable[[int, Path], None]
"""Called with the number of the epoch (from 1) and the file of its weights."""


def fit(
    model: keras.Model,
    data: LabelledImages,
    recipe: Recipe,
    folder: Path,
    report: Report,
    after_epoch: AfterEpoch,
) -> list[Path]:
    """Train `model` on `data` and return the weight files of the epochs, in order, written to `folder`.

    `report` is called after every step and may raise Cancelled; the files written so far stay usable.
    """
    keras.utils.set_random_seed(recipe.seed)
    batches = TrainingBatches(data, recipe.batch_size, recipe.seed, recipe.clean_share, recipe.exchange_share)
    steps = len(batches)
    optimizer = _optimizer(recipe, steps)
    loss = _smoothed_loss(len(data.class_names), recipe.label_smoothing)
    model.compile(optimizer, loss, jit_compile=False)  # XLA halves the speed on a CPU
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for epoch in range(1, recipe.epochs + 1):
        losses: list[float] = []
        for step in range(steps):
            losses.append(float(model.train_on_batch(*batches[step])))
            done = (epoch - 1 + (step + 1) / steps) / recipe.epochs
            report(done, f"epoch {epoch}, step {step + 1} of {steps}, loss {losses[-1]:.3f}")
        batches.on_epoch_end()
        recalibrate_batchnorm(model, data, recipe)
        files.append(folder / f"epoch{epoch}.weights.h5")
        model.save_weights(files[-1])
        after_epoch(epoch, files[-1])
    return files


def recalibrate_batchnorm(model: keras.Model, data: LabelledImages, recipe: Recipe) -> None:
    """Set the running statistics of batch normalisation to those of unchanged images of `data`, in place.

    Statistics gathered on changed images shift every logit on plain ones. No weight is trained, and what
    training does next is not affected.
    """
    random = np.random.default_rng(recipe.seed)
    weights = draw_weights(data.labels, data.sources)
    for _ in range(recipe.recalibration_batches):
        chosen = random.choice(len(data), min(48, len(data)), p=weights)
        model(data.images[chosen], training=True)


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    warmup = round(recipe.warmup_epochs * steps)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, recipe.epochs * steps - warmup),
        alpha=0.01,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay, clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _smoothed_loss(classes: int, smoothing: float) -> Callable[[Any, Any], Any]:
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)

    def smoothed(labels: Any, logits: Any) -> Any:
        return loss(
            keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(labels, (-1,)), "int32"), classes), logits
        )

    return smoothed
