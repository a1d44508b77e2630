"""The plots of a run: its loss, its accuracy, and how well it tells the classes apart."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cxrview.evaluation.names import METRICS, called
from cxrview.gui.training.texts import figure, total_epochs
from cxrview.gui.widgets.curve_plot import Band, Course, Curve, CurvePlot
from cxrview.i18n import mark, say, tr
from cxrview.training.names import DEPTHS, EPOCH_METRICS, SIDES
from cxrview.training.run.progress import RunProgress

TRAINING, VALIDATION = SIDES["train"].text, SIDES["validation"].text
PLOTS = (  # title, ends of the axis or None, and the curves: figure, name, colour, whether dashed
    (
        METRICS["loss"].text,
        None,
        (("loss", TRAINING, "muted", True), ("val_loss", VALIDATION, "accent", False)),
    ),
    (
        METRICS["accuracy"].text,
        (0.0, 1.06),
        (("accuracy", TRAINING, "muted", True), ("val_accuracy", VALIDATION, "accent", False)),
    ),
    (
        mark("On the validation images"),
        (0.0, 1.06),
        (
            ("val_macro_f1", EPOCH_METRICS["val_macro_f1"].text, "accent", False),
            ("val_macro_auc", EPOCH_METRICS["val_macro_auc"].text, "good", False),
        ),
    ),
)


class RunCurves(QWidget):
    """Three plots side by side; the epoch that is looked at is the same in all."""

    def __init__(self) -> None:
        super().__init__()
        self.plots = [CurvePlot(tr(title), figure, ends) for title, ends, _ in PLOTS]
        self.loss, self.accuracy, self.quality = self.plots
        row = QHBoxLayout(self, spacing=16)
        row.setContentsMargins(0, 0, 0, 0)
        for plot in self.plots:
            row.addWidget(plot, 1)
            plot.looked_at.connect(self._look_at)
        self._progress, self._planned = RunProgress(), 0
        self._next = 0  # the plot to be drawn
        self._turn = QTimer(self, interval=0, timeout=self._draw_next)
        for number in range(len(PLOTS)):  # now, and not when the training starts
            self._draw(number)

    def _look_at(self, epoch: int) -> None:
        for plot in self.plots:
            plot.look_at(epoch)

    @property
    def is_drawn(self) -> bool:
        """Whether all that was to be shown is."""
        return not self._turn.isActive()

    def show_progress(self, progress: RunProgress, planned: int = 0) -> None:
        """Draw what `progress` holds of a run of at most `planned` epochs, a plot a turn of the loop."""
        self._progress, self._planned, self._next = progress, planned, 0
        self._turn.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for plot in self.plots:  # they are painted one a turn too
            plot.setUpdatesEnabled(False)
        self._next = 0
        self._turn.start()

    def _draw_next(self) -> None:
        self._draw(self._next)
        self.plots[self._next].setUpdatesEnabled(True)
        self._next += 1
        if self._next == len(PLOTS):
            self._turn.stop()

    def _draw(self, number: int) -> None:
        epochs = self._progress.epochs
        curves = [
            Curve(tr(name), colour, [epoch.metrics.get(key) for epoch in epochs], dashed)
            for key, name, colour, dashed in PLOTS[number][2]
        ]
        self.plots[number].show_curves(curves, course_of(self._progress, self._planned))


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
        bands.append(Band(say(called(DEPTHS, phase.depth)), first, last))
    return bands
