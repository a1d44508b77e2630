"""The training in the status bar: how far it is, and at the end that it has ended."""

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.theme import wrapped
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.texts import duration, outcome_text, stage_text, total_epochs
from cxrview.i18n import say, tr
from cxrview.training.names import STAGES

RING, THICKNESS = 14, 2.5  # pixels
REDRAWN = 500  # ms between two changes of the text
ICONS = {"finished": ("circle-check", "good"), "stopped": ("info", "muted")}
FAILURE = ("triangle-alert", "warning")


class TrainingIndicator(QWidget):
    """Hidden as long as nothing trains. What has ended stays until it is looked at or put away.

    Signals:
        asked: the user wants to see the training; carries its Run.
    """

    asked = Signal(object)

    def __init__(self, runs: TrainingRuns) -> None:
        super().__init__()
        self._runs = runs
        self._run: Run | None = None
        self.ring = Ring()
        self.button = QToolButton(
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            accessibleName=tr("Show the training"),
        )
        self.dismiss = QToolButton(toolTip=tr("Put away"), accessibleName=tr("Put away"))
        row = QHBoxLayout(self, spacing=4)
        row.setContentsMargins(4, 0, 4, 0)
        for widget in (self.ring, self.button, self.dismiss):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._soon = QTimer(self, singleShot=True, interval=REDRAWN, timeout=self.refresh)
        self.button.clicked.connect(self._ask)
        self.dismiss.clicked.connect(self.hide)
        runs.started.connect(self._begin)
        runs.changed.connect(self._later)
        runs.ended.connect(self._end)
        self.dismiss.setIcon(themes.icon("x"))
        self.hide()
        if runs.current is not None and runs.current.is_running:
            self._begin(runs.current)

    def _begin(self, run: Run) -> None:
        self._run = run
        self.refresh()
        self.show()

    def _later(self, run: Run) -> None:
        if run is self._run and not self._soon.isActive():
            self._soon.start()

    def _end(self, run: Run) -> None:
        if run is not self._run:
            return
        self.refresh()
        if run.outcome is not None and run.outcome.kind == "stopped":
            self.hide()  # the user has just done that
            return
        self.show()
        QApplication.alert(self.window())

    def put_away(self, folder: Path) -> None:
        """What came of the run in `folder` is looked at; of a search, that is a folder within it."""
        run = self._run
        if run is not None and not run.is_running and run.folder.path in (folder, *folder.parents):
            self.hide()

    def refresh(self) -> None:
        """Tell how far the run is, or how it ended."""
        self._soon.stop()
        run = self._run
        if run is None:
            return
        alive = run.is_running
        self.ring.setVisible(alive)
        self.dismiss.setVisible(not alive)
        if alive:
            text = running_text(run)
            self.ring.set_fraction(run.progress.fraction)
            self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            self.button.setToolTip(tr("Show the training"))
        else:
            text = self._show_end(run)
        self.button.setText(text)
        self.button.setAccessibleName(text)

    def _show_end(self, run: Run) -> str:
        kind = run.outcome.kind if run.outcome is not None else "stopped"
        name, colour = ICONS.get(kind, FAILURE)
        ratio = self.devicePixelRatioF()
        self.button.setIcon(
            themes.redrawn(lambda theme: QIcon(themes.pixmap(name, getattr(theme, colour), 16, ratio)))
        )
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if run.outcome is not None:
            self.button.setToolTip(wrapped(" ".join(outcome_text(run.outcome, run.progress)).strip()))
        if kind == "finished":
            made = run.progress.finished
            title = made.registered if made is not None else ""
            return tr("“{name}” is trained: show it").format(name=title) if title else tr("Training finished")
        return tr("Training stopped") if kind == "stopped" else tr("Training failed: show why")

    def _ask(self) -> None:
        run = self._run
        if run is not None:
            if not run.is_running:
                self.hide()
            self.asked.emit(run)


class Ring(QWidget):
    """A circle that fills clockwise from the top."""

    def __init__(self) -> None:
        super().__init__()
        self.fraction = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_fraction(self, fraction: float) -> None:
        """Fill `fraction` of it, 0…1."""
        if fraction != self.fraction:
            self.fraction = fraction
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(RING + 2, RING + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = RING - THICKNESS
        area = QRectF(0, 0, side, side)
        area.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        painter.setPen(QPen(QColor(themes.current().line), THICKNESS))
        painter.drawEllipse(area)
        pen = QPen(QColor(themes.current().accent), THICKNESS)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(area, 90 * 16, round(-self.fraction * 360 * 16))
        painter.end()


def running_text(run: Run) -> str:
    """Return what a run is at, short enough for a status bar."""
    progress = run.progress
    if run.kind == "tune" and progress.trial is not None:
        text = tr("Search: trial {number} of {total}")
        return text.format(number=progress.trial.number, total=progress.trial.trials)
    if progress.stage is not None:
        return tr("Training: {doing}").format(doing=stage_text(progress.stage))
    if progress.step is None and not progress.epochs:
        return tr("Training: {doing}").format(doing=say(STAGES["starting"]))
    text = tr("Training {done} of {total} epochs").format(
        done=len(progress.epochs), total=total_epochs(progress)
    )
    step = progress.step
    return f"{text}, {duration(step.remaining_s)}" if step is not None and step.remaining_s else text
