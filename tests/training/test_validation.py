"""The figures of an epoch are those that scikit-learn gives, and NaN where there is none."""

import math

import numpy as np
import pytest
from sklearn import metrics

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.training.config import RecipeConfig
from cxrview.training.recipe.objective import CLIP, compile_for, loss, optimizer
from cxrview.training.run.eta import Eta
from cxrview.training.run.validation import figures, predict, wrongly_called
from tests.training.stripes import small_network, stripes

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

RANDOM = np.random.default_rng(5)
LABELS = RANDOM.integers(0, 3, 90)
ONE = np.eye(3, dtype=np.uint8)[LABELS]
LOGITS = RANDOM.normal(size=(90, 3)) + 1.5 * ONE
SEVERAL = (RANDOM.random((90, 3)) < 0.4).astype(np.uint8)


def test_figures_of_exclusive_classes():
    found = figures(LOGITS, ONE, True)
    probabilities = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
    called = LOGITS.argmax(1)
    assert found["val_loss"] == pytest.approx(metrics.log_loss(LABELS, probabilities))
    assert found["val_accuracy"] == pytest.approx(metrics.accuracy_score(LABELS, called))
    assert found["val_balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(LABELS, called))
    assert found["val_macro_f1"] == pytest.approx(metrics.f1_score(LABELS, called, average="macro"))
    area = metrics.roc_auc_score(LABELS, probabilities, multi_class="ovr")
    assert found["val_macro_auc"] == pytest.approx(area)


def test_figures_of_classes_that_go_together():
    found = figures(LOGITS, SEVERAL, False)
    probabilities, called = 1 / (1 + np.exp(-LOGITS)), LOGITS >= 0
    losses = [metrics.log_loss(SEVERAL[:, i], probabilities[:, i]) for i in range(3)]
    assert found["val_loss"] == pytest.approx(np.mean(losses))
    assert found["val_accuracy"] == pytest.approx((called == SEVERAL).mean())
    balanced = [metrics.balanced_accuracy_score(SEVERAL[:, i], called[:, i]) for i in range(3)]
    assert found["val_balanced_accuracy"] == pytest.approx(np.mean(balanced))
    assert found["val_macro_f1"] == pytest.approx(metrics.f1_score(SEVERAL, called, average="macro"))
    assert found["val_macro_auc"] == pytest.approx(metrics.roc_auc_score(SEVERAL, LOGITS))


def test_absent_classes_are_left_out_of_the_means():
    only = LABELS == 1
    found = figures(LOGITS[only], ONE[only], True)
    assert found["val_balanced_accuracy"] == pytest.approx(found["val_accuracy"])
    assert math.isnan(found["val_macro_auc"])
    assert all(map(math.isnan, figures(LOGITS * np.inf, ONE, True).values()))


def test_wrong_calls_of_the_watched_class_count_images_without_a_class():
    targets = ONE.copy()
    targets[:5] = 0
    others = targets[:, 2] == 0
    share = wrongly_called(LOGITS, targets, 2, True)
    assert share == pytest.approx((LOGITS.argmax(1) == 2)[others].mean())
    assert math.isnan(wrongly_called(LOGITS[:3], np.array([[0, 0, 1]] * 3), 2, True))
    assert wrongly_called(LOGITS, targets, 2, False) == pytest.approx((LOGITS[others, 2] >= 0).mean())


def test_predictions_do_not_depend_on_the_batch():
    model, data = small_network(), stripes((9, 9, 9))
    one, several = predict(model, data.images, 27), predict(model, data.images, 8)
    assert one.shape == (27, 3)
    np.testing.assert_allclose(one, several, atol=1e-5)


def test_the_training_loss_smooths_the_labels():
    for exclusive, targets in ((True, ONE), (False, SEVERAL)):
        plain = float(loss(exclusive, 0.0)(targets.astype(np.float32), LOGITS.astype(np.float32)))
        assert plain == pytest.approx(figures(LOGITS, targets, exclusive)["val_loss"], abs=1e-5)
        smoothed = float(loss(exclusive, 0.3)(targets.astype(np.float32), LOGITS.astype(np.float32)))
        soft = targets * 0.7 + 0.3 / (3 if exclusive else 2)
        expected = float(loss(exclusive, 0.0)(soft.astype(np.float32), LOGITS.astype(np.float32)))
        assert smoothed == pytest.approx(expected, abs=1e-5)


def test_weight_decay_spares_biases_and_normalisation():
    """With a gradient of nothing, only the decay moves a weight."""
    model = small_network()
    for variable in model.trainable_variables:
        variable.assign(keras.ops.ones_like(variable))
    compile_for(model, RecipeConfig(optimizer="adamw", weight_decay=0.1), True, 0.5)
    variables = model.trainable_variables
    model.optimizer.apply_gradients([(keras.ops.zeros_like(item), item) for item in variables])
    moved = {item.path.split("/")[-1] for item in variables if float(keras.ops.max(item)) < 1}
    assert moved == {"kernel"}
    assert len(variables) == 5


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "rmsprop"])
def test_gradients_are_clipped_together(name):
    chosen = optimizer(RecipeConfig(optimizer=name, weight_average=0.9), 0.1)
    assert chosen.name.lower().replace("_", "").startswith(name)
    assert (chosen.global_clipnorm, chosen.ema_momentum) == (CLIP, 0.9)
    one, other = keras.Variable([0.0, 0.0]), keras.Variable([0.0])
    sgd = optimizer(RecipeConfig(optimizer="sgd"), 1.0)
    sgd.build([one, other])
    sgd.apply_gradients([(keras.ops.array([300.0, 0.0]), one), (keras.ops.array([400.0]), other)])
    # Nesterov's momentum takes 1.9 times the gradient in its first step.
    np.testing.assert_allclose(keras.ops.convert_to_numpy(one), [-3 * 1.9, 0], rtol=1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(other), [-4 * 1.9], rtol=1e-5)


def test_the_pace_counts_steps_but_the_first_and_speaks_five_times_a_second(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    eta = Eta(10)
    told = 0
    for step in range(10):
        now[0] += 5.0 if step == 0 else 0.0625
        eta.step_done(16)
        told += eta.is_time_to_tell()
    assert eta.images_per_second == pytest.approx(256)
    assert eta.remaining(0, 2) == pytest.approx(1.25)
    now[0] += 0.3  # judging
    eta.epoch_done(10 * 0.0625 + 0.3)
    assert eta.remaining(4, 2) == pytest.approx(4 * 0.0625 + 2 * 0.625 + 3 * 0.3)
    assert told == 1 + 9 // 4  # the first, and then every quarter of a second
