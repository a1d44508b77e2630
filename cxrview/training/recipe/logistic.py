"""A head of one dense layer, solved to its end: logistic regression on kept features.

Steps of an optimiser get there slowly, because pooled features are all positive and of very different size.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from cxrview.training.config_check import SOLVER, check_solver

Features = NDArray[np.float32]  # (N, K)
NAME, check = SOLVER, check_solver
_STEPS = 1000


def solve(
    copies: list[Features],
    targets: NDArray[np.uint8],
    weights: NDArray[np.float64],
    exclusive: bool,
    penalty: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return kernel (K, C) and bias (C,) with the least mean loss + `penalty` × squared length of the kernel.

    `copies` are the features of the N images and of their changed versions, `targets` is (N, C) and `weights`
    (N,). The penalty is taken on features with their means at 0 and their average spread at 1; the result is
    for the features as they are.
    """
    mean = copies[0].mean(0)
    scale = max(float(copies[0].std(0).mean()), 1e-6)
    features = np.concatenate([(copy - mean) / scale for copy in copies])
    counts = np.tile(weights / weights.mean(), len(copies))
    truth = np.tile(targets, (len(copies), 1))
    learner = LogisticRegression(C=1 / max(2 * penalty * len(features), 1e-12), max_iter=_STEPS)
    if exclusive:
        kernel, bias = _one_of_several(learner, features, truth, counts)
    else:
        solved = [clone(learner).fit(features, column, counts) for column in truth.T]
        kernel = np.stack([one.coef_[0] for one in solved], axis=1)
        bias = np.array([one.intercept_[0] for one in solved])
    kernel = kernel / scale
    return kernel.astype(np.float32), (bias - mean @ kernel).astype(np.float32)


def _one_of_several(
    learner: LogisticRegression, features: Features, truth: NDArray[np.uint8], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    solved = learner.fit(features, truth.argmax(1), counts)
    kernel, bias = solved.coef_.T, solved.intercept_
    if truth.shape[1] == 2:  # one logit, for the second class
        kernel, bias = kernel / 2, bias / 2
        return np.concatenate([-kernel, kernel], axis=1), np.concatenate([-bias, bias])
    return kernel, bias
