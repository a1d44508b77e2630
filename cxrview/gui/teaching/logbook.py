"""What a reading came to, on one page of paper: for the logbook of whoever is in training."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPageSize, QPainter

from cxrview import __version__
from cxrview.evaluation.names import METRICS
from cxrview.explain.class_colours import class_colour
from cxrview.gui.report.paper import write_pdf
from cxrview.gui.report.sheet import Sheet, Type
from cxrview.gui.teaching.figures import NOTHING, agreement, summary, with_interval
from cxrview.gui.viewer.export_choices import NOTICE
from cxrview.gui.widgets.dates import minute
from cxrview.i18n import say, tr, trn
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.results import ClassResult, ReaderCurve, Results
from cxrview.teaching.sessions import Readings

MARGIN, GAP = 15.0, 8.0  # mm
MOST_ROWS, MOST_PLOTS = 12, 6  # classes in the table, and with a plot
ROW, PLOT = 4.6, 44.0  # mm
PLOTS_BESIDE = 3
GREY, LINE = "#555555", "#bbbbbb"
TITLE, HEADING = Type(15, heavy=True), Type(9, heavy=True)
BODY, STRONG, LABEL = Type(8.5), Type(8.5, heavy=True), Type(7.5, GREY)
CELL = Type(7.5)
SHARES = (0.2, 0.11, 0.145, 0.145, 0.145, 0.1275, 0.1275)  # of the width, for the columns of the table
OWN, MODEL, ASSISTED = 0, 1, 2  # colours, as on the screen


def write(
    made: ReadingSet, readings: Readings, found: Results, path: Path, size: QPageSize | None = None
) -> None:
    """Write the page as PDF to `path`. Raises CxrviewError if that cannot be done."""

    def draw(painter: QPainter, page: QSizeF, _new_page: object) -> None:
        _Page(Sheet(painter), page, made, readings, found).draw()

    write_pdf(path, tr("Blind reading"), draw, size)


class _Page:
    """Puts the parts under each other."""

    def __init__(
        self, sheet: Sheet, size: QSizeF, made: ReadingSet, readings: Readings, found: Results
    ) -> None:
        self.sheet, self.made, self.readings, self.found = sheet, made, readings, found
        self.width, self.bottom = size.width() - 2 * MARGIN, size.height() - MARGIN

    def draw(self) -> None:
        """Draw all of it."""
        top = self._head(MARGIN)
        top = self._about(top + 3)
        top = self._table(top + 4)
        top = self._plots(top + 4)
        self._films(top + 2)
        self._foot()

    def _write(self, left: float, top: float, words: str, look: Type, width: float = 0) -> float:
        return self.sheet.write(QPointF(left, top), words, look, width or self.width)

    def _head(self, top: float) -> float:
        right = Qt.AlignmentFlag.AlignRight
        made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        self.sheet.write(QPointF(MARGIN, top + 2.6), made, LABEL, self.width, right)
        top += self._write(MARGIN, top, tr("Blind reading of radiographs"), TITLE)
        self.sheet.rule(QPointF(MARGIN, top + 1), self.width, "#000000", 0.4)
        return top + 1

    def _about(self, top: float) -> float:
        session = self.readings.session
        again = len(self.made) - self.found.films
        films = trn("{count} film", "{count} films", self.found.films).format(count=self.found.films)
        if again:
            films += tr(", {count} of them shown again").format(count=again)
        way = tr("after each film") if not self.made.examination else tr("after the last film (examination)")
        lines = (
            (tr("Reader"), session.reader),
            (tr("Set"), f"{self.made.title} ({self.made.identifier})"),
            (tr("Begun"), minute(session.begun.timestamp())),
            (tr("Films"), films),
            (tr("Truth shown"), way),
        )
        first = max(self.sheet.width(label, LABEL) for label, _ in lines) + 4
        for label, words in lines:
            self._write(MARGIN, top + 0.25, label, LABEL, first)
            words = self.sheet.shortened(words, BODY, self.width - first)
            top += self._write(MARGIN + first, top, words, BODY, self.width - first) + 0.4
        return top + 1.5 + self._write(MARGIN, top + 1.5, summary(self.found), STRONG)

    def _heading(self, top: float, words: str) -> float:
        self._write(MARGIN, top, words, HEADING)
        self.sheet.rule(QPointF(MARGIN, top + 4.6), self.width, LINE)
        return top + 5.8

    def _table(self, top: float) -> float:
        top = self._heading(top, tr("Class by class, with 95 % intervals"))
        titles = (
            tr("Class"),
            tr("Films with it"),
            tr("Your AUC"),
            tr("With the model"),
            tr("Model's AUC"),
            say(METRICS["recall"]),
            say(METRICS["specificity"]),
        )
        top = self._row(top, titles, LABEL)
        for one in self.found.classes[:MOST_ROWS]:
            top = self._row(top, _cells(one), CELL)
        if (more := len(self.found.classes) - MOST_ROWS) > 0:
            words = trn("and {count} more", "and {count} more", more).format(count=more)
            top += self._write(MARGIN, top, words, LABEL)
        again = [f"{one.name}: {agreement(one)}" for one in self.found.classes if one.kappa is not None]
        if again:
            words = tr("Agreement with yourself: {figures}.").format(figures="; ".join(again[:MOST_ROWS]))
            top += self._write(MARGIN, top + 0.5, words, CELL) + 0.5
        return top

    def _row(self, top: float, cells: tuple[str, ...], look: Type) -> float:
        left, tallest = MARGIN, ROW
        for words, share in zip(cells, SHARES, strict=True):
            width = share * self.width
            tallest = max(tallest, self._write(left, top, words, look, width - 2))
            left += width
        return top + tallest + 0.3

    def _plots(self, top: float) -> float:
        drawn = [one for one in self.found.classes if one.own is not None][:MOST_PLOTS]
        if not drawn:
            return top
        top = self._heading(top, tr("ROC curves"))
        legend = ((OWN, tr("You")), (ASSISTED, tr("You with the model")), (MODEL, tr("Model")))
        left = MARGIN
        for colour, words in legend:
            self.sheet.line(
                [QPointF(left, top + 1.7), QPointF(left + 5, top + 1.7)], class_colour("light", colour), 0.6
            )
            self._write(left + 6.5, top, words, LABEL, 50)
            left += self.sheet.width(words, LABEL) + 13
        top += 5
        for number, one in enumerate(drawn):
            column, row = number % PLOTS_BESIDE, number // PLOTS_BESIDE
            place = QPointF(MARGIN + column * (PLOT + GAP + 8), top + row * (PLOT + 10))
            self._plot(place, one)
        return top + (1 + (len(drawn) - 1) // PLOTS_BESIDE) * (PLOT + 10)

    def _plot(self, place: QPointF, one: ClassResult) -> None:
        name = self.sheet.shortened(one.name, CELL, PLOT)
        self.sheet.write(place, name, CELL, PLOT)
        area = QRectF(place.x(), place.y() + 4, PLOT, PLOT)
        self.sheet.box(area, "#ffffff", LINE)
        self.sheet.line([area.bottomLeft(), area.topRight()], LINE, 0.2)
        for curve, colour in ((one.model, MODEL), (one.assisted, ASSISTED), (one.own, OWN)):
            if curve is not None:
                self.sheet.line(_points(curve, area), class_colour("light", colour), 0.6)
        below = QPointF(area.left(), area.bottom() + 0.5)
        axes = f"{say(METRICS['recall'])} / {tr('1 − specificity')}"
        self.sheet.write(below, axes, Type(6.5, GREY), PLOT, Qt.AlignmentFlag.AlignRight)

    def _films(self, top: float) -> None:
        found = self.found
        counts = (
            (tr("Missed"), found.missed),
            (tr("Called, and not there"), found.over_called),
            (tr("Helped by the model"), found.helped),
            (tr("Misled by the model"), found.misled),
        )
        top = self._heading(top, tr("Films to look at again"))
        for words, places in counts:
            numbers = ", ".join(str(place + 1) for place in places) or NOTHING
            self._write(MARGIN, top + 0.25, words, LABEL, 50)
            shown = self.sheet.shortened(numbers, CELL, self.width - 50)
            top += self._write(MARGIN + 50, top, shown, CELL, self.width - 50) + 0.4

    def _foot(self) -> None:
        top = self.bottom - 8
        signed = top - 14
        for left, words in ((MARGIN, tr("Reader")), (MARGIN + self.width / 2 + 5, tr("Supervisor"))):
            self.sheet.rule(QPointF(left, signed), self.width / 2 - 5, "#000000")
            self._write(left, signed + 0.8, tr("Date, signature: {who}").format(who=words), LABEL, 80)
        self.sheet.rule(QPointF(MARGIN, top), self.width, LINE)
        how = tr(
            "AUC of confidences of five steps, first showings only; intervals by resampling patients. "
            "Sensitivity and specificity: 4 and 5 count as called."
        )
        self._write(MARGIN, top + 1, how, LABEL)
        self._write(MARGIN, top + 4.6, f"cxrview {__version__}  ·  {tr(NOTICE)}", LABEL)


def _points(curve: ReaderCurve, area: QRectF) -> list[QPointF]:
    return [
        QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
        for x, y in zip(curve.x, curve.y, strict=True)
    ]


def _cells(one: ClassResult) -> tuple[str, ...]:
    return (
        one.name,
        tr("{cases} of {all}").format(cases=one.cases, all=one.cases + one.others),
        *(
            with_interval(curve.area, curve.interval) if curve is not None else NOTHING
            for curve in (one.own, one.assisted, one.model)
        ),
        with_interval(one.sensitivity, one.sensitivity_interval, percent=True),
        with_interval(one.specificity, one.specificity_interval, percent=True),
    )
