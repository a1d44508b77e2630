"""What a model's card says, in the words and numbers of the library."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxrview.evaluation.names import METRICS
from cxrview.i18n import fixed, tr, trn

if TYPE_CHECKING:
    from cxrview.bundle import Card
    from cxrview.bundle.library import InstalledModel

FIGURES = {
    name: METRICS[name].text for name in ("macro_f1", "macro_auc", "accuracy", "balanced_accuracy", "ece")
}
LEFT_OUT = "left_out"  # part: machines that the recipe, not this very model, had not seen
EXTERNAL = "external"  # part: images of other places, from which this very model has not learnt
ELSEWHERE = (LEFT_OUT, EXTERNAL)
FEW = 100  # test images, below which the figures may be far off
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the test images with the ends of its 95 % interval, None where the card has none."""

    value: float
    low: float | None = None
    high: float | None = None


def figure_of(card: "Card | None", key: str) -> Figure | None:
    """Return the figure `key` of the images that judge it, or None if the card does not give it."""
    return figure_at(card, "metrics", _judge(card), "figures", key)


def figure_at(card: "Card | None", *keys: str) -> Figure | None:
    """Return the figure that stands in the card under `keys`, one within the other, or None."""
    return figure_in(entry_of(card, *keys))


def figure_in(entry: Any, key: str = "") -> Figure | None:
    """Return the figure that `entry` is, or has under `key`; None if it is none."""
    if key:
        entry = entry.get(key) if isinstance(entry, dict) else None
    value = _number(entry.get("value")) if isinstance(entry, dict) else None
    if value is None:
        return None
    return Figure(value, _number(entry.get("low")), _number(entry.get("high")))


def interval_text(figure: Figure | None) -> str:
    """Return "0.80 (0.73–0.86)", or a dash."""
    if figure is None:
        return "–"
    value = fixed(figure.value, 2)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ({fixed(figure.low, 2)}–{fixed(figure.high, 2)})"


def test_images(card: "Card | None") -> int:
    """Return how many images the figures come from, 0 if the card does not say."""
    count = entry_of(card, "metrics", _judge(card), "images")
    return count if isinstance(count, int) else 0


def judged_text(card: "Card | None") -> str:
    """Return how many images the figures come from and whence: "1140 elsewhere", "40 at home", or a dash."""
    count = test_images(card)
    if not count:
        return "–"
    words = tr("{count} elsewhere") if _judge(card) in ELSEWHERE else tr("{count} at home")
    return words.format(count=count)


def images_of(card: "Card | None", side: str) -> dict[str, int]:
    """Return the number of images of each class on a side of the split: "train", "validation" or "test"."""
    counts = entry_of(card, "metrics", "split", side)
    if not isinstance(counts, dict):
        return {}
    return {str(name): count for name, count in counts.items() if isinstance(count, int)}


def figures_note(card: "Card | None") -> str:
    """Return on what the figures rest, in a sentence."""
    count = test_images(card)
    if not count:
        return tr("Its card gives no figures of test images.")
    if _judge(card) == EXTERNAL:
        words = tr("On {count} images of other places, from which it did not learn, with 95 % intervals.")
    elif _judge(card) == LEFT_OUT:
        words = tr("On {count} images of machines that its recipe had not seen, with 95 % intervals.")
    else:
        words = trn(
            "On {count} test image, with 95 % intervals.",
            "On {count} test images, with 95 % intervals.",
            count,
        )
    text = words.format(count=count)
    return f"{text} {tr('That is few: the figures may be far off.')}" if count < FEW else text


def size_text(count: int) -> str:
    """Return a number of bytes in megabytes."""
    megabytes = count / MEGABYTE
    return tr("{size} MB").format(size=fixed(megabytes, 0 if megabytes >= 10 else 1))


def status_text(entry: "InstalledModel", is_default: bool) -> str:
    """Return whose model it is, and whether it is the default."""
    if entry.problem:
        return tr("Damaged")
    whose = tr("Bundled") if entry.bundled else tr("Yours")
    return tr("Default") if is_default else whose


def network_text(entry: "InstalledModel") -> str:
    """Return the name of the network as its authors write it, or a dash."""
    return network_title(entry.card) if entry.card is not None else "–"


def network_title(card: "Card") -> str:
    """Return the name of the network as its authors write it."""
    from cxrview.training.network.architectures import ARCHITECTURES

    name = card.architecture
    return ARCHITECTURES[name].title if name in ARCHITECTURES else name


def class_labels(entry: "InstalledModel") -> list[str]:
    """Return the labels of its classes, in its order."""
    return [tr(item.label) for item in entry.card.classes] if entry.card is not None else []


def _judge(card: "Card | None") -> str:
    """Return the part of the figures that says most of other places."""
    parts = (part for part in ELSEWHERE if isinstance(entry_of(card, "metrics", part, "figures"), dict))
    return next(parts, "test")


def entry_of(card: "Card | None", *keys: str) -> Any:
    """Return an entry of the card, which anybody may have written, or None."""
    value: Any = card.raw if card is not None else None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _number(value: Any) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_one else None
