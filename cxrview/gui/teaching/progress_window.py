"""How a reader comes along: own AUC and time a film, session by session, as dots and as a table."""

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.evaluation.names import METRICS
from cxrview.gui.teaching.figures import NOTHING, with_interval
from cxrview.gui.teaching.progress_plot import ProgressPlot, SessionDot
from cxrview.gui.widgets.closed_by_escape import ClosedByEscape
from cxrview.gui.widgets.dates import minute
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import fixed, say, tr, trn
from cxrview.teaching.over_time import OverTime, SessionFigures


class ProgressWindow(ClosedByEscape, QWidget):
    """Shows what the sessions of `reader` came to."""

    def __init__(self, reader: str, found: OverTime, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("panel")
        self.setWindowTitle(tr("Progress of {reader}").format(reader=reader))
        self.resize(fitted(QSize(980, 640), self))
        auc = say(METRICS["auc"])
        self.areas = ProgressPlot(auc, tr("Mean AUC"), high=1.0)
        self.times = ProgressPlot(tr("Time a film"), tr("Seconds a film"), low=0.0)
        self.table = _table(found.steps)
        self.said = QLabel(_words(found), wordWrap=True, objectName="muted")
        plots = QHBoxLayout(spacing=16)
        plots.addWidget(self.areas, 1)
        plots.addWidget(self.times, 1)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(18, 16, 18, 14)
        column.addLayout(plots, 3)
        column.addWidget(self.table, 2)
        column.addWidget(self.said)
        sets = list(dict.fromkeys(step.session.set_id for step in found.steps))
        colours = [sets.index(step.session.set_id) for step in found.steps]
        numbered = list(enumerate(zip(found.steps, colours, strict=True), 1))
        areas = [SessionDot(n, step.area, step.interval, colour) for n, (step, colour) in numbered]
        times = [SessionDot(n, step.seconds, step.seconds_interval, colour) for n, (step, colour) in numbered]
        self.areas.show_dots(areas)
        self.times.show_dots(times)


def _table(steps: tuple[SessionFigures, ...]) -> QTableWidget:
    columns = (tr("Begun"), tr("Set"), tr("Films"), tr("Mean AUC (95 %)"), tr("Seconds a film (95 %)"))
    table = QTableWidget(len(steps), len(columns), accessibleName=tr("Sessions"))
    table.setHorizontalHeaderLabels(columns)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    for row, step in enumerate(steps):
        begun = minute(step.session.begun.timestamp())
        cells = (
            begun,
            step.session.title,
            str(step.answered),
            with_interval(step.area, step.interval),
            _seconds(step),
        )
        for column, words in enumerate(cells):
            table.setItem(row, column, QTableWidgetItem(words))
    return table


def _seconds(step: SessionFigures) -> str:
    if math.isnan(step.seconds):
        return NOTHING
    shown = fixed(step.seconds, 1)
    if step.seconds_interval is None:
        return shown
    low, high = (fixed(end, 1) for end in step.seconds_interval)
    return f"{shown} ({low}–{high})"


def _words(found: OverTime) -> str:
    parts = [tr("A dot is a session, its line the 95 % interval. Sets differ: compare dots of one colour.")]
    if found.gone:
        words = trn(
            "The set of {count} session is not where it was; it is left out.",
            "The sets of {count} sessions are not where they were; these are left out.",
            found.gone,
        )
        parts.append(words.format(count=found.gone))
    return " ".join(parts)
