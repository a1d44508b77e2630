"""How figures of a result read."""

from collections.abc import Mapping

from cxrview.evaluation.names import called
from cxrview.i18n import fixed, mark, say, tr
from cxrview.training.names import PARTS

ABSENT = "–"
EXPLAINED = {
    "test": mark("Nothing in the training was chosen on these images."),
    "validation": mark("The best epoch was chosen on these images: expect a little less elsewhere."),
    "external": mark("From sources that the model has not learnt from."),
}
FORMS = {
    "accuracy": "percent",
    "balanced_accuracy": "percent",
    "macro_f1": "decimal",
    "macro_auc": "decimal",
    "ece": "percent",
    "brier": "decimal",
}
PER_CLASS = ("recall", "specificity", "precision", "f1", "auc", "average_precision")
Figure = Mapping[str, float | None]


def decimal(value: float | None) -> str:
    """Return a figure with two decimals; what is not quite 1 gets a third."""
    if value is None:
        return ABSENT
    return fixed(min(value, 0.999), 3) if 0.995 <= value < 1 else fixed(value, 2)


def share(value: float | None) -> str:
    """Return a share as a percentage, with a decimal where it is small or nearly whole."""
    if value is None:
        return ABSENT
    shown = 100 * value
    return f"{fixed(shown, 1)} %" if 0 < shown < 10 or 99 < shown < 100 else f"{fixed(shown, 0)} %"


def written(value: float | None, form: str) -> str:
    """Return a figure in its `form`, "percent" or "decimal"."""
    return share(value) if form == "percent" else decimal(value)


def interval(figure: Figure, form: str = "decimal") -> str:
    """Return the 95 % interval of a figure, or "" if it has none."""
    if figure["low"] is None or figure["high"] is None:
        return ""
    low, high = written(figure["low"], form), written(figure["high"], form)
    return f"{low.removesuffix(' %')}–{high}"


def signed(value: float, form: str = "decimal") -> str:
    """Return a difference with its sign, of percentages in percentage points without their name."""
    size = fixed(abs(100 * value), 1) if form == "percent" else fixed(abs(value), 3)
    sign = "" if not any(digit in size for digit in "123456789") else "+" if value > 0 else "−"
    return sign + size


def difference(value: float | None, form: str = "decimal") -> str:
    """Return a difference with its sign and unit."""
    if value is None:
        return ABSENT
    words = signed(value, form)
    return tr("{difference} pp").format(difference=words) if form == "percent" else words


def part_title(name: str) -> str:
    """Return what a part of the images is called."""
    return say(called(PARTS, name))
