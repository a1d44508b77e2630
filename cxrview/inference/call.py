"""What a reading comes to: the one class that it is called, or none, and how close it was.

Without NumPy and Qt: the window decides anew whenever another operating point is chosen.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxrview.inference import messages
from cxrview.message import NOTHING, Message, joined, verbatim

if TYPE_CHECKING:
    from cxrview.bundle import Card
    from cxrview.inference.prediction import Prediction

BALANCED, SENSITIVE, CHOSEN = "balanced", "sensitive", "chosen"  # chosen: by the user, from training results
POINTS = (CHOSEN, BALANCED, SENSITIVE)  # the first that a model has is taken where none is asked for
AUTOMATIC = "auto"


@dataclass(frozen=True, slots=True)
class Call:
    """What a reading comes to. `name` is the class, or "" where the film is not read at all.

    `point` is the operating point from which on the watched class is called, with its `threshold` of the
    probability; "" and 0 where the model has none, and the most probable class is called. `rivals` are the
    two classes, the called one first, that lie closer together than the model's own noise; else ().
    """

    name: str
    point: str = ""
    threshold: float = 0.0
    rivals: tuple[str, ...] = ()

    @property
    def too_close(self) -> bool:
        """Whether another reading of the same film might well come to the other of the `rivals`."""
        return bool(self.rivals)

    @property
    def candidates(self) -> tuple[str, ...]:
        """The class called, or the two rivals; () where the film is not read."""
        return self.rivals or ((self.name,) if self.name else ())


def decides(card: "Card") -> bool:
    """Return whether `card` says more of a reading than which class is the most probable."""
    return card.exclusive and bool(card.watch_class or card.reading_noise or card.elsewhere)


def thresholds(card: "Card") -> dict[str, float]:
    """Return from which probability on the watched class is called, by the POINTS that the model has."""
    if not (card.exclusive and card.watch_class):
        return {}
    known = card.operating_points
    return {
        point: known[point][card.watch_class] for point in POINTS if card.watch_class in known.get(point, {})
    }


def point_of(card: "Card", wanted: str = AUTOMATIC) -> str:
    """Return the operating point that decides: `wanted` if the model has it, else the first of POINTS.

    "" where the model watches no class.
    """
    there = thresholds(card)
    return wanted if wanted in there else next(iter(there), "")


def call(probabilities: Iterable[float], card: "Card", wanted: str = AUTOMATIC) -> Call:
    """Return what `probabilities`, of the classes of `card` in their order, come to.

    The watched class is called from its threshold at the operating point `wanted` on, else the more
    probable of the others; without a watched class the most probable one. Too close is what lies within
    one standard deviation of the model's noise: the log odds of the watched class and of its threshold,
    or the logarithms of the two most probable of those that are compared. Classes that do not exclude
    each other are never too close.
    """
    shares = dict(zip(card.class_names, map(float, probabilities), strict=True))
    noise = card.reading_noise if card.exclusive else 0.0
    ranked = sorted(shares, key=lambda name: -shares[name])  # the first of the card where two are equal
    point = point_of(card, wanted)
    if not point:
        return Call(ranked[0], rivals=_rivals(ranked, shares, noise))
    threshold, watched = thresholds(card)[point], card.watch_class
    ranked.remove(watched)
    is_called = shares[watched] >= threshold
    name, other = (watched, ranked[0]) if is_called else (ranked[0], watched)
    if abs(_log_odds(shares[watched]) - _log_odds(threshold)) < noise:
        return Call(name, point, threshold, (name, other))
    return Call(name, point, threshold, () if is_called else _rivals(ranked, shares, noise))


def call_of(prediction: "Prediction", card: "Card", wanted: str = AUTOMATIC) -> Call:
    """Return what `prediction` comes to; a film out of domain is called nothing. See `call`."""
    decided = call(prediction.probabilities.tolist(), card, wanted)
    return decided if prediction.in_domain else Call("", decided.point, decided.threshold)


def headline(decided: Call, label: Callable[[str], str]) -> Message:
    """Return the reading in a few words; `label` gives the words for a class."""
    if not decided.name:
        return messages.NOT_READ
    if decided.too_close:
        one, other = map(label, decided.rivals)
        return messages.TOO_CLOSE(one=one, other=other)
    return verbatim(label(decided.name))


def called_from(decided: Call, card: "Card", label: Callable[[str], str]) -> Message:
    """Return from which probability on the watched class is called; nothing where none is, or not read."""
    if not (decided.point and decided.name):
        return NOTHING
    return messages.CALLED_FROM(label=label(card.watch_class), percent=100 * decided.threshold)


def point_used(decided: Call) -> Message:
    """Return by which operating point it was decided; nothing where there is none, or not read."""
    if not (decided.point and decided.name):
        return NOTHING
    return messages.OPERATING_POINT(point=messages.POINTS[decided.point])


def right_elsewhere(decided: Call, card: "Card") -> Message:
    """Return how often such a reading is right at other hospitals; nothing where the card does not tell.

    Nor of what is too close to call, for it was measured on all films that were read so.
    """
    told = card.elsewhere.get(decided.point, {}).get(decided.name)
    if told is None or decided.too_close:
        return NOTHING
    words = messages.ELSEWHERE_HAD_IT if decided.name == card.watch_class else messages.ELSEWHERE_TRUE
    return words(right=told.right, of=told.of)


def remarks(decided: Call, card: "Card", label: Callable[[str], str]) -> Message:
    """Return all that is to be said of a reading beside its headline; nothing where there is nothing."""
    parts = (called_from(decided, card, label), point_used(decided), right_elsewhere(decided, card))
    return joined(parts)


def _rivals(ranked: list[str], shares: dict[str, float], noise: float) -> tuple[str, ...]:
    """Return the first two of `ranked` if the logarithms of their shares differ by less than `noise`."""
    if len(ranked) < 2 or not abs(_log(shares[ranked[0]]) - _log(shares[ranked[1]])) < noise:
        return ()
    return tuple(ranked[:2])


def _log(share: float) -> float:
    return math.log(share) if share > 0 else -math.inf


def _log_odds(share: float) -> float:
    return _log(share) - _log(1 - share)
