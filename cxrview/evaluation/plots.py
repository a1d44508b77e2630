"""The figures of a report, drawn with matplotlib on no screen: each is a `Figure` of its own.

Colours are those of the app. `write` saves a figure as SVG and PNG, the same bytes for the same figure;
`inline_svg` fits it into an HTML page, whose style sheet then decides the colours.
"""

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxrview import messages as shared
from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.roc import Ranking, thinned
from cxrview.explain.class_colours import class_colour

INK, MUTED, LINE, ACCENT = "#1e2329", "#5a636e", "#cfd4da", "#2b6cb8"
VARIABLES = {INK: "--text", MUTED: "--muted", LINE: "--line", ACCENT: "--accent"}
CLASS_VARIABLES = 6  # colours before they repeat
MOST_CLASSES = 12  # in one plot; more could not be told apart
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "cxrview",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "text.color": INK,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "text.parse_math": False,  # a class may be called “a$b$”
}


def colour(index: int) -> str:
    """Return the colour of the class at `index`."""
    return class_colour("light", index)


def in_style() -> AbstractContextManager[None]:
    """Return the block in which a figure of a report is drawn."""
    return matplotlib.rc_context(_STYLE)


def blank(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches, on no ground of its own."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0)
    return figure


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = blank(width, height)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    return figure, axes


def confusion_figure(measured: Mapping[str, Any], labels: Sequence[str]) -> Figure:
    """Return the confusion matrix: counts and shares of each true class (rows)."""
    with in_style():
        table = np.array(measured["confusion"], np.int64)
        side = max(4.4, 0.9 + 0.8 * len(labels))
        figure, axes = _canvas(max(4.6, side), side)
        support = table.sum(1, keepdims=True)
        shares = np.divide(table, support, out=np.zeros(table.shape), where=support > 0)
        axes.grid(visible=False)
        for (row, column), count in np.ndenumerate(table):
            share = float(shares[row, column])
            axes.add_patch(
                matplotlib.patches.Rectangle(
                    (column - 0.48, row - 0.48), 0.96, 0.96, facecolor=ACCENT, alpha=0.06 + 0.6 * share, lw=0
                )
            )
            if len(labels) <= MOST_CLASSES:
                axes.text(column, row - 0.08, f"{count:,}", ha="center", va="center", fontsize=11)
                shown = f"{share:.0%}" if support[row, 0] else "–"
                axes.text(column, row + 0.24, shown, ha="center", va="center", fontsize=8, color=MUTED)
        axes.set(xlim=(-0.5, len(labels) - 0.5), ylim=(len(labels) - 0.5, -0.5), aspect="equal")
        axes.set(xlabel="called", ylabel="truth", title="Confusion matrix")
        axes.set_xticks(range(len(labels)), [_short(label) for label in labels], rotation=_slant(labels))
        axes.set_yticks(range(len(labels)), [_short(label) for label in labels])
        axes.tick_params(length=0, labelcolor=INK)
        axes.spines[:].set_visible(False)
        return laid_out(figure)


def roc_figure(answers: LabelledPredictions, measured: Mapping[str, Any], labels: Sequence[str]) -> Figure:
    """Return the ROC curves of each class against the rest."""
    with in_style():
        figure, axes = _canvas(4.6, 4.4)
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1, linestyle=(0, (4, 3)))
        for index, name, counts in _shown_classes(answers, measured):
            x, y = thinned(np.r_[0.0, counts.false_positive_rate], np.r_[0.0, counts.sensitivity])
            text = f"{_short(labels[index])}  AUC {_with_interval(measured['figures'][f'auc.{name}'])}"
            axes.plot(x, y, color=colour(index), label=text)
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", title="ROC, each class against the rest")
        return _unit_square(figure, axes, "lower right")


def precision_recall_figure(
    answers: LabelledPredictions, measured: Mapping[str, Any], labels: Sequence[str]
) -> Figure:
    """Return the precision–recall curves of each class, and how common it is (dotted)."""
    with in_style():
        figure, axes = _canvas(4.6, 4.4)
        for index, name, counts in _shown_classes(answers, measured):
            x, y = thinned(np.r_[0.0, counts.sensitivity], np.r_[counts.precision[0], counts.precision])
            figures = measured["figures"]
            text = f"{_short(labels[index])}  AP {_with_interval(figures[f'average_precision.{name}'])}"
            axes.plot(x, y, color=colour(index), label=text)
            common = measured["support"][name] / measured["images"]
            axes.axhline(common, color=colour(index), linewidth=0.9, linestyle=(0, (1, 3)))
        axes.set(xlabel="recall (sensitivity)", ylabel="precision", title="Precision and recall")
        return _unit_square(figure, axes, "lower left")


def calibration_figure(measured: Mapping[str, Any], labels: Sequence[str]) -> Figure:
    """Return how often the model is right where it is so sure, and how many images that is (bars)."""
    with in_style():
        figure, axes = _canvas(4.6, 4.4)
        curves = measured["calibration"][:MOST_CLASSES]
        total = sum(part["images"] for part in curves[0]["bins"]) or 1
        for part in curves[0]["bins"] if len(curves) == 1 else ():
            width = part["high"] - part["low"]
            axes.bar(part["low"] + width / 2, part["images"] / total, 0.9 * width, color=MUTED, alpha=0.18)
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1, linestyle=(0, (4, 3)))
        for index, curve in enumerate(curves):
            shade = ACCENT if len(curves) == 1 else colour(index)
            name = "most probable class" if len(curves) == 1 else _short(labels[index])
            _reliability(axes, curve["bins"], shade, name)
        axes.set(xlabel="probability given", ylabel="share right", title="Calibration")
        return _unit_square(figure, axes, "upper left")


def _reliability(axes: Axes, bins: Sequence[Mapping[str, Any]], shade: str, name: str) -> None:
    x = np.array([part["confidence"] for part in bins])
    y = np.array([part["right"] for part in bins])
    low, high = wilson(y, np.array([part["images"] for part in bins]))
    axes.vlines(x, low, high, color=shade, alpha=0.45, linewidth=1.4)
    axes.plot(x, y, color=shade, marker="o", markersize=4.5, label=name)


def wilson(share: NDArray[np.float64], count: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the 95 % interval of shares among `count` images (Wilson 1927)."""
    z = 1.959964
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return np.maximum(0, middle - half), np.minimum(1, middle + half)


def sources_figure(measured: Mapping[str, Any], labels: Sequence[str]) -> Figure:
    """Return what the images of each source are called, as shares."""
    with in_style():
        parts = list(measured["per_source"].items())[:MOST_CLASSES]
        figure, axes = _canvas(7.2, 1.2 + 0.42 * len(parts))
        names = measured["classes"][:MOST_CLASSES]
        left = np.zeros(len(parts))
        for index, name in enumerate(names):
            shares = np.array([part["called"][name] for _, part in parts])
            axes.barh(range(len(parts)), shares, 0.66, left, color=colour(index), label=_short(labels[index]))
            left += shares
        counts = [part["images"] + part["left_out"] for _, part in parts]
        ticks = [f"{_short(name or '(none)')}  ({n:,})" for (name, _), n in zip(parts, counts, strict=True)]
        axes.set_yticks(range(len(parts)), ticks)
        axes.set(xlim=(0, max(1.0, float(left.max()))), ylim=(len(parts) - 0.5, -0.5))
        axes.set(title="What the images of each source are called")
        axes.xaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1, decimals=0))
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        figure.legend(loc="outside lower left", ncols=min(4, len(names)), fontsize=8, handlelength=1)
        return laid_out(figure)


def _shown_classes(answers: LabelledPredictions, measured: Mapping[str, Any]) -> list[tuple[int, str, Any]]:
    """Return (index, name, counts) of the classes that have a curve, the most frequent at most."""
    known = answers.subset(np.flatnonzero(answers.known))
    ones = np.ones(len(known))
    drawn = [
        (index, name)
        for index, name in enumerate(answers.class_names)
        if measured["figures"][f"auc.{name}"]["value"] is not None
    ]
    drawn = sorted(drawn, key=lambda item: -measured["support"][item[1]])[:MOST_CLASSES]
    truth = known.truth
    return [
        (index, name, Ranking(known.probabilities[:, index], truth[:, index]).counts(ones))
        for index, name in sorted(drawn)
    ]


def _unit_square(figure: Figure, axes: Axes, place: str) -> Figure:
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=place, fontsize=8, handlelength=1.2)
    return laid_out(figure)


def laid_out(figure: Figure) -> Figure:
    """Return `figure` with its layout fixed, so that it is worked out once and not at every saving."""
    with _whatever_the_script():
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


@contextmanager
def _whatever_the_script() -> Iterator[None]:
    """Draw a box for a character that the font lacks, and do not warn: the page uses its own fonts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


def _with_interval(entry: Mapping[str, float | None]) -> str:
    if entry["low"] is None:
        return f"{entry['value']:.2f}"
    return f"{entry['value']:.2f} ({entry['low']:.2f}–{entry['high']:.2f})"


def _short(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"


def _slant(labels: Sequence[str]) -> int:
    return 0 if len(labels) <= 4 and max(map(len, labels)) <= 16 else 35


def svg(figure: Figure) -> str:
    """Return `figure` as an SVG document, the same for the same figure on every day."""
    with in_style(), _whatever_the_script():
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        return buffer.getvalue()


def inline_svg(document: str, name: str, description: str) -> str:
    """Return an SVG `document` as an element for an HTML page, with the page's fonts and colours.

    `name` keeps its identifiers apart from those of other figures; `description` is for screen readers.
    """
    text = document[document.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = text.replace("'DejaVu Sans'", "var(--font)")
    variables = VARIABLES | {colour(i): f"--class-{i}" for i in range(CLASS_VARIABLES)}
    for value, variable in variables.items():
        text = text.replace(value, f"var({variable}, {value})")
    title = description.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("<svg", f'<svg role="img" aria-label="{title}"', 1).strip()


def write(figure: Figure, folder: Path, name: str, document: str = "") -> list[Path]:
    """Save `figure` in `folder` as NAME.svg and NAME.png and return the paths. Raises InvalidRequest.

    `document` is the SVG, if it is there already.
    """
    image = io.BytesIO()
    with in_style(), _whatever_the_script():
        figure.patch.set_alpha(1)
        figure.savefig(image, format="png", dpi=160, facecolor="white", metadata={"Software": None})
        figure.patch.set_alpha(0)
    written = []
    for suffix, data in (("svg", (document or svg(figure)).encode("utf-8")), ("png", image.getvalue())):
        path = folder / f"{name}.{suffix}"
        try:
            write_atomically(path, data)
        except OSError as error:
            problem = shared.PLACE_CANNOT_BE_WRITTEN(place=path, reason=error.strerror)
            raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error
        written.append(path)
    return written
