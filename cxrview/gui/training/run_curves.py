"""The two plots of a run: its loss, and how well it answers."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from cxrview.gui.theme import Theme
from cxrview.gui.training.curves import Band, Course, Curve, CurvePlot
from cxrview.gui.training.progress import RunProgress
from cxrview.gui.training.run_texts import DEPTHS, METRICS, total_epochs
from cxrview.words import mark, tr

LOSSES = (("loss", mark("Training"), "muted", True), ("val_loss", mark("Validation"), "accent", False))
QUALITIES = (
    ("val_macro_f1", METRICS["val_macro_f1"], "accent", False),
    ("val_macro_auc", METRICS["val_macro_auc"], "good", False),
    ("val_accuracy", METRICS["val_accuracy"], "warning", False),
)


class RunCurves(QWidget):
    """Loss in training and validation at the left; accuracy, F1 and AUC on the validation images at the
    right. The epoch under the mouse is the same in both.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.loss = CurvePlot(tr("Loss"), theme)
        self.quality = CurvePlot(tr("On the validation images"), theme, (0.0, 1.06))
        row = QHBoxLayout(self, spacing=20)
        row.setContentsMargins(0, 0, 0, 0)
        for plot in (self.loss, self.quality):
            row.addWidget(plot, 1)
            plot.looked_at.connect(self.loss.look_at)
            plot.looked_at.connect(self.quality.look_at)
        self.show_progress(RunProgress())  # now, and not when the training starts

    def set_theme(self, theme: Theme) -> None:
        """Draw in `theme`."""
        self.loss.set_theme(theme)
        self.quality.set_theme(theme)

    def show_progress(self, progress: RunProgress, planned: int = 0) -> None:
        """Draw what `progress` holds of a run of at most `planned` epochs."""
        course = course_of(progress, planned)
        for plot, table in ((self.loss, LOSSES), (self.quality, QUALITIES)):
            plot.show_curves(
                [
                    Curve(tr(name), colour, [epoch.metrics.get(key) for epoch in progress.epochs], dashed)
                    for key, name, colour, dashed in table
                ],
                course,
            )


def course_of(progress: RunProgress, planned: int = 0) -> Course:
    """Return the phases, the best epoch and the early end of a run of at most `planned` epochs."""
    best = progress.best.epoch if progress.best is not None else 0
    total = total_epochs(progress) or planned
    done = progress.finished
    if done is None or not done.stopped_early:
        return Course(_bands(progress), max(1, total), best)
    return Course(_bands(progress), max(1, planned, total), best, len(progress.epochs))


def _bands(progress: RunProgress) -> list[Band]:
    bands: list[Band] = []
    for number, phase in enumerate(progress.phases):
        first = next(
            (epoch.epoch for epoch in progress.epochs if epoch.phase == phase.phase),
            len(progress.epochs) + 1,
        )
        last = first + phase.epochs - 1
        inside = [epoch.epoch for epoch in progress.epochs if epoch.phase == phase.phase]
        if inside and (number + 1 < len(progress.phases) or progress.finished is not None):
            last = inside[-1]
        bands.append(Band(tr(DEPTHS.get(phase.depth, phase.depth)), first, last))
    return bands
