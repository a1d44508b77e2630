"""The head solved to its end."""

import dataclasses

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from cxrview.errors import InvalidRequest
from cxrview.training import messages
from cxrview.training.config import ModelConfig, PhaseConfig, RecipeConfig, TrainingConfig
from cxrview.training.recipe import logistic
from tests.refusals import refused

RANDOM = np.random.default_rng(3)
FEATURES = (RANDOM.gamma(2.0, 1.0, (300, 20)) * np.geomspace(0.1, 3, 20)).astype(np.float32)
LABELS = (FEATURES[:, :3] / FEATURES[:, :3].mean(0) + RANDOM.normal(0, 0.3, (300, 3))).argmax(1)
TARGETS = np.eye(3, dtype=np.uint8)[LABELS]
EQUAL = np.ones(300)


def penalised(kernel, bias, weights=EQUAL, penalty=1e-3):
    """Return what `solve` minimises, written down anew."""
    scale = FEATURES.std(0).mean()
    losses = -(log_softmax(FEATURES @ kernel + bias, axis=1) * TARGETS).sum(1)
    return (losses * weights / weights.mean()).mean() + penalty * ((kernel * scale) ** 2).sum()


def test_nothing_near_the_solution_is_better():
    kernel, bias = logistic.solve([FEATURES], TARGETS, EQUAL, True, 1e-3)
    best = penalised(kernel, bias)
    for _ in range(50):
        nearby = kernel + RANDOM.normal(0, 0.02, kernel.shape), bias + RANDOM.normal(0, 0.02, 3)
        assert penalised(*nearby) > best - 1e-6


def test_weights_count_as_repeated_images_do():
    weights = np.where(LABELS == 0, 3.0, 1.0)
    kernel, bias = logistic.solve([FEATURES], TARGETS, weights, True, 1e-3)
    assert penalised(kernel, bias, weights) < penalised(
        *logistic.solve([FEATURES], TARGETS, EQUAL, True, 1e-3), weights
    )
    called = softmax(FEATURES @ kernel + bias, axis=1).mean(0)
    assert called[0] > (LABELS == 0).mean()


def test_two_classes_get_two_logits_that_agree_with_one():
    targets = np.eye(2, dtype=np.uint8)[(LABELS == 0).astype(int)]
    kernel, bias = logistic.solve([FEATURES, FEATURES * 1.01], targets, EQUAL, True, 1e-3)
    assert kernel.shape == (20, 2)
    assert bias.shape == (2,)
    mean, scale = FEATURES.mean(0), FEATURES.std(0).mean()
    both = np.concatenate([FEATURES, FEATURES * np.float32(1.01)])
    wanted = LogisticRegression(C=1 / (2e-3 * 600), max_iter=1000).fit(
        (both - mean) / scale, np.r_[LABELS, LABELS] == 0
    )
    probabilities = softmax(FEATURES @ kernel + bias, axis=1)[:, 1]
    np.testing.assert_allclose(
        probabilities, wanted.predict_proba((FEATURES - mean) / scale)[:, 1], atol=1e-3
    )


def test_classes_that_go_together_are_solved_one_by_one():
    targets = np.stack([FEATURES[:, 0] > 0.2, FEATURES[:, 5] > 0.5], axis=1).astype(np.uint8)
    kernel, bias = logistic.solve([FEATURES], targets, EQUAL, False, 1e-4)
    assert (((FEATURES @ kernel + bias) > 0) == targets).mean() > 0.95


@pytest.mark.parametrize(
    "changes",
    [
        {"recipe": {"cache_features": False}},
        {"recipe": {"phases": (PhaseConfig("all", 1),)}},
        {"recipe": {"phases": (PhaseConfig("head", 5),)}},
        {"model": {"hidden": (8,)}},
        {"model": {"pooling": "flatten"}},
    ],
)
def test_what_it_cannot_solve_is_refused(changes):
    fitting = TrainingConfig(
        model=ModelConfig(),
        recipe=RecipeConfig(phases=(PhaseConfig("head", 1),), optimizer="lbfgs", cache_features=True),
    )
    logistic.check(fitting)
    parts = {name: dataclasses.replace(getattr(fitting, name), **values) for name, values in changes.items()}
    with refused(InvalidRequest, messages.SOLVER_LIMITS):
        logistic.check(dataclasses.replace(fitting, **parts))
