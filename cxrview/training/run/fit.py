"""The training loop: phases of epochs, judged and saved one by one, so that a run can be stopped anywhere."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.labelled import LabelledImages
from cxrview.engines.graph.build import head_layers, mask_of
from cxrview.errors import InvalidRequest
from cxrview.message import Message
from cxrview.progress import Enough
from cxrview.training import messages
from cxrview.training.config import PhaseConfig, TrainingConfig
from cxrview.training.export.calibration_films import calibration_films
from cxrview.training.network.trainable_layers import frozen_part, head_part, set_trainable_layers
from cxrview.training.recipe import logistic, schedule
from cxrview.training.recipe.augmentation import Augmenter, caveats
from cxrview.training.recipe.batches import Batches, ImageBatches, generator, made_ahead
from cxrview.training.recipe.cells import LOGITS, cell_targets, with_cells
from cxrview.training.recipe.features import Extractor, FeatureBatches
from cxrview.training.recipe.objective import compilation, compile_for
from cxrview.training.recipe.sampling import draw_weights
from cxrview.training.run.checkpoint import Checkpoints
from cxrview.training.run.eta import Eta
from cxrview.training.run.events import Emit, Epoch, PhaseStarted, Stage, Step, Warned
from cxrview.training.run.history import EpochRow, History, merit
from cxrview.training.run.memory import memory_errors
from cxrview.training.run.tensorboard import Write, scalar_log
from cxrview.training.run.validation import figures, predict, wrongly_called

JUDGED = 32  # images a batch where nothing is learnt


def fit(
    model: keras.Model,
    train: LabelledImages,
    validation: LabelledImages,
    config: TrainingConfig,
    folder: Path,
    emit: Emit,
    external: LabelledImages | None = None,
    *,
    tensorboard: Path | None = None,
    learn_more: bool = True,
) -> History:
    """Train `model`, which ends with the weights of the best epoch, and return what happened.

    Every epoch ends with a checkpoint in `folder`; where there is one already the run goes on after it, or
    without `learn_more` ends with it. When `emit` raises Enough, the epochs before it are all there will be.
    `external` images only judge: `external_wrong` is the share of those that are not of the class
    `config.card["watch_class"]` (the first, if not set) and yet are called it. `emit` may raise Cancelled.
    Raises InvalidRequest if the images, the memory or the learning rate do not allow it, CxrviewError if a
    checkpoint cannot be read or written.
    """
    recipe = config.recipe
    logistic.check(config)
    keras.utils.set_random_seed(recipe.seed)
    train, validation = (_with_class(part, config, emit) for part in (train, validation))
    data = _Data(train, validation, external, _watched(config, train))
    calibration_films(validation, config)  # what is refused is refused before hours of learning
    for caveat in caveats(config.augmentation):
        emit(Warned(caveat))
    with memory_errors(recipe.batch_size), scalar_log(tensorboard, emit) as write:
        run = _Run(model, data, config, folder, emit, write)
        try:
            for number in range(1, len(recipe.phases) + 1) if learn_more else ():
                run.phase(number)
        except Enough:
            pass
        run.end()
    return run.history


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    train: LabelledImages
    validation: LabelledImages
    external: LabelledImages | None
    watched: int  # index of a class


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    """What learns in a phase, the whole network or its head, and what it is given."""

    net: keras.Model
    batches: Batches
    validation: NDArray[Any]
    external: NDArray[Any] | None
    judged: keras.Model  # what gives the logits of those: `net`, or the part of it that films are read with
    train: NDArray[Any] | None = None  # the training images as they are, where judging them costs nothing


class _Run:
    """A training run on its way; `history` is what the last checkpoint says."""

    def __init__(
        self, model: keras.Model, data: _Data, config: TrainingConfig, folder: Path, emit: Emit, write: Write
    ) -> None:
        self._model, self._data, self._config, self._emit, self._write = model, data, config, emit, write
        self._recipe = config.recipe
        self._folder = folder
        self.store = Checkpoints(folder)
        self.history = self.store.history() or History()

    def phase(self, number: int) -> None:
        """Train phase `number` (from 1) to its end, from where it stands."""
        phase = self._recipe.phases[number - 1]
        if self._is_over(number):
            return
        begun = bool(self.history.of_phase(number))
        parameters = set_trainable_layers(self._model, phase.depth, self._recipe.batchnorm)
        if begun:
            self.store.restore_last(self._model)
        elif self.history.rows:
            self.store.restore_best(self._model, self.history)
        learner = self._learner(phase)
        exclusive = self._config.model.exclusive
        several = exclusive and bool(self._data.train.several.any())
        compile_for(learner.net, self._recipe, exclusive, phase.learning_rate, several)
        if learner.judged is not learner.net:
            learner.judged.compile(jit_compile=compilation())
        if begun:
            self.store.restore_optimizer(learner.net.optimizer)
        phases = len(self._recipe.phases)
        self._emit(PhaseStarted(number, phases, phase.depth, phase.epochs, phase.learning_rate, parameters))
        eta = Eta(len(learner.batches))
        while not self._is_over(number):
            self._epoch(number, learner, eta)

    def end(self) -> None:
        """Set the model to the best epoch. Raises InvalidRequest if there is none."""
        if not self.history.rows:
            raise InvalidRequest(messages.NOTHING_TO_FINISH, messages.GO_ON)
        if not self._is_over(len(self._recipe.phases)):
            self.history = replace(self.history, stopped_early=True)
        self.store.restore_best(self._model, self.history)

    def _is_over(self, number: int) -> bool:
        if any(row.phase > number for row in self.history.rows):
            return True
        phase = self._recipe.phases[number - 1]
        return schedule.is_over(phase, self._recipe.patience, self._merits(self.history, number))

    def _merits(self, history: History, number: int) -> list[float]:
        return [merit(row.metrics, self._recipe) for row in history.of_phase(number)]

    def _learner(self, phase: PhaseConfig) -> _Learner:
        data, config = self._data, self._config
        if phase.depth == "head" and self._recipe.cache_features:
            return self._head_learner()
        net, batches = learning(self._model, data.train, config)
        external = None if data.external is None else data.external.inputs
        return _Learner(net, batches, data.validation.inputs, external, self._model)

    def _head_learner(self) -> _Learner:
        data, config = self._data, self._config
        idle = Augmenter(config.augmentation, data.train.images.shape[1]).idle
        copies = 0 if idle else self._recipe.feature_copies
        parts = 2 + copies + (data.external is not None)
        done = 0

        def report(doing: Message) -> None:
            self._emit(Stage("features", done / parts, doing))

        extract = Extractor(frozen_part(self._model), self._folder.parent / "cache", report)
        found = []
        for copy in range(copies + 1):
            plain = copy == 0
            found.append(
                extract.plain(data.train, "train-0") if plain else extract.changed(data.train, config, copy)
            )
            done += 1
        validation = extract.plain(data.validation, "validation")
        done += 1
        external = None if data.external is None else extract.plain(data.external, "external")
        self._emit(Stage("features", 1.0))
        batches = FeatureBatches(data.train, config, found)
        head = head_part(self._model)
        return _Learner(head, batches, validation, external, head, found[0])

    def _epoch(self, number: int, learner: _Learner, eta: Eta) -> None:
        epoch = len(self.history.rows) + 1
        began = time.monotonic()
        recipe = self._recipe
        if recipe.optimizer == logistic.NAME:
            learnt, rate, average = self._solve(learner), 0.0, 0.0
        else:
            learnt, rate = self._steps(number, epoch, learner, eta)
            average = recipe.weight_average
        with _averaged(learner.net, average):
            if learner.judged is self._model and recipe.batchnorm == "train":
                self._recalibrate()
            metrics = {**learnt, **self._judge_training(learner), **self._judge(learner)}
            if not math.isfinite(metrics["val_loss"]):
                raise _diverged(epoch, rate)
            row = EpochRow(number, epoch, rate, metrics, time.monotonic() - began)
            history = self.history.with_row(row, recipe)
            if history.best_epoch == epoch:
                self.store.save_best(self._model, epoch)
        planned = recipe.phases[number - 1].epochs
        merits = self._merits(history, number)
        if len(merits) < planned and schedule.is_over(recipe.phases[number - 1], recipe.patience, merits):
            history = replace(history, stopped_early=True)
        self.store.save_last(self._model, learner.net.optimizer, history)
        self.history = history
        eta.epoch_done(time.monotonic() - began)
        self._write(row)
        total = epoch + self._epochs_left(number, len(merits))
        best = history.best_epoch == epoch
        self._emit(Epoch(number, epoch, total, rate, metrics, best, row.seconds))

    def _epochs_left(self, number: int, done: int) -> int:
        """Return how many epochs are to come if no phase is cut short, `done` being over in this one."""
        phases = self._recipe.phases
        return phases[number - 1].epochs - done + sum(phase.epochs for phase in phases[number:])

    def _steps(self, number: int, epoch: int, learner: _Learner, eta: Eta) -> tuple[dict[str, float], float]:
        """Learn for one epoch and return its mean loss and accuracy, and the last learning rate."""
        phase, steps = self._recipe.phases[number - 1], len(learner.batches)
        merits = self._merits(self.history, number)
        first = len(merits) * steps
        after = self._epochs_left(number, len(merits) + 1)

        def rate(step: int) -> float:
            return schedule.learning_rate(phase, first + step, steps, merits)

        def told(step: int, images: int, loss: float) -> None:
            if not math.isfinite(loss):
                raise _diverged(epoch, rate(step))
            eta.step_done(images)
            if eta.is_time_to_tell():
                speed, remaining = eta.images_per_second, eta.remaining(steps - step - 1, after)
                self._emit(Step(number, epoch, step + 1, steps, loss, speed, remaining))

        _reseed(learner.net, self._recipe.seed, epoch)
        return learn(learner.net, learner.batches, epoch, rate, told), rate(steps - 1)

    def _solve(self, learner: _Learner) -> dict[str, float]:
        """Set the head to the best there is for the kept features; return its figures on plain images."""
        self._emit(Stage("solving", 0.0))
        batches, recipe = learner.batches, self._recipe
        if not isinstance(batches, FeatureBatches):
            raise TypeError("only kept features can be solved")
        data = batches.data
        certain = np.flatnonzero(~data.several) if self._config.model.exclusive else np.arange(len(data))
        found = logistic.solve(
            [np.asarray(copy[certain]) for copy in batches.copies],
            data.targets[certain],
            batches.weights[certain],
            self._config.model.exclusive,
            recipe.weight_decay,
        )
        head_layers(self._model)[-1].set_weights(found)
        self._emit(Stage("solving", 1.0))
        targets = data.targets.astype(np.float32)
        return _figures(learner.net.evaluate(batches.copies[0], targets, JUDGED, verbose=0, return_dict=True))

    def _recalibrate(self) -> None:
        """Settle the running statistics of batch normalisation on plain images; nothing else changes.

        Statistics gathered on changed images shift every logit on plain ones.
        """
        random = generator(self._recipe.seed, 0, 0)
        data = self._data.train
        weights = draw_weights(
            data.labels, data.sources, data.several if self._config.model.exclusive else None
        )
        for _ in range(self._recipe.recalibration_batches):
            chosen = random.choice(len(data), min(48, len(data)), p=weights)
            self._model(np.asarray(data.inputs[chosen]), training=True)

    def _judge_training(self, learner: _Learner) -> dict[str, float]:
        """Return loss and accuracy on the training images as those on the validation images are found.

        The mean over the batches of an epoch is with dropout, weights and smoothing: beside a head that is
        almost done it looks like a fault. {} where it would take another pass through the whole network, and
        where images have one of several classes.
        """
        train = self._data.train
        if learner.train is None or train.several.any():
            return {}
        answers = predict(learner.judged, learner.train, JUDGED).astype(np.float64)
        found = figures(answers, train.targets, self._config.model.exclusive)
        return {"loss": found["val_loss"], "accuracy": found["val_accuracy"]}

    def _judge(self, learner: _Learner) -> dict[str, float]:
        data, exclusive = self._data, self._config.model.exclusive
        answers = predict(learner.judged, learner.validation, JUDGED).astype(np.float64)
        metrics = figures(answers, data.validation.targets, exclusive)
        if data.external is not None and learner.external is not None and len(data.external):
            answers = predict(learner.judged, learner.external, JUDGED).astype(np.float64)
            wrong = wrongly_called(answers, data.external.targets, data.watched, exclusive)
            if not math.isnan(wrong):
                metrics["external_wrong"] = wrong
        return metrics


def learning(
    model: keras.Model, data: LabelledImages, config: TrainingConfig
) -> tuple[keras.Model, ImageBatches]:
    """Return what learns of `data`, not compiled, and its batches: `model`, and the places of its films.

    Raises InvalidRequest for a class without disease that there is not.
    """
    augmenter, exclusive = Augmenter(config.augmentation, data.images.shape[1]), config.model.exclusive
    if mask_of(model) is None or not config.recipe.cell_weight:
        return model, ImageBatches(data, config.recipe, augmenter, exclusive=exclusive)
    cells = cell_targets(model, data.class_names, config)
    return with_cells(model, config.model.dropout), ImageBatches(
        data, config.recipe, augmenter, cells, exclusive
    )


def learn(
    net: keras.Model,
    batches: Batches,
    epoch: int,
    rate: Callable[[int], float],
    told: Callable[[int, int, float], None],
) -> dict[str, float]:
    """Let the compiled `net` learn from the batches of an epoch; return its mean `loss` and `accuracy`.

    `rate` gives the learning rate of a step (from 0); `told` hears of every step: its number, its images,
    and the mean loss so far.
    """
    net.reset_metrics()
    learnt = {"loss": math.nan, "accuracy": math.nan}
    with made_ahead(batches.epoch(epoch), len(batches)) as stream:
        for step, batch in enumerate(stream):
            net.optimizer.learning_rate = rate(step)
            learnt = _figures(
                net.train_on_batch(batch.inputs, batch.targets, batch.weights, return_dict=True)
            )
            told(step, len(batch.inputs), learnt["loss"])
    return learnt


def _figures(said: Mapping[str, Any]) -> dict[str, float]:
    accuracy = said["accuracy"] if "accuracy" in said else said[f"{LOGITS}_accuracy"]
    return {"loss": float(said["loss"]), "accuracy": float(accuracy)}


def _diverged(epoch: int, rate: float) -> InvalidRequest:
    return InvalidRequest(messages.DIVERGED(epoch=epoch), messages.LOWER_LEARNING_RATE(rate=f"{rate:.2g}"))


def _with_class(data: LabelledImages, config: TrainingConfig, emit: Emit) -> LabelledImages:
    """Return the images that can be learnt from: where classes exclude each other, those that have one."""
    known = np.flatnonzero(data.targets.any(1)) if config.model.exclusive else np.arange(len(data))
    if not len(known):
        raise InvalidRequest(messages.NO_KNOWN_CLASS, messages.ADD_SOME)
    if len(known) < len(data):
        emit(Warned(messages.LEFT_OUT_OF_TRAINING(number=len(data) - len(known))))
        return data.subset(known)
    return data


def _watched(config: TrainingConfig, data: LabelledImages) -> int:
    name = config.card.get("watch_class", data.class_names[0])
    if name not in data.class_names:
        raise InvalidRequest(messages.NO_CLASS_TO_WATCH(name=name), messages.CORRECT_WATCH_CLASS)
    return data.class_names.index(name)


def _reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Set what is behind every dropout of `model` to the epoch: its own state, and PyTorch's only one."""
    keras.utils.set_random_seed(int(generator(seed, epoch, 0).integers(2**31 - 1)))
    states = [item for item in model.variables if item.name == "seed_generator_state"]
    for place, state in enumerate(states):
        state.assign(np.array([generator(seed, epoch, place).integers(2**31 - 1), 0]))


@contextmanager
def _averaged(net: keras.Model, decay: float) -> Iterator[None]:
    """Put the averaged weights into `net` for the time of the block, if there are any."""
    if not decay:
        yield
        return
    swap = keras.callbacks.SwapEMAWeights()
    swap.set_model(net)
    swap.on_test_begin()
    try:
        yield
    finally:
        swap.on_test_end()
