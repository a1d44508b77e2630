"""Measure how fast a training goes here, by letting the network learn a few batches of noise."""

import dataclasses
import datetime
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import keras
import numpy as np

from cxrview import __version__
from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.engines.graph.build import reads_lungs
from cxrview.progress import Report
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.network.trainable_layers import frozen_part, head_part, set_trainable_layers
from cxrview.training.recipe.augmentation import Augmenter
from cxrview.training.recipe.features import BATCH
from cxrview.training.recipe.objective import compile_for
from cxrview.training.run import benchmark_records, worker
from cxrview.training.run.benchmark_records import GROWING, KEPT_HEAD, PLAIN, BenchmarkRecord, machine
from cxrview.training.run.eta import Eta
from cxrview.training.run.fit import learn, learning
from cxrview.training.run.validation import predict

CLASSES = 3
SECONDS = 4.0  # of steps; slower networks take at least two
FEWEST, MOST = 2, 50  # steps that count


class _Enough(Exception):
    """So much is known that no further step is needed."""


def run_benchmark(config: TrainingConfig, report: Report) -> BenchmarkRecord:
    """Return what the network of `config` does on this machine, for each of the depths in its phases.

    The batches hold noise, of which the speed does not depend, changed as `config` says. Raises
    InvalidRequest if the network cannot be built. `report` may raise Cancelled.
    """
    device, _backend = worker.find_device()
    recipe, resolved = config.recipe, resolve(config.model)
    size = resolved.input.size
    report(0.0, messages.BUILDING_NETWORK)
    model = zoo.build(resolved, CLASSES, mixed_precision=recipe.mixed_precision)
    noise = _noise(model, (MOST + 1) * recipe.batch_size)
    depths = _depths(config)
    report(0.1, messages.LOOKING)
    frozen = frozen_part(model)
    plain, first_plain = _repeated(lambda: predict(frozen, noise.inputs[:BATCH], BATCH), BATCH)
    augmenter, random = Augmenter(dataclasses.replace(config.augmentation, plain_share=0.0), size), _random()

    def change() -> None:
        some = dataclasses.replace(
            noise.subset(np.arange(BATCH)), images=augmenter(noise.images[:BATCH], random)
        )
        predict(frozen, some.inputs, BATCH)

    changed, _ = _repeated(change, BATCH)
    learning, first, memory = {}, {PLAIN: first_plain}, {PLAIN: most_memory()}
    for number, depth in enumerate(depths):
        report(0.3 + 0.7 * number / len(depths), messages.LEARNING(depth=depth))
        learning[depth], first[depth] = _learning(model, noise, config, depth)
        memory[depth] = most_memory()
    return BenchmarkRecord(
        architecture=config.model.architecture,
        input_size=size,
        batch_size=recipe.batch_size,
        mixed_precision=recipe.mixed_precision,
        plain=plain,
        changed=changed,
        features=int(np.prod(frozen.output_shape[1:])),
        device=device,
        first=first,
        memory=memory if all(memory.values()) else {},
        learning=learning,
        day=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=machine(),
        version=__version__,
    )


def most_memory() -> int:
    """Return the most memory that this process has taken, in bytes, or 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _depths(config: TrainingConfig) -> list[str]:
    """Return what learns in steps in the phases, what takes most memory last.

    "all" is there in any case, because every card tells of that.
    """
    return sorted({*benchmark_records.depths(config), "all"}, key=GROWING.index)


def _random() -> np.random.Generator:
    return np.random.default_rng(1)


def _noise(model: keras.Model, number: int) -> LabelledImages:
    """Return `number` images of noise for `model`, all alike and stored once: memory is measured, too."""
    size = model.input_shape[1]
    shape = (size, size, 3) if reads_lungs(model) else (size, size)
    image = _random().integers(0, 256, shape, np.uint8)
    targets = one_hot(np.arange(number) % CLASSES, CLASSES)
    names = np.array([str(index) for index in range(number)])
    images = np.broadcast_to(image, (number, *shape))
    return LabelledImages(("a", "b", "c"), images, targets, names, np.full(number, ""), names)


def _repeated(work: Callable[[], object], images: int) -> tuple[float, float]:
    """Return the images a second of `work`, and the seconds of its first time, which is not counted."""
    before = time.monotonic()
    work()
    began = time.monotonic()
    for done in count(1):
        work()
        seconds = time.monotonic() - began
        if seconds > SECONDS / 2 or done >= MOST:
            return images * done / seconds, began - before
    raise AssertionError


def _learning(
    model: keras.Model, noise: LabelledImages, config: TrainingConfig, depth: str
) -> tuple[float, float]:
    """Return the images a second of learning at `depth`, batches being made as in a training, and the
    seconds of the first step."""
    recipe = config.recipe
    set_trainable_layers(model, "head" if depth == KEPT_HEAD else depth, recipe.batchnorm)
    if depth == KEPT_HEAD:
        return _kept_head(model, noise, config)
    net, batches = learning(model, noise, config)
    compile_for(net, recipe, config.model.exclusive, 1e-6)
    eta, before, ends = Eta(len(batches)), time.monotonic(), []

    def told(step: int, images: int, _loss: float) -> None:
        eta.step_done(images)
        ends.append(time.monotonic())
        if step >= FEWEST and ends[-1] - ends[0] > SECONDS:
            raise _Enough

    with suppress(_Enough):
        learn(net, batches, 1, lambda _step: 1e-6, told)
    return eta.images_per_second, ends[0] - before


def _kept_head(model: keras.Model, noise: LabelledImages, config: TrainingConfig) -> tuple[float, float]:
    recipe, head = config.recipe, head_part(model)
    size = recipe.batch_size
    compile_for(head, recipe, config.model.exclusive, 1e-6)
    features = _random().random((size, *head.input_shape[1:]), np.float32)
    targets = noise.targets[:size].astype(np.float32)
    return _repeated(lambda: head.train_on_batch(features, targets), size)
