"""What the training loop costs: images a second against a bare loop of `train_on_batch` on arrays in memory.

The same compiled network in one process: our loop draws, augments, schedules the learning rate and hears of
its steps; the bare loop gives Keras a batch that lies ready. They take turns step by step, because whatever
else the machine does changes from minute to minute; while the bare loop has its turn, our threads rest.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable

import numpy as np
from table import write

from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.training.config import AUGMENTATIONS, ModelConfig, RecipeConfig
from cxrview.training.export.phantom import chest_phantom

SIZE, BATCH, STEPS = 160, 16, 40


def phantoms(count: int) -> LabelledImages:
    """Return `count` drawn chests with noise and labels of three classes."""
    random = np.random.default_rng(0)
    noise = random.integers(-20, 20, (count, SIZE, SIZE))
    images = (chest_phantom(SIZE)[None].astype(int) + noise).clip(0, 255).astype(np.uint8)
    names = np.arange(count).astype(np.str_)
    return LabelledImages(
        ("a", "b", "c"), images, one_hot(np.arange(count) % 3, 3), names, np.full(count, ""), names
    )


class Turns:
    """Batches that are made only while it is our loop's turn, and the times of both loops' steps."""

    def __init__(self, batches, bare: Callable[[], None]) -> None:
        self._batches, self._bare = batches, bare
        self._ours = threading.Event()
        self.times: list[tuple[float, float]] = []  # ours, bare

    def __len__(self) -> int:
        return len(self._batches)

    def epoch(self, number: int):
        """Return the function that makes a batch, in our turn."""
        make = self._batches.epoch(number)

        def wait_and_make(step: int):
            self._ours.wait()
            return make(step)

        self._ours.set()
        self._began = time.perf_counter()
        return wait_and_make

    def told(self, *_: object) -> None:
        """Take the time of our step, do a bare one, and begin our next."""
        ours = time.perf_counter() - self._began
        self._ours.clear()
        began = time.perf_counter()
        self._bare()
        self.times.append((ours, time.perf_counter() - began))
        self._ours.set()
        self._began = time.perf_counter()


def main() -> None:
    """Measure both loops and write the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from cxrview.training.network.starting_point import resolve
    from cxrview.training.network.trainable_layers import set_trainable_layers
    from cxrview.training.network.zoo import build
    from cxrview.training.recipe.augmentation import Augmenter
    from cxrview.training.recipe.batches import ImageBatches
    from cxrview.training.recipe.objective import compile_for
    from cxrview.training.run.fit import learn

    recipe = RecipeConfig(batch_size=BATCH)
    model = build(resolve(ModelConfig(architecture="densenet121", input_size=SIZE)), 3)
    set_trainable_layers(model, "all", "train")
    compile_for(model, recipe, True, 1e-5)
    data = phantoms(STEPS * BATCH)
    ready = data.images[:BATCH], data.targets[:BATCH].astype(np.float32)
    model.train_on_batch(*ready)  # traces the graph
    rows = []
    for name in ("light", "strong"):
        batches = ImageBatches(data, recipe, Augmenter(AUGMENTATIONS[name], SIZE))
        turns = Turns(batches, lambda: model.train_on_batch(*ready))
        learn(model, turns, 1, lambda _step: 1e-5, turns.told)
        ours, bare = (statistics.median(times) for times in zip(*turns.times, strict=True))
        share = statistics.median(b / o for o, b in turns.times)
        low, high = statistics.quantiles([b / o for o, b in turns.times], n=4)[::2]
        rows.append(
            (
                f"augmentation “{name}”",
                f"{BATCH / ours:.1f}",
                f"{BATCH / bare:.1f}",
                f"{100 * share:.0f} % ({100 * low:.0f}–{100 * high:.0f})",
            )
        )
    remark = (
        f"DenseNet121, all layers, {SIZE} × {SIZE}, batches of {BATCH}, AdamW, float32; {STEPS} steps a "
        "loop by turns, and medians of their times. The share is the median over pairs of steps, with its "
        "quartiles."
    )
    write("Training", "training.py", remark, ("cxrview with", "images/s", "bare loop", "share"), rows)


if __name__ == "__main__":
    main()
