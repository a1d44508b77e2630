"""Ask a model about many changed copies of one film, as many at a time as it takes at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cxrview.explain import messages
from cxrview.explain.methods import METHODS
from cxrview.explain.subject import Subject
from cxrview.inference.predictor import BATCH_SIZE
from cxrview.progress import Report


def scores_of(
    subject: Subject, method: str, film: Callable[[int], NDArray[np.uint8]], count: int, report: Report
) -> NDArray[np.float32]:
    """Return the scores of `film(0)` … `film(count - 1)`, each (S, S): (count, C) float32.

    `report` may raise Cancelled between batches. Raises EngineUnavailable.
    """
    found = [np.zeros((0, len(subject.prediction.class_names)), np.float32)]
    for start in range(0, count, BATCH_SIZE):
        report(start / count, messages.READING_AGAIN(method=METHODS[method].title, done=start, count=count))
        end = min(start + BATCH_SIZE, count)
        found.append(subject.logits(np.stack([film(number) for number in range(start, end)])))
    return np.concatenate(found)
