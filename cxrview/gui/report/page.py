"""The report on a page or two: the picture with and without heatmap, what was read, measured and doubted."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter

from cxrview import __version__
from cxrview.gui.report.paper import write_pdf
from cxrview.gui.report.sheet import Sheet, Type
from cxrview.gui.viewer import heat_scale
from cxrview.gui.viewer.export_choices import NOTICE
from cxrview.i18n import mark, tr, trn

NAME = mark("Radiograph and what the model says")
MARGIN = 15.0  # mm
GUTTER = 6.0  # mm between columns
LEAST_PICTURE, MOST_PICTURE = 55.0, 125.0  # mm high
WANTED_PICTURE = 85.0  # mm high; before pictures are smaller than that, words go to a second page
ROWS = 8  # of measurements on the first page; more would leave no room for the rest
FEW_CLASSES, MOST_CLASSES = 5, 16  # a bar under its words up to FEW_CLASSES, beside them beyond

GREY, LINE, TRACK = "#555555", "#bbbbbb", "#e6e6e6"
TITLE = Type(15, heavy=True)
HEADING = Type(9, heavy=True)
BODY, STRONG = Type(8.5), Type(8.5, heavy=True)
LABEL = Type(7.5, GREY)
READING = Type(11, heavy=True)
SMALL = Type(6.8, "#222222")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing and what it is: "Study date", "2026-01-03"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The calibrated probability of a class, as words and as a bar of `share`, 0…1; whether it is called."""

    label: str
    words: str
    share: float
    colour: str  # "#rrggbb"
    called: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReportFacts:
    """All that stands on the page, in the user's language. `heated` is None where there is no heatmap.

    `reading` is what the film is called and `remarks` how, both "" where the bars say it all.
    """

    plain: QImage
    plain_caption: str
    heated: QImage | None
    heat_caption: str
    heat_scale: QImage | None  # its colours from 0 to 1, left to right
    heat_unit: str  # what 100 % of it is
    about: tuple[ReportLine, ...]  # whose image and which; empty if nobody is to know
    technique: tuple[ReportLine, ...]
    chances: tuple[Chance, ...]
    verdict: str
    doubtful: bool
    measurements: tuple[ReportLine, ...]
    model: tuple[ReportLine, ...]
    limits: tuple[str, ...]
    file_hash: str  # sha256 of the source
    made: str
    reading: str = ""
    remarks: str = ""
    findings: str = ""  # in the reader's own words
    impression: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the reader has written anything."""
        return bool(self.findings or self.impression)


def write(path: Path, facts: ReportFacts, size: QPageSize | None = None) -> None:
    """Write the report as PDF, its text selectable. Raises CxrviewError if `path` cannot be written."""
    write_pdf(path, tr(NAME), lambda painter, page, new: draw(painter, facts, page, new), size)


def draw(
    painter: QPainter, facts: ReportFacts, size: QSizeF, new_page: Callable[[], object] | None = None
) -> None:
    """Draw the report with `painter` on pages of `size` millimetres.

    `new_page` begins another one; without it there is one page, and what finds no room is counted there.
    """
    sheet = Sheet(painter)
    if new_page is None or _Page(sheet, facts, size).has_room():
        _Page(sheet, facts, size).draw()
        return
    first = dataclasses.replace(facts, limits=())
    moved = first.is_written and not _Page(sheet, first, size).has_room_for_words()
    if moved:
        words = tr("Findings and impression stand on the second page.")
        first = dataclasses.replace(first, findings="", impression=words)
    _Page(sheet, first, size, "1 / 2").draw()
    new_page()
    _Page(sheet, facts, size, "2 / 2").draw_second(written=moved)


class _Page:
    """Puts the parts under each other; the pictures get the room that the words leave."""

    def __init__(self, sheet: Sheet, facts: ReportFacts, size: QSizeF, number: str = "") -> None:
        """`number` says which page of how many this is, "" for the only one."""
        self.sheet, self.facts, self.size, self.number = sheet, facts, size, number
        self.width = size.width() - 2 * MARGIN
        self.half = (self.width - GUTTER) / 2
        self.bottom = size.height() - MARGIN
        self.middle = MARGIN + self.half + GUTTER  # where the right column begins

    def draw(self) -> None:
        top = self._head(MARGIN - 3)
        top = self._lines(top + 3)
        foot = self._foot()
        self._shorten(0.4 * (foot - top))
        words = self._fit(foot - top - LEAST_PICTURE - 20)
        top = self._pictures(top + 3, foot - words - 5)
        self._below(top + 4)

    def has_room(self) -> bool:
        """Whether one page has room for all the words and for pictures in which something can be seen."""
        return len(self.facts.measurements) <= ROWS and self.has_room_for_words()

    def has_room_for_words(self) -> bool:
        """Whether the page has room for its words and for pictures in which something can be seen."""
        trial = _Page(self.sheet.measuring(), self.facts, self.size)
        top = trial._lines(trial._head(MARGIN - 3) + 3)
        return trial._foot() - top - trial._below(0) - 20 >= WANTED_PICTURE

    def draw_second(self, written: bool) -> None:
        """Draw what the first page has no room for: all measurements if they are many, and the limits.

        With `written` also findings and impression, shortened where even this page has no room for them.
        """
        top = self._head(MARGIN - 3) + 3
        foot = self._foot()
        lines = self.facts.measurements
        if len(lines) > ROWS:
            top = self._heading(QPointF(MARGIN, top), tr("Measurements"), self.width)
            most = max(1, int((foot - top) / 2 / 4.4))  # in each of two columns
            columns = (lines[:most], lines[most : 2 * most])
            places = (MARGIN, self.middle)
            ends = [
                self._table(QPointF(left, top), part, self.half)
                for left, part in zip(places, columns, strict=True)
            ]
            top = max(ends)
            if len(lines) > 2 * most:
                top = self._more(QPointF(MARGIN, top), len(lines) - 2 * most)
            top += 4
        if written:
            self._shorten(foot - top - 12)
            top = self._written(top)
        room = foot - top - 3
        given, kept = self.facts.limits, len(self.facts.limits)
        while kept > 0 and _Page(self.sheet.measuring(), self.facts, self.size)._limits(0) > room:
            kept -= 1
            self.facts = dataclasses.replace(self.facts, limits=self._cut(given, kept))
        self._limits(top)

    @staticmethod
    def _cut(given: tuple[str, ...], kept: int) -> tuple[str, ...]:
        """Return the first `kept` of the limits, and how many more there are."""
        out = len(given) - kept
        more = trn("And {count} more, on the model card.", "And {count} more, on the model card.", out)
        return (*given[:kept], *((more.format(count=out),) if out else ()))

    def _fit(self, room: float) -> float:
        """Leave out limits from the end until the words are no higher than `room`; return how high they are.

        What is left out is counted on the page.
        """
        given = self.facts.limits
        kept, height = len(given), math.inf
        while kept >= 0 and height > room:
            self.facts = dataclasses.replace(self.facts, limits=self._cut(given, kept))
            height = _Page(self.sheet.measuring(), self.facts, self.size)._below(0)
            kept -= 1
        return height

    def _head(self, top: float) -> float:
        """Write the title, the notice and the time; return where they end."""
        sheet = self.sheet
        height = sheet.write(
            QPointF(MARGIN, top), tr("Radiograph and what the model says"), TITLE, self.width
        )
        made = Type(LABEL.size, GREY)
        right = Qt.AlignmentFlag.AlignRight
        sheet.write(QPointF(self.middle, top + 2.6), self.facts.made, made, self.half, right)
        top += height + 0.5
        top += sheet.write(QPointF(MARGIN, top), f"{tr(NOTICE)}.", STRONG, self.width) + 1.5
        sheet.rule(QPointF(MARGIN, top), self.width, "#000000", 0.4)
        return top

    def _lines(self, top: float) -> float:
        """Write whose image it is at the left and how it is shown at the right; return where they end."""
        about = self.facts.about or (ReportLine(tr("Patient"), tr("withheld")),)
        ends = [
            self._table(QPointF(left, top), lines, self.half)
            for left, lines in ((MARGIN, about), (self.middle, self.facts.technique))
        ]
        return max(ends)

    def _table(self, place: QPointF, lines: tuple[ReportLine, ...], width: float) -> float:
        """Write `lines` under each other, labels in grey at the left; return where they end."""
        first = min(width / 2, max((self.sheet.width(line.label, LABEL) for line in lines), default=0) + 4)
        top = place.y()
        for line in lines:
            height = self.sheet.height(line.value, BODY, width - first)
            self.sheet.write(QPointF(place.x(), top + 0.25), line.label, LABEL, first)
            self.sheet.write(QPointF(place.x() + first, top), line.value, BODY, width - first)
            top += height + 0.4
        return top

    def _pictures(self, top: float, bottom: float) -> float:
        """Draw the picture, and beside it the one with the heatmap; return where their captions end."""
        facts = self.facts
        two = facts.heated is not None
        width = self.half if two else self.width
        captions = max(
            self.sheet.height(words, LABEL, width) for words in (facts.plain_caption, facts.heat_caption)
        )
        room = min(MOST_PICTURE, max(LEAST_PICTURE, bottom - top - captions - 2 - (4 if two else 0)))
        shown: list[tuple[float, QImage, str, QImage | None]] = [
            (MARGIN, facts.plain, facts.plain_caption, None)
        ]
        if facts.heated is not None:
            shown.append((self.middle, facts.heated, facts.heat_caption, facts.heat_scale))
        end = top
        for left, image, caption, scale in shown:
            place = self.sheet.picture(QRectF(left, top, width, room), image)
            below = place.bottom() + 1.5
            if scale is not None:
                below = self._scale(QPointF(left, below), width, scale)
            below += self.sheet.write(QPointF(left, below), caption, LABEL, width)
            end = max(end, below)
        return end

    def _scale(self, place: QPointF, width: float, scale: QImage) -> float:
        """Draw the colours of the heatmap from 0 to 1; return where they end."""
        sheet, long = self.sheet, 24.0
        sheet.write(place, "0", LABEL, 3)
        sheet.stretched(QRectF(place.x() + 3, place.y() + 0.7, long, 2.2), scale)
        end = QPointF(place.x() + long + 4.2, place.y())
        words = f"{heat_scale.percent(1)}  ·  {self.facts.heat_unit}"
        sheet.write(end, sheet.shortened(words, LABEL, width - long - 5), LABEL, width)
        return place.y() + 4

    def _below(self, top: float) -> float:
        """Write the reading, the measurements, the model and its limits; return where they end."""
        top = self._written(top)
        left = self._reading(QPointF(MARGIN, top))
        right = self._measured(QPointF(self.middle, top))
        top = max(left, right) + 3
        return self._limits(top)

    def _written(self, top: float) -> float:
        """Write what the reader has written; return where that ends."""
        for title, words in (
            (tr("Findings on the film"), self.facts.findings),
            (tr("Impression"), self.facts.impression),
        ):
            if words:
                top = self._heading(QPointF(MARGIN, top), title, self.width)
                top += self.sheet.write(QPointF(MARGIN, top), words, BODY, self.width) + 2.5
        return top

    def _shorten(self, room: float) -> None:
        """Shorten findings and impression so that they are no higher than `room`; the latter at most half."""
        written = _Page(self.sheet.measuring(), self.facts, self.size)._written(0)
        if written <= room:
            return
        impression = self.sheet.beginning(self.facts.impression, BODY, self.width, room / 2)
        left = room - self.sheet.height(impression, BODY, self.width) - 10
        findings = self.sheet.beginning(self.facts.findings, BODY, self.width, left)
        self.facts = dataclasses.replace(self.facts, findings=findings, impression=impression)

    def _reading(self, place: QPointF) -> float:
        chances = self.facts.chances
        top = self._heading(place, tr("What the model says"), self.half)
        if self.facts.reading:
            top += self.sheet.write(QPointF(place.x(), top), self.facts.reading, READING, self.half) + 1
        bar = self._bar_below if len(chances) <= FEW_CLASSES else self._bar_beside
        for chance in chances[:MOST_CLASSES]:
            top += bar(QPointF(place.x(), top), chance, STRONG if chance.called else BODY)
        if len(chances) > MOST_CLASSES:
            top = self._more(QPointF(place.x(), top), len(chances) - MOST_CLASSES)
        if not chances:
            return top + self.sheet.write(
                QPointF(place.x(), top), tr("Nothing: it was not read."), BODY, self.half
            )
        if self.facts.remarks:
            top += self.sheet.write(QPointF(place.x(), top), self.facts.remarks, LABEL, self.half) + 0.5
        return self._verdict(QPointF(place.x(), top + 0.5))

    def _bar_below(self, place: QPointF, chance: Chance, look: Type) -> float:
        """Draw a probability with its bar below; return how high that is."""
        label = self.sheet.shortened(chance.label, look, self.half - 14)
        self.sheet.write(place, label, look, self.half)
        self.sheet.write(place, chance.words, look, self.half, Qt.AlignmentFlag.AlignRight)
        self._bar(QRectF(place.x(), place.y() + 4.1, self.half, 1.5), chance)
        return 7.0

    def _bar_beside(self, place: QPointF, chance: Chance, look: Type) -> float:
        """Draw a probability in one line; return how high that is."""
        words = self.half * 0.45
        self.sheet.write(place, self.sheet.shortened(chance.label, look, words), look, words)
        self.sheet.write(place, chance.words, look, self.half, Qt.AlignmentFlag.AlignRight)
        self._bar(QRectF(place.x() + words + 2, place.y() + 1.3, self.half - words - 14, 1.5), chance)
        return 4.4

    def _bar(self, track: QRectF, chance: Chance) -> None:
        self.sheet.box(track, TRACK)
        self.sheet.box(
            QRectF(track.topLeft(), QSizeF(track.width() * chance.share, track.height())), chance.colour
        )

    def _more(self, place: QPointF, count: int) -> float:
        words = trn("and {count} more", "and {count} more", count).format(count=count)
        return place.y() + self.sheet.write(place, words, LABEL, self.half)

    def _verdict(self, place: QPointF) -> float:
        """Write whether to believe the reading; in a box if one should not."""
        sheet, facts = self.sheet, self.facts
        if not facts.doubtful:
            return place.y() + sheet.write(place, facts.verdict, LABEL, self.half)
        height = sheet.height(facts.verdict, STRONG, self.half - 5) + 3
        sheet.box(QRectF(place.x(), place.y(), self.half, height), "#ffffff", "#000000")
        sheet.write(place + QPointF(2.5, 1.5), facts.verdict, STRONG, self.half - 5)
        return place.y() + height

    def _measured(self, place: QPointF) -> float:
        lines = self.facts.measurements
        top = self._heading(place, tr("Measurements"), self.half)
        shown = lines[:ROWS] or (ReportLine("", tr("None")),)
        top = self._table(QPointF(place.x(), top), shown, self.half)
        if len(lines) > ROWS:
            at = QPointF(place.x(), top)
            here = tr("all {count} on the second page").format(count=len(lines))
            more = len(lines) - ROWS
            top = top + self.sheet.write(at, here, LABEL, self.half) if self.number else self._more(at, more)
        top = self._heading(QPointF(place.x(), top + 2), tr("Model"), self.half)
        return self._table(
            QPointF(place.x(), top), self.facts.model or (ReportLine("", tr("None")),), self.half
        )

    def _heading(self, place: QPointF, words: str, width: float) -> float:
        self.sheet.write(place, words, HEADING, width)
        self.sheet.rule(place + QPointF(0, 4.6), width, LINE)
        return place.y() + 5.8

    def _limits(self, top: float) -> float:
        """Write what the model cannot do, in two columns."""
        words = self.facts.limits
        if not words:
            return top
        top = self._heading(QPointF(MARGIN, top), tr("Limits of the model"), self.width)
        heights = [self.sheet.height(text, SMALL, self.half - 2.5) + 0.7 for text in words]
        ends, left, below = [], MARGIN, top
        for index, (text, height) in enumerate(zip(words, heights, strict=True)):
            before = sum(heights[:index])
            if left == MARGIN and index and before + height / 2 > sum(heights) / 2:
                left, below = self.middle, top
            self.sheet.write(QPointF(left, below), "–", SMALL, 3)
            self.sheet.write(QPointF(left + 2.5, below), text, SMALL, self.half - 2.5)
            below += height
            ends.append(below)
        return max(ends)

    def _foot(self) -> float:
        """Write the notice again, and which file this was; return where it begins."""
        source = tr("SHA-256 of the file: {digest}").format(digest=self.facts.file_hash)
        program = "  ·  ".join(filter(None, (f"cxrview {__version__}", tr(NOTICE), self.number)))
        top = self.bottom - 5
        self.sheet.rule(QPointF(MARGIN, top), self.width, LINE)
        self.sheet.write(QPointF(MARGIN, top + 1), program, LABEL, self.width)
        self.sheet.write(QPointF(MARGIN, top + 4.4), source, LABEL, self.width)
        return top
