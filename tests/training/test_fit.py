"""The training loop: it learns, in phases, by the recipe; it can be stopped anywhere and goes on the same."""

import dataclasses
import math
import threading

import numpy as np
import pytest

from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.errors import InvalidRequest
from cxrview.progress import Cancelled
from cxrview.training.config import AUGMENTATIONS, ModelConfig, PhaseConfig, RecipeConfig, TrainingConfig
from cxrview.training.network.starting_point import resolve
from cxrview.training.network.zoo import build
from cxrview.training.run import history as histories
from cxrview.training.run.events import Epoch, PhaseStarted, Stage, Step, Warned
from cxrview.training.run.fit import fit
from cxrview.training.run.validation import figures, predict
from tests.training.stripes import small_network, stripes

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

TRAIN, VALIDATION = stripes(), stripes((12, 12, 12), seed=1)
PHASE = PhaseConfig("all", 3, 0.02, "constant", 0.0)


def config_of(*phases, augmentation="none", exclusive=True, card=None, **recipe):
    """Return a configuration of `phases` and what a test is about."""
    return TrainingConfig(
        model=ModelConfig(exclusive=exclusive),
        recipe=RecipeConfig(phases=phases or (PHASE,), **{"batch_size": 16, **recipe}),
        augmentation=AUGMENTATIONS[augmentation],
        card=card or {},
    )


def trained(config, folder, model=None, train=TRAIN, validation=VALIDATION, **options):
    """Return the model, its history and the events of a training."""
    model = model or small_network()
    events = []
    history = fit(model, train, validation, config, folder, events.append, **options)
    return model, history, events


def kinds(events, kind):
    return [event for event in events if isinstance(event, kind)]


def weights_of(model):
    return [keras.ops.convert_to_numpy(variable) for variable in model.weights]


def mislabelled(data):
    """Return `data` with every sixth label wrong, on which a network that is too sure pays."""
    targets = np.array(data.targets)
    targets[::6] = np.roll(targets[::6], 1, axis=1)
    return dataclasses.replace(data, targets=targets)


def val_loss(model, data=VALIDATION):
    answers = predict(model, data.images, 32).astype(np.float64)
    return figures(answers, data.targets, True)["val_loss"]


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop"])
def test_training_learns_and_ends_with_the_best_epoch(optimizer, tmp_path):
    model, history, events = trained(config_of(optimizer=optimizer, choose_by="loss"), tmp_path)
    assert [row.epoch for row in history.rows] == [1, 2, 3]
    losses = [row.metrics["val_loss"] for row in history.rows]
    assert history.best_epoch == int(np.argmin(losses)) + 1
    assert val_loss(model) == pytest.approx(min(losses), abs=1e-5)
    assert min(losses) < 0.7 < math.log(3)
    assert history.rows[history.best_epoch - 1].metrics["val_accuracy"] > 0.8
    assert [event.metrics for event in kinds(events, Epoch)] == [row.metrics for row in history.rows]
    assert histories.load(tmp_path / "history.json") == history
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_the_best_epoch_need_not_be_the_last(tmp_path):
    learning = PhaseConfig("all", 2, 0.02, "constant", 0.0)
    forgetting = PhaseConfig("all", 2, 5.0, "constant", 0.0)
    validation = mislabelled(VALIDATION)
    config = config_of(learning, forgetting, choose_by="loss")
    model, history, _ = trained(config, tmp_path, validation=validation)
    losses = [row.metrics["val_loss"] for row in history.rows]
    assert history.best_epoch == int(np.argmin(losses)) + 1 < 4
    assert losses[3] > min(losses) + 0.1
    assert val_loss(model, validation) == pytest.approx(min(losses), abs=1e-5)


def test_a_phase_trains_its_part_only_and_the_next_begins_from_the_best(tmp_path):
    model = small_network()
    before = weights_of(model)
    head = config_of(PhaseConfig("head", 2, 0.02, "constant", 0.0))
    _, _, events = trained(head, tmp_path / "head", model)
    changed = [bool((a != b).any()) for a, b in zip(before, weights_of(model), strict=True)]
    assert changed == [False] * 5 + [True, True]  # the frozen normalisation's statistics included
    assert kinds(events, PhaseStarted) == [PhaseStarted(1, 1, "head", 2, 0.02, 27)]
    still = PhaseConfig("all", 1, 1e-7, "constant", 0.0)
    wild = PhaseConfig("head", 3, 3.0, "constant", 0.0)
    both = config_of(wild, still, choose_by="loss", batchnorm="frozen")
    _, history, _ = trained(both, tmp_path / "both", validation=mislabelled(VALIDATION))
    losses = [row.metrics["val_loss"] for row in history.rows]
    assert losses[3] == pytest.approx(min(losses[:3]), abs=1e-3)
    assert losses[3] != pytest.approx(losses[2], abs=1e-2)


def test_frozen_normalisation_keeps_its_statistics(tmp_path):
    model, _, _ = trained(config_of(batchnorm="frozen"), tmp_path)
    norm = model.get_layer("backbone").layers[2]
    assert isinstance(norm, keras.layers.BatchNormalization)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(norm.moving_mean), np.zeros(8))


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize(
    ("when", "recipe"),
    [
        ("after 2", {}),
        ("after 3", {"weight_average": 0.9, "optimizer": "sgd", "balance": "class-weights"}),
        ("after 3", {"recalibration_batches": 3, "choose_by": "loss"}),
        ("first step", {"cache_features": True}),
        ("after 1", {"cache_features": True, "choose_by": "loss"}),
    ],
    ids=["between phases", "averaged", "recalibrated", "features only", "features and an epoch"],
)
def test_a_killed_run_goes_on_with_the_same_history(when, recipe, tmp_path):
    head = PhaseConfig("head", 2, 0.02, "cosine", 0.5)
    config = config_of(head, PhaseConfig("all", 2, 0.01, "cosine", 0.5), augmentation="light", **recipe)
    _, whole, _ = trained(config, tmp_path / "whole" / "checkpoints")

    def die(event):
        if when == "first step" and isinstance(event, PhaseStarted):
            raise Killed
        if isinstance(event, Epoch) and event.epoch == int(when[-1]):
            raise Killed

    folder = tmp_path / "killed" / "checkpoints"
    with pytest.raises(Killed):
        fit(small_network(), TRAIN, VALIDATION, config, folder, die)
    model, resumed, events = trained(config, folder)
    assert [row.epoch for row in resumed.rows] == [row.epoch for row in whole.rows] == [1, 2, 3, 4]
    assert len(kinds(events, Epoch)) == (4 if when == "first step" else 4 - int(when[-1]))
    for row, twin in zip(resumed.rows, whole.rows, strict=True):
        assert (row.phase, row.learning_rate) == (twin.phase, twin.learning_rate)
        assert row.metrics == pytest.approx(twin.metrics, abs=1e-5)
    assert resumed.best_epoch == whole.best_epoch
    assert val_loss(model) == pytest.approx(whole.rows[whole.best_epoch - 1].metrics["val_loss"], abs=1e-5)


def test_a_finished_run_is_not_trained_again(tmp_path):
    config = config_of()
    model, history, _ = trained(config, tmp_path)
    again, same, events = trained(config, tmp_path)
    assert same == history
    assert not kinds(events, (Epoch, Step))
    for left, right in zip(weights_of(model), weights_of(again), strict=True):
        np.testing.assert_array_equal(left, right)


def test_cancelling_stops_within_the_epoch_and_leaves_the_last_checkpoint(tmp_path):
    def stop(event):
        if isinstance(event, Epoch) and event.epoch == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(small_network(), TRAIN, VALIDATION, config_of(), tmp_path, stop)
    assert [row.epoch for row in histories.load(tmp_path / "history.json").rows] == [1, 2]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_a_phase_ends_early_and_the_next_follows_without_a_gap(tmp_path):
    still = PhaseConfig("head", 9, 1e-8, "constant", 0.0)  # learns nothing: no epoch beats the first
    config = config_of(still, dataclasses.replace(PHASE, epochs=1), patience=2, choose_by="accuracy")
    _, history, events = trained(config, tmp_path)
    assert [(row.phase, row.epoch) for row in history.rows] == [(1, 1), (1, 2), (1, 3), (2, 4)]
    assert history.stopped_early
    assert [event.epochs for event in kinds(events, Epoch)] == [10, 10, 10, 4]
    assert not trained(config_of(), tmp_path / "other")[1].stopped_early


def test_external_images_called_wrongly_count_against_an_epoch(tmp_path):
    external = stripes((0, 8, 8), seed=3)
    config = config_of(external_penalty=2.0, choose_by="accuracy", card={"watch_class": "b"})
    model, history, _ = trained(config, tmp_path, external=external)
    answers = predict(model, external.images, 32)
    others = external.labels != 1
    best = history.rows[history.best_epoch - 1].metrics
    assert best["external_wrong"] == pytest.approx((answers.argmax(1) == 1)[others].mean())
    merits = [row.metrics["val_accuracy"] - 2 * row.metrics["external_wrong"] for row in history.rows]
    assert history.best_epoch == int(np.argmax(merits)) + 1


def test_averaged_weights_are_judged_and_kept(tmp_path):
    restless = PhaseConfig("all", 1, 0.02, "constant", 0.0)
    plain, quick, _ = trained(config_of(restless), tmp_path / "plain")
    slow, averaged, _ = trained(config_of(restless, weight_average=0.999), tmp_path / "averaged")
    start = weights_of(small_network())
    moved = [
        max(np.abs(a - b).max() for a, b in zip(start[:3], weights_of(model)[:3], strict=True))
        for model in (plain, slow)
    ]
    assert moved[1] < 0.2 * moved[0]  # 0.999 hardly leaves the first step within one epoch
    assert quick.rows[0].metrics["loss"] == pytest.approx(averaged.rows[0].metrics["loss"], abs=1e-5)
    assert averaged.rows[0].metrics["val_loss"] == pytest.approx(val_loss(slow), abs=1e-5)


def test_recalibration_settles_the_statistics_of_plain_images(tmp_path):
    still = PhaseConfig("all", 1, 1e-8, "constant", 0.0)
    model = small_network()
    norm = model.get_layer("backbone").layers[2]
    right = small_network()
    for _ in range(60):
        right(TRAIN.images, training=True)
    wanted = keras.ops.convert_to_numpy(right.get_layer("backbone").layers[2].moving_mean)
    norm.moving_mean.assign(wanted + 1)
    trained(config_of(still, recalibration_batches=30), tmp_path, model)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(norm.moving_mean), wanted, atol=0.1)


def test_features_are_computed_once_and_used_again(tmp_path):
    head = PhaseConfig("head", 2, 0.02, "constant", 0.0)
    config = config_of(head, cache_features=True, feature_copies=2, augmentation="light")
    _, history, events = trained(config, tmp_path / "checkpoints")
    files = sorted((tmp_path / "cache").iterdir())
    assert [path.name.rsplit("-", 1)[0] for path in files] == [
        "features-train-0",
        "features-train-1",
        "features-train-2",
        "features-validation",
    ]
    plain, changed = (np.load(path) for path in files[:2])
    assert plain.shape == changed.shape == (len(TRAIN), 8)
    assert (plain != changed).any(1).all()
    assert kinds(events, Stage)[-1] == Stage("features", 1.0)
    stamps = [path.stat().st_mtime_ns for path in files]
    longer = dataclasses.replace(
        config, recipe=dataclasses.replace(config.recipe, phases=(dataclasses.replace(head, epochs=3),))
    )
    trained(longer, tmp_path / "checkpoints")
    assert stamps == [path.stat().st_mtime_ns for path in files]
    assert len(history.rows) == 2


def test_beside_computed_features_the_training_loss_is_found_as_that_of_the_validation(tmp_path):
    head = PhaseConfig("head", 1, 0.02, "constant", 0.0)
    config = config_of(head, cache_features=True, feature_copies=2, augmentation="strong")
    model, history, _ = trained(config, tmp_path / "checkpoints")
    metrics = history.rows[0].metrics
    assert metrics["loss"] == pytest.approx(val_loss(model, TRAIN), abs=1e-4)  # no dropout, no changed images
    assert metrics["val_loss"] == pytest.approx(val_loss(model), abs=1e-4)


def test_a_solved_head_beats_steps_and_goes_on_after_a_kill(tmp_path):
    head = PhaseConfig("head", 1, 1e-3, "constant", 0.0)
    kept = {"cache_features": True, "feature_copies": 2, "augmentation": "light", "label_smoothing": 0.0}
    solved = config_of(head, optimizer="lbfgs", weight_decay=1e-4, **kept)
    model, history, events = trained(solved, tmp_path / "solved" / "checkpoints")
    _, stepped, _ = trained(config_of(head, **kept), tmp_path / "stepped" / "checkpoints")
    assert len(history.rows) == 1
    assert history.rows[0].metrics["loss"] < stepped.rows[0].metrics["loss"]
    assert Stage("solving", 1.0) in kinds(events, Stage)

    def die(event):
        if event == Stage("solving", 0.0):
            raise Killed

    folder = tmp_path / "killed" / "checkpoints"
    with pytest.raises(Killed):
        fit(small_network(), TRAIN, VALIDATION, solved, folder, die)
    again, resumed, _ = trained(solved, folder)
    assert [row.epoch for row in resumed.rows] == [1]
    np.testing.assert_allclose(
        predict(again, VALIDATION.images, 32), predict(model, VALIDATION.images, 32), atol=1e-4
    )


def test_cached_features_give_the_history_of_the_whole_network(tmp_path):
    """Without augmentation and dropout the two ways are the same arithmetic."""
    head = PhaseConfig("head", 3, 0.02, "constant", 0.0)
    rows = [
        trained(config_of(head, cache_features=cached), tmp_path / str(cached) / "c", small_network(0.0))[1]
        for cached in (False, True)
    ]
    for row, twin in zip(rows[0].rows, rows[1].rows, strict=True):
        own = {"loss", "accuracy"}  # means over the epoch, and what stands after it
        metrics, others = ({k: v for k, v in it.metrics.items() if k not in own} for it in (row, twin))
        assert metrics == pytest.approx(others, abs=1e-4)


def test_mixed_precision_keeps_weights_and_logits_whole(tmp_path):
    phase = PhaseConfig("all", 4, 2e-3, "constant", 0.0)
    config = config_of(phase, mixed_precision=True, choose_by="loss")
    keras.utils.set_random_seed(1)
    small = ModelConfig(architecture="small-cnn", input_size=32, pooling="flatten", hidden=(16,))
    model = build(resolve(small), 3, mixed_precision=True)
    assert model.get_layer("backbone").layers[1].compute_dtype == "bfloat16"
    _, history, _ = trained(config, tmp_path, model)
    losses = [row.metrics["val_loss"] for row in history.rows]
    assert min(losses) < math.log(3) - 0.1
    assert {str(variable.dtype) for variable in model.trainable_variables} == {"float32"}
    assert predict(model, VALIDATION.images, 32).dtype == np.float32
    assert val_loss(model) == pytest.approx(min(losses), abs=1e-3)


def test_images_may_be_of_several_classes_or_none(tmp_path):
    def several(data):
        targets = np.array(data.targets)
        targets[:, 2] = np.arange(len(data)) % 2 == 0
        images = np.array(data.images)
        images[targets[:, 2] == 1, :16] //= 2
        return dataclasses.replace(data, targets=targets, images=images)

    train, validation = several(stripes((60, 60, 60))), several(stripes((12, 12, 12), seed=1))
    assert (train.targets.sum(1) == 2).any()
    assert (train.targets.sum(1) == 0).any()
    config = config_of(PhaseConfig("all", 6, 0.02, "constant", 0.0), exclusive=False, balance="class-weights")
    _, history, events = trained(config, tmp_path, train=train, validation=validation)
    assert history.rows[-1].metrics["val_macro_auc"] > 0.9
    assert not kinds(events, Warned)


def test_images_of_no_known_class_are_left_out_with_a_word(tmp_path):
    targets = np.array(TRAIN.targets)
    targets[:7] = 0
    _, _, events = trained(config_of(), tmp_path, train=dataclasses.replace(TRAIN, targets=targets))
    assert kinds(events, Warned) == [Warned(messages.LEFT_OUT_OF_TRAINING(number=7))]
    with refused(InvalidRequest, messages.NO_KNOWN_CLASS):
        trained(config_of(), tmp_path, validation=dataclasses.replace(TRAIN, targets=0 * targets))


def test_a_loss_that_is_no_number_ends_the_run_with_advice(tmp_path):
    with refused(InvalidRequest, messages.DIVERGED(epoch=1)) as caught:
        trained(config_of(PhaseConfig("all", 2, 10.0, "constant", 0.0)), tmp_path, broken_network())
    assert caught.error.advice == messages.LOWER_LEARNING_RATE(rate="10")
    assert not (tmp_path / "last.npz").exists()


def broken_network():
    model = small_network()
    kernel = model.layers[-1].kernel
    kernel.assign(keras.ops.full_like(kernel, np.inf))
    return model


def out_of_memory(kind):
    if kind == "numpy":
        return MemoryError()
    if kind == "jax":
        return RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 17 bytes.")
    import tensorflow as tf

    return tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[16,64]")


@pytest.mark.parametrize("kind", ["numpy", "jax", "tensorflow"])
def test_want_of_memory_asks_for_half_the_batch(kind, tmp_path):
    def emit(_event):
        raise out_of_memory(kind)

    with refused(InvalidRequest, messages.NO_MEMORY_FOR_BATCH(size=16)) as caught:
        fit(small_network(), TRAIN, VALIDATION, config_of(), tmp_path, emit)
    assert caught.error.advice == messages.SET_BATCH_SIZE(size=8)


def test_another_error_of_a_backend_stays_what_it_is(tmp_path):
    def emit(_event):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        fit(small_network(), TRAIN, VALIDATION, config_of(), tmp_path, emit)


def test_the_class_to_watch_must_exist(tmp_path):
    with refused(InvalidRequest, messages.NO_CLASS_TO_WATCH(name="d")):
        trained(config_of(card={"watch_class": "d"}), tmp_path)


def test_there_must_be_something_to_calibrate_on_before_anything_is_learnt(tmp_path):
    with refused(InvalidRequest, messages.NOTHING_TO_CALIBRATE_ON):
        trained(config_of(calibrate_on=("nowhere",)), tmp_path)
    assert not list(tmp_path.glob("*"))


def test_tensorboard_gets_the_figures_of_every_epoch(tmp_path):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    _, history, _ = trained(config_of(), tmp_path / "run", tensorboard=tmp_path / "board")
    log = loader.EventAccumulator(str(tmp_path / "board"))
    log.Reload()
    assert "val_macro_f1" in log.Tags()["tensors"]
    written = [event.step for event in log.Tensors("val_macro_f1")]
    assert written == [row.epoch for row in history.rows]
