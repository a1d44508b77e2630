"""The lung network: a small U-Net, what it is trained by, and its training."""

import math
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from lung_changes import changed
from lung_pairs import SIZE, TARGETS, UNKNOWN, Pairs
from numpy.typing import NDArray

WIDTHS = (12, 24, 48, 96)  # channels at each scale: 275,702 weights
CYCLES = (
    (8, 2e-3),
    (10, 1e-3),
)  # epochs and rate, which falls to nothing in each (Loshchilov and Hutter 2017)
EPOCHS = sum(epochs for epochs, _rate in CYCLES)
UNCHANGED = 0.5  # share of the films that are shown as they are in the last cycle
BATCH = 32
WARM_UP = 60  # steps
OFTEN = {True: 5, False: 1}  # how often an adult and a child are drawn in an epoch
WITH_HEART = 8  # and an adult whose heart is drawn
SPREAD = 5.0  # grey levels added to the spread, so that an empty film stays one


def build() -> keras.Model:
    """Return the network: `image` (N, S, S) uint8 → (N, S, S, targets), 0…1. Ronneberger 2015, small."""
    image = keras.Input((SIZE, SIZE), dtype="uint8", name="image")
    grey = ops.cast(image, "float32")
    mean = ops.mean(grey, axis=(1, 2), keepdims=True)
    spread = ops.sqrt(ops.mean(ops.square(grey - mean), axis=(1, 2), keepdims=True))
    x = ops.expand_dims((grey - mean) / (spread + SPREAD), -1)
    scales = []
    for width in WIDTHS[:-1]:
        x = _block(x, width)
        scales.append(x)
        x = layers.MaxPooling2D()(x)
    x = _block(x, WIDTHS[-1])
    for width, beside in zip(WIDTHS[-2::-1], scales[::-1], strict=True):
        x = layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(x), beside])
        x = _block(x, width)
    return keras.Model(image, layers.Conv2D(len(TARGETS), 1, activation="sigmoid", name="masks")(x))


def _block(x: keras.KerasTensor, width: int) -> keras.KerasTensor:
    for _ in range(2):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    return x


def loss(percent: keras.KerasTensor, found: keras.KerasTensor) -> keras.KerasTensor:
    """Return cross-entropy + 1 - Dice of what is known, in the mean of the targets; `percent` as in Pairs."""
    known = ops.cast(ops.not_equal(percent, UNKNOWN), "float32")
    wanted = known * ops.cast(percent, "float32") / 100
    found = ops.clip(found, 1e-6, 1 - 1e-6)
    entropy = -(wanted * ops.log(found) + (1 - wanted) * ops.log(1 - found)) * known
    axes = (0, 1, 2)
    count = ops.sum(known, axes)
    shared = 2 * ops.sum(wanted * found * known, axes)
    dice = (shared + 1) / (ops.sum((wanted + found) * known, axes) + 1)
    return ops.mean(ops.sum(entropy, axes) / (count + 1) + 1 - dice)


def train(pairs: Pairs, folder: Path) -> keras.Model:
    """Return the network trained on the pairs that are not held out; goes on from `folder`/state.keras."""
    state, said = folder / "state.keras", folder / "epochs.txt"
    keras.utils.set_random_seed(1)
    done = len(said.read_text("utf-8").splitlines()) if state.exists() else 0
    if done:
        network = keras.saving.load_model(state, custom_objects={"loss": loss})
    else:
        said.unlink(missing_ok=True)
        network = build()
        network.compile(keras.optimizers.AdamW(CYCLES[0][1], weight_decay=1e-4), loss=loss)
    for epoch in range(done, EPOCHS):
        began = time.monotonic()
        mean = _epoch(network, pairs, epoch)
        network.save(state)
        line = f"epoch {epoch + 1} of {EPOCHS}: loss {mean:.4f}, {time.monotonic() - began:.0f} s"
        with said.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        print(line, flush=True)
    return network


def trained(folder: Path) -> keras.Model:
    """Return the network that `train` has left in `folder`. Raises SystemExit if it has not ended."""
    said = folder / "epochs.txt"
    done = len(said.read_text("utf-8").splitlines()) if said.exists() else 0
    if done < EPOCHS:
        raise SystemExit(f"The training in {folder} has done {done} of {EPOCHS} epochs.")
    return keras.saving.load_model(folder / "state.keras", custom_objects={"loss": loss})


def _epoch(network: keras.Model, pairs: Pairs, epoch: int) -> float:
    """Train for one epoch, whose films and changes follow from its number; return the mean loss."""
    random = np.random.default_rng(epoch)
    order = random.permutation(_drawn(pairs))
    steps = len(order) // BATCH
    unchanged = UNCHANGED if epoch >= CYCLES[0][0] else 0.0
    losses = []
    for step in range(steps):
        network.optimizer.learning_rate = _rate(epoch, step / steps) * min(
            1.0, (epoch * steps + step + 1) / WARM_UP
        )
        films, masks = [], []
        for index in order[step * BATCH : (step + 1) * BATCH]:
            film, mask = pairs.films[index], pairs.masks[index]
            if random.random() >= unchanged:
                film, mask = changed(film, mask, random)
            films.append(film)
            masks.append(mask)
        losses.append(float(network.train_on_batch(np.stack(films), np.stack(masks))))
    return float(np.mean(losses))


def _rate(epoch: int, part: float) -> float:
    """Return the rate of learning after `part` of `epoch`, both counted from 0."""
    (first, high), (second, low) = CYCLES
    done, length, rate = (epoch, first, high) if epoch < first else (epoch - first, second, low)
    return rate * max(0.005, 0.5 * (1 + math.cos(math.pi * (done + part) / length)))


def _drawn(pairs: Pairs) -> NDArray[np.int64]:
    """Return the indices of the films of one epoch, the rare ones several times."""
    with_heart = (pairs.masks[..., 1] != UNKNOWN).any(axis=(1, 2))
    often = np.where(with_heart, WITH_HEART, np.where(pairs.adult, OFTEN[True], OFTEN[False]))
    return np.repeat(np.arange(len(often)), np.where(pairs.held_out, 0, often))
