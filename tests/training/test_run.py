"""From labelled images to a finished bundle, with a small network and drawn images."""

from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.progress import silent
from cxrview.training import run
from cxrview.training.dataset import LabelledImages, one_hot, split_by_group
from cxrview.training.recipe import Recipe
from tests.training.test_export import DESCRIPTION, small_model

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

NAMES = ("one", "two", "three")


def drawn(count, source, seed, labels=None):
    """Return images of smooth noise; two neighbours are one patient."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 8, 8), dtype=np.uint8)
    images = coarse.repeat(8, 1).repeat(8, 2)
    labels = random.integers(0, 3, count) if labels is None else np.full(count, labels)
    groups = np.char.add(f"{source}-", (np.arange(count) // 2).astype(np.str_))
    return LabelledImages(NAMES, images, one_hot(labels, len(NAMES)), groups, np.full(count, source), groups)


@pytest.fixture(scope="module")
def collection():
    labelled = drawn(200, "here", 1)
    return run.Collection(
        labelled, split_by_group(labelled, 3), drawn(20, "there", 2), drawn(31, "odd", 3, -1)
    )


def test_strangers_of_one_patient_are_all_for_choosing_or_all_for_reporting(collection):
    halves = [collection.strangers_half(report) for report in (False, True)]
    assert sum(len(half) for half in halves) == 31
    assert not set(halves[0].groups) & set(halves[1].groups)
    assert abs(len(halves[0]) - len(halves[1])) < 4


def test_the_card_holds_what_was_measured(collection, tmp_path):
    model = small_model()
    own = ("exclusive", "temperature", "operating_points")
    description = {name: value for name, value in DESCRIPTION.items() if name not in own}
    card = run.finish(model, collection, description, {"seed": 5}, tmp_path, silent)
    ask = run.answering(model)
    metrics = card.raw["metrics"]
    for name, part in (("test", collection.test), ("external", collection.external)):
        called = ask(part).logits.argmax(1)
        figure = metrics[name]["figures"]["accuracy"]
        assert figure["value"] == pytest.approx((called == part.labels).mean(), abs=1e-4)
        assert figure["low"] < figure["value"] < figure["high"]
    assert sum(metrics["split"]["train"].values()) == len(collection.split.train)
    assert metrics["validation"]["in_domain"]["value"] == pytest.approx(0.975, abs=0.035)
    assert set(card.operating_points) == {"sensitive", "balanced"}
    assert (tmp_path / "domain.npz").stat().st_size == card.files["domain.npz"].bytes


def test_an_epoch_is_judged_on_validation_and_external(collection):
    ask = run.answering(small_model())
    result = run.judge(ask, collection, 2, Path("epoch2.weights.h5"))
    called = ask(collection.validation).logits.argmax(1)
    assert result.accuracy == pytest.approx((called == collection.validation.labels).mean())
    share = (ask(collection.external).logits.argmax(1) == 0).mean()
    assert result.merit == pytest.approx(result.balanced_accuracy - 0.5 * share)


def test_training_judges_every_epoch_and_its_weights_can_be_loaded_again(collection, tmp_path):
    model = small_model()
    results = run.train(model, collection, Recipe(epochs=2, clean_share=0.5), tmp_path, silent)
    assert [result.epoch for result in results] == [1, 2]
    again = small_model()
    again.load_weights(results[-1].weights)
    twin = run.judge(run.answering(again), collection, 2, results[-1].weights)
    assert twin.macro_auc == pytest.approx(results[-1].macro_auc, abs=1e-3)
    assert twin.external_called_first == results[-1].external_called_first
