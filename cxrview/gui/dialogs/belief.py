"""Whether the heatmap on the screen is to be believed: one word, the figures behind it, and two curves."""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from cxrview.explain.faithfulness import Curves, curves
from cxrview.explain.methods import METHODS, explain
from cxrview.explain.stability import Stability, in_words, stability
from cxrview.explain.subject import Subject
from cxrview.gui import error_text
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.share_plot import ShareLine, SharePlot
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import fixed, say, tr

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph
    from cxrview.inference.predictor import Predictor
    from cxrview.progress import Report


class Belief(NamedTuple):
    """What was tried with one map."""

    stability: Stability
    curves: Curves


def try_map(
    predictor: "Predictor", radiograph: "Radiograph", method: str, class_name: str, report: "Report"
) -> Belief:
    """Return what comes of trying a map; runs in a worker thread. Errors are those of `explain`."""
    found = stability(predictor, radiograph, method, class_name, report)
    subject = Subject.of(predictor, radiograph)
    made = explain(subject, method, class_name, report)
    return Belief(found, curves(subject, made, class_name, report))


class BeliefDialog(QDialog):
    """About one film, class and method: it does not follow the window, and goes with the film."""

    def __init__(
        self, parent: QWidget | None, state: AppState, runner: TaskRunner, predictor: "Predictor"
    ) -> None:
        super().__init__(parent, windowTitle=tr("Is the map to be believed?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state, self._runner = state, runner
        method, label = METHODS[state.method].title, state.model.label(state.heat_class)
        self.about = QLabel(f"{label}  ·  {method}", objectName="muted")
        self.word = QLabel(objectName="pageTitle")
        self.words = QLabel(wordWrap=True)
        self.rows = QGridLayout(horizontalSpacing=18, verticalSpacing=3)
        self.plot = SharePlot(tr("Covered and sharpened"), tr("share of the film"), tr("probability"))
        self.key = QLabel(
            tr(
                "The rising curve: sharpened from the hottest place on. "
                "The falling one: covered from there on."
            ),
            objectName="muted",
            wordWrap=True,
        )
        self.cannot = QLabel(
            tr("A steady map may still be wrong: it can stand on the same false reason every time."),
            objectName="muted",
            wordWrap=True,
        )
        self._lay_out()
        self._show_waiting()
        radiograph = state.shown.radiograph
        assert radiograph is not None  # the command is there only where a heatmap is
        self._job: Job = runner.start(
            tr("Trying the map"),
            partial(try_map, predictor, radiograph, state.method, state.heat_class),
            done=self._show,
            failed=lambda error: self._fail(error_text.whole(error)),
            lane="model",
        )
        runner.changed.connect(self._show_progress)
        state.shown_changed.connect(self._leave)
        state.hiding_changed.connect(lambda: self._leave() if state.hides_here else None)

    def _lay_out(self) -> None:
        beside = QHBoxLayout(spacing=20)
        left = QVBoxLayout(spacing=10)
        left.addWidget(self.words)
        left.addLayout(self.rows)
        left.addStretch()
        beside.addLayout(left, 1)
        right = QVBoxLayout(spacing=6)
        right.addWidget(self.plot, 1)
        right.addWidget(self.key)
        beside.addLayout(right, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 14, 16, 14)
        for widget in (self.about, self.word):
            column.addWidget(widget)
        column.addLayout(beside, 1)
        column.addWidget(self.cannot)
        column.addWidget(buttons)
        self.resize(fitted(QSize(780, 470), self))

    def _show_waiting(self) -> None:
        self.word.setText(tr("Trying …"))
        for widget in (self.plot, self.key, self.cannot):
            widget.hide()

    def _show_progress(self) -> None:
        if self._runner.is_running(self._job):
            self.words.setText(self._job.text)
        elif self._job.cancelled:
            self._fail(tr("It was stopped."))

    def _fail(self, why: str) -> None:
        self.word.setText(tr("Not tried"))
        self.words.setText(why)

    def _show(self, belief: Belief) -> None:
        found, told = belief
        self.word.setText(say(found.word).capitalize())
        self.words.setText("\n\n".join(say(line) for line in in_words(found, told)))
        heads = (tr("change"), tr("rank correlation"), tr("probability"))
        for column, head in enumerate(heads):
            self._put(0, column, head, "muted")
        for row, outcome in enumerate(found.outcomes, 1):
            known = "–" if np.isnan(outcome.correlation) else fixed(outcome.correlation, 2)
            rise = round(100 * outcome.rise)
            self._put(row, 0, say(outcome.name))
            self._put(row, 1, known)
            self._put(row, 2, tr("{number} %").format(number=f"{rise:+d}".replace("-", "−")))
        self.plot.show_lines(
            (
                ShareLine(told.shares, told.insertion, self._class),
                ShareLine(told.shares, told.deletion, None),
            )
        )
        for widget in (self.plot, self.key, self.cannot):
            widget.show()

    @property
    def _class(self) -> int | None:
        card, name = self._state.model.card, self._state.heat_class
        return card.class_names.index(name) if card is not None and name in card.class_names else None

    def _put(self, row: int, column: int, text: str, look: str = "") -> None:
        label = QLabel(text, objectName=look)
        if column:
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.rows.addWidget(label, row, column)

    def _leave(self, *_news: object) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._runner.cancel(self._job)
        super().closeEvent(event)
