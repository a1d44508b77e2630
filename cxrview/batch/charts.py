"""How the probabilities and the distances of many films are spread, drawn for a page."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxrview.evaluation import plots

MOST_CLASSES = 9


def shares_figure(counts: Mapping[str, NDArray[np.int64]], labels: Sequence[str]) -> Markup:
    """Return for each class how many frames have its probability in each part of 0…1."""
    shown = list(counts.values())[:MOST_CLASSES]
    columns = min(3, len(shown))
    lines = -(-len(shown) // columns)
    with plots.in_style():
        figure = plots.blank(2.5 * columns, 2.1 * lines)
        for index, values in enumerate(shown):
            axes = figure.add_subplot(lines, columns, index + 1)
            _bars(axes, values, 1.0, plots.colour(index))
            axes.set(title=labels[index], xlim=(0, 1), xlabel="probability", ylabel="frames")
        figure = plots.laid_out(figure)
    return Markup(plots.inline_svg(plots.svg(figure), "shares", "Probabilities of each class"))


def distances_figure(counts: NDArray[np.int64], top: float) -> Markup:
    """Return how many frames lie how far from the training images, in parts of 0…`top`, 1 being the limit."""
    with plots.in_style():
        figure = plots.blank(6.4, 2.3)
        axes = figure.add_subplot()
        _bars(axes, counts, top, plots.colour(2))
        axes.axvline(1.0, color=plots.INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.set(xlim=(0, top), xlabel="distance from the training images (1 is the limit)", ylabel="frames")
        figure = plots.laid_out(figure)
    return Markup(plots.inline_svg(plots.svg(figure), "distances", "Distances from the training images"))


def _bars(axes: Axes, counts: NDArray[np.int64], top: float, colour: str) -> None:
    width = top / len(counts)
    axes.patch.set_alpha(0)
    axes.bar(np.arange(len(counts)) * width, counts, width * 0.9, align="edge", color=colour)
    axes.grid(visible=False, axis="x")
    axes.set_ylim(bottom=0)
