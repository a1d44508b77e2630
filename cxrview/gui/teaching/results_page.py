"""What a reading comes to: own ROC beside the model's, figures a class, and the films to look at again."""

import html
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cxrview.errors import CxrviewError
from cxrview.evaluation.names import METRICS
from cxrview.gui import error_text
from cxrview.gui import theme as themes
from cxrview.gui.panels.prediction import heading
from cxrview.gui.teaching.figures import NOTHING, agreement, difference, summary, with_interval
from cxrview.gui.widgets.share_plot import ShareLine, SharePlot
from cxrview.i18n import say, tr
from cxrview.teaching import export

if TYPE_CHECKING:
    from cxrview.teaching.reading_set import ReadingSet
    from cxrview.teaching.results import ClassResult, Results
    from cxrview.teaching.sessions import Readings

OWN, MODEL, ASSISTED = 0, 1, 2  # colours of the curves


class ResultsPage(QWidget):
    """Shows `found`, the results of `readings` of the set `made`.

    Signals:
        film_asked: carries the place of a film that is to be shown again.
    """

    film_asked = Signal(int)

    def __init__(self, made: "ReadingSet", readings: "Readings", found: "Results") -> None:
        super().__init__(objectName="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._made, self._readings, self.found = made, readings, found
        self.title = QLabel(f"{made.title} – {readings.session.reader}", objectName="pageTitle")
        self.summary = QLabel(summary(found), wordWrap=True)
        self.table = _table(found.classes)
        self.choice = QComboBox(accessibleName=tr("Class"))
        self.choice.addItems([one.name for one in found.classes])
        self.plot = SharePlot(tr("ROC curve"), tr("1 − specificity"), say(METRICS["recall"]))
        self.plot.guide = ((0, 0), (1, 1))
        self.legend = QLabel(objectName="muted", wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.films = QListWidget(accessibleName=tr("Films to look at again"))
        self.said = QLabel(objectName="dataNote", wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.csv = QPushButton(tr("Save the answers (CSV)…"), autoDefault=False, clicked=self._save_answers)
        self.pdf = QPushButton(tr("Page for the logbook (PDF)…"), autoDefault=False, clicked=self._save_page)
        self.imrmc = QPushButton(tr("Save for iMRMC…"), autoDefault=False, clicked=self._save_imrmc)
        self._fill_films()
        self._lay_out()
        self.choice.currentIndexChanged.connect(self._show_curves)
        self.films.itemActivated.connect(self._ask_for)
        self._show_curves(0)

    def _lay_out(self) -> None:
        left = QVBoxLayout(spacing=8)
        row = QHBoxLayout(spacing=8)
        row.addWidget(heading(tr("ROC curve")))
        row.addWidget(self.choice, 1)
        left.addLayout(row)
        left.addWidget(self.plot, 1)
        left.addWidget(self.legend)
        right = QVBoxLayout(spacing=8)
        right.addWidget(heading(tr("Films to look at again")))
        right.addWidget(self.films, 1)
        foot = QHBoxLayout(spacing=8)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.pdf)
        foot.addWidget(self.csv)
        foot.addWidget(self.imrmc)
        grid = QGridLayout(self, horizontalSpacing=20, verticalSpacing=12)
        grid.setContentsMargins(24, 20, 24, 16)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.summary, 1, 0, 1, 2)
        grid.addWidget(self.table, 2, 0, 1, 2)
        grid.addLayout(left, 3, 0)
        grid.addLayout(right, 3, 1)
        grid.addLayout(foot, 4, 0, 1, 2)
        grid.setRowStretch(3, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)

    def _show_curves(self, index: int) -> None:
        if not 0 <= index < len(self.found.classes):
            return
        one = self.found.classes[index]
        curves = (
            (one.model, MODEL, tr("Model")),
            (one.assisted, ASSISTED, tr("You with the model")),
            (one.own, OWN, tr("You")),
        )
        lines, words = [], []
        for curve, colour, who in curves:
            if curve is not None:
                lines.append(ShareLine(curve.x, curve.y, colour))
                dot = f'<span style="color: {themes.current().class_colour(colour)}">●</span>'
                figures = f"{who}: {say(METRICS['auc'])} {with_interval(curve.area, curve.interval)}"
                words.append(f"{dot} {html.escape(figures)}")
        self.plot.show_lines(lines)
        self.legend.setText("<br>".join(reversed(words)) or tr("It needs films with and without the class."))

    def _fill_films(self) -> None:
        found = self.found
        for words, places in (
            (tr("Missed"), found.missed),
            (tr("Called, and not there"), found.over_called),
            (tr("Helped by the model"), found.helped),
            (tr("Misled by the model"), found.misled),
        ):
            for place in places:
                film = self._made.film(place)
                there = ", ".join(name for name in self._made.questions if name in film.classes)
                text = tr("{what}: film {number} ({truth})")
                item = QListWidgetItem(
                    text.format(
                        what=words, number=place + 1, truth=there or tr("nothing of what was asked for")
                    )
                )
                item.setData(Qt.ItemDataRole.UserRole, place)
                self.films.addItem(item)
        if not self.films.count():
            self.films.addItem(tr("None: every film was read rightly."))

    def _ask_for(self, item: QListWidgetItem) -> None:
        place = item.data(Qt.ItemDataRole.UserRole)
        if place is not None:
            self.film_asked.emit(place)

    def _save_page(self) -> None:
        from cxrview.gui.teaching.logbook import write

        title, kinds = tr("Save a page for the logbook"), tr("PDF (*.pdf)")
        self._ask(title, kinds, tr("logbook.pdf"), partial(write, self._made, self._readings, self.found))

    def _save_answers(self) -> None:
        self._save(tr("answers.csv"), partial(export.answers_table, self._made, self._readings))

    def _save_imrmc(self) -> None:
        name = self.choice.currentText()
        self._save("imrmc.csv", partial(export.imrmc, self._made, (self._readings,), name))

    def _save(self, proposed: str, text: Callable[[], str]) -> None:
        title, kinds = tr("Save a table"), tr("Tables (*.csv)")
        self._ask(title, kinds, proposed, lambda path: export.write(text(), path))

    def _ask(self, title: str, kinds: str, proposed: str, write: Callable[[Path], None]) -> None:
        """Ask where a file is to go, and `write` it there."""
        chosen, _ = QFileDialog.getSaveFileName(self, title, proposed, kinds)
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(chosen).with_suffix(Path(proposed).suffix)
        try:
            write(path)
        except CxrviewError as error:
            self.said.setText(error_text.whole(error))
        else:
            self.said.setText(tr("Saved {name}.").format(name=path.name))


def _table(classes: "Sequence[ClassResult]") -> QTableWidget:
    """Return the figures, a line a class."""
    columns = (
        tr("Class"),
        tr("Films with it"),
        tr("Your AUC (95 %)"),
        tr("Model's AUC (95 %)"),
        tr("You against the model"),
        tr("With the model against alone"),
        say(METRICS["recall"]),
        say(METRICS["specificity"]),
        tr("Agreement with yourself"),
    )
    table = QTableWidget(len(classes), len(columns), accessibleName=tr("Results"))
    table.setHorizontalHeaderLabels(columns)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    table.setWordWrap(True)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setStretchLastSection(True)
    for row, one in enumerate(classes):
        for column, text in enumerate(_cells(one)):
            table.setItem(row, column, QTableWidgetItem(text))
    table.resizeRowsToContents()
    rows = sum(table.rowHeight(row) for row in range(min(len(classes), 6)))
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + rows + 20)
    return table


def _cells(one: "ClassResult") -> tuple[str, ...]:
    return (
        one.name,
        tr("{cases} of {all}").format(cases=one.cases, all=one.cases + one.others),
        with_interval(one.own.area, one.own.interval) if one.own is not None else NOTHING,
        with_interval(one.model.area, one.model.interval) if one.model is not None else NOTHING,
        difference(one.against_model),
        difference(one.gain),
        with_interval(one.sensitivity, one.sensitivity_interval, percent=True),
        with_interval(one.specificity, one.specificity_interval, percent=True),
        agreement(one),
    )
