"""Whether a heatmap is to be believed: what becomes of it when the film changes in ways that mean nothing."""

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cxrview.anatomy import Film, reduced
from cxrview.bundle.card import LUNGS
from cxrview.explain import messages
from cxrview.explain.agreement import SAMPLES, film_shape, warm_correlation
from cxrview.explain.explanation import Explanation
from cxrview.explain.faithfulness import Curves
from cxrview.explain.methods import METHODS, explain
from cxrview.explain.model_input_view import in_the_square
from cxrview.explain.overlay import heat_over
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph
from cxrview.inference.predictor import Given, ModelInput, Predictor
from cxrview.message import Message
from cxrview.progress import Report, silent

STEADY, SHAKY = (0.8, 0.1), (0.5, 0.25)  # least rank correlation, and greatest change of probability


@dataclass(frozen=True, slots=True)
class FilmChange:
    """A change of the film: `turn` in degrees, `size` a factor, `shift` right and down as shares of its
    sides, `gamma` of the grey levels, and whether it is `mirrored`.
    """

    name: Message
    turn: float = 0.0
    size: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    gamma: float = 1.0
    mirrored: bool = False

    def matrix(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return where x, y, 1 of a picture of `shape` go, (2, 3); pixel centres are at whole numbers."""
        high, wide = shape
        found = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), self.turn, self.size)
        found[:, 2] += self.shift[0] * wide, self.shift[1] * high
        if self.mirrored:
            found[0] = -found[0]
            found[0, 2] += wide - 1
        return np.asarray(found, np.float64)

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `pixels`, (h, w), changed; what comes in at the edges repeats them."""
        high, wide = pixels.shape
        curve = np.rint(255 * (np.arange(256) / 255) ** self.gamma).astype(np.uint8)
        moved = cv2.warpAffine(
            pixels,
            self.matrix((high, wide)),
            (wide, high),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(cv2.LUT(moved, curve), np.uint8)

    def back(self, heat: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the heat of a changed film, (h, w), carried back; NaN where that lies beyond the film."""
        high, wide = heat.shape
        return np.asarray(
            cv2.warpAffine(
                heat,
                self.matrix((high, wide)),
                (wide, high),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=float("nan"),
            ),
            np.float32,
        )


CHANGES = (
    FilmChange(messages.SHIFTED_ACROSS, shift=(0.02, 0.0)),
    FilmChange(messages.SHIFTED_DOWN, shift=(0.0, 0.02)),
    FilmChange(messages.TURNED_LEFT, turn=3.0),
    FilmChange(messages.TURNED_RIGHT, turn=-3.0),
    FilmChange(messages.FILM_LARGER, size=1.05),
    FilmChange(messages.FILM_SMALLER, size=0.95),
    FilmChange(messages.BRIGHTER, gamma=0.8),
    FilmChange(messages.DARKER, gamma=1.25),
    FilmChange(messages.MIRRORED, mirrored=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did: rank correlation of the maps, −1…1 or NaN, and rise of the probability."""

    name: Message
    correlation: float
    rise: float


@dataclass(frozen=True, slots=True)
class Stability:
    """What all changes did to the map of one class."""

    outcomes: tuple[Outcome, ...]

    @property
    def least(self) -> float:
        """The least rank correlation; NaN where no map has any heat."""
        known = [outcome.correlation for outcome in self.outcomes if not np.isnan(outcome.correlation)]
        return min(known, default=float("nan"))

    @property
    def most(self) -> float:
        """The greatest change of the probability, 0…1."""
        return max((abs(outcome.rise) for outcome in self.outcomes), default=0.0)

    @property
    def word(self) -> Message:
        """One word for it: steady, shaky or unsteady."""
        for (least, most), word in ((STEADY, messages.IS_STEADY), (SHAKY, messages.IS_SHAKY)):
            if self.least >= least and self.most <= most:
                return word
        return messages.IS_UNSTEADY


def stability(
    predictor: Predictor,
    radiograph: Radiograph,
    method: str,
    class_name: str,
    report: Report = silent,
    changes: tuple[FilmChange, ...] = CHANGES,
) -> Stability:
    """Return what `changes` of `radiograph` do to the map of a class, and to its probability.

    The whole way is gone for each, with the finding of the lungs, and the map carried back to the film as it
    was. Compared are the places where one of both has heat. `report` may raise Cancelled; errors are those of
    `explain`.
    """
    prepared = predictor.prepare(radiograph)
    film = reduced(radiograph) if predictor.card.frame == LUNGS else prepared.film
    plain = Subject(predictor, *predictor.look(ModelInput(film, ())))
    wanted = _heat(explain(plain, method, class_name), class_name, film)
    index, outcomes = plain.prediction.class_names.index(class_name), []
    for number, change in enumerate(changes):
        report(number / len(changes), messages.CHECKING(method=METHODS[method].title, change=change.name))
        subject = Subject(predictor, *predictor.look(ModelInput(_changed(film, change), ())))
        found = change.back(_heat(explain(subject, method, class_name), class_name, film))
        rise = float(subject.prediction.probabilities[index] - plain.prediction.probabilities[index])
        outcomes.append(Outcome(change.name, warm_correlation(wanted, found), rise))
    return Stability(tuple(outcomes))


def in_words(found: Stability, told: Curves) -> tuple[Message, Message]:
    """Return one sentence on how steady a map is, and one on its curves."""
    least = "n/a" if np.isnan(found.least) else f"{found.least:.2f}"
    steady = messages.STABILITY(word=found.word, least=least, most=round(100 * found.most))
    shares = {"deletion": told.deletion_area, "insertion": told.insertion_area}
    return steady, messages.DELETION(**{name: round(100 * share) for name, share in shares.items()})


def _changed(film: Film | Given, change: FilmChange) -> Film | Given:
    if isinstance(film, Film):
        return dataclasses.replace(film, pixels=change.of(film.pixels))
    return film._replace(image=change.of(film.image))


def _heat(explanation: Explanation, class_name: str, film: Film | Given) -> NDArray[np.float32]:
    """Return the heat over what is changed: the film, or the model's square."""
    high, wide = (film.pixels if isinstance(film, Film) else film.image).shape[:2]
    there = explanation if isinstance(film, Film) else in_the_square(explanation)
    return heat_over(there, class_name, film_shape((high, wide), SAMPLES), own=False)
