"""Deletion and insertion (Petsiuk 2018, arXiv 1806.07421): does the probability hang on the map's places?"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain.covered import BLUR, scores_of
from cxrview.explain.explanation import Explanation
from cxrview.explain.model_input_view import in_the_square
from cxrview.explain.overlay import heat_over
from cxrview.explain.subject import Subject
from cxrview.inference.calibration import probabilities
from cxrview.progress import Report, silent

STEPS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The probability of a class while the film goes and comes, hottest places first.

    `shares` of the film, (STEPS + 1,) from 0 to 1, are covered with grey in `deletion`, and are sharp in
    `insertion`, where the rest is blurred. A good map makes the one fall and the other rise early.
    """

    shares: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]

    @property
    def deletion_area(self) -> float:
        """The area under the falling curve, 0…1: less is better."""
        return float(np.trapezoid(self.deletion, self.shares))

    @property
    def insertion_area(self) -> float:
        """The area under the rising curve, 0…1: more is better."""
        return float(np.trapezoid(self.insertion, self.shares))


def curves(
    subject: Subject, explanation: Explanation, class_name: str, report: Report = silent, steps: int = STEPS
) -> Curves:
    """Return both curves of the map of a class. `report` may raise Cancelled.

    Places without heat come last, in an order that a seed decides.
    """
    film, box = subject.film, subject.given.letterbox
    heat = heat_over(in_the_square(explanation), class_name, (len(film), len(film)), own=False)
    inside = np.zeros(film.shape, np.bool_)
    inside[box.top : box.top + box.inner_height, box.left : box.left + box.inner_width] = True
    places = np.flatnonzero(inside)
    chance = np.random.default_rng(1).random(len(places))
    order = places[np.lexsort((chance, -heat.ravel()[places]))]
    grey, blurred = np.full_like(film, round(subject.grey)), cv2.GaussianBlur(film, (0, 0), BLUR * len(film))
    shares = np.linspace(0, 1, steps + 1)

    def seen(number: int) -> NDArray[np.uint8]:
        whole, step = divmod(number, steps + 1)
        begin, end = ((film, grey), (np.where(inside, blurred, film), film))[whole]
        mixed = begin.copy().ravel()
        hottest = order[: round(shares[step] * len(order))]
        mixed[hottest] = end.ravel()[hottest]
        return np.asarray(mixed.reshape(film.shape), np.uint8)

    scores = scores_of(subject, explanation.method, seen, 2 * (steps + 1), report)
    index = subject.prediction.class_names.index(class_name)
    found = probabilities(scores, subject.predictor.card)[:, index].astype(np.float64)
    return Curves(shares, found[: steps + 1], found[steps + 1 :])
