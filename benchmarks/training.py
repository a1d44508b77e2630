"""What the training loop costs: images a second against a bare loop of `train_on_batch` on arrays in memory.

The same compiled network in one process: our loop draws, augments, schedules the learning rate and tells of
its steps; the bare loop gives Keras batches that lie ready. They take turns in short stretches, so that
whatever else the machine does hits both alike.
"""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from table import write

from cxrview.training.config import AUGMENTATIONS, ModelConfig, RecipeConfig
from cxrview.training.dataset import LabelledImages, one_hot
from cxrview.training.phantom import chest_phantom

SIZE, BATCH, STEPS, ROUNDS = 160, 16, 3, 7


def phantoms(count: int) -> LabelledImages:
    """Return `count` drawn chests with noise and labels of three classes."""
    random = np.random.default_rng(0)
    noise = random.integers(-20, 20, (count, SIZE, SIZE))
    images = (chest_phantom(SIZE)[None].astype(int) + noise).clip(0, 255).astype(np.uint8)
    names = np.arange(count).astype(np.str_)
    return LabelledImages(
        ("a", "b", "c"), images, one_hot(np.arange(count) % 3, 3), names, np.full(count, ""), names
    )


def main() -> None:
    """Measure both loops and write the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from cxrview.training.augmentation import Augmenter
    from cxrview.training.batches import ImageBatches
    from cxrview.training.depth import set_depth
    from cxrview.training.fit import learn
    from cxrview.training.objective import compile_for
    from cxrview.training.zoo import build

    recipe = RecipeConfig(batch_size=BATCH)
    model = build(ModelConfig(architecture="densenet121", input_size=SIZE), 3)
    set_depth(model, "all", "train")
    compile_for(model, recipe, True, 1e-5)
    data = phantoms(STEPS * BATCH)
    ready = [
        (data.images[start : start + BATCH], data.targets[start : start + BATCH].astype(np.float32))
        for start in range(0, len(data), BATCH)
    ]

    def bare(_round: int) -> None:
        for images, targets in ready:
            model.train_on_batch(images, targets)

    def ours(name: str) -> Callable[[int], None]:
        batches = ImageBatches(data, recipe, Augmenter(AUGMENTATIONS[name], SIZE))
        return lambda number: learn(model, batches, number, lambda _step: 1e-5, lambda *_: None)

    loops = {"bare": bare, **{name: ours(name) for name in ("light", "strong")}}
    times: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(ROUNDS + 1):
        for name, loop in loops.items():
            begin = time.perf_counter()
            loop(number)
            if number:  # the first round traces the graph
                times[name].append(time.perf_counter() - begin)
    speeds = {name: len(data) / statistics.median(values) for name, values in times.items()}
    shares = {
        name: statistics.median(b / o for b, o in zip(times["bare"], times[name], strict=True))
        for name in loops
    }
    titles = {"bare": "bare `train_on_batch`, arrays ready"} | {
        name: f"cxrview, augmentation “{name}”" for name in ("light", "strong")
    }
    rows = [(titles[name], f"{speeds[name]:.1f}", f"{100 * shares[name]:.0f} %") for name in loops]
    remark = (
        f"DenseNet121, all layers, {SIZE} × {SIZE}, batches of {BATCH}, AdamW, float32. Medians of {ROUNDS} "
        f"rounds of {STEPS} steps each, the loops in turns; the share is the median over the rounds of the "
        "bare loop's time by the other's."
    )
    write("Training", "training.py", remark, ("loop", "images/s", "of the bare loop"), rows)


if __name__ == "__main__":
    main()
