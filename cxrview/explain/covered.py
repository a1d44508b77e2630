"""Change the film as the model is given it, most often by covering a place, and ask the model again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.explain import messages
from cxrview.explain.grid import Area
from cxrview.explain.methods import METHODS
from cxrview.explain.subject import Subject
from cxrview.inference.prediction import Prediction
from cxrview.inference.predictor import BATCH_SIZE, ModelInput
from cxrview.progress import Report

FILLINGS = ("grey", "blur", "around")
BLUR = 0.06  # of the side of the model's input: the standard deviation of a film without detail
SMALL = 2  # pixels a side, below which a picture is not halved again


@dataclass(frozen=True, slots=True)
class Cover:
    """A place that is covered: `area` in pixels of the radiograph, or the `ellipse` in it.

    Its `filling` is one of FILLINGS: the mean `Subject.grey`, the film itself without detail, or what lies
    around it, drawn on into it.
    """

    area: Area
    ellipse: bool = False
    filling: str = "grey"


def covered(subject: Subject, covers: Sequence[Cover]) -> NDArray[np.uint8]:
    """Return the grey levels that the model was given, (S, S) uint8, with places covered one after the other.

    Nothing but the film is covered, no bar beside it. Raises ValueError for an unknown filling.
    """
    film, box = subject.film.copy(), subject.given.letterbox
    inside = film[box.top : box.top + box.inner_height, box.left : box.left + box.inner_width]
    for cover in covers:
        place = _place(subject, cover)
        if place.any():
            inside[place] = _filled(subject, inside, place, cover.filling)[place]
    return film


def read_covered(subject: Subject, covers: Sequence[Cover]) -> Prediction:
    """Return what the model says of the film with places covered; of the lungs it is told what it was.

    Raises what `Predictor.predict` raises.
    """
    image = subject.with_film(covered(subject, covers)[None])[0]
    given = subject.given._replace(image=np.ascontiguousarray(image))
    return subject.predictor.look(ModelInput(given, ()))[0]


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


def _place(subject: Subject, cover: Cover) -> NDArray[np.bool_]:
    """Return which pixels of the film's part of the input have their middle in `cover`."""
    box, area = subject.given.letterbox, cover.area
    left, top = box.into(area.left, area.top)
    right, bottom = box.into(area.right, area.bottom)
    x = np.arange(box.inner_width) + box.left + 0.5
    y = (np.arange(box.inner_height) + box.top + 0.5)[:, None]
    if not cover.ellipse:
        return np.asarray((x >= left) & (x < right) & (y >= top) & (y < bottom))
    across, down = max(right - left, 1e-6) / 2, max(bottom - top, 1e-6) / 2
    return np.asarray(((x - left) / across - 1) ** 2 + ((y - top) / down - 1) ** 2 <= 1)


def _filled(
    subject: Subject, film: NDArray[np.uint8], place: NDArray[np.bool_], filling: str
) -> NDArray[np.uint8]:
    """Return `film`, of which only `place` will be taken, filled."""
    if filling not in FILLINGS:
        raise ValueError(f"no filling {filling}")
    plain = np.full_like(film, round(subject.grey))
    if filling == "grey" or (filling == "around" and place.all()):
        return plain
    if filling == "blur":
        return np.asarray(cv2.GaussianBlur(film, (0, 0), BLUR * subject.given.letterbox.size), np.uint8)
    known = (~place).astype(np.float32)
    return np.asarray(np.rint(_drawn_on(film * known, known)), np.uint8)


def _drawn_on(values: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values where they are known, and smoothly on from there elsewhere, (h, w).

    `values` are already times `known`, 0…1. Means of what is known, of ever larger squares, are laid under
    the gaps (pull and push, Gortler 1996, section 3.4): without the seams of a filling from the edge inwards,
    which a model might take for something.
    """
    share = np.clip(known, 0, 1)
    mean = values / np.maximum(known, 1e-6)
    if share.min() == 1 or min(values.shape) <= SMALL:
        whole = float(values.sum() / max(float(known.sum()), 1e-6))
        return np.asarray(np.where(known > 0, mean, whole), np.float32)
    # A coarse square is known as soon as a good part of it is.
    coarse = _drawn_on(2 * cv2.pyrDown(values), 2 * cv2.pyrDown(known))
    high, wide = values.shape
    below = cv2.pyrUp(coarse)[:high, :wide]
    return np.asarray(share * mean + (1 - share) * below, np.float32)
