"""Which validation films temperature, biases and operating points are found on. Light to import."""

import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.labelled import LabelledImages
from cxrview.errors import InvalidRequest
from cxrview.training import messages
from cxrview.training.config import TrainingConfig


def calibration_films(validation: LabelledImages, config: TrainingConfig) -> NDArray[np.int64]:
    """Return the indices of the `validation` images of the sources that `config` calibrates on.

    A source counts if its name begins with an entry of `recipe.calibrate_on`; without an entry all do. Raises
    InvalidRequest if there are none of a class that `validation` has.
    """
    wanted = config.recipe.calibrate_on
    if not wanted:
        return np.arange(len(validation))
    chosen = np.flatnonzero([str(source).startswith(wanted) for source in validation.sources])
    lacking = validation.targets.any(0) & ~validation.targets[chosen].any(0)
    if not len(chosen) or lacking.any():
        name = validation.class_names[int(lacking.argmax())]
        raise InvalidRequest(
            messages.NOTHING_TO_CALIBRATE_ON(name=name, sources=list(wanted)), messages.CORRECT_CALIBRATE_ON
        )
    return chosen
