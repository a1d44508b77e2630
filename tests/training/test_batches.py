"""What comes into a batch, and that it comes in time, in order and again the same."""

import dataclasses
import threading
import time

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.training.config import AUGMENTATIONS, PhaseConfig, RecipeConfig
from cxrview.training.recipe.augmentation import Augmenter
from cxrview.training.recipe.batches import AHEAD, ImageBatches, made_ahead
from cxrview.training.recipe.sampling import class_weights, draw_weights, epoch_order
from cxrview.training.recipe.schedule import is_over, learning_rate, plateau_factor
from tests.training.stripes import stripes

pytestmark = pytest.mark.tensorflow

DATA = stripes((160, 60, 20))


def batches_of(data=DATA, augmentation="none", **recipe):
    recipe = RecipeConfig(**{"batch_size": 16, **recipe})
    return ImageBatches(data, recipe, Augmenter(AUGMENTATIONS[augmentation], data.images.shape[1]))


def epoch_of(batches, number):
    make = batches.epoch(number)
    return [make(step) for step in range(len(batches))]


def test_classes_are_drawn_alike_and_small_sources_favoured():
    weights = draw_weights(DATA.labels, DATA.sources)
    assert weights.sum() == pytest.approx(1)
    for label in range(3):
        of_class = DATA.labels == label
        assert weights[of_class].sum() == pytest.approx(1 / 3)
        small = of_class & (DATA.sources == "small")
        assert weights[small].sum() * 3 == pytest.approx(1 / (1 + 3**0.5))  # √1 : √3


def test_images_of_which_one_of_several_classes_is_true_are_half_a_class():
    several = np.zeros(len(DATA), bool)
    several[::10] = True
    weights = draw_weights(DATA.labels, DATA.sources, several)
    assert weights[several].sum() == pytest.approx(0.5 / 3.5)
    for label in range(3):
        assert weights[(DATA.labels == label) & ~several].sum() == pytest.approx(1 / 3.5)


def test_sampling_holds_the_classes_evenly_in_every_epoch():
    batches = batches_of(balance="sampling")
    assert len(batches) == 15
    for number in (1, 2):
        targets = np.concatenate([batch.targets for batch in epoch_of(batches, number)])
        assert targets.sum(0).tolist() == [80, 80, 80]


def test_without_balance_every_image_comes_once_and_the_last_batch_is_filled_up():
    order = epoch_order(23, 8, None, np.random.default_rng(0))
    assert order.shape == (3, 8)
    counts = np.bincount(order.ravel(), minlength=23)
    assert counts.min() == 1
    assert counts.sum() == 24
    assert epoch_order(5, 8, None, np.random.default_rng(0)).shape == (1, 5)


def test_class_weights_make_every_class_weigh_alike():
    weights = class_weights(DATA.targets)
    sums = [weights[DATA.labels == label].sum() for label in range(3)]
    assert sums == pytest.approx([80, 80, 80])
    several = np.array([[1, 0], [1, 0], [1, 1], [0, 0]], np.uint8)
    weights = class_weights(several)
    assert weights[0] == weights[1] < weights[2] == weights[3]
    assert weights.mean() == pytest.approx(1)
    batch = epoch_of(batches_of(balance="class-weights"), 1)[0]
    expected = class_weights(DATA.targets)[[DATA.labels.tolist().index(i) for i in batch.targets.argmax(1)]]
    np.testing.assert_allclose(batch.weights, expected)
    assert epoch_of(batches_of(), 1)[0].weights is None


def test_a_batch_follows_from_seed_epoch_and_step_alone():
    first = epoch_of(batches_of(augmentation="light"), 3)
    alone = batches_of(augmentation="light").epoch(3)(7)
    np.testing.assert_array_equal(alone.inputs, first[7].inputs)
    np.testing.assert_array_equal(alone.targets, first[7].targets)
    for other in (
        batches_of(augmentation="light").epoch(4),
        batches_of(augmentation="light", seed=2).epoch(3),
    ):
        assert (other(7).inputs != alone.inputs).any()


def test_images_may_lie_in_a_file(tmp_path):
    stored = np.lib.format.open_memmap(tmp_path / "inputs.npy", "w+", np.uint8, DATA.images.shape)
    stored[:] = DATA.images
    stored.flush()
    mapped = dataclasses.replace(DATA, images=np.load(tmp_path / "inputs.npy", mmap_mode="r"))
    left, right = (epoch_of(batches_of(data), 1) for data in (DATA, mapped))
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one.inputs, other.inputs)


def threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_batches_come_in_order_and_are_made_before_they_are_asked_for():
    made = []

    def make(number):
        made.append(number)
        return number * 10

    with made_ahead(make, 20) as stream:
        assert next(stream) == 0
        deadline = time.monotonic() + 10
        while len(made) < AHEAD and time.monotonic() < deadline:
            time.sleep(0.001)
        assert sorted(made) == list(range(AHEAD))  # and no more than that
        assert list(stream) == [number * 10 for number in range(1, 20)]
    assert not threads()


def test_an_error_in_the_making_comes_out_in_its_turn_and_ends_the_threads():
    def make(number):
        if number == 3:
            raise MemoryError("at three")
        return number

    seen = []
    with pytest.raises(MemoryError, match="at three"), made_ahead(make, 10) as stream:
        seen.extend(stream)
    assert not threads()
    assert seen == [0, 1, 2]


def test_leaving_early_ends_the_threads():
    with made_ahead(lambda number: number, 1000) as stream:
        next(stream)
    assert not threads()


def test_learning_rates_follow_their_schedule():
    def rates(schedule, warmup, epochs=4, merits=()):
        phase = PhaseConfig("all", epochs, 1.0, schedule, warmup)
        return [learning_rate(phase, step, 5, merits) for step in range(5 * epochs)]

    assert rates("constant", 0.0) == [1.0] * 20
    assert rates("constant", 0.8)[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    cosine = rates("cosine", 1.0)
    assert cosine[:5] == sorted(cosine[:5])
    assert cosine[5] == 1.0
    assert cosine[5:] == sorted(cosine[5:], reverse=True)
    assert 0.01 <= cosine[-1] < 0.03
    assert cosine[12] == pytest.approx(0.01 + 0.99 * (1 + np.cos(np.pi * 7 / 15)) / 2)
    assert rates("plateau", 0.0, merits=[0.5, 0.6, 0.6, 0.5]) == [0.5] * 20


def test_the_plateau_halves_after_every_two_epochs_without_improvement():
    factors = [plateau_factor([0.5, 0.6, 0.6, 0.5, 0.7, 0.1, 0.1, 0.1, 0.1][:count]) for count in range(10)]
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_a_phase_is_over_at_its_end_or_out_of_patience():
    phase = PhaseConfig("all", 5)
    assert not is_over(phase, 2, [])
    assert not is_over(phase, 2, [0.5, 0.4])
    assert is_over(phase, 2, [0.5, 0.4, 0.5])
    assert not is_over(phase, 0, [0.5, 0.4, 0.3, 0.2])
    assert is_over(phase, 0, [0.1, 0.2, 0.3, 0.4, 0.5])
