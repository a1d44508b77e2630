"""How a training went, as the report of its model shows it: curves by epoch, a sentence for each phase."""

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrview.evaluation import plots
from cxrview.evaluation.report import TrainingCourse
from cxrview.training.run.history import History


def course(history: History) -> TrainingCourse:
    """Return what the report of a model says about its training."""
    figure = history_figure(history) if history.rows else None
    return TrainingCourse(figure, _phases(history), history.best_epoch)


def history_figure(history: History) -> Figure:
    """Return the loss and the figures of merit by epoch; phases are shaded and the best epoch marked."""
    with plots.in_style():
        figure = plots.blank(7.2, 3.2)
        left, right = figure.subplots(1, 2)
        loss = {"loss": ("training", plots.MUTED), "val_loss": ("validation", plots.ACCENT)}
        merit = {
            "val_macro_f1": ("macro F1", plots.colour(0)),
            "val_balanced_accuracy": ("balanced accuracy", plots.colour(1)),
            "val_macro_auc": ("macro AUC", plots.colour(2)),
            "external_wrong": ("external called wrongly", plots.colour(3)),
        }
        for axes, lines, title in ((left, loss, "Loss"), (right, merit, "On validation images")):
            axes.patch.set_alpha(0)
            _shade_phases(axes, history)
            _draw_history(axes, history, lines)
            axes.set(xlabel="epoch", title=title)
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
            if axes.get_legend_handles_labels()[0]:
                axes.legend(fontsize=8, loc="best")
        right.set_ylim(top=1.0)
        return plots.laid_out(figure)


def _draw_history(axes: Axes, history: History, lines: Mapping[str, tuple[str, str]]) -> None:
    epochs = [row.epoch for row in history.rows]
    for name, (text, shade) in lines.items():
        values = np.array([row.metrics.get(name, np.nan) for row in history.rows])
        if np.isnan(values).all():
            continue
        axes.plot(epochs, values, color=shade, label=text, marker="o", markersize=2.5, linewidth=1.4)
    if history.best_epoch:
        axes.axvline(history.best_epoch, color=plots.INK, linewidth=0.9, linestyle=(0, (2, 2)))


def _shade_phases(axes: Axes, history: History) -> None:
    for phase in sorted({row.phase for row in history.rows}):
        epochs = [row.epoch for row in history.of_phase(phase)]
        if phase % 2 == 0:
            axes.axvspan(min(epochs) - 0.5, max(epochs) + 0.5, color=plots.MUTED, alpha=0.1, linewidth=0)


def _phases(history: History) -> list[str]:
    """Return a sentence for each phase of the training."""
    found = []
    for phase in sorted({row.phase for row in history.rows}):
        rows = history.of_phase(phase)
        rates = [row.learning_rate for row in rows]
        seconds = sum(row.seconds for row in rows)
        found.append(
            f"Phase {phase}: epochs {rows[0].epoch} to {rows[-1].epoch}, learning rate "
            f"{max(rates):.2g} at the highest, {seconds / 60:.1f} minutes."
        )
    return found
